import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readTrail } from '../../src/audit/trail.ts'
import { MINUTE_MS } from '../../src/lib/time.ts'
import { Attempts } from '../../src/people/attempts.ts'
import { Passkeys } from '../../src/people/passkeys.ts'
import { relyingPartyOf } from '../../src/people/relying-party.ts'
import { signInJobs } from '../../src/people/sweep.ts'
import { resetStaff, suspendStaff } from '../../src/staff/staff.ts'
import { Authenticator } from '../support/authenticator.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { Office, PUBLIC_URL } from './people.fixtures.ts'

let database: TestDatabase
let office: Office
let device: Authenticator
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.drop())
beforeEach(() => {
  tests++
  office = new Office(database.sql)
  device = new Authenticator(PUBLIC_URL)
})

/** Each test has an address of its own, since what one asks is counted. */
let tests = 0
const here = () => `192.0.2.${tests}`
const place = () => ({ address: here(), device: 'a browser' })
const refusal = (code: string) => expect.objectContaining({ code })
// biome-ignore lint/suspicious/noExplicitAny: what browsers write is not typed here.
const given = (value: unknown) => value as any

type Hired = Awaited<ReturnType<Office['hire']>>

/** `add` makes a passkey of a person on a device. */
async function add({ id: personId, email }: Hired, on = device) {
  const options = await office.passkeys.offerNew({ personId, email, name: 'Anna' })
  const made = on.make(given(options))
  return await office.passkeys.add(database.sql, personId, { name: 'phone', made: given(made) })
}
const signed = async (on = device) => given(on.sign(given(await office.passkeys.offer(here()))))

describe('a passkey', () => {
  it('signs its person in, with password and second factor in one', async () => {
    const anna = await office.hire('owner')
    const made = await add(anna)
    expect(made).toMatchObject({ name: 'phone', isBackedUp: false, lastUsedAt: null })
    const { token } = await office.signIns.beginByPasskey(await signed(), place())
    expect(await office.signIns.find(token)).toMatchObject({ personId: anna.id, isProved: true })
    expect(await office.passkeys.list(anna.id)).toEqual([{ ...made, lastUsedAt: expect.any(Date) }])
    expect((await office.signIns.list(anna.id)).map((one) => one.device)).toEqual(['a browser'])
  })

  it('proves again who it is, and nobody else', async () => {
    const anna = await office.hire('owner')
    const ben = await office.hire('owner')
    await add(anna)
    const { token } = await office.signIns.beginByPasskey(await signed(), place())
    office.clock.advance(30 * MINUTE_MS)
    expect(await office.signIns.find(token)).toMatchObject({ isProved: false })
    const again = await office.signIns.proveByPasskey(token, await signed(), here())
    expect(await office.signIns.find(again.token)).toMatchObject({ isProved: true })
    const others = await ben.signIn()
    await expect(office.signIns.proveByPasskey(others.token, await signed(), here())).rejects.toEqual(
      refusal('invalid_credentials'),
    )
  })

  it('signs what it is asked to once, within five minutes', async () => {
    const anna = await office.hire('owner')
    await add(anna)
    const answer = await signed()
    await office.signIns.beginByPasskey(answer, place())
    // The counter of a device that does not count is no help against it.
    await database.sql`update passkeys set counter = 0 where staff_id = ${anna.id}`
    await expect(office.signIns.beginByPasskey(answer, place())).rejects.toEqual(
      refusal('invalid_credentials'),
    )
    const late = await signed()
    office.clock.advance(5 * MINUTE_MS)
    await expect(office.signIns.beginByPasskey(late, place())).rejects.toEqual(refusal('invalid_credentials'))
    expect((await database.sql`select what from failed_sign_ins where staff_id = ${anna.id}`).length).toBe(2)
  })

  it('is refused for another site, another name, without verification, or when it was copied', async () => {
    const anna = await office.hire('owner')
    await add(anna)
    const refused = async (answer: unknown) =>
      expect(office.signIns.beginByPasskey(given(answer), place())).rejects.toEqual(
        refusal('invalid_credentials'),
      )
    const elsewhere = new Authenticator('https://imei.example.net')
    const bens = await office.hire('owner')
    await expect(add(bens, elsewhere)).rejects.toMatchObject({ code: 'invalid_input', field: 'credential' })
    const options = given(await office.passkeys.offer(here()))
    const answer = device.sign(options)
    await refused({ ...answer, id: 'AAAA', rawId: 'AAAA' })
    await refused({ ...answer, response: { ...answer.response, userHandle: 'AAAA' } })
    await refused({ ...answer, response: { ...answer.response, signature: 'AAAA' } })
    await refused({ ...answer, response: { ...answer.response, clientDataJSON: 'AAAA' } })
    device.verifies = false
    await refused(await signed())
    device.verifies = true
    const good = await signed()
    await database.sql`update passkeys set counter = 1000 where staff_id = ${anna.id}`
    await refused(good)
    await database.sql`update passkeys set counter = 0 where staff_id = ${anna.id}`
    await office.signIns.beginByPasskey(await signed(), place())
  })

  it('is of no use once its person is suspended or reset', async () => {
    const anna = await office.hire('support')
    await add(anna)
    await suspendStaff(database.sql, anna.id)
    await expect(office.signIns.beginByPasskey(await signed(), place())).rejects.toEqual(
      refusal('invalid_credentials'),
    )
    const ben = await office.hire('support')
    const bens = new Authenticator(PUBLIC_URL)
    await add(ben, bens)
    await resetStaff(database.sql, ben.id)
    await expect(office.signIns.beginByPasskey(await signed(bens), place())).rejects.toEqual(
      refusal('invalid_credentials'),
    )
    expect(await office.passkeys.list(ben.id)).toEqual([])
  })

  it('is removed by its person, whose other sign-ins end; it is in the trail without its key', async () => {
    const anna = await office.hire('support')
    const { id } = await add(anna)
    const first = await office.signIns.beginByPasskey(await signed(), place())
    const other = await anna.signIn()
    const own = {
      circle: 'staff' as const,
      personId: anna.id,
      id: (await office.signIns.find(first.token))?.id as never,
    }
    await office.passkeys.remove(database.sql, own, id)
    expect(await office.signIns.find(first.token)).toBeDefined()
    expect(await office.signIns.find(other.token)).toBeUndefined()
    await expect(office.passkeys.remove(database.sql, own, id)).rejects.toEqual(refusal('not_found'))
    await expect(office.signIns.beginByPasskey(await signed(), place())).rejects.toEqual(
      refusal('invalid_credentials'),
    )
    const { items } = await readTrail(database.sql, { what: 'passkey', subject: String(id), limit: 10 })
    expect(items.map(({ before, after }) => [before, after])).toEqual([
      [expect.objectContaining({ name: 'phone', staff_id: anna.id, public_key: 'a secret' }), null],
      [null, expect.objectContaining({ name: 'phone', staff_id: anna.id, public_key: 'a secret' })],
    ])
  })

  it('is made for a challenge of its person, once, and no device is taken twice', async () => {
    const anna = await office.hire('support')
    const ben = await office.hire('support')
    const options = given(
      await office.passkeys.offerNew({ personId: anna.id, email: anna.email, name: 'Anna' }),
    )
    const made = given(device.make(options))
    const keep = (personId: never, name = 'phone') =>
      office.passkeys.add(database.sql, personId, { name, made })
    await expect(keep(ben.id as never)).rejects.toMatchObject({ field: 'credential' })
    await expect(keep(anna.id as never, ' ')).rejects.toMatchObject({ field: 'name' })
    await keep(anna.id as never)
    await expect(keep(anna.id as never)).rejects.toMatchObject({ field: 'credential' })
    await expect(add(anna)).rejects.toThrow('it has a passkey for that')
  })
})

it('who asks for challenges without end is refused, and those that are over are removed', async () => {
  for (let asked = 0; asked < 60; asked++) await office.passkeys.offer('192.0.2.77')
  await expect(office.passkeys.offer('192.0.2.77')).rejects.toEqual(refusal('too_many_failed_logins'))
  office.clock.advance(6 * MINUTE_MS)
  const [task] = Object.values(signInJobs({ sql: database.sql, clock: office.clock }))
  await task?.({}, new AbortController().signal)
  expect(await database.sql`select from passkey_challenges where ends_at < ${office.clock.now()}`).toEqual([])
})

it('there are none without an address that browsers bind them to', async () => {
  expect(relyingPartyOf('https://imei.example.com:8443')).toEqual({
    id: 'imei.example.com',
    origin: 'https://imei.example.com:8443',
  })
  expect(relyingPartyOf('http://localhost:8080')).toEqual({
    id: 'localhost',
    origin: 'http://localhost:8080',
  })
  for (const url of [undefined, 'http://imei.example.com', 'https://192.0.2.1', 'https://[2001:db8::1]']) {
    expect(relyingPartyOf(url)).toBeUndefined()
  }
  const none = new Passkeys({
    ...{ sql: database.sql, circle: 'staff', clock: office.clock },
    attempts: new Attempts(database.sql, office.clock, 'staff'),
    relyingParty: undefined,
  })
  await expect(none.offer(here())).rejects.toEqual(refusal('conflict'))
})
