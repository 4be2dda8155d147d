import { userInfo } from 'node:os'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { StaffId } from '../../src/lib/ids.ts'
import { findBearer } from '../../src/staff/operator-tokens.ts'
import { permissionsOf, type Role, roles, staffPermissions } from '../../src/staff/roles.ts'
import { inviteFirstOwner, resetStaff, setRole, suspendStaff } from '../../src/staff/staff.ts'
import { imeigate } from '../support/command.ts'
import { settingsFor } from '../support/database-on.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { Office } from './people.fixtures.ts'

let database: TestDatabase
let office: Office
let settings: Record<string, string>
beforeAll(async () => {
  database = await testDatabase()
  office = new Office(database.sql)
  settings = settingsFor(database.address)
})
afterAll(() => database.drop())

// biome-ignore lint/suspicious/noExplicitAny: each test looks into what its command gives.
async function run(...args: string[]): Promise<any> {
  const ended = await imeigate([...args, '--json'], settings)
  expect(ended, ended.stderr).toMatchObject({ code: 0 })
  return ended.json()
}
const refused = async (...args: string[]) => (await imeigate([...args, '--json'], settings)).error()
const who = `cli:${userInfo().username}`

describe('the first owner', () => {
  it('is invited once, by one of all processes, while there is nobody', async () => {
    const all = await Promise.all([1, 2, 3].map(() => inviteFirstOwner(database.sql, office.clock)))
    const made = all.flatMap((one) => (one && 'invitation' in one ? [one] : []))
    expect(made).toHaveLength(1)
    const first = made[0]?.invitation
    expect(all.filter((one) => one && 'invitedUntil' in one)).toEqual([
      { invitedUntil: first?.until },
      { invitedUntil: first?.until },
    ])
    const again = await run('staff', 'invite', '--role', 'owner')
    expect(again).toMatchObject({ id: first?.staff.id, role: 'owner', status: 'invited', email: null })
    const owner = await office.accept(again.invitation, 'first@example.com')
    expect(owner.id).toBe(first?.staff.id)
    expect(await inviteFirstOwner(database.sql, office.clock)).toBeUndefined()
  })
})

describe('the command line', () => {
  it('invites, lists, gives roles, suspends, lets in again and resets', async () => {
    const invited = await run(
      'staff',
      'invite',
      '--role',
      'support',
      '--email',
      'Ben@example.com',
      '--name',
      'Ben',
    )
    expect(invited).toMatchObject({
      name: 'Ben',
      email: 'Ben@example.com',
      role: 'support',
      status: 'invited',
    })
    const ben = await office.accept(invited.invitation, 'ben@example.com')
    const { token } = await ben.signIn()
    expect((await run('staff', 'list')).at(-1)).toMatchObject({
      id: ben.id,
      status: 'active',
      recovery_codes: 10,
    })
    expect(await run('staff', 'role', 'ben@example.com', 'finance')).toMatchObject({ role: 'finance' })
    expect(await office.signIns.find(token)).toBeUndefined()
    expect(await run('staff', 'suspend', String(ben.id))).toMatchObject({ status: 'suspended' })
    expect(await refused('staff', 'reset', String(ben.id))).toMatchObject({ code: 'conflict' })
    expect(await refused('staff', 'invite', '--role', 'owner', '--email', 'ben@example.com')).toMatchObject({
      ...{ code: 'conflict', field: 'email' },
    })
    expect(await run('staff', 'resume', String(ben.id))).toMatchObject({ status: 'active' })
    const { invitation, status } = await run('staff', 'reset', 'ben@example.com')
    expect(status).toBe('invited')
    await expect(ben.begin()).rejects.toMatchObject({ code: 'invalid_credentials' })
    await (await office.accept(invitation, 'ben@example.com')).signIn()
    const trail = await run('trail', '--what', 'staff', '--subject', String(ben.id), '--by', who)
    const changed = trail.map(({ after }: { after: object }) => Object.keys(after ?? {}))
    expect(changed.flat()).toEqual(
      expect.arrayContaining(['role', 'suspended_at', 'password', 'invitation_hash']),
    )
  })

  it('names what is wrong, and changes nothing', async () => {
    expect(await refused('staff', 'invite', '--role', 'boss')).toMatchObject({
      code: 'invalid_input',
      field: 'role',
    })
    expect(await refused('staff', 'invite', '--role', 'owner', '--email', 'nobody')).toMatchObject({
      ...{ code: 'invalid_input', field: 'email' },
    })
    expect(await refused('staff', 'suspend', '99')).toMatchObject({ code: 'not_found' })
    expect(await refused('staff', 'suspend', 'no@example.com')).toMatchObject({ code: 'not_found' })
    expect(await refused('token', 'create', '--name', 'x', '--permission', 'everything')).toMatchObject({
      ...{ code: 'invalid_input', field: 'permission' },
    })
    const create = ['token', 'create', '--name', 'x', '--permission', 'orders.read']
    expect(await refused(...create, '--expires', '2y')).toMatchObject({ field: 'expires' })
    expect(await refused(...create, '--allow-ip', '')).toMatchObject({ field: 'allow_ip' })
    expect(await refused(...create, '--allow-ip', '10.0.0.300')).toMatchObject({ field: 'allow_ip' })
    expect(await run('token', 'list')).toEqual([])
  })

  it('makes, lists and revokes tokens, which hold from their addresses and until their time', async () => {
    const made = await run(
      ...[
        'token',
        'create',
        '--name',
        'figures',
        '--permission',
        'orders.read',
        '--permission',
        'audit.read',
      ],
      ...['--allow-ip', '10.0.0.0/8', '--expires', '30d'],
    )
    expect(made.token).toMatch(/^imo_\d+_[\w-]{43}[0-9a-f]{8}$/)
    const bearer = (token: string, ip = '10.1.2.3') =>
      findBearer(database.sql, token, ip, { clock: office.clock })
    expect(await bearer(made.token)).toMatchObject({
      name: 'figures',
      permissions: new Set(['orders.read', 'audit.read']),
    })
    await expect(bearer(made.token, '192.0.2.1')).rejects.toMatchObject({ code: 'ip_not_allowed' })
    for (const wrong of [made.token.slice(0, -1), `${made.token.slice(0, -1)}x`, 'imo_1_x', '']) {
      await expect(bearer(wrong)).rejects.toMatchObject({ code: 'invalid_credentials' })
    }
    expect(JSON.stringify(await run('token', 'list'))).not.toContain(made.token.slice(8, 30))
    expect((await run('token', 'list'))[0]).toMatchObject({
      status: 'active',
      last_used_at: expect.any(String),
    })
    await run('token', 'revoke', String(made.id))
    await expect(bearer(made.token)).rejects.toMatchObject({ code: 'key_revoked' })
    const other = await run(
      'token',
      'create',
      '--name',
      'x',
      '--permission',
      'orders.read',
      '--expires',
      '1h',
    )
    office.clock.advance(3_600_000)
    await expect(bearer(other.token)).rejects.toMatchObject({ code: 'key_expired' })
    expect((await run('trail', '--what', 'token', '--limit', '1'))[0]).toMatchObject({
      ...{ actor: who, before: null, after: { secret_hash: 'a secret', permissions: ['orders.read'] } },
    })
  })
})

describe('there is always an active owner', () => {
  it('whoever is the last one keeps the role; of two who go at the same time one stays', async () => {
    const owners = (await run('staff', 'list')).filter(({ role }: { role: Role }) => role === 'owner')
    const [{ id: last }] = owners as [{ id: number }]
    expect(owners).toHaveLength(1)
    expect(await refused('staff', 'role', String(last), 'manager')).toMatchObject({ code: 'conflict' })
    expect(await refused('staff', 'suspend', String(last))).toMatchObject({ code: 'conflict' })
    // The command line may: a lost second factor has no other way back.
    const { invitation } = await run('staff', 'reset', String(last))
    const first = await office.accept(invitation, 'first@example.com')
    const second = await office.hire('owner')
    const ends = [
      () => suspendStaff(database.sql, first.id, second.id),
      () => setRole(database.sql, second.id, 'support', first.id),
    ]
    const both = await Promise.allSettled(ends.map((end) => end()))
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    const active = (await run('staff', 'list')).filter(
      ({ role, status }: { role: string; status: string }) => role === 'owner' && status === 'active',
    )
    expect(active).toHaveLength(1)
  })

  it('and nobody changes their own role, or suspends or resets themselves', async () => {
    const owner = await office.hire('owner')
    for (const change of [
      (id: StaffId) => setRole(database.sql, id, 'manager', id),
      (id: StaffId) => suspendStaff(database.sql, id, id),
      (id: StaffId) => resetStaff(database.sql, id, id),
    ]) {
      await expect(change(owner.id)).rejects.toMatchObject({ code: 'permission_denied' })
    }
  })
})

describe('the table of permissions', () => {
  it('lets an owner do all, and everybody read', () => {
    expect(permissionsOf('owner')).toEqual(Object.keys(staffPermissions))
    for (const role of roles) {
      for (const one of [
        'orders.read',
        'resellers.read',
        'catalogue.read',
        'prices.read',
        'suppliers.read',
      ] as const)
        expect(permissionsOf(role)).toContain(one)
    }
    expect(permissionsOf('read-only').filter((one) => !one.endsWith('.read'))).toEqual([])
    expect(permissionsOf('support')).not.toContain('costs.read')
    for (const role of ['support', 'catalogue', 'read-only'] as const)
      expect(permissionsOf(role).filter((one) => one.startsWith('money.') && one !== 'money.read')).toEqual(
        [],
      )
  })
})
