import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RestDeps } from '../../../src/protocols/rest/deps.ts'
import { routesOf } from '../../../src/protocols/rest/routes.ts'
import { RestClient } from '../../support/rest.ts'
import { type TestServer, testServer } from '../../support/server.ts'

// biome-ignore lint/suspicious/noExplicitAny: any JSON Schema.
type Schema = any

let server: TestServer
let api: RestClient
beforeAll(async () => {
  server = await testServer()
  api = new RestClient(server, await server.shop())
  await server.service({
    code: 'unlock',
    kind: 'server',
    fields: [{ name: 'PLAN', options: ['basic', 'full'], required: true }],
  })
})
afterAll(() => server.stop())

/** `choices` gives what a schema takes by words alone, by path, however it says so. */
function choices(schema: Schema, path: string[] = []): { path: string[]; words: string[] }[] {
  if (schema === null || typeof schema !== 'object') return []
  const ways = schema.anyOf ?? schema.oneOf ?? []
  const words = schema.enum ?? ways.map((way: Schema) => way.const).filter(Boolean)
  return [
    ...(words.length > 0 ? [{ path, words }] : []),
    ...Object.entries(schema.properties ?? {}).flatMap(([name, of]) => choices(of, [...path, name])),
    ...ways.flatMap((way: Schema) => choices(way, path)),
  ]
}

const routes = routesOf({} as RestDeps)
const wrong = [
  'nothing',
  'PENDING',
  ' pending',
  '0',
  '',
  'success,failed',
  'null',
  'успех',
  'éxito',
  'نجاح',
  '成功',
]
const inQueries = routes.flatMap(({ method, path, query }) =>
  choices(query).flatMap(({ path: [name = ''], words }) => ({ method, path, name, words })),
)
const inBodies = routes.flatMap(({ path, body }) => choices(body).map((choice) => ({ url: path, ...choice })))

describe('a fault names the words that are taken', () => {
  it('of queries, of which there are some', () => {
    expect(inQueries.map(({ path, name }) => `${path} ${name}`)).toEqual(
      expect.arrayContaining([
        '/api/order status',
        '/api/order processing_type',
        '/api/order/:id/items status',
      ]),
    )
  })

  it.each(inQueries)('$method $path ?$name', async ({ method, path, name, words }) => {
    const url = path.replace(':month', '2026-01').replace(/:\w+/g, '1001')
    for (const word of wrong) {
      const reply = await api.ask(`${url}?${name}=${encodeURIComponent(word)}`, { method })
      expect(reply.status, word).toBe(400)
      expect(reply.body).toMatchObject({
        code: 'REQUEST_NOT_MATCH_SPEC_ERROR',
        source: 'query',
        errors: { [name]: [`must be one of ${words.join(', ')}`] },
      })
    }
    const twice = await api.ask(`${url}?${name}=${words[0]}&${name}=${words[1]}`, { method })
    expect(twice.status).toBe(400)
    expect(twice.body.errors[name].join()).toContain(words.join(', '))
    for (const word of words) {
      expect((await api.ask(`${url}?${name}=${word}`, { method })).status, word).not.toBe(400)
    }
  })

  it('of bodies, where a route of this API has any', async () => {
    for (const { url, path, words } of inBodies) {
      for (const word of wrong) {
        const body = path.reduceRight<unknown>((inner, step) => ({ [step]: inner }), word)
        const reply = await api.post(url.replace(/:\w+/g, '1001'), body)
        expect(reply.body.errors[path.join('.')], `${url} ${path}`).toEqual([
          `must be one of ${words.join(', ')}`,
        ])
      }
    }
  })

  it.each([...wrong, 7, null, ['basic'], { a: 1 }])("of a service's own fields: %j", async (PLAN) => {
    const reply = await api.post('/api/order', { code: 'unlock', data: { quantity: 1, PLAN } })
    expect(reply.status).toBe(422)
    expect(reply.text).toContain('basic, full')
  })
})
