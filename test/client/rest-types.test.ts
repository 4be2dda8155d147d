import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { type Document, fileOf, generate, readDocument } from '../../scripts/client-types.ts'

it('the types of the client library are those of the document: if not, npm run client:types', async () => {
  for (const [name, text] of Object.entries(await generate(await readDocument()))) {
    expect(await readFile(fileOf(name), 'utf8'), name).toBe(text)
  }
})

const ok = (schema: object) => ({ 200: { content: { 'application/json': { schema } } } })

const documentOf = (operation: object, method = 'post'): Document =>
  ({
    openapi: '3.1.0',
    info: { title: '', version: '' },
    paths: { '/api/x/{id}': { [method]: { operationId: 'doX', responses: ok({}), ...operation } } },
    components: { schemas: {} },
  }) as Document

it('what a method could not say is found when the types are made', async () => {
  const id = { name: 'id', in: 'path', required: true, schema: { type: 'integer' } }
  const limit = { name: 'limit', in: 'query', schema: { type: 'integer' } }
  const body = { content: { 'application/json': { schema: { properties: { id: { type: 'string' } } } } } }
  const price = (type: string) => ({ type: 'object', properties: { price: { type } } })
  const refused = (operation: object) => expect(generate(documentOf(operation))).rejects
  await refused({ parameters: [id], requestBody: body }).toThrow('doX has two parameters of one name')
  await refused({ parameters: [id, limit] }).toThrow('doX is a POST with a query')
  const both = { type: 'array', items: { anyOf: [price('number'), price('integer')] } }
  await refused({ responses: ok(both) }).toThrow('amounts that cannot be told by their names: price')
  await refused({ responses: ok({ type: 'array', items: { type: 'number' } }) }).toThrow('in a list')
})
