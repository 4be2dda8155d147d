import type { Fault } from '../errors.ts'
import { type Attribute, Unreadable } from './attributes.ts'
import { formatMicros, formatMoney, isCurrency, type Micros, parseMicros } from './money.ts'
import { emptyFault, lineFault, plainLineFault, textFault } from './text.ts'
import { localTime } from './time.ts'
import { type Why, whys } from './whys.ts'

/** Described is what every builder takes; the fields are those of Attribute. */
export type Described<Value> = Pick<Attribute<Value>, 'help'> &
  Partial<
    Pick<
      Attribute<Value>,
      'label' | 'flag' | 'more' | 'whenLeftOut' | 'onlyIn' | 'default' | 'property' | 'formerly'
    >
  >

/** `plain` is what an attribute is unless its type says more. */
const plain = {
  label: undefined,
  flag: undefined,
  offFlag: undefined,
  more: '',
  whenLeftOut: undefined,
  onlyIn: undefined,
  choices: undefined,
  gather: undefined,
  default: undefined,
  nullable: false,
  stored: true,
  json: false,
  property: undefined,
  formerly: undefined,
  secret: false,
  optional: false,
  load: (column: unknown) => column,
  fault: () => undefined,
  show: (value: unknown) => String(value),
  toJson: (value: unknown) => value,
  right: false,
  isAmount: false,
  none: '',
  within: undefined,
  shape: {},
  givenShape: undefined,
}

/** `shapes` are the JSON Schemas of values that many nouns have. */
export const shapes = {
  text: { type: 'string' },
  flag: { type: 'boolean' },
  integer: { type: 'integer' },
  number: { type: 'number' },
  time: { type: 'string', format: 'date-time' },
  object: { type: 'object', additionalProperties: true },
  texts: { type: 'array', items: { type: 'string' } },
} as const

/** `shapeOrNone` is the shape of a value that may be missing. */
export const shapeOrNone = (shape: object): object => ({ anyOf: [shape, { type: 'null' }] })

/** `attribute` makes an attribute of a type that only its noun has. */
export const attribute = <Value, Given = Value>(
  described: Described<Value>,
  kind: Partial<Attribute<Value, Given>> & Pick<Attribute<Value, Given>, 'read'>,
): Attribute<Value, Given> => ({ ...plain, ...described, ...kind }) as Attribute<Value, Given>

/** `inputOnly` makes of an attribute one that has no column: what it says is kept by other attributes. */
export const inputOnly = <Given>(of: Attribute<Given>): Attribute<never, Given> =>
  ({ ...of, stored: false }) as unknown as Attribute<never, Given>

/** `shown` is a value that operators read and do not write. */
export const shown = <Value>(
  described: Partial<Described<Value>> = {},
  kind: Partial<Attribute<Value>> = {},
): Attribute<Value> =>
  attribute<Value>(
    { help: '', ...described },
    {
      read: () => {
        throw new Unreadable('is not written')
      },
      ...kind,
    },
  )

const times = { show: (time: Date | null) => (time ? localTime(time) : '') }
const timeOrNone = shapeOrNone(shapes.time)

/** `shownTime` is a point in time that operators read. */
export const shownTime = (label?: string) => shown<Date>({ label }, { ...times, shape: shapes.time })

/** `shownTimeOrNone` is a point in time that may not have come. */
export const shownTimeOrNone = (label?: string) =>
  shown<Date | null>({ label }, { ...times, shape: timeOrNone })

/** `time` is a point in time, or null. */
export const time = (described: Described<Date | null>) =>
  attribute<Date | null>(described, {
    nullable: true,
    ...times,
    shape: timeOrNone,
    read: (value) => {
      if (value === null || value instanceof Date) return value
      throw new Unreadable(whys.time())
    },
  })

/** `shownId` is the number of something kept here. */
export const shownId = <Id extends number | null>(label?: string) =>
  shown<Id>({ label }, { right: true, shape: shapes.integer })

/** `readText` trims a text; a number is a text, too. */
export function readText(value: unknown): string {
  if (typeof value === 'string') return value.trim()
  if (typeof value === 'number') return String(value)
  throw new Unreadable('must be a text')
}

/** `readFlag` reads yes and no, as spreadsheets write them. */
export function readFlag(value: unknown): boolean {
  if (typeof value === 'boolean') return value
  const word = readText(value).toLowerCase()
  if (['yes', 'true', '1'].includes(word)) return true
  if (['no', 'false', '0'].includes(word)) return false
  throw new Unreadable(whys.flag())
}

/** `readJson` parses a text; what is no text is JSON already. */
export function readJson(value: unknown): unknown {
  if (typeof value !== 'string') return value
  try {
    return JSON.parse(value)
  } catch (error) {
    throw new Unreadable(`is not JSON: ${(error as Error).message}`)
  }
}

const isEmpty = (value: unknown): boolean => value === null || value === ''

/** `orNull` lets null and the empty text take a value away. */
export const orNull =
  <Value>(read: (value: unknown) => Value) =>
  (value: unknown): Value | null =>
    isEmpty(value) ? null : read(value)

/** `choiceFault` says what the choices are. */
export const choiceFault = (value: string, choices: readonly string[]): Why | undefined =>
  choices.includes(value) ? undefined : whys.choice(choices)

/** `whyOf` is a fault without its place. */
const whyOf = (found: Fault | undefined): Why | undefined => {
  if (!found) return undefined
  const { path: _, ...why } = found
  return why
}

interface LineDescribed extends Described<string> {
  required?: boolean
  max?: number
}

/** `line` is one line of at most `max` characters, 200 when left out; `required` forbids an empty one. */
export const line = (described: LineDescribed) => lineWith(lineFault, described)

/** `plainLine` is a `line` that people of other accounts read. */
export const plainLine = (described: LineDescribed) => lineWith(plainLineFault, described)

const lineWith = (faultOf: typeof lineFault, described: LineDescribed) =>
  attribute<string>(described, {
    shape: shapes.text,
    read: readText,
    fault: (text) => {
      const { max = 200, required = false } = described
      return whyOf(faultOf('', text, max) ?? (required ? emptyFault('', text) : undefined))
    },
  })

/** `lines` is a text with line breaks and tabs. */
export const lines = (described: Described<string> & { max: number }) =>
  attribute<string>(described, {
    shape: shapes.text,
    read: readText,
    fault: (text) => whyOf(textFault('', text, described.max)),
  })

/** `matching` is a text that `fault` checks. */
export const matching = (described: Described<string> & { fault: (text: string) => string | undefined }) =>
  attribute<string>(described, { shape: shapes.text, read: readText })

/** `choice` is one of several words. `formerWords` are earlier words, which are still taken. */
export const choice = <const Word extends string>(
  choices: readonly Word[],
  described: Described<NoInfer<Word>> & { formerWords?: Record<string, NoInfer<Word>> },
) =>
  attribute<Word>(described, {
    choices,
    shape: { type: 'string', enum: [...choices] },
    // `fault` says what the choices are, beside everything else that is wrong.
    read: (value) => described.formerWords?.[readText(value)] ?? (readText(value) as Word),
    fault: (word) => choiceFault(word, choices),
  })

interface Bounds {
  min: number
  max: number
}

const rangeShape = ({ min, max }: Bounds) => ({ type: 'integer', minimum: min, maximum: max })

const rangeFault =
  ({ min, max }: Bounds) =>
  (value: number) =>
    Number.isInteger(value) && value >= min && value <= max ? undefined : whys.range(min, max)

const readInteger = (value: unknown): number => {
  if (/^\d{1,9}$/.test(readText(value))) return Number(value)
  throw new Unreadable(whys.whole())
}

/** `integer` is a whole number from `min` to `max`. */
export const integer = (described: Described<number> & Bounds) =>
  attribute<number>(described, {
    read: readInteger,
    fault: rangeFault(described),
    right: true,
    shape: rangeShape(described),
  })

/** `integerOrNone` is a whole number that may be missing. */
export const integerOrNone = (described: Described<number | null> & Bounds) =>
  attribute<number | null>(described, {
    nullable: true,
    read: orNull(readInteger),
    fault: (value) => (value === null ? undefined : rangeFault(described)(value)),
    right: true,
    shape: shapeOrNone(rangeShape(described)),
  })

const UNITS: readonly (readonly [unit: string, seconds: number])[] = [
  ['w', 604_800],
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
]

/** `showSeconds` writes seconds in the largest unit up to days that says them exactly, as `seconds` reads them: 7d, 90s. */
export function showSeconds(seconds: number): string {
  const [unit, length] = UNITS.find(
    ([name, size]) => name !== 'w' && seconds >= size && seconds % size === 0,
  ) ?? ['s', 1]
  return `${seconds / length}${unit}`
}

const readSeconds = (value: unknown): number => {
  const [, number, unit = 's'] = /^(\d{1,9})([smhdw])?$/.exec(readText(value)) ?? []
  const size = UNITS.find(([name]) => name === unit)?.[1]
  if (number !== undefined && size !== undefined) return Number(number) * size
  throw new Unreadable(whys.seconds())
}

/** `seconds` is a whole number of seconds, or a duration such as 90s, 10m, 6h, 7d, 2w. */
export const seconds = (described: Described<number> & Bounds) =>
  attribute<number>(described, {
    read: readSeconds,
    fault: rangeFault(described),
    show: showSeconds,
    shape: rangeShape(described),
  })

/** `secondsOrNone` is such a duration that may be missing. */
export const secondsOrNone = (described: Described<number | null> & Bounds) =>
  attribute<number | null>(described, {
    nullable: true,
    read: orNull(readSeconds),
    fault: (value) => (value === null ? undefined : rangeFault(described)(value)),
    show: (value) => (value === null ? '' : showSeconds(value)),
    shape: shapeOrNone(rangeShape(described)),
  })

/** `flag` is yes or no, with an option for each. */
export const flag = (described: Described<boolean> & { offFlag?: string }) =>
  attribute<boolean>(described, {
    shape: shapes.flag,
    read: readFlag,
    show: (value) => (value ? 'yes' : 'no'),
  })

/** `timeOfDay` is a local time such as 09:00, or null. Spreadsheets make 9:00 of it, and 09:00:00, too. */
export const timeOfDay = (described: Described<string | null>) =>
  attribute<string | null>(
    { ...described, default: null },
    {
      nullable: true,
      shape: shapeOrNone(shapes.text),
      read: orNull((value) =>
        readText(value)
          .replace(/^(\d?\d:\d\d):00$/, '$1')
          .padStart(5, '0'),
      ),
      load: (column) => (column === null ? null : String(column).slice(0, 5)),
      fault: (time) =>
        time === null || /^([01]\d|2[0-3]):[0-5]\d$/.test(time) ? undefined : whys.timeOfDay(),
      show: (time) => time ?? '-',
    },
  )

const readAmount = (value: unknown): Micros => {
  const parsed = typeof value === 'bigint' ? (value as Micros) : parseMicros(readText(value))
  if (parsed !== undefined) return parsed
  throw new Unreadable(whys.amount())
}

/** `money` shows an amount in the currency of its noun. */
const money = {
  show: (value: Micros | null, { currency }: Record<string, unknown>) =>
    value === null ? '' : formatMoney(value, String(currency)),
  toJson: (value: Micros | null, { currency }: Record<string, unknown>) =>
    value === null ? null : formatMicros(value, String(currency)),
  right: true,
  isAmount: true,
}

type Show<Value> = Attribute<Value>['show']

/** `amount` is money as a decimal, in the currency of its noun. */
export const amount = (
  described: Described<Micros> & { fault?: (value: Micros) => string | undefined; show?: Show<Micros> },
) => attribute<Micros>({ ...money, ...described }, { read: readAmount, shape: shapes.text })

/** `amountOrNone` is an amount that may be missing. */
export const amountOrNone = (
  described: Described<Micros | null> & {
    fault?: (value: Micros) => string | undefined
    show?: Show<Micros | null>
  },
) =>
  attribute<Micros | null>(
    { ...money, ...described },
    {
      nullable: true,
      shape: shapeOrNone(shapes.text),
      read: orNull(readAmount),
      fault: (value) => (value === null ? undefined : described.fault?.(value)),
    },
  )

/** `shownAmount` is money that operators read. */
export const shownAmount = (label: string) => shown<Micros>({ label }, { ...money, shape: shapes.text })

/** `currency` is an ISO 4217 code. */
export const currency = (described: Described<string>) =>
  attribute<string>(described, {
    shape: shapes.text,
    read: readText,
    fault: (code) => (isCurrency(code) ? undefined : whys.currency()),
  })
