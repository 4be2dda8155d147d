import { setImmediate as nextTurn } from 'node:timers/promises'

/** TURN_MS is how long one piece of work keeps the event loop to itself. */
const TURN_MS = 5

/** LARGE is the size from which a text is worth a turn of its own, in bytes. */
const LARGE = 65_536

/** `turnFor` lets all others have their turn before work on so many bytes; undefined: so few need no turn of their own. */
export const turnFor = (bytes: number): Promise<void> | undefined =>
  bytes < LARGE ? undefined : nextTurn(undefined)

/** MANY is the number of values from which one step of the work on them is worth a turn of its own. */
const MANY = 500

/** `turnForMany` is `turnFor` for a step of the work on so many values. */
export const turnForMany = (values: number): Promise<void> | undefined =>
  values < MANY ? undefined : nextTurn(undefined)

/** `eachInTurns` does something with each value in order, and lets all others have their turn whenever that has taken a while. */
export async function eachInTurns<Value>(
  values: Iterable<Value>,
  work: (value: Value) => void,
): Promise<void> {
  let began = performance.now()
  for (const value of values) {
    work(value)
    if (performance.now() - began < TURN_MS) continue
    await nextTurn()
    began = performance.now()
  }
}

/** `mapInTurns` maps in order, and lets all others have their turn whenever that has taken a while. */
export async function mapInTurns<From, To>(values: Iterable<From>, map: (value: From) => To): Promise<To[]> {
  const mapped: To[] = []
  await eachInTurns(values, (value) => mapped.push(map(value)))
  return mapped
}

/** `filterInTurns` gives the values that pass, and lets all others have their turn whenever that has taken a while. */
export async function filterInTurns<Value>(
  values: readonly Value[],
  passes: (value: Value) => boolean,
): Promise<Value[]> {
  const passed: Value[] = []
  await eachInTurns(values, (value) => {
    if (passes(value)) passed.push(value)
  })
  return passed
}

/** PIECE is how many characters are made bytes together. */
const PIECE = 65_536

/** `bytesInTurns` gives the bytes of a text that is made piece by piece, and lets all others have their turn whenever that has taken a while. */
export async function bytesInTurns(pieces: Iterable<string>): Promise<Buffer> {
  const parts: Buffer[] = []
  let text = ''
  await eachInTurns(pieces, (piece) => {
    text += piece
    if (text.length < PIECE) return
    parts.push(Buffer.from(text))
    text = ''
  })
  return Buffer.concat([...parts, Buffer.from(text)])
}
