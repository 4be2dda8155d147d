import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RestDeps } from '../../../src/protocols/rest/deps.ts'
import { routesOf } from '../../../src/protocols/rest/routes.ts'
import { bank } from '../../deposits/deposits.fixtures.ts'
import { anything, nearly } from '../../support/from-schema.ts'
import { RestClient, type RestReply } from '../../support/rest.ts'
import { imei, type TestServer, testServer } from '../../support/server.ts'

const routes = routesOf({} as RestDeps)

/** `RUNS` requests of each kind go to each route. */
const RUNS = 40

let server: TestServer
let client: RestClient
let there: string[] = []
beforeAll(async () => {
  server = await testServer()
  client = new RestClient(server, await server.shop({ deposit: '100000' }))
  await server.service({ code: 'fuzzed', fields: [{ name: 'NETWORK', required: false }] })
  // Something that is there, so that what lies behind the look-up is reached too.
  await bank(server)
  const month = new Date().toISOString().slice(0, 7)
  const ordered = await client.post('/api/order', { code: 'fuzzed', data: { imeis: [imei(1), imei(2)] } })
  const paid = await client.post('/api/deposit', { amount: 10, provider_code: 'bank' })
  there = ['fuzzed', 'bank', month, '1', `${ordered.body.order_id}`, `${paid.body.id}`]
})
afterAll(() => server.stop())

/** `mustBeTheirs` expects that nothing is our fault. The client checks that the answer is a documented one. */
function mustBeTheirs(reply: RestReply, what: string): void {
  expect(reply.status, `${what} -> ${reply.text.slice(0, 300)}`).toBeLessThan(500)
}

const schemaOf = (schema: unknown) => JSON.parse(JSON.stringify(schema ?? {}))

describe.each(routes.filter(({ method }) => method === 'POST'))('$method $path', ({ path, params, body }) => {
  const paths = pathsOf(path, schemaOf(params))

  test('bodies that its schema nearly allows', async () => {
    await fc.assert(
      fc.asyncProperty(paths, nearly(schemaOf(body)), keys, async (url, given, key) => {
        mustBeTheirs(await client.post(url, given, key), `${url} ${JSON.stringify(given)}`)
      }),
      { numRuns: RUNS },
    )
  })

  test('bodies that are any JSON, or none', async () => {
    const bodies = fc.oneof(
      anything.map((value) => JSON.stringify(value)),
      fc.string(),
      fc.constantFrom('', '{', '[', '{"a":1,}', 'null', '"', '{"__proto__":{"x":1}}', '['.repeat(5000)),
    )
    await fc.assert(
      fc.asyncProperty(paths, bodies, async (url, given) => {
        mustBeTheirs(await client.ask(url, { method: 'POST', body: given }), `${url} ${given}`)
      }),
      { numRuns: RUNS },
    )
  })
})

describe.each(routes.filter(({ method }) => method === 'GET'))('$method $path', ({ path, params, query }) => {
  test('queries and paths that its schemas nearly allow', async () => {
    const queries = nearly(schemaOf(query)).map((given) => {
      const pairs = Object.entries(Object(given)).filter(([name]) => name !== 'wait')
      return new URLSearchParams(
        pairs.map(([name, value]): [string, string] => [name, text(value)]),
      ).toString()
    })
    await fc.assert(
      fc.asyncProperty(pathsOf(path, schemaOf(params)), queries, async (url, given) => {
        // An endless stream is not read to its end.
        if (path.endsWith('/events')) return
        mustBeTheirs(await client.get(`${url}?${given}`), `${url}?${given}`)
      }),
      { numRuns: RUNS },
    )
  })
})

/** `keys` gives an idempotency key now and then, and never the same twice. */
const keys = fc
  .option(fc.uuid())
  .map((key): Record<string, string> => (key ? { 'idempotency-key': key } : {}))

const text = (value: unknown): string =>
  (typeof value === 'string' ? value.toWellFormed() : JSON.stringify(value)) ?? ''

// biome-ignore lint/suspicious/noExplicitAny: any JSON Schema.
function pathsOf(path: string, params: any): fc.Arbitrary<string> {
  const steps = path.split('/').map((step) => {
    if (!step.startsWith(':')) return fc.constant(step)
    return fc
      .oneof(
        nearly(params.properties?.[step.slice(1)]),
        fc.nat(5).map((nth) => there[nth]),
      )
      .map((value) => encodeURIComponent(text(value).replace(/^\.{0,2}$/, '0')).slice(0, 90))
  })
  return fc.tuple(...steps).map((each) => each.join('/').replace(/%[\dA-F]?$/, ''))
}
