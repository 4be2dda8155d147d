/**
 * What was changed in the price grid and is not reviewed yet: prices by their places, and the way back. It is pure: the grid shows it, and a plan is
 * made of it.
 */

/** Edit is a price as a decimal, or what was typed where that is none; null: the fixed price is taken away. */
export type Edit = string | null

export interface Edits {
  readonly cells: ReadonlyMap<string, Edit>
  /** `past` has the states before each change, the newest last. */
  readonly past: readonly ReadonlyMap<string, Edit>[]
}

export const NO_EDITS: Edits = { cells: new Map(), past: [] }

/** MAX_PAST is how many changes can be undone. */
const MAX_PAST = 100

/** `placeOf` names the place of a price: a service and a column. */
export const placeOf = (service: number, column: string): string => `${service} ${column}`

/** `changed` puts prices into their places; what is as it was before is no change. */
export function changed(
  { cells, past }: Edits,
  changes: readonly { place: string; edit: Edit; was: Edit }[],
): Edits {
  if (changes.length === 0) return { cells, past }
  const next = new Map(cells)
  for (const { place, edit, was } of changes) {
    if (edit === was || (edit !== null && was !== null && isSame(edit, was))) next.delete(place)
    else next.set(place, edit)
  }
  return { cells: next, past: [...past.slice(-MAX_PAST + 1), cells] }
}

export function undone({ cells, past }: Edits): Edits {
  const before = past.at(-1)
  return before ? { cells: before, past: past.slice(0, -1) } : { cells, past }
}

/** `block` gives the cells of a text that a spreadsheet has copied. */
export const block = (text: string): string[][] =>
  text
    .replace(/\r\n?/g, '\n')
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => line.split('\t'))

const MICROS = 6

const micros = (text: string): bigint | undefined => {
  const [, whole, part = ''] = /^(\d+)(?:\.(\d{1,6}))?$/.exec(text) ?? []
  return whole === undefined ? undefined : BigInt(whole + part.padEnd(MICROS, '0'))
}

const isSame = (a: string, b: string): boolean => {
  const [one, other] = [micros(a), micros(b)]
  return one !== undefined && one === other
}

/** `isLess` compares a price that was typed with a cost. It is a hint beside the cell: what is below the cost the plan says. */
export const isLess = (price: string, cost: string): boolean => {
  const [one, other] = [micros(price), micros(cost)]
  return one !== undefined && other !== undefined && one < other
}

/** `padded` writes a price with at least so many digits behind the point, so that it stands below the others. */
export function padded(price: string, digits: number): string {
  const [whole = '', part = ''] = price.replace(',', '.').split('.')
  return digits === 0 && part === '' ? whole : `${whole}.${part.padEnd(digits, '0')}`
}
