import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { HOUR_MS } from '../../../src/lib/time.ts'
import { until } from '../../support/until.ts'
import { type Headers, PortalShop } from './portal.fixtures.ts'

/** The shop's receiver of events. */
const events: string[] = []
const receiver = createServer((request, reply) => {
  events.push(String(request.headers['x-webhook-event']))
  reply.end()
})
let portal: PortalShop
let url: string
beforeAll(async () => {
  portal = await PortalShop.open({ OUTBOUND_ALLOW: '127.0.0.1' })
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`
})
afterAll(async () => {
  await portal.stop()
  receiver.close()
})

let asked = 0
const change = (headers: Headers, path: string, body: object, more: Headers = {}) =>
  portal.ask(path.includes('PATCH ') ? 'PATCH' : 'POST', path.replace('PATCH ', ''), {
    body,
    headers: { ...headers, 'idempotency-key': `key ${++asked}`, ...more },
  })

/** `me` asks who a key is, as a program does. */
const calls = (username: string, secret: string) =>
  portal.ask('GET', '/api/me', { headers: { authorization: `Bearer ${username}.${secret}` } })

it('a key is made, used, changed, rotated and revoked in the portal', async () => {
  const { headers, shop } = await portal.person()
  const made = await change(headers, '/keys', {
    name: 'Website',
    dialect: 'panel',
    allowed_ips: ['127.0.0.0/8'],
  })
  const { key, secret, username } = made.json.data
  expect(username).toBe(shop.username)
  expect((await calls(key.security_id, secret)).json.user_id).toBe(shop.accountId)
  // The account's name is good for logging in, too, as panels ask for one.
  expect((await calls(username, secret)).status).toBe(200)
  const once = { 'idempotency-key': 'the same' }
  const first = await change(headers, '/keys', { name: 'Twice' }, once)
  const again = await change(headers, '/keys', { name: 'Twice' }, once)
  expect([again.json.data.key.id, again.json.data.secret]).toEqual([first.json.data.key.id, null])
  const stale = await change(headers, `PATCH /keys/${key.id}`, { name: 'X' }, { 'if-match': '"old"' })
  expect(stale.json.code).toBe('VERSION_CONFLICT_ERROR')
  const changed = await change(
    headers,
    `PATCH /keys/${key.id}`,
    { allowed_ips: ['192.0.2.1'] },
    { 'if-match': `"${key.version}"` },
  )
  expect(changed.json.data.key.allowed_ips).toEqual(['192.0.2.1'])
  await until(
    'other addresses are refused',
    async () => (await calls(key.security_id, secret)).status === 403,
  )
  await change(
    headers,
    `PATCH /keys/${key.id}`,
    { allowed_ips: null },
    { 'if-match': `"${changed.json.data.key.version}"` },
  )
  await until('any address may', async () => (await calls(key.security_id, secret)).status === 200)
  // Nobody sets a limit of their own.
  expect((await change(headers, '/keys', { requests_per_minute: 1 })).status).toBe(400)

  const rotated = await change(headers, `/keys/${key.id}/rotate`, { overlap_hours: '1' })
  const next = rotated.json.data
  expect(next.key).toMatchObject({ name: 'Website', dialect: 'panel', status: 'active' })
  for (const [id, text] of [
    [key.security_id, secret],
    [next.key.security_id, next.secret],
  ]) {
    expect((await calls(id, text)).status).toBe(200)
  }
  portal.clock.advance(HOUR_MS)
  const later = await portal.ask('POST', '/session/proof', { body: { password: 'a long one' }, headers })
  const proved = portal.headersOf(later)
  expect((await calls(key.security_id, secret)).json.code).toBe('KEY_EXPIRED_ERROR')
  expect((await change(proved, `/keys/${key.id}/rotate`, { overlap_hours: '0' })).status).toBe(409)
  expect((await calls(next.key.security_id, next.secret)).status).toBe(200)
  expect((await change(proved, `/keys/${next.key.id}/revoke`, {})).json.data.status).toBe('revoked')
  await until('it is revoked', async () => (await calls(next.key.security_id, next.secret)).status === 401)
})

it('a webhook is tested, replayed and changed by its owner, and by nobody else', async () => {
  const anna = await portal.person()
  const eve = await portal.person()
  const made = await change(anna.headers, '/keys', { webhook_url: url })
  const { key, secret, webhook } = made.json.data
  expect(webhook.secret).toMatch(/^whsec_/)
  const service = await portal.server.service()
  const order = await portal.ask('POST', '/api/order', {
    body: { code: service, data: { imeis: ['490154203237518'] } },
    headers: { authorization: `Bearer ${key.security_id}.${secret}` },
  })
  expect(order.status).toBe(200)
  await until('the order is told of', async () => events.length > 0)
  const tested = await change(anna.headers, `/webhooks/${webhook.id}/test`, {})
  expect(tested.json.data).toMatchObject({ ok: true, status: 200 })
  expect(events.at(-1)).toBe('test')
  const list = await portal.ask('GET', `/webhooks/${webhook.id}/events`, { headers: anna.headers })
  const [event] = list.json.data.page.items
  expect(event).toMatchObject({ webhook: webhook.id, order: order.json.order_id })
  const paths: ['GET' | 'POST' | 'PATCH', string, object?][] = [
    ['GET', `/webhooks/${webhook.id}`],
    ['GET', `/webhooks/${webhook.id}/events`],
    ['GET', `/webhook-events/${event.id}`],
    ['PATCH', `/webhooks/${webhook.id}`, { url: 'https://evil.example/hook' }],
    ['POST', `/webhooks/${webhook.id}/secret`, { overlap_hours: '0' }],
    ['POST', `/webhooks/${webhook.id}/test`, {}],
    ['POST', `/webhooks/${webhook.id}/replay`, { since: '2020-01-01T00:00:00Z' }],
    ['POST', `/webhook-events/${event.id}/replay`, {}],
    ['POST', `/webhooks/${webhook.id}/pause`, {}],
    ['POST', `/webhooks/${webhook.id}/resume`, {}],
  ]
  for (const [method, path, body] of paths) {
    const headers = { ...eve.headers, 'idempotency-key': `eve ${++asked}` }
    const { status } = await portal.ask(method, path, { body, headers })
    expect([method, path, status]).toEqual([method, path, 404])
  }
  // A wrong URL is told at the field that it was given in.
  const wrong = { body: { url: 'ftp://example.com' }, headers: anna.headers }
  const refused = await portal.ask('PATCH', `/webhooks/${webhook.id}`, wrong)
  expect([refused.status, Object.keys(refused.json.errors)]).toEqual([422, ['url']])
  for (const [verb, status] of [
    ['pause', 'paused'],
    ['resume', 'active'],
  ]) {
    const stands = await change(anna.headers, `/webhooks/${webhook.id}/${verb}`, {})
    expect(stands.json.data).toMatchObject({ status })
  }
  const before = events.length
  const replayed = await change(anna.headers, `/webhook-events/${event.id}/replay`, {})
  expect(replayed.status).toBe(200)
  await until('it is sent again', async () => events.length > before)
  const rotated = await change(anna.headers, `/webhooks/${webhook.id}/secret`, { overlap_hours: '24' })
  expect(rotated.json.data).toMatchObject({
    secret: expect.stringMatching(/^whsec_/),
    previous_until: expect.any(String),
  })
  const all = await change(anna.headers, `/webhooks/${webhook.id}/replay`, { since: '2020-01-01T00:00:00Z' })
  expect(all.json.data.replayed).toBeGreaterThan(0)
})
