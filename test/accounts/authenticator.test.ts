import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { closeAccount, createAccount, reopenAccount } from '../../src/accounts/accounts.ts'
import { Authenticator } from '../../src/accounts/authenticator.ts'
import { createKey, listKeys, revokeKey } from '../../src/accounts/keys.ts'
import { ChangeNotifier } from '../../src/database/change-notifier.ts'
import { openPool } from '../../src/database/database.ts'
import { FailedLogins } from '../../src/throttles/failed-logins.ts'
import { SharedBuckets } from '../../src/throttles/shared-buckets.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { WAIT } from '../support/until.ts'

const IP = '203.0.113.7'

let database: TestDatabase
let sql: TestDatabase['sql']
let notifier: ChangeNotifier
let authenticator: Authenticator
let failedLogins: FailedLogins
let now = new Date('2030-01-01T00:00:00Z')
const clock = { now: () => now }
let count = 0

beforeAll(async () => {
  database = await testDatabase()
  sql = database.sql
  notifier = new ChangeNotifier(database.address)
  const buckets = new SharedBuckets({ sql, log: pino({ level: 'silent' }) })
  failedLogins = new FailedLogins(buckets, { perMinute: 0 })
  authenticator = new Authenticator({ sql, notifier, clock, failedLogins })
  await notifier.start()
})
afterAll(async () => {
  await notifier.stop()
  await database.drop()
})
beforeEach(() => {
  now = new Date('2030-01-01T00:00:00Z')
})

async function shop(options: Parameters<typeof createKey>[2] = {}) {
  const username = `shop-${++count}`
  const account = await createAccount(
    sql,
    { name: username, email: 'a@b.c', currency: 'USD', username },
    'test',
  )
  const key = await createKey(sql, account.id, options, clock)
  return { username, account, ...key }
}

/** `outcome` gives the account's username, or the code of the refusal. */
async function outcome(
  username: string,
  secret: string,
  { by = authenticator, ip = IP } = {},
): Promise<string> {
  const result = await by.authenticate({ username, secret }, ip)
  return result.ok ? result.value.account.username : result.code
}

test('a key opens by security id, by username, and dotted in either field', async () => {
  const { username, securityId, secret } = await shop()
  const dotted = `${securityId}.${secret}`
  for (const [name, given] of [
    [securityId, secret],
    [securityId.toUpperCase(), secret],
    [` ${securityId} `, `${secret}\n`],
    [username, secret],
    [username.toUpperCase(), secret],
    ['', dotted],
    ['whatever', dotted],
    [dotted, ''],
    [dotted, 'whatever'],
    [dotted, secret],
    [dotted, dotted],
    ['', `${username}.${secret}`],
  ] as const) {
    expect(await outcome(name, given), `${name} / ${given}`).toBe(username)
  }
})

test('every wrong pair is refused in the same words', async () => {
  const one = await shop()
  const other = await shop()
  for (const [name, given] of [
    ['', ''],
    [one.securityId, ''],
    ['', one.secret],
    ['nobody', one.secret],
    [one.securityId, other.secret],
    [one.username, other.secret],
    [one.securityId, one.secret.toUpperCase()],
    [one.securityId, `${one.secret}x`],
    [one.securityId, one.secret.slice(0, -1)],
    ['', `${one.securityId}.${other.secret}`],
    ['', `${one.securityId}.`],
    ['', '.'],
    ['a\0b', 'x'],
    ['x'.repeat(100_000), 'x'],
    ['x', 'x'.repeat(100_000)],
    ["' or true --", "' or true --"],
  ] as const) {
    const result = await authenticator.authenticate({ username: name, secret: given }, IP)
    expect(result).toMatchObject({ ok: false, code: 'invalid_credentials' })
  }
})

test('a key that is in memory is judged at once, without the database', async () => {
  const { securityId, secret, username } = await shop()
  await vi.waitFor(async () => {
    await outcome(securityId, secret)
    const result = authenticator.authenticate({ username: securityId, secret }, IP)
    expect(result).not.toBeInstanceOf(Promise)
    expect(result).toMatchObject({ ok: true, value: { account: { username } } })
  })
})

test('an account may have many keys, each with its own settings', async () => {
  const { account, username, secret } = await shop()
  const second = await createKey(sql, account.id, { dialect: 'panel' }, clock)
  for (const [given, dialect] of [
    [secret, 'contract'],
    [second.secret, 'panel'],
  ] as const) {
    expect(await authenticator.authenticate({ username, secret: given }, IP)).toMatchObject({
      value: { dialect },
    })
  }
})

test('a key expires by the clock, also while it is in memory', async () => {
  const { securityId, secret, username } = await shop({ expiresAt: new Date('2030-01-02T00:00:00Z') })
  expect(await outcome(securityId, secret)).toBe(username)
  now = new Date('2030-01-01T23:59:59.999Z')
  expect(await outcome(securityId, secret)).toBe(username)
  now = new Date('2030-01-02T00:00:00Z')
  expect(await outcome(securityId, secret)).toBe('key_expired')
})

test('a key with allowed addresses opens from those alone, and the refusal names the address', async () => {
  const { securityId, secret, username } = await shop({ allowedIps: ['198.51.100.0/24', '2001:db8::/32'] })
  for (const ip of ['198.51.100.9', '::ffff:198.51.100.9', '2001:db8::1']) {
    expect(await outcome(securityId, secret, { ip })).toBe(username)
  }
  const refused = await authenticator.authenticate({ username: securityId, secret }, IP)
  expect(refused).toMatchObject({ code: 'ip_not_allowed', faults: [{ message: IP }] })
})

test('who does not know the secret learns nothing about a key', async () => {
  const { id, securityId, account } = await shop({ allowedIps: ['198.51.100.1'] })
  await revokeKey(sql, id, clock)
  await closeAccount(sql, account.id)
  expect(await outcome(securityId, 'guess')).toBe('invalid_credentials')
})

test('a revocation, and the closing of an account, count in every process', async () => {
  const { id, account, username, securityId, secret } = await shop()
  // Another process: its own pool, its own memory.
  const otherSql = openPool(database.address)
  const otherNotifier = new ChangeNotifier(database.address)
  const other = new Authenticator({ sql: otherSql, notifier: otherNotifier, clock, failedLogins })
  await otherNotifier.start()
  const everywhere = async (expected: string) => {
    for (const by of [authenticator, other]) {
      await vi.waitFor(async () => expect(await outcome(securityId, secret, { by })).toBe(expected), WAIT)
    }
  }
  try {
    await everywhere(username)
    await closeAccount(sql, account.id)
    await everywhere('account_closed')
    await reopenAccount(otherSql, account.id)
    await everywhere(username)
    await revokeKey(otherSql, id, clock)
    await everywhere('key_revoked')
  } finally {
    await otherNotifier.stop()
    await otherSql.end()
  }
})

/** `SilentNotifier` tells of changes when a test says so. */
class SilentNotifier extends ChangeNotifier {
  deaf = false
  forget = (): void => {}
  override onInvalidate(_topic: 'accounts' | 'catalogue', forget: () => void): void {
    this.forget = forget
  }
  override isConnected(): boolean {
    return !this.deaf
  }
}

test('a process that hears no changes asks the database every time', async () => {
  const { id, securityId, secret, username } = await shop()
  const silent = new SilentNotifier(database.address)
  const by = new Authenticator({ sql, notifier: silent, clock, failedLogins })
  expect(await outcome(securityId, secret, { by })).toBe(username)
  await revokeKey(sql, id, clock)
  expect(await outcome(securityId, secret, { by })).toBe(username)
  silent.deaf = true
  expect(await outcome(securityId, secret, { by })).toBe('key_revoked')
})

test('a new key counts at once, also where its account is in memory and the change was not heard of yet', async () => {
  const { account, username, secret } = await shop()
  const by = new Authenticator({ sql, notifier: new SilentNotifier(database.address), clock, failedLogins })
  expect(await outcome(username, secret, { by })).toBe(username)
  const second = await createKey(sql, account.id, {}, clock)
  expect(await outcome(username, second.secret, { by })).toBe(username)
  expect(await outcome(username, secret, { by })).toBe(username)
  expect(await outcome(username, 'wrong', { by })).toBe('invalid_credentials')
})

test('what was read before a change and arrives after it is not kept', async () => {
  const { id, securityId, secret, username } = await shop()
  const silent = new SilentNotifier(database.address)
  const by = new Authenticator({ sql, notifier: silent, clock, failedLogins })
  const early = outcome(securityId, secret, { by })
  silent.forget()
  expect(await early).toBe(username)
  await revokeKey(sql, id, clock)
  expect(await outcome(securityId, secret, { by })).toBe('key_revoked')
})

test('last uses are recorded together, and a later one stands', async () => {
  const silent = new SilentNotifier(database.address)
  const one = await shop()
  const other = await shop()
  const first = new Authenticator({ sql, notifier: silent, clock, failedLogins })
  const second = new Authenticator({ sql, notifier: silent, clock, failedLogins })
  const late = new Date('2030-03-01T00:00:00Z')
  now = late
  await outcome(one.securityId, one.secret, { by: first })
  await outcome(other.securityId, other.secret, { by: first })
  now = new Date('2030-02-01T00:00:00Z')
  await outcome(one.securityId, one.secret, { by: second })
  await outcome(one.securityId, 'wrong', { by: second })
  expect((await listKeys(sql, { accountId: one.account.id }))[0]?.lastUsedAt).toBeNull()
  await first.stop()
  await second.stop()
  expect((await listKeys(sql, { accountId: one.account.id }))[0]?.lastUsedAt).toEqual(late)
  expect((await listKeys(sql, { accountId: other.account.id }))[0]?.lastUsedAt).toEqual(late)
})

test('a secret has 200 random bits and is stored nowhere', async () => {
  const { securityId, secret } = await shop()
  expect(secret).toMatch(/^[a-z2-9]{40}$/)
  const rows = await sql`select k::text as key from api_keys k where security_id = ${securityId}`
  expect(JSON.stringify(rows)).not.toContain(secret)
})

test('a key is refused for what it cannot be', async () => {
  const { account } = await shop()
  const make = (options: Parameters<typeof createKey>[2], id = account.id) =>
    createKey(sql, id, options, clock)
  await expect(make({ expiresAt: now })).rejects.toMatchObject({ field: 'expires' })
  await expect(make({ expiresAt: new Date(Number.NaN) })).rejects.toMatchObject({ field: 'expires' })
  await expect(make({ allowedIps: ['10.0.0.0/8', 'x'] })).rejects.toMatchObject({ field: 'allow_ip' })
  await expect(make({}, 999_999 as typeof account.id)).rejects.toMatchObject({ code: 'not_found' })
  await expect(revokeKey(sql, 999_999 as never, clock)).rejects.toMatchObject({ code: 'not_found' })
})
