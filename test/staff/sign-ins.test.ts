import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readTrail } from '../../src/audit/trail.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/lib/time.ts'
import { signInJobs } from '../../src/people/sweep.ts'
import { inviteStaff, resetStaff, setRole, suspendStaff } from '../../src/staff/staff.ts'
import { Authenticator } from '../support/authenticator.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { codeAt, LATER_MS, Office, PASSWORD, PUBLIC_URL } from './people.fixtures.ts'

let database: TestDatabase
let office: Office
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.drop())
beforeEach(() => {
  office = new Office(database.sql)
})

const refusal = (code: string) => expect.objectContaining({ code })

describe('an invitation', () => {
  it('sets name, password and second factor once', async () => {
    const { token } = await inviteStaff(database.sql, { role: 'support', email: 'Once@example.com' })
    expect(await office.enrolment.open(token)).toMatchObject({
      ...{ role: 'support', email: 'Once@example.com' },
      totp: {
        secret: expect.stringMatching(/^[A-Z2-7]{32}$/),
        uri: expect.stringContaining('otpauth://totp/imeigate:'),
      },
    })
    const hired = await office.accept(token, 'other@example.com')
    expect(hired.recoveryCodes).toHaveLength(10)
    // Whom it names keeps the address that it was sent to.
    const [row] = await database.sql`select email, name from staff where id = ${hired.id}`
    expect(row).toEqual({ email: 'Once@example.com', name: 'Anna' })
    await expect(office.accept(token, 'x@example.com')).rejects.toEqual(refusal('not_found'))
  })

  it('counts no more after a day, or after a newer one', async () => {
    const first = await inviteStaff(
      database.sql,
      { role: 'support', email: 'late@example.com' },
      office.clock,
    )
    const second = await inviteStaff(
      database.sql,
      { role: 'finance', email: 'LATE@example.com' },
      office.clock,
    )
    expect(second.staff).toMatchObject({ id: first.staff.id, role: 'finance', status: 'invited' })
    await expect(office.enrolment.open(first.token)).rejects.toEqual(refusal('not_found'))
    office.clock.advance(DAY_MS)
    await expect(office.enrolment.open(second.token)).rejects.toEqual(refusal('not_found'))
    await expect(office.enrolment.open('never was')).rejects.toEqual(refusal('not_found'))
  })

  it('says everything that is wrong with what was given, and stays open', async () => {
    const { token } = await inviteStaff(database.sql, { role: 'support', email: 'bad@example.com' })
    const form = {
      name: 'B',
      email: 'bad@example.com',
      password: 'short',
      totpSecret: 'A'.repeat(32),
      code: '000000',
    }
    await expect(office.enrolment.accept(token, form)).rejects.toMatchObject({
      code: 'invalid_input',
      faults: [{ path: ['password'] }, { path: ['code'] }],
    })
    await expect(office.enrolment.accept(token, { ...form, email: 'none' })).rejects.toMatchObject({
      field: 'email',
    })
    await office.accept(token, 'bad@example.com')
  })

  it('is used by one of two who use it at the same time', async () => {
    const { token } = await inviteStaff(database.sql, { role: 'support', email: 'race@example.com' })
    const both = await Promise.allSettled([1, 2].map(() => office.accept(token, 'race@example.com')))
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  })
})

describe('a sign-in', () => {
  it('takes password and second factor, and is kept as a hash', async () => {
    const anna = await office.hire('owner')
    const begun = await anna.begin()
    expect(await office.signIns.find(begun.token)).toBeUndefined()
    const { token } = await office.signIns.confirm(begun.token, { code: anna.nextCode() }, '192.0.2.1')
    expect(await office.signIns.find(token)).toMatchObject({
      ...{ personId: anna.id, role: 'owner', isProved: true, email: anna.email },
    })
    // The token of the first half is of no use any more.
    expect(await office.signIns.find(begun.token)).toBeUndefined()
    const rows = JSON.stringify(
      await database.sql`select encode(token_hash, 'hex'), device, address from sign_ins`,
    )
    expect(rows).not.toContain(token)
    expect(rows).toContain('a browser')
    expect((await office.signIns.list(anna.id)).map(({ address }) => address)).toEqual(['192.0.2.1'])
  })

  it('shows what a browser calls itself as one line, however it came in', async () => {
    const anna = await office.hire('owner')
    const place = { address: '192.0.2.3', device: `a\u202ebrowser\r\n\0${'x'.repeat(500)}` }
    const begun = await office.signIns.begin({ email: anna.email, password: PASSWORD }, place)
    await office.signIns.confirm(begun.token, { code: anna.nextCode() }, place.address)
    const device = new Authenticator(PUBLIC_URL)
    const { id: personId, email } = anna
    const made = device.make({ ...(await office.passkeys.offerNew({ personId, email, name: 'Anna' })) })
    await office.passkeys.add(database.sql, personId, { name: 'phone', made })
    const signed = device.sign({ ...(await office.passkeys.offer(place.address)) })
    await office.signIns.beginByPasskey(signed, place)
    const shown = (await office.signIns.list(anna.id)).map((one) => one.device)
    expect(shown).toEqual([shown[0], shown[0]])
    expect(shown[0]).toMatch(/^a browser x{187,}…$/)
    expect(shown[0]).toHaveLength(200)
  })

  it('is refused alike for a wrong password, an unknown person and a suspended one', async () => {
    const anna = await office.hire('support')
    const wrong = (email: string, password = PASSWORD) =>
      office.signIns.begin({ email, password }, { address: '192.0.2.2', device: '' })
    await expect(wrong(anna.email, 'wrong password')).rejects.toEqual(refusal('invalid_credentials'))
    await expect(wrong('nobody@example.com')).rejects.toEqual(refusal('invalid_credentials'))
    await expect(wrong('no\0body')).rejects.toEqual(refusal('invalid_credentials'))
    await suspendStaff(database.sql, anna.id)
    await expect(wrong(anna.email)).rejects.toEqual(refusal('invalid_credentials'))
    const failures =
      await database.sql`select staff_id, what, address from failed_sign_ins where address = '192.0.2.2' order by id`
    expect(failures.map((row) => row['staff_id'])).toEqual([anna.id, null, null, anna.id])
  })

  it('takes each code once, of this time step or one beside it', async () => {
    const { signIns, clock } = office
    // The code that she was hired with is that of this step until the end.
    clock.stop()
    const anna = await office.hire('support')
    const begun = await anna.begin()
    const confirm = (code: string) => signIns.confirm(begun.token, { code }, '192.0.2.1')
    const used = codeAt(anna.secret, clock.now())
    await expect(confirm(used)).rejects.toEqual(refusal('invalid_credentials'))
    clock.advance(120_000)
    await expect(confirm(codeAt(anna.secret, new Date(clock.now().getTime() - 90_000)))).rejects.toEqual(
      refusal('invalid_credentials'),
    )
    const early = codeAt(anna.secret, new Date(clock.now().getTime() + 30_000))
    await confirm(`${early.slice(0, 3)} ${early.slice(3)}`)
    await expect(signIns.confirm((await anna.begin()).token, { code: early }, '192.0.2.1')).rejects.toEqual(
      refusal('invalid_credentials'),
    )
  })

  it('takes each recovery code once, however it is typed', async () => {
    const anna = await office.hire('support')
    const [code = '', other = ''] = anna.recoveryCodes
    const confirm = async (recoveryCode: string) =>
      office.signIns.confirm((await anna.begin()).token, { recoveryCode }, '192.0.2.1')
    await confirm(code.toUpperCase().replaceAll('-', ' '))
    await expect(confirm(code)).rejects.toEqual(refusal('invalid_credentials'))
    await confirm(other)
    await confirm(anna.recoveryCodes[2] as string)
    await confirm(anna.recoveryCodes[3] as string)
    // Five in an hour.
    await expect(confirm(anna.recoveryCodes[4] as string)).rejects.toEqual(refusal('too_many_failed_logins'))
  })

  it('ends when it is idle, when it is old, by itself, and with all the others', async () => {
    const anna = await office.hire('support')
    const { signIns, clock } = office
    const idle = await anna.signIn()
    clock.advance(12 * HOUR_MS + MINUTE_MS)
    expect(await signIns.find(idle.token)).toBeUndefined()
    const used = await anna.signIn()
    for (let hours = 0; hours < 7 * 24; hours += 8) {
      expect(await signIns.find(used.token)).toBeDefined()
      clock.advance(8 * HOUR_MS)
    }
    expect(await signIns.find(used.token)).toBeUndefined()
    const [one, two, three] = [await anna.signIn(), await anna.signIn(), await anna.signIn()]
    await signIns.endByToken(one.token)
    expect(await signIns.find(one.token)).toBeUndefined()
    const [newest] = await signIns.list(anna.id)
    await signIns.end({ personId: anna.id, but: newest?.id as never }, { actor: `staff:${anna.id}` })
    expect(await signIns.find(two.token)).toBeUndefined()
    expect(await signIns.find(three.token)).toBeDefined()
    // Half a sign-in holds ten minutes.
    const half = await anna.begin()
    clock.advance(10 * MINUTE_MS)
    await expect(signIns.confirm(half.token, { code: anna.nextCode() }, '192.0.2.1')).rejects.toEqual(
      refusal('session_expired'),
    )
  })

  it('proves again who it is, under another token', async () => {
    const anna = await office.hire('owner')
    const { signIns, clock } = office
    const { token } = await anna.signIn()
    clock.advance(10 * MINUTE_MS)
    expect(await signIns.find(token)).toMatchObject({ isProved: false })
    const again = { password: PASSWORD, code: { code: anna.nextCode() } }
    await expect(signIns.prove(token, { ...again, password: 'wrong' }, '192.0.2.1')).rejects.toEqual(
      refusal('invalid_credentials'),
    )
    const proved = await signIns.prove(token, again, '192.0.2.1')
    expect(await signIns.find(proved.token)).toMatchObject({ isProved: true })
    expect(await signIns.find(token)).toBeUndefined()
  })

  it.each<[string, (id: never) => Promise<unknown>]>([
    ['a suspension', (id) => suspendStaff(database.sql, id)],
    ['another role', (id) => setRole(database.sql, id, 'read-only')],
    ['a reset', (id) => resetStaff(database.sql, id)],
  ])('ends with %s, and so does half a one', async (_what, change) => {
    const anna = await office.hire('support')
    const { token } = await anna.signIn()
    const half = await anna.begin()
    await change(anna.id as never)
    expect(await office.signIns.find(token)).toBeUndefined()
    await expect(office.signIns.confirm(half.token, { code: anna.nextCode() }, '192.0.2.1')).rejects.toEqual(
      refusal('session_expired'),
    )
  })
})

describe('guesses', () => {
  it('of passwords wait longer and longer from one address, and keep nobody out elsewhere', async () => {
    const anna = await office.hire('support')
    await anna.signIn('198.51.100.1')
    const guess = () => anna.begin('203.0.113.1', 'a wrong password')
    office.clock.stop()
    for (let count = 0; count < 5; count++)
      await expect(guess()).rejects.toEqual(refusal('invalid_credentials'))
    for (const wait of [1, 2, 4, 8, 16, 32, 60, 60]) {
      await expect(guess(), `before ${wait} s`).rejects.toEqual(refusal('invalid_credentials'))
      await expect(guess()).rejects.toMatchObject({ code: 'too_many_failed_logins', retryAfter: wait })
      // The right one waits as well.
      await expect(anna.begin('203.0.113.1')).rejects.toEqual(refusal('too_many_failed_logins'))
      office.clock.advance(wait * 1000)
    }
    await anna.signIn('198.51.100.1')
    await anna.signIn('203.0.113.1')
    await expect(guess()).rejects.toEqual(refusal('invalid_credentials'))
  })

  it('from many addresses are bounded, but for those that the person uses', async () => {
    const anna = await office.hire('support')
    await anna.signIn('2001:db8:1::1')
    // The first sign-in came from an address that was new.
    for (let count = 0; count < 99; count++) {
      await expect(anna.begin(`203.0.113.${count + 10}`, 'wrong')).rejects.toEqual(
        refusal('invalid_credentials'),
      )
    }
    await expect(anna.begin('203.0.113.250')).rejects.toEqual(refusal('too_many_failed_logins'))
    // Its own network: the first 64 bits.
    await anna.signIn('2001:db8:1::2')
    office.clock.advance(LATER_MS)
    await anna.signIn('203.0.113.250')
  })

  it('from one address are bounded with all names together, many at a time as well', async () => {
    const guess = (count: number) =>
      office.signIns.begin(
        { email: `x${count}@example.com`, password: 'wrong' },
        { address: '203.0.113.5', device: '' },
      )
    const all = await Promise.allSettled(Array.from({ length: 40 }, (_, count) => guess(count)))
    const codes = all.map((one) => (one as PromiseRejectedResult).reason.code)
    expect(codes.filter((code) => code === 'invalid_credentials')).toHaveLength(30)
    expect(codes.filter((code) => code === 'too_many_failed_logins')).toHaveLength(10)
  })

  it('of codes are five a sign-in, and then 20 an hour, of who has the password', async () => {
    const anna = await office.hire('support')
    let tried = 0
    let refused = 0
    for (let round = 0; round < 6; round++) {
      const { token } = await anna.begin('203.0.113.9')
      for (let count = 0; count < 6; count++) {
        const code = await office.signIns
          .confirm(token, { code: 'none' }, '203.0.113.9')
          .catch(({ code }) => code)
        if (code === 'invalid_credentials') tried++
        else refused++
      }
    }
    expect([tried, refused]).toEqual([20, 16])
  })
})

describe('the trail', () => {
  it('has who signed in, and what became of staff, and none of the secrets', async () => {
    const anna = await office.hire('owner')
    const { token } = await anna.signIn()
    await office.signIns.endByToken(token)
    const { items } = await readTrail(database.sql, { what: 'sign-in', limit: 3 })
    expect(items.map(({ actor }) => actor)).toEqual([1, 2, 3].map(() => `staff:${anna.id}`))
    expect(items.map(({ before, after }) => [before, after])).toEqual([
      [
        { ended_at: null, staff_id: anna.id, person_id: null },
        { ended_at: expect.any(String), staff_id: anna.id, person_id: null },
      ],
      [
        expect.objectContaining({ proved_at: null, token_hash: 'a secret' }),
        expect.objectContaining({ proved_at: expect.any(String), token_hash: 'another secret' }),
      ],
      [null, expect.objectContaining({ staff_id: anna.id, address: '192.0.2.1', device: 'a browser' })],
    ])
    const staff = await readTrail(database.sql, { what: 'staff', subject: String(anna.id), limit: 10 })
    expect(staff.items.find(({ after }) => after?.['password'])).toMatchObject({
      actor: `staff:${anna.id}`,
      before: { name: '', password: null, secrets: null },
      after: { name: 'Anna', password: 'a secret', secrets: 'a secret' },
    })
    const all = JSON.stringify(await database.sql`select before, after from trail`)
    expect(all).not.toMatch(/argon2|\\\\x/)
  })
})

it('what is old is removed, and what holds is not', async () => {
  const anna = await office.hire('support')
  await anna.signIn()
  await anna.begin('192.0.2.9', 'wrong').catch(() => {})
  const sweep = async (): Promise<void> => {
    const [task] = Object.values(signInJobs({ sql: database.sql, clock: office.clock }))
    await task?.({}, new AbortController().signal)
  }
  const counts = async () =>
    (
      await database.sql`select (select count(*)::int from sign_ins where staff_id = ${anna.id}) as sign_ins,
                                (select count(*)::int from failed_sign_ins where staff_id = ${anna.id}) as failures`
    )[0]
  await sweep()
  expect(await counts()).toEqual({ sign_ins: 1, failures: 1 })
  office.clock.advance(98 * DAY_MS)
  await sweep()
  expect(await counts()).toEqual({ sign_ins: 0, failures: 0 })
  expect(await database.sql`select 1 from sign_in_attempts`).toHaveLength(0)
})
