import { mkdir, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import Fastify, { type FastifyInstance } from 'fastify'
import openapi, { astToString } from 'openapi-typescript'
import type { OperatorDeps } from '../src/protocols/operator/deps.ts'
import { operatorApi } from '../src/protocols/operator/endpoint.ts'

/**
 * This script writes the types of the operator API for the web application, made of its OpenAPI document. They are part of the build, and no
 * part of the repository: nobody reads or merges them. The types of the REST API are those of the client library.
 */

const folder = fileURLToPath(new URL('../web/src/api/made/', import.meta.url))

interface Document {
  paths: Record<string, Record<string, { responses: Record<string, unknown> }>>
}

async function operatorDocument(): Promise<Document> {
  const app = Fastify()
  operatorApi(app as unknown as FastifyInstance, {} as OperatorDeps, { bodyLimit: 1, version: '' })
  try {
    return (await app.inject('/openapi-operator.json')).json()
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
    // What a text must look like is said by no type.
    if (typeof value?.type === 'string' && value.anyOf) return { ...value, anyOf: undefined }
    return value
  })
}

/** `writeApiTypes` writes `web/src/api/made/operator.ts`. No database is needed for it. */
export async function writeApiTypes(): Promise<void> {
  const nodes = await openapi(lean(await operatorDocument()), { defaultNonNullable: false })
  await mkdir(folder, { recursive: true })
  await writeFile(
    `${folder}/operator.ts`,
    `// Made by scripts/web-types.ts: do not edit.\n\n${astToString(nodes)}`,
  )
}

if (import.meta.main) await writeApiTypes()
