import Fastify from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ErrorCode, errors, Refusal, Throttled } from '../../src/errors.ts'
import { systemClock } from '../../src/lib/time.ts'
import { dhruEndpoint, type EndpointDeps } from '../../src/protocols/dhru/endpoint.ts'
import { headersOf, statusOf } from '../../src/protocols/rest/refusal.ts'
import { lock } from '../support/lock.ts'
import { type Shop, type TestServer, testServer } from '../support/server.ts'

let server: TestServer
let shop: Shop
beforeAll(async () => {
  server = await testServer({ REQUESTS_PER_MINUTE: '0' })
  shop = await server.shop()
})
afterAll(() => server.stop())

const refusals: [ErrorCode, Refusal][] = [
  ...(Object.keys(errors) as ErrorCode[]).map((code): [ErrorCode, Refusal] => [code, new Refusal(code)]),
  ['too_many_requests', new Throttled('too_many_requests', 4_200)],
  ['too_many_failed_logins', new Throttled('too_many_failed_logins', 1, 'a limit')],
]

test.each(refusals)(
  '%s says when it may be tried again, by REST and Dhru, where waiting helps',
  async (_code, refusal) => {
    const helps = [429, 503].includes(statusOf(refusal))
    const seconds = headersOf(refusal)['retry-after']
    if (helps) expect(seconds).toMatch(/^[1-9]\d*$/)
    else expect(seconds).toBeUndefined()
    if (refusal instanceof Throttled) expect(refusal.message).toContain(`wait ${seconds} s`)

    const app = Fastify()
    const deps = {
      admission: { readBody: async () => ({ bytes: Buffer.from('action=x'), isBrokenOff: false }) },
      authenticator: { authenticate: () => Promise.reject(refusal) },
      clock: systemClock,
      count: () => {},
      requests: { note: () => {} },
    } as unknown as EndpointDeps
    dhruEndpoint(app, deps, { bodyLimit: 1_000, aliases: 'serve' })
    for (const requestformat of ['JSON', 'XML']) {
      const reply = await app.inject({ method: 'POST', url: '/api/dhru', payload: { requestformat } })
      expect([reply.statusCode, reply.headers['retry-after']]).toEqual([200, seconds])
    }
    await app.close()
  },
)

test('a read whose line is full is refused with Retry-After, and those in the line are answered', async () => {
  const unlock = await lock(
    server.sql,
    (transaction) => transaction`lock table deposits in access exclusive mode`,
  )
  const refused = Promise.withResolvers<Headers[]>()
  const early: Headers[] = []
  const ALL = 60
  // One is read, and 48 wait for their turn.
  const LATE = 49
  const asked = Array.from({ length: ALL }, async () => {
    const authorization = `Bearer ${shop.securityId}.${shop.secret}`
    const { status, headers } = await fetch(`${server.url}/api/deposit`, { headers: { authorization } })
    if (status === 429) early.push(headers)
    if (early.length === ALL - LATE) refused.resolve(early)
    return status
  })
  for (const headers of await refused.promise) expect(headers.get('retry-after')).toMatch(/^[1-9]\d*$/)
  await unlock()
  expect((await Promise.all(asked)).filter((status) => status === 200)).toHaveLength(LATE)
})
