import { isObject } from '../lib/json.ts'
import { type Micros, parseMicros } from '../lib/money.ts'
import type { InputSchema } from './input-schema.ts'
import type { Problem } from './service-checks.ts'
import type { FieldInput, ServiceInput } from './service-input.ts'

/** The columns of a service in a file, and what each one is in a `ServiceInput` or beside it. */
export const columns = {
  code: 'code',
  name: 'name',
  group: 'group',
  kind: 'kind',
  price: 'price',
  currency: 'currency',
  description: 'description',
  delivery_time: 'deliveryTime',
  supplier: 'supplier',
  fields: 'fields',
  imei_format: 'imeiFormat',
  input_schema: 'inputSchema',
  min_quantity: 'minQuantity',
  max_quantity: 'maxQuantity',
  opens_at: 'opensAt',
  closes_at: 'closesAt',
  time_zone: 'timeZone',
  active: 'active',
  duplicate_policy: 'duplicatePolicy',
  replay_window_seconds: 'replayWindowSeconds',
  processing: 'processing',
  routing: 'routing',
  failure_message: 'failureMessage',
  min_poll_seconds: 'minPollSeconds',
  max_poll_seconds: 'maxPollSeconds',
  expiry_seconds: 'expirySeconds',
  visible_to: 'visibleTo',
} as const

export type Column = keyof typeof columns

/** A service as text or JSON values, by column. A column that is left out (undefined) is not given. */
export type ServiceForm = { [Name in Column]?: unknown }

export interface ReadForm {
  input: ServiceInput
  price: Micros | undefined
  currency: string | undefined
  problems: Problem[]
}

/** A value that cannot be read, with the reason. */
class Unreadable extends Error {}

/** Reads each column's text (or JSON value) as what it stands for; whether it is allowed, `settle` says. */
export function readForm(form: ServiceForm): ReadForm {
  const problems: Problem[] = []
  const read = <Value>(column: Column, reader: (value: unknown) => Value): Value | undefined => {
    const value = form[column]
    if (value === undefined) return undefined
    try {
      return reader(value)
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error
      problems.push({ field: columns[column], reason: error.message })
      return undefined
    }
  }
  const input: ServiceInput = {
    code: read('code', text),
    name: read('name', text),
    group: read('group', text),
    // What a choice allows, the check of the whole service says.
    kind: read('kind', text) as ServiceInput['kind'],
    description: read('description', text),
    deliveryTime: read('delivery_time', text),
    supplier: read('supplier', text),
    fields: read('fields', fieldList),
    imeiFormat: read('imei_format', imeiFormat),
    inputSchema: read('input_schema', orNull(schema)),
    minQuantity: read('min_quantity', count),
    maxQuantity: read('max_quantity', count),
    opensAt: read('opens_at', orNull(time)),
    closesAt: read('closes_at', orNull(time)),
    timeZone: read('time_zone', text),
    active: read('active', flag),
    duplicatePolicy: read('duplicate_policy', text) as ServiceInput['duplicatePolicy'],
    replayWindowSeconds: read('replay_window_seconds', count),
    processing: read('processing', text) as ServiceInput['processing'],
    routing: read('routing', text) as ServiceInput['routing'],
    failureMessage: read('failure_message', text),
    minPollSeconds: read('min_poll_seconds', seconds),
    maxPollSeconds: read('max_poll_seconds', seconds),
    expirySeconds: read('expiry_seconds', seconds),
    visibleTo: read('visible_to', orNull(names)),
  }
  return { input, price: read('price', amount), currency: read('currency', text), problems }
}

function text(value: unknown): string {
  if (typeof value === 'string') return value.trim()
  if (typeof value === 'number') return String(value)
  throw new Unreadable('must be a text')
}

const orNull =
  <Value>(reader: (value: unknown) => Value) =>
  (value: unknown): Value | null =>
    value === null || value === '' ? null : reader(value)

function count(value: unknown): number {
  if (/^\d{1,9}$/.test(text(value))) return Number(value)
  throw new Unreadable('must be a whole number')
}

const secondsOf: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400, w: 7 * 86_400 }

/** A whole number of seconds, or a duration such as 90s, 10m, 6h, 7d, 2w. */
function seconds(value: unknown): number {
  const [, number, unit = 's'] = /^(\d{1,9})([smhdw])?$/.exec(text(value)) ?? []
  if (number !== undefined) return Number(number) * (secondsOf[unit] ?? 1)
  throw new Unreadable('must be a whole number of seconds, or a duration such as 10m, 6h, 7d')
}

/** Spreadsheets make 9:00 of 09:00, and 09:00:00 too. */
const time = (value: unknown): string =>
  text(value)
    .replace(/^(\d?\d:\d\d):00$/, '$1')
    .padStart(5, '0')

function flag(value: unknown): boolean {
  if (typeof value === 'boolean') return value
  const word = text(value).toLowerCase()
  if (['yes', 'true', '1'].includes(word)) return true
  if (['no', 'false', '0'].includes(word)) return false
  throw new Unreadable('must be yes or no')
}

function amount(value: unknown): Micros {
  const parsed = parseMicros(text(value))
  if (parsed === undefined) throw new Unreadable('must be an amount such as 0.77, with at most 6 decimals')
  return parsed
}

function imeiFormat(value: unknown): ServiceInput['imeiFormat'] {
  if (value === 'check-digit') return 'imei'
  if (value === 'digits') return 'imei-digits'
  throw new Unreadable('must be one of check-digit, digits')
}

function names(value: unknown): string[] {
  const list = Array.isArray(value) ? value.map(text) : text(value).split(';')
  return list.map((name) => name.trim()).filter((name) => name !== '')
}

function parsed(value: unknown): unknown {
  if (typeof value !== 'string') return value
  try {
    return JSON.parse(value)
  } catch (error) {
    throw new Unreadable(`is not JSON: ${(error as Error).message}`)
  }
}

function schema(value: unknown): InputSchema {
  const given = parsed(value)
  if (isObject(given)) return given
  throw new Unreadable('must be a JSON object')
}

function fieldList(value: unknown): FieldInput[] {
  const given = value === '' || value === null ? [] : parsed(value)
  if (!Array.isArray(given)) throw new Unreadable('must be a JSON array of fields')
  return given.map((field: unknown) => {
    const known: Record<keyof FieldInput, unknown> = {
      name: undefined,
      label: undefined,
      type: undefined,
      required: undefined,
      options: undefined,
      ...(isObject(field) ? field : { name: field }),
    }
    const { name, label, type, required, options, ...rest } = known
    if (Object.keys(rest).length > 0) throw new Unreadable(`a field has no ${Object.keys(rest)[0]}`)
    if (typeof name !== 'string') throw new Unreadable('each field needs a name')
    return {
      name,
      label: label === undefined ? undefined : text(label),
      type: type === undefined ? undefined : (text(type) as FieldInput['type']),
      required: required === undefined ? undefined : flag(required),
      options: options === undefined ? undefined : optionList(options),
    }
  })
}

function optionList(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(text)
  throw new Unreadable("a field's options must be an array")
}
