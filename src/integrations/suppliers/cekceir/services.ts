import { setTimeout as sleep } from 'node:timers/promises'
import { plainText } from '../../../client/index.ts'
import { failure } from '../../../lib/failures.ts'
import { costIn, decimalIn } from '../http-kit/amounts.ts'
import { type ExactJson, isObject, type JsonObject, own, textField } from '../http-kit/json.ts'
import type { Reasons } from '../http-kit/reasons.ts'
import type { RemoteBox, RemoteField, SupplierService } from '../supplier.ts'
import { answered } from './account.ts'
import { type Api, type Query, type Said, unwrapped } from './api.ts'
import { readList } from './lost-order.ts'
import { inPool } from './pool.ts'

const PAGE_SIZE = 50
const DETAILS_AT_ONCE = 4
/** MAX_TRIES bounds how often a busy server is asked. */
const MAX_TRIES = 6
const FIRST_WAIT_MS = 2_000
const MAX_WAIT_MS = 60_000
/** UNLIMITED is the quantity where nothing limits it: no service of ours takes more. */
const UNLIMITED = 10_000

/**
 * `readServices` gives the whole list, page by page; prices stand in each service's details. It leaves out what is not active. Throws an Error when the list does not come in whole.
 */
export async function* readServices(
  api: Api,
  reasons: Reasons,
  { itemsField, currency }: { itemsField: string; currency: string },
  signal: AbortSignal,
): AsyncGenerator<SupplierService> {
  const seen = new Set<string>()
  for (let cursor: string | undefined; ; ) {
    const query = { limit: String(PAGE_SIZE), ...(cursor !== undefined && { cursor }) }
    const list = readList(answered(await patiently(api, '/services', signal, query), reasons))
    if (!list) throw new Error('its list of services cannot be read')
    const active = list.items.filter((item) => own(item, 'is_active') !== false)
    const whole = await inPool(active, DETAILS_AT_ONCE, (item) => details(api, item, reasons, signal))
    for (const item of whole) if (item) yield readService(item, itemsField, currency)
    if (list.next === undefined) return
    if (seen.has(list.next)) throw new Error('its list of services has no end')
    seen.add(list.next)
    cursor = list.next
  }
}

/** `details` gives undefined for a service that was taken away while the list was read. One without an id cannot be asked about. */
async function details(
  api: Api,
  item: JsonObject,
  reasons: Reasons,
  signal: AbortSignal,
): Promise<JsonObject | undefined> {
  if (isObject(own(item, 'rule'))) return item
  const id = textField(item, 'id', 'code')
  if (id === undefined) return item
  const said = await patiently(api, `/services/${encodeURIComponent(id)}`, signal)
  if (said.kind === 'fault' && said.status === 404) return undefined
  return { ...item, ...unwrapped(answered(said, reasons)) }
}

/** `patiently` asks again later where the server asks us to slow down, because a long list asks often. */
async function patiently(api: Api, path: string, signal: AbortSignal, query: Query = {}): Promise<Said> {
  for (let tries = 1; ; tries++) {
    const said = await api.get(path, signal, query)
    if (said.kind !== 'not sent' || !said.turnedAway || tries === MAX_TRIES) return said
    await sleep(Math.min(said.turnedAway.retryAfterMs ?? FIRST_WAIT_MS * tries, MAX_WAIT_MS), undefined, {
      signal,
    })
  }
}

/** `readService` gives '' for the id of a service without a code: nobody could order it. */
function readService(item: JsonObject, itemsField: string, currency: string): SupplierService {
  const code = textField(item, 'code') ?? ''
  const given = own(item, 'rule')
  const rule = isObject(given) ? given : {}
  const type = own(item, 'service_type')
  const schema = isObject(type) ? own(type, 'input_schema') : undefined
  const kind = kindOf(schema, itemsField)
  const isServer = kind === 'server'
  const choices = valueIn(schema, 'properties', 'quantity', 'enum')
  const quantityOptions = optionsOf(choices)
  const isUnread = isServer && Array.isArray(choices) && choices.length > 0 && quantityOptions.length === 0
  return {
    id: code,
    group: (isObject(type) && textField(type, 'name', 'code')) || '',
    name: textField(item, 'name') ?? code,
    kind,
    ...costIn(decimalIn(own(rule, 'unit_price'), currency) ?? null, priceText(rule), currency),
    deliveryTime: '',
    description: textField(item, 'description') ?? '',
    // An input is one unit; the service says how many of them one order must hold, and not what one item is.
    minQuantity: isServer ? countOf(rule, 'min_items') : 1,
    maxQuantity: isServer ? countOf(rule, 'max_items', UNLIMITED) : 1,
    ...(isServer && { quantityOptions }),
    ...(isUnread && { leftOut: failure('quantities_unread', { text: plainText(choices).slice(0, 50) }) }),
    ...(kind === 'serial' && boxOf(schema, itemsField)),
    fields: isObject(schema) ? fieldsOf(schema, itemsField) : [],
  }
}

const priceText = (rule: JsonObject): string =>
  [textField(rule, 'unit_price'), textField(rule, 'currency')].filter(Boolean).join(' ')

/** `kindOf` says what an order lists: IMEIs, where each must have 15 digits or the list says so; else serial numbers; or nothing. */
function kindOf(schema: ExactJson | undefined, itemsField: string): SupplierService['kind'] {
  if (!isObject(schema)) return 'imei'
  const properties = own(schema, 'properties')
  const list = isObject(properties) ? own(properties, itemsField) : undefined
  if (!isObject(list)) return 'server'
  const items = own(list, 'items')
  const pattern = isObject(items) ? textField(items, 'pattern') : undefined
  if (pattern === undefined) return /imei/i.test(itemsField) ? 'imei' : 'serial'
  return /15/.test(pattern) ? 'imei' : 'serial'
}

/** `optionsOf` gives the quantities that a schema lists. */
function optionsOf(choices: ExactJson | undefined): number[] {
  const counts = Array.isArray(choices) ? choices.map(Number) : []
  return counts.filter((count) => Number.isInteger(count) && count > 0).sort((a, b) => a - b)
}

/** `boxOf` gives what a schema says of its inputs, where it says how long they are or what they are called. */
function boxOf(schema: ExactJson | undefined, itemsField: string): { box?: RemoteBox } {
  const one = valueIn(schema, 'properties', itemsField, 'items')
  if (!isObject(one)) return {}
  const lengthOf = (name: string): number => Number(/^\d{1,9}$/.exec(textField(one, name) ?? '')?.[0] ?? 0)
  const box = {
    name: textField(one, 'title') ?? '',
    hint: textField(one, 'description') ?? '',
    minLength: lengthOf('minLength'),
    maxLength: lengthOf('maxLength'),
  }
  return box.name || box.hint || box.minLength || box.maxLength ? { box } : {}
}

const valueIn = (value: ExactJson | undefined, ...steps: string[]): ExactJson | undefined =>
  steps.reduce((inner, step) => (isObject(inner) ? own(inner, step) : undefined), value)

/** `fieldsOf` leaves out the inputs and the quantity, which an order has anyway. */
function fieldsOf(schema: JsonObject, itemsField: string): RemoteField[] {
  const properties = own(schema, 'properties')
  if (!isObject(properties)) return []
  const required = own(schema, 'required')
  return Object.entries(properties).flatMap(([name, property]) => {
    if (!isObject(property) || name === itemsField || name === 'quantity') return []
    const choices = own(property, 'enum')
    const options = Array.isArray(choices) ? choices.filter((one) => typeof one === 'string') : []
    const field: RemoteField = {
      name,
      label: textField(property, 'title', 'description') ?? name,
      type: options.length > 0 ? 'dropdown' : 'text',
      required: Array.isArray(required) && required.includes(name),
      options,
    }
    return [field]
  })
}

function countOf(rule: JsonObject, name: string, otherwise = 1): number {
  const text = textField(rule, name) ?? ''
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : otherwise
}
