import type { ErrorObject, ValidateFunction } from 'ajv/dist/2020.js'
import { Refusal } from '../errors.ts'
import { lineFault } from '../lib/text.ts'
import { imeiFault, normaliseImei } from './imei.ts'
import { MAX_FIELD_LENGTH, MAX_INPUT_LENGTH, subjectProperty, validatorOf } from './input-schema.ts'
import { isWhole, placesIn, putAt } from './order-data-schema.ts'
import { compile } from './order-schema.ts'
import type { Service, ServiceField } from './service.ts'

/** What a caller sent for one item, as text. An empty text means "not given". */
export interface GivenInput {
  subject?: string | undefined
  quantity?: string | undefined
  /** By name, in any case. */
  fields: ReadonlyMap<string, string>
}

/** One item's input, checked against its service. */
export interface OrderInput {
  /** The IMEI (digits only) or the serial number as sent; empty where the service asks for none. */
  subject: string
  quantity: number
  /** The declared fields that were given, by upper-case name; null where the service declares none. */
  fields: Record<string, string> | null
  /** The same text for the same meaning, and only for that: what a duplicate is told by (promise 3). */
  canonical: string
}

/** What reading an input takes from a service, prepared once for each version of the service. */
interface Plan {
  validate: ValidateFunction
  /** What the schema is asked about: an item's input, or an order of it alone. */
  dataOf(subject: string, quantity: number, fields: Record<string, string> | null): Record<string, unknown>
  /** The property that has the subject, or that has the subjects in it. */
  subject: string | undefined
  byName: Map<string, ServiceField>
  /** Sorted by name. */
  fields: ServiceField[]
}

const plans = new WeakMap<Service, Plan>()

function planOf(service: Service): Plan {
  let plan = plans.get(service)
  if (!plan) {
    plan = {
      ...(isWhole(service.inputSchema) ? wholeOrder(service) : oneItem(service)),
      byName: new Map(service.fields.map((field) => [field.name, field])),
      fields: service.fields.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    }
    plans.set(service, plan)
  }
  return plan
}

function oneItem({ kind, inputSchema }: Service): Pick<Plan, 'validate' | 'dataOf' | 'subject'> {
  const name = subjectProperty(kind)
  return {
    validate: validatorOf(inputSchema),
    dataOf: (subject, _quantity, fields) => ({ ...fields, ...(name !== undefined && { [name]: subject }) }),
    subject: name,
  }
}

/** Where the operator's schema is one of whole orders, an item is looked at as an order of it alone. */
function wholeOrder({ inputSchema }: Service): Pick<Plan, 'validate' | 'dataOf' | 'subject'> {
  const { subjectsAt, isList, quantityAt } = placesIn(inputSchema)
  const names = Object.keys((inputSchema['properties'] as object | undefined) ?? {})
  return {
    validate: compile(inputSchema, { coerces: true }),
    dataOf(subject, quantity, fields) {
      const data: Record<string, unknown> = {}
      for (const [name, value] of Object.entries(fields ?? {})) {
        data[names.find((one) => one.toUpperCase() === name) ?? name] = value
      }
      if (subjectsAt) putAt(data, subjectsAt, isList ? [subject] : subject)
      if (quantityAt) putAt(data, quantityAt, quantity)
      return data
    },
    subject: subjectsAt?.[0],
  }
}

/**
 * Makes a valid input of what a caller sent, or says why it is none. `isChecked`: it was sent with others in one order,
 * and all of them were found to match the operator's schema of whole orders.
 */
export function readInput(
  service: Service,
  given: GivenInput,
  { isChecked = false }: { isChecked?: boolean } = {},
): OrderInput | Refusal {
  const plan = planOf(service)
  const subject = readSubject(service, given.subject ?? '')
  if (subject instanceof Refusal) return subject
  const quantity = readQuantity(service, given.quantity?.trim() ?? '')
  if (quantity instanceof Refusal) return quantity
  const fields = plan.fields.length > 0 ? readFields(plan, given.fields) : null
  if (fields instanceof Refusal) return fields

  if (!isChecked && !plan.validate(plan.dataOf(subject, quantity, fields)))
    return refusalOf(plan.validate.errors?.[0], plan, subject)

  const device = service.kind === 'serial' ? subject.toUpperCase() : subject
  const canonical: unknown[] = [device, quantity]
  if (fields) {
    for (const { name } of plan.fields) if (fields[name] !== undefined) canonical.push(name, fields[name])
  }
  return { subject, quantity, fields, canonical: JSON.stringify(canonical) }
}

/** No control, format, private or unassigned characters, no halves of a pair, no line separators. */
const PRINTABLE = /^[^\p{C}\p{Zl}\p{Zp}]*$/u

function readSubject(service: Service, sent: string): string | Refusal {
  const subject = service.kind === 'imei' ? normaliseImei(sent) : sent.trim()
  if (subject === '') {
    if (service.kind === 'server') return ''
    return new Refusal(
      'imei_required',
      service.kind === 'serial' ? 'the serial number goes in IMEI' : undefined,
      'IMEI',
    )
  }
  if (subject.length > MAX_INPUT_LENGTH || !PRINTABLE.test(subject)) {
    const reason =
      service.kind === 'imei' ? imeiFault(subject, 'imei') : `1 to ${MAX_INPUT_LENGTH} printable characters`
    return new Refusal('invalid_imei', `${shown(subject)}: ${reason}`, 'IMEI')
  }
  return subject
}

function readQuantity(service: Service, sent: string): number | Refusal {
  const least = service.kind === 'server' ? service.minQuantity : 1
  const most = service.kind === 'server' ? service.maxQuantity : 1
  if (sent === '') return least
  const quantity = /^\d{1,10}$/.test(sent) ? Number(sent) : Number.NaN
  if (quantity >= least && quantity <= most) return quantity
  const range = least === most ? `must be ${least}` : `must be a whole number from ${least} to ${most}`
  return new Refusal('quantity_out_of_range', `${shown(sent)}: the quantity ${range}`, 'QUANTITY')
}

function readFields(plan: Plan, sent: ReadonlyMap<string, string>): Record<string, string> | Refusal {
  const fields: Record<string, string> = {}
  for (const [key, text] of sent) {
    const field = plan.byName.get(key.toUpperCase())
    const value = text.trim()
    if (!field || value === '' || fields[field.name] !== undefined) continue
    const fault = fieldFault(field, value)
    if (fault !== undefined) return new Refusal('invalid_field', `${field.name}: ${fault}`, field.name)
    fields[field.name] = value
  }
  for (const { name, required } of plan.fields) {
    if (required && fields[name] === undefined) return new Refusal('field_missing', name, name)
  }
  return fields
}

function fieldFault(field: ServiceField, value: string): string | undefined {
  const fault = lineFault(value, MAX_FIELD_LENGTH)
  if (fault) return fault
  if (field.type === 'dropdown' && !field.options.includes(value)) {
    return `${shown(value)} is not one of ${field.options.join(', ')}`
  }
  return undefined
}

/** Says the first thing that the schema found wrong. */
function refusalOf(error: ErrorObject | undefined, plan: Plan, subject: string): Refusal {
  const { missingProperty: missing, format } = (error?.params ?? {}) as {
    missingProperty?: string
    format?: string
  }
  // A JSON pointer: its first step names the property.
  const name = missing ?? error?.instancePath.split('/')[1]?.replaceAll('~1', '/').replaceAll('~0', '~') ?? ''
  const words = error?.message ?? 'does not match the service'
  if (missing !== undefined && missing !== plan.subject) return new Refusal('field_missing', name, name)
  if (name !== plan.subject) return new Refusal('invalid_field', name ? `${name}: ${words}` : words, name)
  const fault = format === 'imei' || format === 'imei-digits' ? imeiFault(subject, format) : undefined
  return new Refusal('invalid_imei', `${shown(subject)}: ${fault ?? words}`, 'IMEI')
}

/** A caller's own text in a message to that caller: short, and on one line. */
const shown = (text: string): string => {
  const clean = text.toWellFormed().replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, '?')
  return clean.length > 40 ? `${clean.slice(0, 40)}...` : clean
}
