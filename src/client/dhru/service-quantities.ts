import { inLatinDigits } from './digits.ts'
import { isObject } from './json.ts'
import { isEmpty, isYes, Row, textOf } from './row.ts'

/** DhruQuantities bound how many of a service can be ordered. */
export interface DhruQuantities {
  minQuantity: number
  /** `maxQuantity` is Infinity where the panel names no bound. */
  maxQuantity: number
  /** `quantityOptions` are the only quantities that can be ordered, ascending; none: any within the bounds. */
  quantityOptions: number[]
  /** `quantityUnread` is what the panel says of choices among which there is no quantity, such as "Small, Large"; '' where it says none. */
  quantityUnread: string
}

/** `quantitiesIn` reads quantities: 0 is no bound, and choices (QNTOPTIONS) bound the quantity, too. */
export function quantitiesIn(row: Row): DhruQuantities {
  const range = rangeIn(row)
  const quantityOptions = range ? [] : optionsIn(row)
  const bounds = range ?? quantityOptions
  const least = bounds[0] ?? quantityIn(row, 'MINQNT')
  const most = bounds.at(-1) ?? quantityIn(row, 'MAXQNT')
  const minQuantity = Math.max(1, least)
  const hasQuantity = quantityIn(row, 'QNT') > 0 || isYes(row.get('QNT'))
  const unbounded = most === 0 && (hasQuantity || least > 1)
  const maxQuantity = unbounded ? Number.POSITIVE_INFINITY : Math.max(minQuantity, most)
  const quantityUnread = bounds.length === 0 ? unreadIn(row) : ''
  return { minQuantity, maxQuantity, quantityOptions, quantityUnread }
}

/** `NO_CHOICE` are what panels write where any quantity can be ordered. */
const NO_CHOICE =
  /^(?:any|all|unlimited|infinite|none|no|n\/?a|null|nil|undefined|false|true|yes|on|off|empty|default|custom|libre|ilimitado|bebas|все|любое)$/iu

/** `unreadIn` gives choices of which no quantity could be made. Noughts and signs are none. */
function unreadIn(row: Row): string {
  const given = row.nested('QNTOPTIONS')
  if (isEmpty(given) || typeof given === 'boolean') return ''
  const text = inLatinDigits(typeof given === 'object' ? JSON.stringify(given) : textOf(given))
    .replace(/<[^<>]*>/g, ' ')
    .trim()
  return NO_CHOICE.test(text) || !/[\p{L}1-9]/u.test(text) ? '' : text
}

/** `quantityIn` gives 0 where there is no whole number, or more than one; `10+` and `unlimited` name no bound. */
export function quantityIn(row: Row, name: string): number {
  const value = row.get(name)
  const text = inLatinDigits(textOf(Array.isArray(value) && value.length === 1 ? value[0] : value))
  if (/^[-\u2212]|\+$/.test(text)) return 0
  const [only, other] = numbersIn(text)
  return other === undefined ? (only ?? 0) : 0
}

/** `wholeNumber` reads `5`, `5.00` and `1,000`; undefined: the text is no such number. */
function wholeNumber(text: string): number | undefined {
  const digits = GROUPED.test(text) ? text.replace(/\D/g, '') : /^(\d+)(?:[.,]0+)?$/.exec(text)?.[1]
  return digits !== undefined && digits.length <= MAX_DIGITS ? Number(digits) : undefined
}

/** MAX_DIGITS is more than any quantity has. */
const MAX_DIGITS = 9

const GROUPED = /^\d{1,3}(?:([., ’'\u00a0\u202f])\d{3})(?:\1\d{3})*$/

/** `rangeIn` reads QNTOPTIONS that are no choices, but both ends of a range: `1-5`, `10 to 100`. */
function rangeIn(row: Row): [number, number] | undefined {
  const [, from = '', to = ''] =
    /^(\d+)\s*(?:[-\u2010-\u2015~]|to|\.{2,3})\s*(\d+)$/i.exec(inLatinDigits(row.text('QNTOPTIONS'))) ?? []
  const [least, most] = [wholeNumber(from) ?? 0, wholeNumber(to) ?? 0]
  return least > 0 && most > least ? [least, most] : undefined
}

/** `optionsIn` reads QNTOPTIONS: a list, an object, or a text with anything between its numbers. */
function optionsIn(row: Row): number[] {
  const given = row.nested('QNTOPTIONS')
  const listed =
    typeof given === 'object' && given !== null
      ? Object.values(given).map((one) => (isObject(one) ? countOf(new Row(one)) : String(one)))
      : partsOf(row.text('QNTOPTIONS'))
  const options = listed.flatMap((one) => choicesIn(inLatinDigits(one).trim()))
  return [...new Set(options)].filter((option) => option > 0).sort((a, b) => a - b)
}

/** `countOf` is what an option says that is an object, beside its price and the like. */
const countOf = (option: Row): string =>
  option.text('QNT', 'QTY', 'QUANTITY', 'VALUE', 'COUNT', 'AMOUNT', 'CREDITS', 'ID', 'NAME', 'LABEL')

/** `partsOf` takes commas for parts of numbers where something else stands between the options. */
function partsOf(text: string): string[] {
  const parts = text.split(/[|;/\r\n]+|<\/?option[^<>]*>/i)
  return parts.length > 1 ? parts : text.split(/[,،、，]/)
}

/** `choicesIn` gives the number that a choice begins with, `10 credits (2 days)` or `10=5.00`, or all of a text that has nothing but numbers. */
function choicesIn(text: string): number[] {
  if (/^[-\u2212]/.test(text)) return []
  const hasMore = /[\p{L}\p{Sc}=:]/u.test(text)
  return numbersIn(text).slice(0, hasMore ? 1 : undefined)
}

/** `numbersIn` gives the whole numbers of a text, and none for what is broken. */
const numbersIn = (text: string): number[] => {
  const whole = wholeNumber(text)
  if (whole !== undefined) return [whole]
  return (text.match(/\d+(?:[.,]\d+)*/g) ?? []).flatMap((number) => wholeNumber(number) ?? [])
}
