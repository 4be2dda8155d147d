import { spawnSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import Fastify, { type FastifyInstance } from 'fastify'
import openapi, { astToString } from 'openapi-typescript'
import type { RestDeps } from '../src/protocols/rest/deps.ts'
import { restApi } from '../src/protocols/rest/endpoint.ts'

/**
 * This script writes the files of the client library that are made of the OpenAPI document: the types of all requests and answers, and
 * the list of operations. `npm run client:types`; a test fails while they are out of date.
 */

interface Schema {
  type?: string
  format?: string
  default?: unknown
  description?: string
  required?: string[]
  properties?: Record<string, Schema>
  items?: Schema
  additionalProperties?: Schema | boolean
  anyOf?: Schema[]
  oneOf?: Schema[]
  allOf?: Schema[]
}

interface Parameter {
  name: string
  in: 'path' | 'query' | 'header'
  required?: boolean
  description?: string
  schema: Schema
}

interface Operation {
  operationId: string
  summary?: string
  parameters?: Parameter[]
  requestBody?: { content: Record<string, { schema: Schema }> }
  responses: Record<string, { content?: Record<string, { schema: Schema }> }>
}

export interface Document {
  openapi: string
  info: { title: string; version: string }
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, Schema> }
}

const folder = new URL('../src/client/rest/', import.meta.url)

/** `readDocument` gives the server's `/openapi.json`; no database is needed for it. */
export async function readDocument(): Promise<Document> {
  const app = Fastify()
  restApi(app as unknown as FastifyInstance, {} as RestDeps, {
    bodyLimit: 1,
    version: '',
  })
  try {
    return (await app.inject('/openapi.json')).json() as Document
  } finally {
    await app.close()
  }
}

/** `generate` gives the generated files, by name. */
export async function generate(document: Document): Promise<Record<string, string>> {
  return {
    'schema.ts': tidy('schema.ts', await schemaFile(document)),
    'operations.ts': tidy('operations.ts', operationsFile(document)),
  }
}

export const fileOf = (name: string): string => fileURLToPath(new URL(name, folder))

const NOTE = '// Made of the OpenAPI document by `npm run client:types`: do not edit.\n\n'

/**
 * `schemaFile` has what answers are made of, and what each operation takes and answers. Errors are left out of the latter: they are
 * thrown, and have one shape.
 */
async function schemaFile(document: Document): Promise<string> {
  const operations = linesOf(document).map(([line, operation]) => {
    const takes = parametersOf(operation)
    const parts = { ...(Object.keys(takes.properties ?? {}).length > 0 && { takes }), ...answerOf(operation) }
    return [operation.operationId, { ...objectOf(parts), description: `${operation.summary}: \`${line}\`` }]
  })
  const schemas = { ...document.components.schemas, operations: objectOf(Object.fromEntries(operations)) }
  const lean = JSON.parse(JSON.stringify({ ...document, paths: {}, components: { schemas } }), withoutFormat)
  const nodes = await openapi(lean, { defaultNonNullable: false, emptyObjectsUnknown: true })
  return `${NOTE}${astToString(nodes)
    .replace(/^[\s\S]*export interface components \{\s*schemas: \{/, 'export interface Schemas {')
    .replace(/^\s*operations: \{/m, '}\n\nexport interface Operations {')
    .replace(/\};\s*\};\s*responses: never[\s\S]*$/, '}')
    .replaceAll("components['schemas']", 'Schemas')
    .replaceAll('components["schemas"]', 'Schemas')
    .replace(/@description |\/\*\* @enum \{\w+\} \*\/\s*/g, '')}`
}

/** `withoutFormat` leaves out what no type can say: what a text must look like, and what stands for a missing value. */
const withoutFormat = (_name: string, value: unknown): unknown => {
  if (typeof (value as Schema | null)?.type !== 'string') return value
  const { format, default: _default, anyOf, ...rest } = value as Schema
  return rest
}

const objectOf = (properties: Record<string, Schema>): Schema => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
})

/** `parametersOf` has an operation's parameters in one object, wherever in the request they stand. */
function parametersOf({ parameters = [], requestBody }: Operation): Schema {
  const given = parameters.filter((one) => one.in !== 'header')
  const body = requestBody?.content['application/json']?.schema ?? {}
  return {
    type: 'object',
    properties: {
      ...Object.fromEntries(
        given.map(({ name, schema, description }) => [
          name,
          { ...schema, ...(description !== undefined && { description }) },
        ]),
      ),
      ...body.properties,
    },
    required: [
      ...given.filter(({ required, schema }) => required && !('default' in schema)).map(({ name }) => name),
      ...(body.required ?? []),
    ],
  }
}

/** `answerOf` has the answer with status 200; of a list, one entry of it. */
function answerOf({ responses }: Operation): Record<string, Schema> {
  const answer = responses['200']?.content?.['application/json']?.schema ?? {}
  const entry = answer.properties?.['data']?.properties?.['page']?.properties?.['items']?.items
  return entry ? { entry } : { answer }
}

function operationsFile(document: Document): string {
  const operations = linesOf(document)
  for (const [line, operation] of operations) mustBeFlat(line, operation)
  return `${NOTE}/** operations are method and path of each; parameters that are not in the path go into the query of a GET, or the body of a POST. */
export const operations = {
  ${operations.map(([line, { operationId }]) => `${operationId}: '${line}',`).join('\n')}
} as const

/** amountFields are the fields of answers that hold an amount of money. */
export const amountFields = [
  ${amountFields(document)
    .map((name) => `'${name}',`)
    .join('\n')}
] as const
`
}

/** `mustBeFlat` checks that a method can take all parameters in one object: no two may have one name, and no POST has a query. */
function mustBeFlat(line: string, { operationId, parameters = [], requestBody }: Operation): void {
  const body = Object.keys(requestBody?.content['application/json']?.schema.properties ?? {})
  const names = [...parameters.filter((one) => one.in !== 'header').map(({ name }) => name), ...body]
  if (new Set(names).size < names.length) throw new Error(`${operationId} has two parameters of one name`)
  const inQuery = parameters.some((one) => one.in === 'query')
  if (line.startsWith('POST') && inQuery) throw new Error(`${operationId} is a POST with a query`)
}

/** `amountFields` are numbers that are no integers and have no unit in their name. Throws where a name is an amount here and a count there. */
function amountFields(document: Document): string[] {
  const [amounts, counts] = [new Set<string>(), new Set<string>()]
  const visit = (schema: Schema, name = ''): void => {
    if (schema.type === 'number' && !/_(?:ms|percent)$/.test(name)) amounts.add(name)
    if (schema.type === 'integer') counts.add(name)
    for (const [property, inner] of Object.entries(schema.properties ?? {})) visit(inner, property)
    for (const inner of [schema.anyOf, schema.oneOf, schema.allOf].flat()) if (inner) visit(inner, name)
    if (schema.items) visit(schema.items)
    if (typeof schema.additionalProperties === 'object') visit(schema.additionalProperties)
  }
  const answers = linesOf(document).flatMap(([, { responses }]) =>
    Object.values(responses['200']?.content ?? {}),
  )
  for (const schema of Object.values(document.components.schemas)) visit(schema)
  for (const { schema } of answers) visit(schema)
  const both = [...amounts].filter((name) => name === '' || counts.has(name))
  if (both.length > 0)
    throw new Error(`amounts that cannot be told by their names: ${both.join(', ') || 'in a list'}`)
  return [...amounts].sort()
}

/** `linesOf` has each operation behind its method and path. */
const linesOf = ({ paths }: Document): [string, Operation][] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, one]): [string, Operation] => [
      `${method.toUpperCase()} ${path}`,
      one,
    ]),
  )

function tidy(name: string, text: string): string {
  const biome = fileURLToPath(new URL('../node_modules/.bin/biome', import.meta.url))
  const run = spawnSync(biome, ['format', `--stdin-file-path=src/client/rest/${name}`], {
    input: text,
    encoding: 'utf8',
    cwd: new URL('..', import.meta.url),
  })
  if (run.status !== 0) throw new Error(`${name} cannot be formatted: ${run.stderr}`)
  return run.stdout
}

if (import.meta.main) {
  for (const [name, text] of Object.entries(await generate(await readDocument()))) {
    await writeFile(fileOf(name), text)
    process.stdout.write(`${fileOf(name)}\n`)
  }
}
