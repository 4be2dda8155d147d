import { closeSync, existsSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs'
import type { End } from './faults.ts'

/** Via is the protocol that an order came by; `http` is the instant check. */
export type Via = 'dhru' | 'rest' | 'http'

/** Try is a try to buy one input. `key` is the idempotency key that came with it, honoured or not. */
interface Try {
  service: string
  input: string
  key: string | null
  via: Via
}

/** Line is a line of the log without its time (`at`). An order of several inputs has a line for each. */
export type Line =
  | ({ what: 'bought'; order: number; price: string; quantity: number } & Try)
  /** `refused` with an order's number is one of several inputs, of which others were bought. */
  | ({ what: 'refused'; order: number | null; reason: string } & Try)
  /** `ignored` says that an input came in, that nothing was bought, and that the answer did not say so. */
  | ({ what: 'ignored' } & Try)
  /** `what`, an End: the final answer was given for the first time. */
  | { what: End; order: number; input: string }
  /** `changed` is another final answer than was given before. */
  | { what: 'changed'; order: number; input: string; to: End }
  /** `asked` is a status request; `order` is written as it came. */
  | { what: 'asked'; order: string; via: Via }

export type KeptLine = Line & { at: string }

/**
 * Log keeps what the fake supplier did, one JSON object a line. The operating system has a line before `write` returns, so that a
 * killed process leaves the truth about what it sold.
 */
export class Log {
  readonly #file: number | undefined

  /** The constructor throws when the file cannot be written. Without a path nothing is kept. */
  constructor(path: string | undefined) {
    this.#file = path === undefined ? undefined : openSync(path, 'a', 0o600)
  }

  write(at: number, ...lines: Line[]): void {
    if (this.#file === undefined) return
    const time = new Date(at).toISOString()
    const text = lines.map((line) => `${JSON.stringify({ at: time, ...line })}\n`).join('')
    const bytes = Buffer.from(text)
    for (let written = 0; written < bytes.length; ) written += writeSync(this.#file, bytes, written)
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file)
  }
}

/**
 * `readLog` gives the lines of a log; none when there is no such file. A last line that a crash has cut off is removed: no answer
 * left for it. Throws with the number of a line that cannot be read.
 */
export function readLog(path: string): KeptLine[] {
  const bytes = existsSync(path) ? readFileSync(path) : Buffer.alloc(0)
  const whole = bytes.lastIndexOf('\n') + 1
  if (whole < bytes.length) truncateSync(path, whole)
  const lines = bytes.toString('utf8', 0, whole).split('\n').slice(0, -1)
  return lines.map((line, index) => {
    try {
      return JSON.parse(line) as KeptLine
    } catch {
      throw new Error(`line ${index + 1} of ${path} is no JSON: is it the log of a fake supplier?`)
    }
  })
}
