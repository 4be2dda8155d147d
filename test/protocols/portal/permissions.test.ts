import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  needsPortalProof,
  type PortalPermission,
  portalPermissions,
} from '../../../src/account-people/roles.ts'
import { MINUTE_MS } from '../../../src/lib/time.ts'
import type { PortalDeps } from '../../../src/protocols/portal/deps.ts'
import { routesOf } from '../../../src/protocols/portal/routes.ts'
import type { RestDeps } from '../../../src/protocols/rest/deps.ts'
import { routesOf as restRoutesOf } from '../../../src/protocols/rest/routes.ts'
import { OperatorOffice } from '../operator/office.fixtures.ts'
import { type Headers, PortalShop } from './portal.fixtures.ts'

/** Every route of the portal, and those of the REST API, by whoever may ask them. */
const guarded = routesOf({} as PortalDeps)
  // A stream does not end: session.test.ts has it.
  .filter(({ access, path }) => access !== 'anybody' && path !== '/events')
  .map(({ method, path, access, isQuestion }) => ({
    ...{ method, path, access, name: `${method} ${path}` },
    isReading: method === 'GET' || isQuestion === true,
    // Nothing has these names: what is allowed finds nothing to change.
    url: path.replace(/:\w+/, '2000000000'),
  }))
const isPermission = (access: string): access is PortalPermission => Object.hasOwn(portalPermissions, access)
const rolesOf = (permission: PortalPermission): readonly string[] => portalPermissions[permission].roles

const rest = restRoutesOf({} as RestDeps)
  // A key's own route, and streams, which do not end: session.test.ts has both.
  .filter(({ path }) => !path.endsWith('/events') && path !== '/api/me')
  .map(({ method, path, permission }) => ({
    ...{ method, permission, name: `${method} ${path}` },
    url: path.replace(/:\w+/, '2000000000'),
  }))

let portal: PortalShop
beforeAll(async () => {
  portal = await PortalShop.open()
})
afterAll(() => portal.stop())

const REFUSED = [401, 403]

const ask = ({ method, url }: { method: string; url: string }, headers: Headers) =>
  portal.ask(method, url, { body: method === 'GET' ? undefined : {}, headers })

it('nobody gets in without a sign-in', async () => {
  const made: Headers = { ...portal.origin, cookie: 'imeigate_portal=made-up', 'x-csrf-token': 'x' }
  for (const headers of [portal.origin, made]) {
    for (const route of guarded) {
      const { status, json } = await ask(route, headers)
      expect([route.name, status, json.code]).toEqual([route.name, 401, 'SESSION_EXPIRED_ERROR'])
    }
    for (const route of rest) {
      const { status } = await ask(route, headers)
      expect([route.name, status]).toEqual([route.name, 401])
    }
  }
})

it.each(['owner', 'member'] as const)(
  'a person who is %s may do what the table says, and nothing else',
  async (role) => {
    const { headers } = await portal.person(role)
    for (const route of guarded) {
      const { status, json } = await ask(route, headers)
      const { access, name } = route
      if (isPermission(access) && !rolesOf(access).includes(role)) {
        expect([name, status, json.message]).toEqual([name, 403, `Permission denied: you may not ${access}`])
      } else expect(REFUSED, `${name}: ${status} ${JSON.stringify(json)}`).not.toContain(status)
    }
    for (const route of rest) {
      const { status, json } = await ask(route, headers)
      if (role === 'member' && route.permission === 'transfer.create') {
        expect([route.name, status, json.code]).toEqual([route.name, 403, 'PERMISSION_DENIED_ERROR'])
      } else expect(REFUSED, `${route.name}: ${status} ${JSON.stringify(json)}`).not.toContain(status)
    }
  },
)

it('a person must prove again who it is before what gives rights or sends money away', async () => {
  const { headers } = await portal.person('owner')
  portal.clock.advance(10 * MINUTE_MS)
  for (const route of guarded) {
    const { status, json } = await ask(route, headers)
    const { access, name, isReading } = route
    const asks =
      !isReading && (access === 'proved person' || (isPermission(access) && needsPortalProof(access)))
    expect([name, status === 403 && json.code === 'STEP_UP_REQUIRED_ERROR']).toEqual([name, asks])
  }
  for (const { name, permission, ...route } of rest) {
    const { json } = await ask(route, headers)
    expect([name, json.code === 'STEP_UP_REQUIRED_ERROR']).toEqual([name, permission === 'transfer.create'])
  }
})

it('somebody of the staff who looks on reads everything, and changes nothing', async () => {
  const { shop } = await portal.person('owner')
  const support = await OperatorOffice.at(portal.server, portal.clock).person('support')
  const path = `/api/operator/accounts/${shop.accountId}/view`
  const begun = await portal.ask('POST', path, { body: {}, headers: support.headers })
  expect(begun.status).toBe(200)
  const headers = portal.headersOf(begun)
  const session = await portal.ask('GET', '/session', { headers })
  expect(session.json.data).toMatchObject({ role: 'viewer', person: null, account: { id: shop.accountId } })
  const changes = () => portal.server.sql`select count(*) from trail where what <> 'exports'`
  const before = await changes()
  for (const route of guarded) {
    const { status, json } = await ask(route, headers)
    if (route.isReading && isPermission(route.access)) {
      expect(REFUSED, `${route.name}: ${status}`).not.toContain(status)
    } else {
      expect([route.name, status, json.code]).toEqual([route.name, 403, 'PERMISSION_DENIED_ERROR'])
    }
  }
  for (const route of rest) {
    const { status } = await ask(route, headers)
    if (route.method === 'GET') expect(REFUSED, route.name).not.toContain(status)
    else expect([route.name, status]).toEqual([route.name, 403])
  }
  expect(await changes()).toEqual(before)
  // The files of lists that left the house with them are told of.
  const files = await portal.server.sql`
    select distinct actor, after ->> 'list' as list from trail where what = 'exports' and after ->> 'list' is not null`
  expect([...files]).toContainEqual({ actor: `staff:${support.id}`, list: '/balance-changes' })
  const [line] = await portal.server.sql`
    select actor, account_id from trail where what = 'account_views' order by id desc limit 1`
  expect(line).toEqual({ actor: `staff:${support.id}`, account_id: shop.accountId })
  // It ends with the right to look, and after 15 minutes.
  const status = async () => (await portal.ask('GET', '/session', { headers })).status
  await portal.server.sql`update staff set role = 'finance' where id = ${support.id}`
  expect(await status()).toBe(401)
  await portal.server.sql`update staff set role = 'support' where id = ${support.id}`
  expect(await status()).toBe(200)
  portal.clock.advance(15 * MINUTE_MS)
  expect(await status()).toBe(401)
})

it('one account sees and changes nothing of another', async () => {
  const [anna, eve] = [await portal.person('owner'), await portal.person('owner')]
  let keys = 0
  const by = (headers: Headers) => ({ ...headers, 'idempotency-key': `one ${++keys}` })
  const made = await portal.ask('POST', '/keys', { body: {}, headers: by(anna.headers) })
  const keyId = made.json.data.key.id
  const service = await portal.server.service({ supplier: undefined, processing: 'manual' })
  const order = await portal.ask('POST', '/api/order', {
    body: { code: service, data: { imeis: ['490154203237518'] }, reference: 'secret case' },
    headers: by(anna.headers),
  })
  expect([order.status, order.json]).toEqual([200, expect.anything()])
  const { order_id: orderId } = order.json
  const [placed] = await portal.server.sql`
    select via, key_id, account_id from orders where id = ${orderId}::bigint`
  expect(placed).toEqual({ via: 'portal', key_id: null, account_id: anna.shop.accountId })
  for (const [method, path, body] of [
    ['GET', `/keys/${keyId}`],
    ['PATCH', `/keys/${keyId}`, { name: 'X' }],
    ['POST', `/keys/${keyId}/revoke`, {}],
    ['POST', `/keys/${keyId}/rotate`, { overlap_hours: '0' }],
    ['GET', `/people/${anna.id}`],
    ['POST', `/people/${anna.id}/suspend`, {}],
    ['POST', `/people/${anna.id}/reset`, {}],
    ['POST', `/people/${anna.id}/role`, { role: 'member' }],
    ['DELETE', `/people/${anna.id}/sign-ins`],
    ['GET', `/api/order/${orderId}`],
    ['GET', `/api/order/${orderId}/status`],
    ['GET', '/api/order/secret%20case'],
    ['POST', `/api/order/${orderId}/cancel`, {}],
  ] as const) {
    const headers = { ...by(eve.headers), 'if-match': '"x"' }
    const { status } = await portal.ask(method, path, { body, headers })
    expect([method, path, status]).toEqual([method, path, 404])
  }
  for (const path of ['/keys', '/people', '/webhooks', '/api/order', '/api/requests', '/api/deposit']) {
    const { json } = await portal.ask('GET', path, { headers: eve.headers })
    const said = JSON.stringify(json)
    expect([path, said.includes(anna.shop.username), said.includes('secret case')]).toEqual([
      path,
      false,
      false,
    ])
  }
  // All of it is as it was.
  expect((await portal.ask('GET', '/session', { headers: anna.headers })).status).toBe(200)
  const key = await portal.ask('GET', `/keys/${keyId}`, { headers: anna.headers })
  expect(key.json.data.status).toBe('active')
})
