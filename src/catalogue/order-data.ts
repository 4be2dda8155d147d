import type { ErrorCode, Fault } from '../errors.ts'
import { type Result, refused, resultOf } from '../lib/fault.ts'
import { MAX_FAULTS } from '../lib/json-schema.ts'
import { isWhole, valueAt } from './order-data-schema.ts'
import { type OrderInput, readInput } from './order-input.ts'
import { MAX_ITEMS, type OrderForm, orderFormOf } from './order-schema.ts'
import type { Service, UnitPrice } from './service.ts'

/** `readData` makes the items of an order of the data that a caller sent for it as JSON, or says everything that is wrong. */
export function readData(
  service: Service,
  price: UnitPrice,
  data: Record<string, unknown>,
): Result<OrderInput[]> {
  const form = orderFormOf(service)
  const unfit = form.check(data).map(({ path, message }) => ({ path: ['data', ...path], message }))
  if (unfit.length > 0) return resultOf([], unfit)
  const subjects = subjectsIn(form, data)
  const wrongCount = countFault(subjects.length, price)
  const at = ['data', ...(form.subjectsAt ?? [])]
  if (wrongCount !== undefined) return refused('quantity_out_of_range', at, wrongCount)
  const quantity = form.quantityAt && valueAt(data, form.quantityAt)
  const sent = {
    ...(quantity !== undefined && { quantity: String(quantity) }),
    fields: fieldsIn(service, data),
  }
  const isChecked = isWhole(service.inputSchema)
  const items: OrderInput[] = []
  const faults: Fault[] = []
  let code: ErrorCode = 'invalid_input'
  const seen = new Set<string>()
  for (const [index, subject] of subjects.entries()) {
    const here = form.isList ? [...at, index] : at
    const item = readInput(service, { subject, ...sent }, { isChecked })
    if (!item.ok) {
      code = item.code
      const [{ path, message }] = item.faults
      faults.push({ path: placeOf(code, path, here, form), message: message || 'is missing' })
      if (faults.length === MAX_FAULTS) break
    } else if (seen.has(item.value.canonical)) {
      faults.push({ path: here, message: 'is there twice' })
    } else {
      seen.add(item.value.canonical)
      items.push(item.value)
    }
  }
  return resultOf(items, faults, code)
}

function subjectsIn({ subjectsAt, isList }: OrderForm, data: unknown): string[] {
  if (!subjectsAt) return ['']
  const there = valueAt(data, subjectsAt)
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
  subject: Fault['path'],
  { quantityAt }: OrderForm,
): Fault['path'] {
  if (code === 'invalid_imei' || code === 'imei_required') return subject
  if (code !== 'quantity_out_of_range') return ['data', ...path]
  return quantityAt ? ['data', ...quantityAt] : subject
}
