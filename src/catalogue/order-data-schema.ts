import type { Fault } from '../errors.ts'
import { fault } from '../lib/fault.ts'
import { isObject } from '../lib/json.ts'
import { QUANTITY_FROM, REQUEST_FROM } from '../lib/json-schema.ts'
import type { InputSchema } from './input-schema.ts'
import type { ServiceField, ServiceKind } from './service.ts'

export const isWhole = (schema: InputSchema): boolean => QUANTITY_FROM in schema || REQUEST_FROM in schema

/** Places are the steps to the inputs and to the quantity in the data of a whole order. */
export interface Places {
  /** `inputsAt`, undefined: nothing but the fields is sent on. */
  inputsAt: string[] | undefined
  /** `isList` tells whether there is a list of inputs there, or one text. */
  isList: boolean
  /** `quantityAt` leads to a whole number; undefined: the inputs are counted. */
  quantityAt: string[] | undefined
}

/** `placesIn` reads the places of a schema that `wholeFault` has nothing against. */
export function placesIn(schema: InputSchema): Places {
  const inputsAt = stepsOf(schema[REQUEST_FROM])
  const quantityAt = stepsOf(schema[QUANTITY_FROM])
  return {
    inputsAt,
    isList: inputsAt !== undefined && typeAt(schema, inputsAt) === 'array',
    quantityAt: quantityAt && typeAt(schema, quantityAt) === 'integer' ? quantityAt : undefined,
  }
}

/** `valueAt` gives the value at a place of the data. */
export function valueAt(data: unknown, steps: string[]): unknown {
  let value = data
  for (const step of steps) value = isObject(value) && Object.hasOwn(value, step) ? value[step] : undefined
  return value
}

/** `putAt` puts a value at a place of the data, and makes the objects around it. */
export function putAt(data: Record<string, unknown>, [step = '', ...rest]: string[], value: unknown): void {
  if (rest.length === 0) {
    data[step] = value
    return
  }
  const inner = (data[step] ?? {}) as Record<string, unknown>
  data[step] = inner
  putAt(inner, rest, value)
}

/** `withAt` gives the data with another value at a place that it has; the objects around it are new, all others are the same. */
export function withAt(
  data: Record<string, unknown>,
  [step = '', ...rest]: string[],
  value: unknown,
): Record<string, unknown> {
  const inner = rest.length === 0 ? value : withAt(data[step] as Record<string, unknown>, rest, value)
  return { ...data, [step]: inner }
}

/** `unfit` is what is wrong with a service's schema. */
export const unfit = (message: string): Fault => fault('inputSchema', message)

/** `wholeFault` says why a schema of whole orders cannot be a service's, but for its being a JSON Schema; undefined: it can. */
export function wholeFault(
  schema: InputSchema,
  kind: ServiceKind,
  fields: readonly ServiceField[],
): Fault | undefined {
  return (
    pointerFault(schema, REQUEST_FROM) ??
    pointerFault(schema, QUANTITY_FROM) ??
    inputsFault(schema, kind) ??
    quantityFault(schema, kind) ??
    unknownFault(schema, fields)
  )
}

function pointerFault(schema: InputSchema, keyword: string): Fault | undefined {
  const pointer = schema[keyword]
  if (pointer === undefined) return undefined
  const steps = stepsOf(pointer)
  if (!steps) return unfit(`${keyword} must be a JSON pointer such as /imeis`)
  for (const [index, step] of steps.entries()) {
    const around = schemaAt(schema, steps.slice(0, index))
    if (!isObject(around?.['properties']) || !Object.hasOwn(around['properties'], step)) {
      return unfit(`${keyword} is ${String(pointer)}, and there is no property ${step}`)
    }
    const { required } = around
    if (keyword === REQUEST_FROM && !(Array.isArray(required) && required.includes(step))) {
      return unfit(`${keyword} is ${String(pointer)}, and ${step} is not required`)
    }
  }
  return undefined
}

function inputsFault(schema: InputSchema, kind: ServiceKind): Fault | undefined {
  const at = stepsOf(schema[REQUEST_FROM])
  if (!at)
    return kind === 'server'
      ? undefined
      : unfit(`${REQUEST_FROM} is missing: it says where the ${kind}s stand`)
  const there = schemaAt(schema, at)
  const items = there?.['items']
  const isTexts = there?.['type'] === 'array' && isObject(items) && items['type'] === 'string'
  if (isTexts || there?.['type'] === 'string') return undefined
  return unfit(
    `${REQUEST_FROM} must lead to a list of texts (an array whose items are of type string) or to a text`,
  )
}

function quantityFault(schema: InputSchema, kind: ServiceKind): Fault | undefined {
  const { [QUANTITY_FROM]: quantityFrom, [REQUEST_FROM]: requestFrom } = schema
  if (quantityFrom === undefined || quantityFrom === requestFrom) return undefined
  if (typeAt(schema, stepsOf(quantityFrom) ?? []) !== 'integer') {
    return unfit(`${QUANTITY_FROM} must lead to where ${REQUEST_FROM} does, or to a value of type integer`)
  }
  if (kind !== 'server')
    return unfit(`${QUANTITY_FROM} must be ${String(requestFrom)}: only server services have quantities`)
  if (placesIn(schema).isList)
    return unfit(`${QUANTITY_FROM} must be ${String(requestFrom)}: a list has no other quantity`)
  return undefined
}

/** `unknownFault` finds what is neither pointed at nor a field: it would be taken from a caller and never sent on. */
function unknownFault(schema: InputSchema, fields: readonly ServiceField[]): Fault | undefined {
  const pointed = [schema[REQUEST_FROM], schema[QUANTITY_FROM]].flatMap((pointer) => {
    const steps = stepsOf(pointer)
    return steps ? [steps] : []
  })
  const known = new Set(fields.map(({ name }) => name))
  const find = (around: InputSchema, path: string[]): Fault | undefined => {
    const { properties = {}, required = [] } = around as { properties?: object; required?: string[] }
    for (const name of new Set([...Object.keys(properties), ...required])) {
      const here = [...path, name]
      if (pointed.some((steps) => same(steps, here))) continue
      if (pointed.some((steps) => same(steps.slice(0, here.length), here))) {
        const found = find(schemaAt(schema, here) ?? {}, here)
        if (found) return found
      } else if (path.length > 0 || !known.has(name.toUpperCase())) {
        return unfit(`the schema has ${here.join('.')}, which is neither pointed at nor a field`)
      }
    }
    return undefined
  }
  const properties = Object.keys((schema['properties'] as object | undefined) ?? {}).map((name) =>
    name.toUpperCase(),
  )
  const missing = fields.find(({ name, required }) => required && !properties.includes(name))
  return (
    find(schema, []) ??
    (missing && unfit(`the schema has no property for the required field ${missing.name}`))
  )
}

const same = (one: string[], other: string[]): boolean =>
  one.length === other.length && one.every((step, index) => step === other[index])

function stepsOf(pointer: unknown): string[] | undefined {
  if (typeof pointer !== 'string' || !/^(\/([^~/]|~[01])+)+$/.test(pointer)) return undefined
  return pointer
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
}

const schemaAt = (schema: InputSchema, steps: string[]): InputSchema | undefined =>
  valueAt(
    schema,
    steps.flatMap((step) => ['properties', step]),
  ) as InputSchema | undefined

const typeAt = (schema: InputSchema, steps: string[]): unknown => schemaAt(schema, steps)?.['type']
