import { decodeHTMLStrict } from 'entities'
import type { Fault } from '../errors.ts'
import { plainDigits } from '../lib/digits.ts'
import { fault, ok, type Refused, type Result, refused } from '../lib/fault.ts'
import { imeiFault, normaliseImei } from '../lib/imei.ts'
import { isObject } from '../lib/json.ts'
import { type Check, compileSchema, type SchemaFault } from '../lib/json-schema.ts'
import { excerpt, isPrintable, lineFault, trimmed, withoutMarks } from '../lib/text.ts'
import { type Why, whys } from '../lib/whys.ts'
import { type FieldNames, fieldNamed, fieldNamesOf, type GivenInput, placed } from './field-names.ts'
import { type InputSchema, inputCheck, inputProperty, MAX_FIELD_LENGTH } from './input-schema.ts'
import { isWhole, placesIn, putAt } from './order-data-schema.ts'
import type { Service, ServiceField } from './service.ts'

/** OrderInput is one item's input, checked against its service. */
export interface OrderInput {
  /** `input` is the IMEI (digits only) or the serial number as sent; empty where the service asks for none. */
  input: string
  quantity: number
  /** `fields` are the declared ones that were given, by upper-case name; null where the service declares none. */
  fields: Record<string, string> | null
  /** `canonical` is the same text for the same meaning, and only for that: duplicates are known by it (promise 3, one purchase once). */
  canonical: string
}

/** Plan is what reading an input takes from a service, prepared once for each version of the service. */
interface Plan extends FieldNames {
  check: Check
  /** `dataOf` makes what the schema checks: an item's input, or an order of it alone. */
  dataOf(input: string, quantity: number, fields: Record<string, unknown> | null): Record<string, unknown>
  /** `input` is the property that has the input, or that has the inputs in it. */
  input: string | undefined
  /** `fields` are sorted by name. */
  fields: ServiceField[]
  /** `lists` are the names of the fields that are lists: the value of each is one in JSON. */
  lists: ReadonlySet<string>
}

const plans = new WeakMap<Service, Plan>()

function planOf(service: Service): Plan {
  let plan = plans.get(service)
  if (!plan) {
    plan = {
      ...(isWhole(service.inputSchema) ? wholeOrder(service) : oneItem(service)),
      ...fieldNamesOf(service.fields),
      fields: service.fields.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
      lists: listsIn(service.inputSchema),
    }
    plans.set(service, plan)
  }
  return plan
}

/** `listsIn` gives the properties that are lists, in upper case, as fields are named. */
const listsIn = ({ properties }: InputSchema): ReadonlySet<string> =>
  new Set(
    Object.entries(isObject(properties) ? properties : {})
      .filter(([, property]) => isObject(property) && property['type'] === 'array')
      .map(([name]) => name.toUpperCase()),
  )

/** `withLists` gives fields as the schema checks them: texts, and the lists that are written in JSON. */
const withLists = (
  fields: Record<string, string> | null,
  lists: ReadonlySet<string>,
): Record<string, unknown> | null =>
  fields &&
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, lists.has(name) ? (listIn(value) ?? value) : value]),
  )

/** `listIn` reads a list in JSON; undefined: it is none. */
function listIn(text: string): unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}

function oneItem({ kind, inputSchema }: Service): Pick<Plan, 'check' | 'dataOf' | 'input'> {
  const name = inputProperty(kind)
  return {
    check: inputCheck(inputSchema),
    dataOf: (input, _quantity, fields) => (name === undefined ? { ...fields } : { ...fields, [name]: input }),
    input: name,
  }
}

/** `wholeOrder` checks an item as an order of it alone, because the operator's schema is one of whole orders. */
function wholeOrder({ inputSchema }: Service): Pick<Plan, 'check' | 'dataOf' | 'input'> {
  const { inputsAt, isList, quantityAt } = placesIn(inputSchema)
  const names = Object.keys((inputSchema['properties'] as object | undefined) ?? {})
  return {
    check: compileSchema(inputSchema, 'text'),
    dataOf(input, quantity, fields) {
      const data: Record<string, unknown> = {}
      for (const [name, value] of Object.entries(fields ?? {})) {
        data[names.find((one) => one.toUpperCase() === name) ?? name] = value
      }
      if (inputsAt) putAt(data, inputsAt, isList ? [input] : input)
      if (quantityAt) putAt(data, quantityAt, quantity)
      return data
    },
    input: inputsAt?.[0],
  }
}

/**
 * `readInput` makes a valid input of what a caller sent, or says why it is none. `isChecked`: it was sent with others in one order,
 * and all of them were found to match the operator's schema of whole orders.
 */
export function readInput(
  service: Service,
  given: GivenInput,
  { isChecked = false }: { isChecked?: boolean } = {},
): Result<OrderInput> {
  const plan = planOf(service)
  const { input: sentInput, fields: sentFields } = placed(service, plan, given)
  const readText = inputOf(service, sentInput)
  if (!readText.ok) return readText
  const readQuantity = quantityOf(service, given.quantity ?? '')
  if (!readQuantity.ok) return readQuantity
  const readFields = plan.fields.length > 0 ? fieldsOf(plan, sentFields) : NO_FIELDS
  if (!readFields.ok) return readFields
  const [input, quantity, fields] = [readText.value, readQuantity.value, readFields.value]

  const [unfit] = isChecked ? [] : plan.check(plan.dataOf(input, quantity, withLists(fields, plan.lists)))
  if (unfit) return refusedBy(unfit, plan, input)

  const device = service.kind === 'serial' ? input.toUpperCase() : input
  const canonical: unknown[] = [device, quantity]
  if (fields) {
    for (const { name } of plan.fields) if (fields[name] !== undefined) canonical.push(name, fields[name])
  }
  return ok({ input, quantity, fields, canonical: JSON.stringify(canonical) })
}

const NO_FIELDS = ok(null)

/** MAX_SENT is how long an input may be with all that is taken out of it. */
const MAX_SENT = 1000

function inputOf(service: Service, sent: string): Result<string> {
  const isTooLong = sent.length > MAX_SENT
  const input = isTooLong ? sent : service.kind === 'imei' ? normaliseImei(sent) : withoutMarks(sent).trim()
  if (input === '') {
    if (service.kind === 'server') return ok('')
    const message =
      service.kind === 'serial' ? `${service.inputName || 'the serial number'} goes in IMEI` : ''
    return refused('imei_required', 'IMEI', { ...whys.empty(), message })
  }
  const { minInputLength: min, maxInputLength: max } = service
  if (input.length < min || input.length > max || !isPrintable(input)) {
    const why =
      (service.kind === 'imei' ? imeiFault(input, 'imei') : undefined) ??
      whys.inputLength(service.inputName, min, max)
    return refused('invalid_imei', 'IMEI', behind(input, why))
  }
  return ok(input)
}

/** MAX_WRITTEN is longer than a quantity is written. */
const MAX_WRITTEN = 40

/** `quantityOf` takes `5.00` for 5; and 0 for nothing where there is no other quantity than 1, as panels' lists say it of such services. */
function quantityOf(service: Service, given: string): Result<number> {
  const [min, max] = service.kind === 'server' ? [service.minQuantity, service.maxQuantity] : [1, 1]
  if (given === '') return ok(min)
  const written = trimmed(given)
  const sent = written.length > MAX_WRITTEN ? written : plainDigits(written).replace(/^(\d+)\.0{1,2}$/, '$1')
  if (sent === '' || (max === 1 && /^0+$/.test(sent))) return ok(min)
  const quantity = /^\d{1,10}$/.test(sent) ? Number(sent) : Number.NaN
  const { quantityOptions: options } = service
  if (options.length === 0 ? quantity >= min && quantity <= max : options.includes(quantity))
    return ok(quantity)
  const why =
    options.length > 1
      ? whys.choice(options.map(String))
      : min === max
        ? { message: `must be ${min}`, keyword: 'exactly', params: { value: min } }
        : { ...whys.range(min, max), message: `must be a whole number from ${min} to ${max}` }
  return refused(
    'quantity_out_of_range',
    'QUANTITY',
    behind(sent, { ...why, message: `the quantity ${why.message}` }),
  )
}

function fieldsOf(plan: Plan, sent: ReadonlyMap<string, string>): Result<Record<string, string>> {
  const fields: Record<string, string> = {}
  for (const [key, text] of sent) {
    const field = fieldNamed(plan.byName, key)
    const value = field ? valueIn(field, text, plan.lists) : ''
    if (!field || value === '' || fields[field.name] !== undefined) continue
    const wrong = fieldFault(field, value)
    if (wrong) return refused('invalid_field', wrong.path, wrong)
    fields[field.name] = value
  }
  for (const { name, required } of plan.fields) {
    if (required && fields[name] === undefined)
      return refused('field_missing', name, { ...whys.empty(), message: name })
  }
  return ok(fields)
}

/** `valueIn` gives the text that is meant; of a list always the same one. */
function valueIn(field: ServiceField, text: string, lists: ReadonlySet<string>): string {
  const list = lists.has(field.name) ? listIn(text) : undefined
  return list ? JSON.stringify(list) : optionIn(field, text)
}

/** `optionIn` gives the option that is meant, where a client writes one in another case, with other blanks or as HTML (`AT&amp;T`). */
function optionIn({ options }: ServiceField, text: string): string {
  const value = trimmed(text)
  if (options.length === 0 || options.includes(value) || value.length > MAX_FIELD_LENGTH) return value
  const wanted = comparable(value)
  const meant = options.filter((option) => comparable(option) === wanted)
  return meant.length === 1 ? (meant[0] as string) : value
}

const comparable = (text: string): string =>
  decodeHTMLStrict(text).normalize('NFKC').toLowerCase().replace(/\s+/g, ' ')

function fieldFault({ name, type, options }: ServiceField, value: string): Fault | undefined {
  if (type !== 'dropdown' || options.includes(value)) return lineFault(name, value, MAX_FIELD_LENGTH)
  return fault(name, whys.wrongOption(excerpt(value), options))
}

/** `refusedBy` says what the schema found wrong. */
function refusedBy({ path, message, keyword, params }: SchemaFault, plan: Plan, input: string): Refused {
  const [name] = path
  const isMissing = keyword === 'required'
  if (isMissing && name !== plan.input)
    return refused('field_missing', path, { ...whys.empty(), message: String(name) })
  if (name !== plan.input) return refused('invalid_field', path, { message, keyword, params })
  const { format } = params
  const why = format === 'imei' || format === 'imei-digits' ? imeiFault(input, format) : undefined
  return refused('invalid_imei', 'IMEI', behind(input, why ?? { message, keyword, params }))
}

/** `behind` says what is wrong behind what was sent. */
const behind = (sent: string, why: Why): Why => ({ ...why, message: `${excerpt(sent)}: ${why.message}` })
