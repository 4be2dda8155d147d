import Fastify from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ErrorCode, errors, Refusal, Throttled } from '../../src/errors.ts'
import { systemClock } from '../../src/lib/time.ts'
import { dhruEndpoint, type EndpointDeps } from '../../src/protocols/dhru/endpoint.ts'
import { headersOf, statusOf } from '../../src/protocols/kit/refusal.ts'
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
    let format = 'JSON'
    const deps = {
      admission: {
        readBody: async () => ({
          bytes: Buffer.from(`requestformat=${format}`),
          refusal,
          isBrokenOff: false,
        }),
      },
      clock: systemClock,
      count: () => {},
      requests: { note: () => {} },
    } as unknown as EndpointDeps
    dhruEndpoint(app, deps, { bodyLimit: 1_000, aliases: 'serve' })
    for (format of ['JSON', 'XML']) {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' }
      const reply = await app.inject({ method: 'POST', url: '/api/dhru', headers, payload: 'x' })
      expect(reply.headers['content-type']).toContain(format.toLowerCase())
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
  const refused = Promise.withResolvers<void>()
  // Far more than may wait for their turn; a turn ends, too, when it has waited for the lock for long.
  const asked = Array.from({ length: 200 }, async () => {
    const authorization = `Bearer ${shop.securityId}.${shop.secret}`
    const { status, headers } = await fetch(`${server.url}/api/deposit`, { headers: { authorization } })
    if (status === 429) {
      expect(headers.get('retry-after')).toMatch(/^[1-9]\d*$/)
      refused.resolve()
    }
    return status
  })
  await refused.promise
  await unlock()
  const statuses = await Promise.all(asked)
  expect(statuses.filter((status) => status === 200).length).toBeGreaterThan(0)
  expect(statuses.filter((status) => ![200, 429, 503].includes(status))).toEqual([])
})
