import { DAY_SECONDS } from '../lib/time.ts'
import { isTimeZone } from './opening-hours.ts'
import { routings, type Service, type ServiceField } from './service.ts'

/** What is wrong with one value, in words that go behind the value's name and a colon. */
export interface Problem {
  field: string
  reason: string
}

/** The largest quantity of one item. With the largest price it stays well inside a bigint of micros. */
const MAX_QUANTITY = 10_000
const MAX_WINDOW_SECONDS = 366 * DAY_SECONDS

/** Everything that is wrong with a service as it would be written, but for its schema (`schemaFault`). */
export function checkService(service: Omit<Service, 'id'>): Problem[] {
  const faults: [keyof Service, string | undefined][] = [
    ['code', codeFault(service.code)],
    ['name', lineFault(service.name) ?? emptyFault(service.name)],
    ['group', lineFault(service.group) ?? emptyFault(service.group)],
    ['description', textFault(service.description, 20_000, /[^\P{Cc}\n\r\t]/u)],
    ['deliveryTime', lineFault(service.deliveryTime)],
    ['kind', choiceFault(service.kind, ['imei', 'serial', 'server'])],
    ['fields', fieldsFault(service.fields)],
    ['minQuantity', quantityFault(service.minQuantity, service)],
    [
      'maxQuantity',
      service.maxQuantity < service.minQuantity
        ? 'must not be less than the smallest quantity'
        : quantityFault(service.maxQuantity, service),
    ],
    ['opensAt', timeFault(service.opensAt, service.closesAt)],
    ['closesAt', timeFault(service.closesAt, service.opensAt)],
    ['timeZone', isTimeZone(service.timeZone) ? undefined : 'must be a time zone such as Asia/Jakarta'],
    ['duplicatePolicy', choiceFault(service.duplicatePolicy, ['replay', 'refuse', 'allow'])],
    ['replayWindowSeconds', rangeFault(service.replayWindowSeconds, 0, MAX_WINDOW_SECONDS)],
    ['processing', choiceFault(service.processing, ['automatic', 'manual'])],
    ['routing', choiceFault(service.routing, routings)],
    ['failureMessage', lineFault(service.failureMessage) ?? emptyFault(service.failureMessage)],
    ['minPollSeconds', rangeFault(service.minPollSeconds, 1, DAY_SECONDS)],
    [
      'maxPollSeconds',
      service.maxPollSeconds < service.minPollSeconds
        ? 'must not be less than the seconds at first'
        : rangeFault(service.maxPollSeconds, 1, DAY_SECONDS),
    ],
    ['expirySeconds', rangeFault(service.expirySeconds, 60, MAX_WINDOW_SECONDS)],
    ['visibleTo', service.visibleTo?.length === 0 ? 'names no price group' : undefined],
  ]
  return faults.flatMap(([field, reason]) => (reason === undefined ? [] : [{ field, reason }]))
}

function codeFault(code: string): string | undefined {
  if (code === '') return 'is missing'
  if (/^\d+$/.test(code)) return 'must not be all digits, as service ids are'
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(code)
    ? undefined
    : 'must be at most 64 letters, digits, dots, dashes and underscores, and begin with a letter or digit'
}

const emptyFault = (text: string) => (text === '' ? 'is missing' : undefined)
const lineFault = (text: string) => textFault(text, 200, /\p{Cc}/u)

function textFault(text: string, longest: number, forbidden: RegExp): string | undefined {
  if (text.length > longest) return `must not be longer than ${longest} characters`
  return forbidden.test(text) || !text.isWellFormed() ? 'must not hold control characters' : undefined
}

const choiceFault = (value: string, values: readonly string[]) =>
  values.includes(value) ? undefined : `must be one of ${values.join(', ')}`

const rangeFault = (value: number, least: number, most: number) =>
  Number.isInteger(value) && value >= least && value <= most
    ? undefined
    : `must be a whole number from ${least} to ${most}`

function quantityFault(quantity: number, { kind }: Pick<Service, 'kind'>): string | undefined {
  if (kind !== 'server' && quantity !== 1)
    return `must be 1: only server services have quantities, this is ${kind}`
  return rangeFault(quantity, 1, MAX_QUANTITY)
}

function timeFault(time: string | null, other: string | null): string | undefined {
  if (time === null)
    return other === null ? undefined : 'is missing: give both the opening and the closing time'
  return /^([01]\d|2[0-3]):[0-5]\d$/.test(time) ? undefined : 'must be a time such as 09:00'
}

/** Names that an order carries besides its extra fields. */
const TAKEN_NAMES = new Set([
  'ID',
  'SERVICE',
  'SERVICEID',
  'IMEI',
  'QNT',
  'QUANTITY',
  'CUSTOMFIELD',
  'SERIAL',
])

function fieldsFault(fields: readonly ServiceField[]): string | undefined {
  if (fields.length > 50) return 'at most 50'
  const names = new Set<string>()
  for (const field of fields) {
    const fault = names.has(field.name) ? 'is there twice' : fieldFault(field)
    if (fault !== undefined) return `${field.name}: ${fault}`
    names.add(field.name)
  }
  return undefined
}

function fieldFault({ name, label, type, options }: ServiceField): string | undefined {
  if (!/^[A-Z][A-Z0-9_]{0,63}$/.test(name)) {
    return 'a name is at most 64 letters, digits and underscores, and begins with a letter'
  }
  if (TAKEN_NAMES.has(name)) return 'the name is taken by what every order has'
  const labelFault = emptyFault(label) ?? lineFault(label)
  if (labelFault !== undefined) return `the label ${labelFault}`
  const typeFault = choiceFault(type, ['text', 'dropdown'])
  if (typeFault !== undefined) return `the type ${typeFault}`
  if (type === 'text') return options.length > 0 ? 'a text field has no options' : undefined
  if (options.length === 0) return 'a dropdown needs options'
  if (new Set(options).size < options.length) return 'an option is there twice'
  // Order forms are sent them as one text, with commas between.
  const wrong = options.find(
    (option) => option === '' || option.includes(',') || lineFault(option) !== undefined,
  )
  return wrong === undefined ? undefined : `"${wrong}" cannot be an option: empty, too long, or with a comma`
}
