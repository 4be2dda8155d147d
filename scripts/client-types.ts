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
  description?: string
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
  schema: Schema & { default?: unknown }
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
    requestsPerMinute: 0,
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

/** `schemaFile` leaves errors out, which are thrown and have one shape: an operation's answer is that with 200. */
async function schemaFile(document: Document): Promise<string> {
  const lean = structuredClone(document)
  for (const { responses, parameters } of operationsOf(lean)) {
    for (const status of Object.keys(responses)) {
      if (status === '200') delete (responses[status] as { headers?: unknown }).headers
      else delete responses[status]
    }
    for (const parameter of parameters ?? []) if ('default' in parameter.schema) parameter.required = false
  }
  const nodes = await openapi(lean as never, {
    defaultNonNullable: false,
    emptyObjectsUnknown: true,
  })
  const wanted = nodes.filter((node) =>
    ['components', 'operations'].includes((node as unknown as { name?: { text: string } }).name?.text ?? ''),
  )
  return NOTE + astToString(wanted)
}

function operationsFile(document: Document): string {
  const rows = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => {
      mustBeFlat(method, operation)
      return { ...operation, line: `${method.toUpperCase()} ${path}` }
    }),
  )
  return `${NOTE}import type { Method } from './types.ts'

/** operations are method and path of each; parameters that are not in the path go into the query of a GET, or the body of a POST. */
export const operations = {
  ${rows.map(({ operationId, line }) => `${operationId}: '${line}',`).join('\n')}
} as const

/** Methods has every operation of the API as a method. */
export interface Methods<Exact extends boolean> {
  ${rows
    .filter((row) => !isStream(row))
    .map(
      ({ operationId, summary, line }) =>
        `/** ${summary}: \`${line}\` */\n${operationId}: Method<'${operationId}', Exact>`,
    )
    .join('\n')}
}

/** amountFields are the fields of answers that hold an amount of money. */
export const amountFields = [
  ${amountFields(document)
    .map((name) => `'${name}',`)
    .join('\n')}
] as const
`
}

/** `mustBeFlat` checks that a method can take all parameters in one object: no two may have one name, and no POST has a query. */
function mustBeFlat(method: string, { operationId, parameters = [], requestBody }: Operation): void {
  const body = Object.keys(requestBody?.content['application/json']?.schema.properties ?? {})
  const names = [...parameters.filter((one) => one.in !== 'header').map(({ name }) => name), ...body]
  if (new Set(names).size < names.length) throw new Error(`${operationId} has two parameters of one name`)
  const inQuery = parameters.some((one) => one.in === 'query')
  if (method === 'post' && inQuery) throw new Error(`${operationId} is a POST with a query`)
}

/** `isStream` tells an operation that has no end: it is no method, `follow` reads it. */
const isStream = ({ responses }: Operation): boolean =>
  Object.keys(responses['200']?.content ?? {}).includes('text/event-stream')

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
  const answers = operationsOf(document).flatMap(({ responses }) =>
    Object.values(responses['200']?.content ?? {}),
  )
  for (const schema of Object.values(document.components.schemas)) visit(schema)
  for (const { schema } of answers) visit(schema)
  const both = [...amounts].filter((name) => name === '' || counts.has(name))
  if (both.length > 0)
    throw new Error(`amounts that cannot be told by their names: ${both.join(', ') || 'in a list'}`)
  return [...amounts].sort()
}

const operationsOf = ({ paths }: Document): Operation[] =>
  Object.values(paths).flatMap((one) => Object.values(one))

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
