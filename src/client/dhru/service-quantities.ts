import type { Row } from './row.ts'

/** DhruQuantities bound how many of a service can be ordered. */
export interface DhruQuantities {
  minQuantity: number
  /** `maxQuantity` is Infinity where the panel names no bound. */
  maxQuantity: number
  /** `quantityOptions` are the only quantities that can be ordered, ascending; none: any within the bounds. */
  quantityOptions: number[]
}

/** `quantitiesIn` reads quantities: 0 is no bound, and choices (QNTOPTIONS) bound the quantity, too. */
export function quantitiesIn(row: Row): DhruQuantities {
  const quantityOptions = optionsIn(row)
  const least = quantityOptions[0] ?? quantityIn(row, 'MINQNT')
  const most = quantityOptions.at(-1) ?? quantityIn(row, 'MAXQNT')
  const minQuantity = Math.max(1, least)
  const unbounded = most === 0 && (quantityIn(row, 'QNT') > 0 || least > 1)
  const maxQuantity = unbounded ? Number.POSITIVE_INFINITY : Math.max(minQuantity, most)
  return { minQuantity, maxQuantity, quantityOptions }
}

/** `quantityIn` gives 0 where there is no whole number. */
export const quantityIn = (row: Row, name: string): number => wholeNumber(row.text(name)) ?? 0

/** `wholeNumber` reads `5`, `5.00` and `1,000`; undefined: the text is no such number. */
function wholeNumber(text: string): number | undefined {
  const digits = /^\d{1,3}(?:([., ’'\u00a0\u202f])\d{3})(?:\1\d{3})*$/.test(text)
    ? text.replace(/\D/g, '')
    : /^(\d+)(?:[.,]0+)?$/.exec(text)?.[1]
  return digits !== undefined && digits.length <= 9 ? Number(digits) : undefined
}

/** `optionsIn` reads QNTOPTIONS: a list, an object, or a text with anything between its numbers. */
function optionsIn(row: Row): number[] {
  const given = row.nested('QNTOPTIONS')
  const listed =
    typeof given === 'object' && given !== null ? Object.values(given) : partsOf(row.text('QNTOPTIONS'))
  const options = listed.flatMap((one) => numbersIn(String(one).trim()))
  return [...new Set(options)].filter((option) => option > 0).sort((a, b) => a - b)
}

/** `partsOf` takes commas for parts of numbers where something else stands between the options. */
function partsOf(text: string): string[] {
  const parts = text.split(/[|;/\r\n]+/)
  return parts.length > 1 ? parts : text.split(',')
}

/** `numbersIn` gives the number that a choice begins with, `10 credits (2 days)`, or all of a text that has nothing but numbers. */
function numbersIn(text: string): number[] {
  const whole = wholeNumber(text)
  if (whole !== undefined) return [whole]
  const numbers = (text.match(/\d+/g) ?? []).filter((number) => number.length <= 9).map(Number)
  return /\p{L}/u.test(text) ? numbers.slice(0, 1) : numbers
}
