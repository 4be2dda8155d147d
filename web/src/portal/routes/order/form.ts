/** Form is what a page asks for to order a service. */
export interface Form {
  /** `list` is the property of an order's data that has the inputs; undefined: only a quantity is ordered. */
  list: string | undefined
  fields: { name: string; label: string; isRequired: boolean }[]
}

interface Schema {
  properties?: Record<string, { type?: string; title?: string; enum?: unknown }>
  required?: string[]
  'x-requestFrom'?: string
}

/** `formOf` reads a service's schema; undefined: it takes what is no list of inputs with texts beside. */
export function formOf(schema: Schema): Form | undefined {
  const { properties = {}, required = [] } = schema
  const list = /^\/([^/]+)$/.exec(schema['x-requestFrom'] ?? '')?.[1]
  if (schema['x-requestFrom'] !== undefined && list === undefined) return undefined
  const counted = list ?? 'quantity'
  if (properties[counted]?.type !== (list === undefined ? 'integer' : 'array')) return undefined
  const others = Object.entries(properties).filter(([name]) => name !== counted)
  if (others.some(([, { type = 'string' }]) => type !== 'string')) return undefined
  const fields = others.map(([name, { title }]) => ({
    ...{ name, label: title ?? name, isRequired: required.includes(name) },
  }))
  return { list, fields }
}
