import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import type { TSchema } from 'typebox'
import { faultsIn } from '../../catalogue/faults.ts'
import { Mismatch } from './refusal.ts'
import type { Source } from './route.ts'

const ajv = new Ajv2020({ allErrors: true, useDefaults: true, strictTypes: false, logger: false })
formats.default(ajv)

/** `validatorFor` compiles a schema into the check that Fastify calls; the check gives the Mismatch that the caller is told. */
export function validatorFor(schema: TSchema, httpPart: string | undefined) {
  const source = sources[httpPart ?? ''] ?? 'body'
  const validate = ajv.compile(schema)
  return (data: unknown) => {
    const value = source === 'body' ? data : withNumbers(data as Record<string, unknown>, schema)
    if (validate(value)) return { value }
    return { error: new Mismatch(source, faultsIn(validate.errors ?? [], [])) }
  }
}

/** `withNumbers` turns plain decimals into the numbers that the schema asks for: outside of bodies all is text. */
function withNumbers(texts: Record<string, unknown>, schema: TSchema): Record<string, unknown> {
  const { properties } = schema as { properties?: Record<string, { type?: string }> }
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => {
      const type = properties?.[name]?.type
      const isNumber = (type === 'integer' || type === 'number') && typeof text === 'string'
      return [name, isNumber && DECIMAL.test(text) ? Number(text) : text]
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
