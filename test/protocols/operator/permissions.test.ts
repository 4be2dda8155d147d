import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OperatorDeps } from '../../../src/protocols/operator/deps.ts'
import { routesOf } from '../../../src/protocols/operator/routes.ts'
import {
  needsProof,
  permissionsOf,
  roles,
  type StaffPermission,
  staffPermissions,
} from '../../../src/staff/roles.ts'
import { ask, OperatorOffice } from './office.fixtures.ts'

/** Every route of the operator API, of every role, of a program, of nobody. */
const routes = routesOf({} as OperatorDeps).map(({ method, path, access, further = [] }) => ({
  method,
  path,
  access,
  further,
  name: `${method} ${path}`,
  // Nothing has these names: what is allowed finds nothing to change.
  url: path.replace(/:\w+/, '2000000000'),
}))
const guarded = routes.filter(({ access }) => access !== 'anybody')
const isPermission = (access: string): access is StaffPermission => Object.hasOwn(staffPermissions, access)

/** What needs a permission beyond that of its route, where its body says so. */
const furthers = guarded.flatMap(({ further, ...route }) =>
  further.map(({ field, value = 'x', permission }) => ({
    ...route,
    permission,
    body: { [field]: value },
    what: `${route.name} ${field} ${value}`,
  })),
)

let office: OperatorOffice
beforeAll(async () => {
  office = await OperatorOffice.open()
})
afterAll(() => office.stop())

const REFUSED = [401, 403]

describe.each(roles)('%s', (role) => {
  it('may do what the table says, and nothing else', async () => {
    const { headers } = await office.person(role)
    const may: readonly string[] = permissionsOf(role)
    for (const { method, url, access, name } of guarded) {
      const { status, json } = await ask(office.server, method, url, {
        body: method === 'GET' ? undefined : {},
        headers,
      })
      if (isPermission(access) && !may.includes(access)) {
        expect([name, status, json.code, json.message]).toEqual([
          ...[name, 403, 'PERMISSION_DENIED_ERROR'],
          `Permission denied: you may not ${access}`,
        ])
      } else {
        expect(REFUSED, `${name}: ${status} ${JSON.stringify(json)}`).not.toContain(status)
      }
    }
  })

  it('may ask for no more in a body than the table says', async () => {
    const { headers } = await office.person(role)
    const may: readonly string[] = permissionsOf(role)
    for (const { method, url, access, body, what } of furthers) {
      const { status, json } = await ask(office.server, method, url, { body, headers })
      const needed = furthers.filter((one) => one.what === what).map((one) => one.permission)
      const lacking = [access, ...needed].find((one) => isPermission(one) && !may.includes(one))
      if (lacking === undefined) expect(REFUSED, `${what}: ${status}`).not.toContain(status)
      else
        expect([what, status, json.message]).toEqual([what, 403, `Permission denied: you may not ${lacking}`])
    }
    office.office.clock.advance(10 * 60_000)
    for (const { method, url, access, permission, body, what } of furthers) {
      if (![access, permission].every((one) => !isPermission(one) || may.includes(one))) continue
      const { json } = await ask(office.server, method, url, { body, headers })
      const asks = needsProof(permission) || (isPermission(access) && needsProof(access))
      expect([what, json.code === 'STEP_UP_REQUIRED_ERROR']).toEqual([what, asks])
    }
  })

  it('must prove again who it is before what moves money or gives rights', async () => {
    const { headers } = await office.person(role)
    office.office.clock.advance(10 * 60_000)
    const may: readonly string[] = permissionsOf(role)
    for (const { method, url, access, name } of guarded) {
      if (isPermission(access) && !may.includes(access)) continue
      const { status, json } = await ask(office.server, method, url, {
        body: method === 'GET' ? undefined : {},
        headers,
      })
      const asks =
        method !== 'GET' && (access === 'proved person' || (isPermission(access) && needsProof(access)))
      expect([name, json.code === 'STEP_UP_REQUIRED_ERROR' && status === 403]).toEqual([name, asks])
    }
  })
})

it('nobody may do any of it', async () => {
  for (const { method, url, name } of guarded) {
    const headers = { origin: office.server.url, 'x-csrf-token': 'x', cookie: 'imeigate_console=made-up' }
    const { status, json } = await ask(office.server, method, url, { headers })
    expect([name, status, json.code]).toEqual([name, 401, 'SESSION_EXPIRED_ERROR'])
  }
})

it('a program may do what its token says, and nothing that is for people', async () => {
  const all = Object.keys(staffPermissions) as StaffPermission[]
  for (const { method, url, access, name } of guarded) {
    if (access === 'caller') continue
    const body = method === 'GET' ? undefined : {}
    const rest = all.filter((one) => one !== access)
    const refused = await ask(office.server, method, url, { body, headers: await office.program(rest) })
    expect([name, refused.status, refused.json.code]).toEqual([name, 403, 'PERMISSION_DENIED_ERROR'])
    if (!isPermission(access)) continue
    const { status } = await ask(office.server, method, url, {
      body,
      headers: await office.program([access]),
    })
    expect(REFUSED, name).not.toContain(status)
  }
})

it('a program may ask for no more in a body than its token says', async () => {
  const all = Object.keys(staffPermissions) as StaffPermission[]
  expect(furthers.length).toBeGreaterThan(3)
  for (const { method, url, access, permission, body, what } of furthers) {
    // What is for people alone asks a program for nothing more.
    if (!isPermission(access)) continue
    const rest = all.filter((one) => one !== permission)
    const { status, json } = await ask(office.server, method, url, {
      body,
      headers: await office.program(rest),
    })
    expect([what, status, json.message]).toEqual([what, 403, `Permission denied: you may not ${permission}`])
  }
})

it('a program may do no more than its maker may now', async () => {
  const maker = await office.person('manager')
  const headers = await office.program(['audit.read'], { staffId: maker.id, role: 'manager' })
  const { server } = office
  expect(await ask(server, 'GET', '/audit', { headers })).toMatchObject({ status: 200 })
  await server.sql`update staff set role = 'support' where id = ${maker.id}`
  expect(await ask(server, 'GET', '/audit', { headers })).toMatchObject({ status: 403 })
  await server.sql`update staff set role = 'manager', suspended_at = now() where id = ${maker.id}`
  expect(await ask(server, 'GET', '/audit', { headers })).toMatchObject({
    ...{ status: 401, json: { code: 'KEY_REVOKED_ERROR' } },
  })
})
