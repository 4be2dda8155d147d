import { type Check, compileSchema, QUANTITY_FROM, REQUEST_FROM } from '../lib/json-schema.ts'
import { type InputSchema, inputProperty } from './input-schema.ts'
import { isWhole, type Places, placesIn } from './order-data-schema.ts'
import type { Service, UnitPrice } from './service.ts'

/** MAX_ITEMS bounds the items of one order, whatever its price says. */
export const MAX_ITEMS = 10_000

/** OrderForm is what the data of a service's orders must be, prepared once for each version of the service. */
export interface OrderForm extends Places {
  /** JSON Schema 2020-12 with nothing of our own that validates. */
  schema: InputSchema
  check: Check
}

const forms = new WeakMap<Service, OrderForm>()

/** `orderFormOf` takes an operator's own schema of a whole order as it is; otherwise it makes one of the schema of one item. */
export function orderFormOf(service: Service): OrderForm {
  let form = forms.get(service)
  if (!form) {
    const schema = orderSchemaOf(service)
    const { inputSchema } = service
    let compiled: Check | undefined
    form = {
      schema,
      // It takes milliseconds, and lists of hundreds of services show their schemas only.
      check: (data) => {
        compiled ??= compileSchema(isWhole(inputSchema) ? inputSchema : schema, 'data')
        return compiled(data)
      },
      ...placesIn(schema),
    }
    forms.set(service, form)
  }
  return form
}

/** `publishedSchema` is what the data of an order may be, with the numbers of items that an account's price is for. */
export function publishedSchema(service: Service, price: UnitPrice): InputSchema {
  const { schema, inputsAt } = orderFormOf(service)
  const [list] = inputsAt ?? []
  // An operator's own schema says itself how many it takes.
  if (list === undefined || isWhole(service.inputSchema)) return schema
  const properties = schema['properties'] as Record<string, object>
  const counted = {
    ...properties[list],
    minItems: price.minItems,
    maxItems: Math.min(price.maxItems, MAX_ITEMS),
    uniqueItems: true,
  }
  return { ...schema, properties: { ...properties, [list]: counted } }
}

/** `orderSchemaOf` takes a service as it is, or as it would be written. */
export function orderSchemaOf(
  service: Pick<Service, 'kind' | 'inputSchema' | 'minQuantity' | 'maxQuantity' | 'quantityOptions'>,
): InputSchema {
  const given = inPlainFormats(service.inputSchema) as InputSchema
  if (isWhole(given)) return { [QUANTITY_FROM]: given[REQUEST_FROM], ...given }
  const {
    $schema,
    title,
    description,
    $defs,
    additionalProperties,
    properties = {},
    required = [],
  } = given as {
    [keyword: string]: unknown
    properties?: Record<string, object>
    required?: string[]
  }
  const input = inputProperty(service.kind)
  const list = input === undefined ? 'quantity' : `${input}s`
  const { [input ?? '']: one = {}, ...fields } = properties
  const counted =
    input === undefined
      ? {
          type: 'integer',
          ...(service.quantityOptions.length > 0
            ? { enum: service.quantityOptions }
            : { minimum: service.minQuantity, maximum: service.maxQuantity }),
          default: service.minQuantity,
        }
      : { type: 'array', items: { type: 'string', ...one }, minItems: 1, maxItems: MAX_ITEMS }
  // What else an operator's schema of one item says, such as conditions, each item is checked by when it is ordered.
  return {
    ...Object.fromEntries(
      Object.entries({ $schema, title, description, $defs }).filter(([, value]) => value !== undefined),
    ),
    type: 'object',
    properties: { [list]: counted, ...fields },
    required: [...(input === undefined ? [] : [list]), ...required.filter((name) => name !== input)],
    ...(additionalProperties !== undefined && { additionalProperties }),
    [QUANTITY_FROM]: `/${list}`,
    ...(input !== undefined && { [REQUEST_FROM]: `/${list}` }),
  }
}

/** FIFTEEN_DIGITS is the pattern that stands for an IMEI's format. */
export const FIFTEEN_DIGITS = '^[0-9]{15}$'

/** `inPlainFormats` puts patterns, which every validator knows, in the place of our own formats; check digits are checked when an order comes. */
function inPlainFormats(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(inPlainFormats)
  if (typeof schema !== 'object' || schema === null) return schema
  const { format, pattern, ...rest } = schema as Record<string, unknown>
  const others = Object.fromEntries(
    Object.entries(rest).map(([name, value]) => [name, inPlainFormats(value)]),
  )
  if (format !== 'imei' && format !== 'imei-digits') {
    return {
      ...(format !== undefined && { format: inPlainFormats(format) }),
      ...(pattern !== undefined && { pattern: inPlainFormats(pattern) }),
      ...others,
    }
  }
  if (pattern === undefined) return { pattern: FIFTEEN_DIGITS, ...others }
  return {
    pattern,
    ...others,
    allOf: [...((others['allOf'] as object[] | undefined) ?? []), { pattern: FIFTEEN_DIGITS }],
  }
}
