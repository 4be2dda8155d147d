import type { TSchema } from 'typebox'
import { checkOwn } from '../../lib/json-schema.ts'
import { sanitize } from '../../lib/text.ts'
import { Mismatch, type Source } from './refusal.ts'

/** `validatorFor` makes of a schema the check that Fastify uses for each route. It gives the Mismatch that the caller is told. */
export function validatorFor(schema: TSchema, httpPart: string | undefined) {
  const source = sources[httpPart ?? ''] ?? 'body'
  return (data: unknown) => {
    // No body says as much as an empty object: what it lacks is named.
    const value = source === 'body' ? (data ?? {}) : readTexts(data as Record<string, unknown>, schema)
    const [first, ...others] = checkOwn(schema, value)
    return first ? { error: new Mismatch(source, [first, ...others]) } : { value }
  }
}

/**
 * `readTexts` turns plain decimals into the numbers that the schema asks for: outside of bodies all is text. A name that PostgreSQL does not
 * take becomes the name of nothing.
 */
function readTexts(texts: Record<string, unknown>, schema: TSchema): Record<string, unknown> {
  const { properties } = schema as { properties?: Record<string, { type?: string }> }
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => {
      const type = properties?.[name]?.type
      if (typeof text !== 'string') return [name, text]
      const isNumber = type === 'integer' || type === 'number'
      return [name, isNumber && DECIMAL.test(text) ? Number(text) : sanitize(text)]
    }),
  )
}

const DECIMAL = /^-?\d{1,16}(\.\d{1,6})?$/

const sources: Record<string, Source> = {
  body: 'body',
  querystring: 'query',
  params: 'params',
  headers: 'headers',
}

/** `withDefaults` requires only fields without a default. */
export const withDefaults = (schema: TSchema): TSchema => {
  const { properties = {}, required = [] } = schema as {
    properties?: Record<string, { default?: unknown }>
    required?: string[]
  }
  return { ...schema, required: required.filter((name) => properties[name]?.default === undefined) }
}

/** `hasField` tells whether a field that is wrong is one of a schema. */
export const hasField = (schema: TSchema | undefined, field: string | undefined): boolean =>
  field !== undefined &&
  Object.hasOwn((schema as { properties?: object } | undefined)?.properties ?? {}, field)
