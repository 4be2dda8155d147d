import { Refusal } from '../errors.ts'
import { addFault, type Faults, faultsIn, MAX_FAULTS } from './faults.ts'
import { isWhole, valueAt } from './order-data-schema.ts'
import { type OrderInput, readInput } from './order-input.ts'
import { MAX_ITEMS, type OrderForm, orderFormOf } from './order-schema.ts'
import type { Service, UnitPrice } from './service.ts'

/** Makes the items of an order of the data that a caller sent for it as JSON, or says everything that is wrong. */
export function readData(
  service: Service,
  price: UnitPrice,
  data: Record<string, unknown>,
): OrderInput[] | Refusal {
  const form = orderFormOf(service)
  if (!form.validate(data)) return unfit('invalid_input', faultsIn(form.validate.errors ?? [], ['data']))
  const subjects = subjectsIn(form, data)
  const wrongCount = countFault(subjects.length, price)
  const at = ['data', ...(form.subjectsAt ?? [])]
  if (wrongCount !== undefined) return unfit('quantity_out_of_range', oneFault(at, wrongCount))
  const quantity = form.quantityAt && valueAt(data, form.quantityAt)
  const sent = {
    ...(quantity !== undefined && { quantity: String(quantity) }),
    fields: fieldsIn(service, data),
  }
  const isChecked = isWhole(service.inputSchema)
  const items: OrderInput[] = []
  const faults: Faults = {}
  let code: Refusal['code'] = 'invalid_input'
  const seen = new Set<string>()
  for (const [index, subject] of subjects.entries()) {
    const here = form.isList ? [...at, String(index)] : at
    const item = readInput(service, { subject, ...sent }, { isChecked })
    if (item instanceof Refusal) {
      code = item.code
      addFault(faults, placeOf(item, here, form), item.detail ?? item.message)
      if (Object.keys(faults).length === MAX_FAULTS) break
    } else if (seen.has(item.canonical)) {
      addFault(faults, here, 'is there twice')
    } else {
      seen.add(item.canonical)
      items.push(item)
    }
  }
  return Object.keys(faults).length > 0 ? unfit(code, faults) : items
}

function subjectsIn({ subjectsAt, isList }: OrderForm, data: unknown): string[] {
  if (!subjectsAt) return ['']
  const there = valueAt(data, subjectsAt)
  return isList ? (there as string[]) : [there as string]
}

/** By name; texts as they are, and what else a schema of an operator's own may take as text. */
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
  const most = Math.min(maxItems, MAX_ITEMS)
  if (count >= minItems && count <= most && count > 0) return undefined
  return `this service is sold in orders of ${minItems} to ${most} items, here are ${count}`
}

function placeOf({ code, field = '' }: Refusal, subject: string[], { quantityAt }: OrderForm): string[] {
  if (code === 'invalid_imei' || code === 'imei_required') return subject
  if (code !== 'quantity_out_of_range') return ['data', field]
  return quantityAt ? ['data', ...quantityAt] : subject
}

function oneFault(steps: string[], words: string): Faults {
  const faults: Faults = {}
  addFault(faults, steps, words)
  return faults
}

function unfit(code: Refusal['code'], faults: Faults): Refusal {
  const [field = 'data', words = []] = Object.entries(faults)[0] ?? []
  return new Refusal(code, `${field}: ${words[0]}`, 'data', faults)
}
