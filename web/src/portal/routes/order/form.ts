/** Field is what a service asks for beside the inputs. `name` is its property of an order's data. */
export type Field = { name: string; label: string; help: string | undefined; isRequired: boolean } & (
  | { kind: 'text' }
  | { kind: 'yes-no' }
  | { kind: 'choice'; choices: readonly (string | number)[] }
  | { kind: 'number'; isWhole: boolean; min: number | undefined; max: number | undefined }
)

/** Form is what a page asks for to order a service. */
export interface Form {
  /** `list` is the property of an order's data that has the inputs, or the one input; undefined: only a quantity is ordered. */
  list: string | undefined
  isSingle: boolean
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
  return { list, isSingle: type === 'string', quantity, quantities, fields }
}

function fieldOf(name: string, property: Property, isRequired: boolean): Field | undefined {
  const { type = 'string', title, description: help, enum: some, minimum: min, maximum: max } = property
  const common = { name, label: title ?? name, help, isRequired }
  if (some !== undefined) {
    const choices = some.filter((one) => typeof one === 'string' || typeof one === 'number')
    return choices.length === some.length ? { ...common, kind: 'choice', choices } : undefined
  }
  if (type === 'string') return { ...common, kind: 'text' }
  if (type === 'boolean') return { ...common, kind: 'yes-no' }
  if (type === 'number' || type === 'integer')
    return { ...common, kind: 'number', isWhole: type === 'integer', min, max }
  return undefined
}

/** Values are what was filled in, by the names of fields; what was left out is not in it. */
export type Values = Record<string, string | number | boolean>

/** `valuesIn` reads what was filled in: as the schema types it, for the order; a text of the form alone says nothing of that. */
export function valuesIn(fields: readonly Field[], given: FormData): Values {
  return Object.fromEntries(
    fields.flatMap((field): [string, string | number | boolean][] => {
      const text = String(given.get(`field ${field.name}`) ?? '').trim()
      if (field.kind === 'yes-no') return [[field.name, text !== '']]
      if (text === '') return []
      if (field.kind === 'number') return [[field.name, Number(text)]]
      if (field.kind === 'choice')
        return [[field.name, field.choices.find((one) => String(one) === text) ?? text]]
      return [[field.name, text]]
    }),
  )
}
