import type { ErrorCode, Fault } from '../errors.ts'
import { type Refused, type Result, refused, resultOf } from '../lib/fault.ts'
import { imeiFault, normaliseImei } from '../lib/imei.ts'
import { MAX_FAULTS, type SchemaFault } from '../lib/json-schema.ts'
import { whys } from '../lib/whys.ts'
import { mapInTurns, turnForMany } from '../runtime/pace.ts'
import { isWhole, valueAt, withAt } from './order-data-schema.ts'
import { type OrderInput, readInput } from './order-input.ts'
import { FIFTEEN_DIGITS, MAX_ITEMS, type OrderForm, orderFormOf } from './order-schema.ts'
import type { Service, UnitPrice } from './service.ts'

/**
 * `readData` makes the items of an order of the data that a caller sent for it as JSON, or says everything that is wrong. Thousands of
 * items take several turns of the event loop.
 */
export async function readData(
  service: Service,
  price: UnitPrice,
  sent: Record<string, unknown>,
): Promise<Result<OrderInput[]>> {
  const form = orderFormOf(service)
  const tooMany = tooManyIn(form, sent)
  if (tooMany) return tooMany
  const data = service.kind === 'imei' ? withPlainImeis(form, sent) : sent
  const [first, ...others] = form.check(data).map((found) => inOrder(found, form, data))
  if (first)
    return { ok: false, code: first.code, faults: [first.fault, ...others.map(({ fault }) => fault)] }
  const inputs = inputsIn(form, data)
  const wrongCount = countFault(inputs.length, price)
  const at = ['data', ...(form.inputsAt ?? [])]
  if (wrongCount !== undefined) return refused('quantity_out_of_range', at, wrongCount)
  const quantity = form.quantityAt && valueAt(data, form.quantityAt)
  const common = {
    ...(quantity !== undefined && { quantity: String(quantity) }),
    fields: fieldsIn(service, data),
  }
  const isChecked = isWhole(service.inputSchema)
  await turnForMany(inputs.length)
  const read = await mapInTurns(inputs, (input) => readInput(service, { input, ...common }, { isChecked }))
  const items: OrderInput[] = []
  const faults: Fault[] = []
  let code: ErrorCode = 'invalid_input'
  const seen = new Set<string>()
  for (const [index, item] of read.entries()) {
    const here = form.isList ? [...at, index] : at
    if (!item.ok) {
      code = item.code
      const [{ path, message, ...why }] = item.faults
      faults.push({ ...why, path: placeOf(code, path, here, form), message: message || 'is missing' })
    } else if (seen.has(item.value.canonical)) {
      faults.push({ path: here, ...whys.twice() })
    } else {
      seen.add(item.value.canonical)
      items.push(item.value)
    }
    if (faults.length === MAX_FAULTS) break
  }
  return resultOf(items, faults, code)
}

/** `tooManyIn` refuses a list that is longer than any order may be before anybody looks at what is in it. */
function tooManyIn({ inputsAt, isList }: OrderForm, sent: Record<string, unknown>): Refused | undefined {
  const list = isList && inputsAt && valueAt(sent, inputsAt)
  if (!Array.isArray(list) || list.length <= MAX_ITEMS) return undefined
  return refused('invalid_input', ['data', ...(inputsAt ?? [])], `must NOT have more than ${MAX_ITEMS} items`)
}

/** `withPlainImeis` writes the IMEIs of the data with their digits only, as the wire's other protocol takes them, too. */
function withPlainImeis({ inputsAt }: OrderForm, sent: Record<string, unknown>): Record<string, unknown> {
  const there = inputsAt && valueAt(sent, inputsAt)
  if (there === undefined) return sent
  const plain = (value: unknown): unknown => (typeof value === 'string' ? normaliseImei(value) : value)
  return withAt(sent, inputsAt as string[], Array.isArray(there) ? there.map(plain) : plain(there))
}

/** `inOrder` gives the code of what the schema found, the same as for the same mistake over the Dhru endpoint. */
function inOrder(
  { path, message, keyword, params }: SchemaFault,
  { inputsAt, quantityAt, schema }: OrderForm,
  data: unknown,
): { code: ErrorCode; fault: Fault } {
  const at = ['data', ...path]
  const isInput = inputsAt?.every((step, index) => path[index] === step) ?? false
  const value = path.reduce<unknown>((inner, step) => Object(inner)[step], data)
  // An empty value is the same as none, as over the Dhru endpoint.
  const isMissing = keyword === 'required' || value === null || value === ''
  const said = { message, keyword, params }
  const missing = {
    path: at,
    ...(keyword === 'enum' || !isMissing ? said : { ...whys.empty(), message: 'is required' }),
  }
  if (isInput && (isMissing || keyword === 'minItems')) return { code: 'imei_required', fault: missing }
  if (quantityAt && keyword !== 'required' && quantityAt.every((step, index) => path[index] === step)) {
    return { code: 'quantity_out_of_range', fault: { path: at, ...said } }
  }
  if (
    isInput &&
    ['pattern', 'format', 'minLength', 'maxLength'].includes(keyword) &&
    typeof value === 'string'
  ) {
    const isImeiFormat = keyword === 'format' || params['pattern'] === FIFTEEN_DIGITS
    const why = isImeiFormat ? imeiFault(value, 'imei') : undefined
    return { code: 'invalid_imei', fault: { path: at, ...(why ?? said) } }
  }
  const isNeeded = path.length === 1 && Array.isArray(schema.required) && schema.required.includes(path[0])
  if (keyword === 'required' || (isMissing && isNeeded)) return { code: 'field_missing', fault: missing }
  const isField = path[0] !== undefined && Object.hasOwn(Object(schema['properties']), path[0]) && !isInput
  return { code: isField ? 'invalid_field' : 'invalid_input', fault: { path: at, ...said } }
}

function inputsIn({ inputsAt, isList }: OrderForm, data: unknown): string[] {
  if (!inputsAt) return ['']
  const there = valueAt(data, inputsAt)
  return isList ? (there as string[]) : [there as string]
}

/** `fieldsIn` gives the fields by name: texts as they are, and what else a schema of an operator's own may take as text. */
function fieldsIn({ fields }: Service, data: Record<string, unknown>): ReadonlyMap<string, string> {
  if (fields.length === 0) return new Map()
  const known = new Set(fields.map(({ name }) => name))
  return new Map(
    Object.entries(data).flatMap(([name, value]): [string, string][] =>
      known.has(name.toUpperCase()) && value !== null ? [[name, textOf(value)]] : [],
    ),
  )
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

function countFault(count: number, { minItems, maxItems }: UnitPrice): string | undefined {
  const max = Math.min(maxItems, MAX_ITEMS)
  if (count >= minItems && count <= max && count > 0) return undefined
  return `this service is sold in orders of ${minItems} to ${max} items, here are ${count}`
}

function placeOf(
  code: ErrorCode,
  path: Fault['path'],
  here: Fault['path'],
  { quantityAt }: OrderForm,
): Fault['path'] {
  if (code === 'invalid_imei' || code === 'imei_required') return here
  if (code !== 'quantity_out_of_range') return ['data', ...path]
  return quantityAt ? ['data', ...quantityAt] : here
}
