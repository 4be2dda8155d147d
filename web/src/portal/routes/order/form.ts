/** Field is what a service asks for beside the inputs. `name` is its property of an order's data. */
export type Field = { name: string; label: string; help: string | undefined; isRequired: boolean } & (
  | { kind: 'text' }
  | { kind: 'yes-no' }
  | { kind: 'choice'; choices: readonly (string | number)[] }
  | { kind: 'number'; isWhole: boolean; min: number | undefined; max: number | undefined }
  /** `choices` are of which several may be chosen. */
  | { kind: 'choices'; choices: readonly (string | number)[] }
  /** A list is written one a line. `isEmptyTaken`: it may have nothing in it. */
  | { kind: 'list'; of: 'text' | 'number'; isEmptyTaken: boolean }
)

/** Form is what a page asks for to order a service. */
export interface Form {
  /** `list` is the property of an order's data that has the inputs, or the one input; undefined: only a quantity is ordered. */
  list: string | undefined
  isSingle: boolean
  /** `takes` is what an input is: an IMEI, or what the service calls it; undefined: an IMEI or a serial number. */
  takes: 'imei' | { title: string } | undefined
  /** `quantity` is the property that has it, where there is no list; `quantities` are those that it may be, none: any. */
  quantity: string
  quantities: readonly number[]
  fields: readonly Field[]
}

interface Property {
  type?: unknown
  title?: string
  description?: string
  enum?: readonly unknown[]
  minimum?: number
  maximum?: number
  items?: unknown
  prefixItems?: unknown
  pattern?: unknown
  allOf?: readonly { pattern?: unknown }[]
  minItems?: number
}

interface Schema {
  properties?: Record<string, Property>
  required?: readonly string[]
  'x-requestFrom'?: string
  'x-quantityFrom'?: string
}

const nameIn = (pointer: string | undefined): string | undefined => /^\/([^/~]+)$/.exec(pointer ?? '')?.[1]

/** `formOf` reads a service's schema; undefined: it asks for what cannot be drawn, and its data is written as JSON. */
export function formOf(schema: Schema): Form | undefined {
  const { properties = {}, required = [], 'x-requestFrom': from, 'x-quantityFrom': count } = schema
  const list = nameIn(from)
  if (from !== undefined && list === undefined) return undefined
  const quantity = list === undefined ? (nameIn(count) ?? 'quantity') : ''
  // A quantity beside an input is no number of lines.
  if (list !== undefined && count !== undefined && count !== from) return undefined
  const counted = list ?? quantity
  const type = properties[counted]?.type
  if (list === undefined ? type !== 'integer' : type !== 'array' && type !== 'string') return undefined
  const fields: Field[] = []
  for (const [name, property] of Object.entries(properties)) {
    if (name === counted) continue
    const field = fieldOf(name, property, required.includes(name))
    if (!field) return undefined
    fields.push(field)
  }
  const quantities = (properties[counted]?.enum ?? []).filter((one) => typeof one === 'number')
  return {
    list,
    isSingle: type === 'string',
    takes: takesOf(properties[counted]),
    quantity,
    quantities,
    fields,
  }
}

/** IMEI is the pattern by which the server publishes that an input is an IMEI. */
const IMEI = '^[0-9]{15}$'

function takesOf(property: Property = {}): Form['takes'] {
  const item = property.type === 'array' ? ((property.items ?? {}) as Property) : property
  if (item.pattern === IMEI || item.allOf?.some(({ pattern }) => pattern === IMEI)) return 'imei'
  const title = item.title ?? property.title
  return title === undefined ? undefined : { title }
}

function fieldOf(name: string, property: Property, isRequired: boolean): Field | undefined {
  const { type = 'string', title, description: help, enum: some, minimum: min, maximum: max } = property
  const common = { name, label: title ?? name, help, isRequired }
  if (some !== undefined) {
    const choices = some.filter((one) => typeof one === 'string' || typeof one === 'number')
    // Each is chosen by its text, and no text is no choice.
    const texts = new Set(choices.map(String))
    const isDrawn = choices.length === some.length && texts.size === some.length && !texts.has('')
    return isDrawn ? { ...common, kind: 'choice', choices } : undefined
  }
  if (type === 'string') return { ...common, kind: 'text' }
  if (type === 'boolean') return { ...common, kind: 'yes-no' }
  if (type === 'number' || type === 'integer')
    return { ...common, kind: 'number', isWhole: type === 'integer', min, max }
  return type === 'array' ? listOf(common, property) : undefined
}

/** `listOf` draws a list of texts, of numbers or of choices; undefined: its items are something else. */
function listOf(
  common: Pick<Field, 'name' | 'label' | 'help' | 'isRequired'>,
  { items = {}, prefixItems, minItems = 0 }: Property,
): Field | undefined {
  if (prefixItems !== undefined || typeof items !== 'object' || items === null) return undefined
  const item = fieldOf('', items as Property, true)
  if (item?.kind === 'choice') return { ...common, kind: 'choices', choices: item.choices }
  if (item?.kind === 'text' || item?.kind === 'number')
    return { ...common, kind: 'list', of: item.kind, isEmptyTaken: minItems === 0 }
  return undefined
}

type One = string | number

/** Values are what was filled in, by the names of fields; what was left out is not in it. */
export type Values = Record<string, One | boolean | readonly One[]>

/** `valuesIn` reads what was filled in, as the schema types it. */
export function valuesIn(fields: readonly Field[], given: FormData): Values {
  return Object.fromEntries(
    fields.flatMap((field): [string, Values[string]][] => {
      const value = filledIn(field, given.getAll(`field ${field.name}`).map(String))
      return value === undefined ? [] : [[field.name, value]]
    }),
  )
}

/** `filledIn` reads the texts of one field; undefined: it was left out. */
function filledIn(field: Field, texts: readonly string[]): Values[string] | undefined {
  const [text = ''] = texts
  switch (field.kind) {
    case 'yes-no':
      return text !== ''
    case 'choice':
      return field.choices.find((one) => String(one) === text)
    case 'choices':
      return listed(
        field.choices.filter((one) => texts.includes(String(one))),
        field,
      )
    case 'list': {
      const lines = text.split(/\r\n|\r|\n/).map((line) => line.trim())
      const some = lines.filter((line) => line !== '')
      return listed(field.of === 'number' ? some.map(numberIn) : some, field)
    }
    case 'number':
      return text.trim() === '' ? undefined : numberIn(text.trim())
    case 'text':
      return text.trim() || undefined
  }
}

/** `listed` leaves an empty list out, unless one is needed. */
const listed = (list: readonly One[], { isRequired }: Field): readonly One[] | undefined =>
  list.length === 0 && !isRequired ? undefined : list

/** `numberIn` leaves what is no number as it is: the server says so, and names the field. */
const numberIn = (text: string): One => (Number.isNaN(Number(text)) ? text : Number(text))

/** `asText` writes a value as a text, as the Dhru wire has it, which has texts alone. */
export const asText = (value: Values[string]): string =>
  typeof value === 'object' ? JSON.stringify(value) : String(value)
