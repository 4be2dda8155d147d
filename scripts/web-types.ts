import { mkdir, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import Fastify, { type FastifyInstance } from 'fastify'
import openapi, { astToString } from 'openapi-typescript'
import type { OperatorDeps } from '../src/protocols/operator/deps.ts'
import { operatorApi } from '../src/protocols/operator/endpoint.ts'
import type { PortalDeps } from '../src/protocols/portal/deps.ts'
import { portalApi } from '../src/protocols/portal/endpoint.ts'
import type { RestDeps } from '../src/protocols/rest/deps.ts'
import { restApi } from '../src/protocols/rest/endpoint.ts'

/**
 * This script writes the types of the APIs for the web application, made of their OpenAPI documents: the operator API, the portal's own, and the
 * REST API, which the portal asks, too. They are part of the build, and no part of the repository: nobody reads or merges them.
 */

const folder = fileURLToPath(new URL('../web/src/api/made/', import.meta.url))

interface Document {
  info: { title: string }
  paths: Record<string, Record<string, { responses: Record<string, unknown> }>>
}

const settings = { bodyLimit: 1, version: '' }

/** `apis` add an API to a server. Its document is made without what the routes use. */
const apis: Record<string, { path: string; add: (app: FastifyInstance) => void }> = {
  operator: {
    path: '/openapi-operator.json',
    add: (app) => operatorApi(app, {} as OperatorDeps, settings),
  },
  portal: { path: '/openapi-portal.json', add: (app) => portalApi(app, {} as PortalDeps, settings) },
  rest: { path: '/openapi.json', add: (app) => restApi(app, {} as RestDeps, settings) },
}

async function documentAt(path: string, add: (app: FastifyInstance) => void): Promise<Document> {
  const app = Fastify()
  add(app as unknown as FastifyInstance)
  try {
    return (await app.inject(path)).json()
  } finally {
    await app.close()
  }
}

/** `lean` leaves out the errors, which have one shape and are thrown, and what is said of everything. */
function lean(document: Document): string {
  for (const operation of Object.values(document.paths).flatMap((methods) => Object.values(methods))) {
    operation.responses = { 200: operation.responses['200'] }
  }
  return JSON.stringify(document, (name, value) => {
    if (name === 'description' && typeof value === 'string') return undefined
    // The REST API writes amounts as numbers, and nothing else; the portal reads them as the texts that they are (web/src/api/portal.ts).
    if (document.info.title === 'imeigate' && value?.type === 'number') return { ...value, type: 'string' }
    // What a text must look like is said by no type.
    if (typeof value?.type === 'string' && value.anyOf) return { ...value, anyOf: undefined }
    return value
  })
}

/** `writeApiTypes` writes `web/src/api/made/`, a file for each API. No database is needed for it. */
export async function writeApiTypes(): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const [name, { path, add }] of Object.entries(apis)) {
    const nodes = await openapi(lean(await documentAt(path, add)), { defaultNonNullable: false })
    await writeFile(
      `${folder}/${name}.ts`,
      `// Made by scripts/web-types.ts: do not edit.\n\n${astToString(nodes)}`,
    )
  }
}

if (import.meta.main) await writeApiTypes()
