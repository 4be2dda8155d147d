import { pino } from 'pino'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Jobs } from '../../src/jobs/jobs.ts'
import { removeChannel } from '../../src/notices/channels.ts'
import { GuardedOutbound } from '../../src/outbound/guarded.ts'
import { personMailJobs } from '../../src/people/mail-jobs.ts'
import { changePassword, changeTotp, renewRecoveryCodes } from '../../src/people/own-factors.ts'
import { offerTotp } from '../../src/people/second-factor.ts'
import { Sealer } from '../../src/secrets/sealer.ts'
import { inviteStaff, resetStaff } from '../../src/staff/staff.ts'
import { MailInbox, makeChannels, TelegramInbox } from '../notices/notices.fixtures.ts'
import { Authenticator } from '../support/authenticator.ts'
import { quickPasswords } from '../support/passwords.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { until } from '../support/until.ts'
import { codeAt, Office, PASSWORD, PUBLIC_URL } from './people.fixtures.ts'

const sealer = new Sealer(Buffer.alloc(32, 7))
let database: TestDatabase
let office: Office
let mail: MailInbox
let telegram: TelegramInbox
let jobs: Jobs
const deps = () => ({
  sql: database.sql,
  sealer: async () => sealer,
  context: {
    outbound: new GuardedOutbound({ allow: ['127.0.0.1'] }),
    clock: office.clock,
    installation: 'test',
  },
})
beforeAll(async () => {
  database = await testDatabase()
  office = new Office(database.sql, sealer)
  mail = await new MailInbox().open()
  telegram = await new TelegramInbox().open()
  await makeChannels(deps(), { mail, telegram })
  const tasks = personMailJobs({ ...deps(), publicUrl: PUBLIC_URL })
  jobs = new Jobs({ address: database.address, log: pino({ level: 'silent' }), tasks })
  await jobs.start()
})
afterAll(async () => {
  await jobs.stop()
  await Promise.all([mail.close(), telegram.close()])
  await database.drop()
})

/** `told` gives what a person was told, once nothing more is to be sent. */
async function told(email: string): Promise<string[]> {
  await until('every mail is sent', async () => {
    const waiting = await database.sql`select last_error from graphile_worker.jobs`
    expect(waiting.filter((one) => one['last_error'] !== null)).toEqual([])
    return waiting.length === 0
  })
  // A line that was broken for the way is one again; the first one is the title.
  const mine = mail.of(email).map((text) => text.replaceAll('=\n', '').replace(/^.*\n\n/, ''))
  for (const { source } of mail.mails) expect(source).not.toMatch(/undefined|null/)
  mail.mails.length = 0
  return mine
}

it('people are told of what is done in their name, and no mail lets anybody in', async () => {
  const { sql, clock } = { sql: database.sql, clock: office.clock }
  const { token } = await inviteStaff(sql, { role: 'support', email: 'eve@example.com' }, clock)
  await until('the invitation is told of', () => mail.mails.length === 1)
  expect(mail.mails[0]?.source).not.toContain(token)
  expect(await told('eve@example.com')).toEqual([
    expect.stringMatching(
      /^You are invited to https:\/\/imei\.example\.com, with the role support\.\nWho did so has an invitation for you, which holds until \d{4}-\d\d-\d\d \d\d:\d\d UTC\.$/,
    ),
  ])
  const eve = await office.accept(token, 'eve@example.com')

  // The first sign-in is nobody else's; the next one on the same device, or one that is proved again, is no news.
  const first = await eve.signIn()
  await eve.signIn('192.0.2.200')
  await office.signIns.prove(first.token, { password: PASSWORD, code: { code: eve.nextCode() } }, '192.0.2.1')
  expect(await told(eve.email)).toEqual([])
  const other = { address: '198.51.100.7', device: 'another browser' }
  const begun = await office.signIns.begin({ email: eve.email, password: PASSWORD }, other)
  expect(await told(eve.email)).toEqual([])
  await office.signIns.confirm(begun.token, { code: eve.nextCode() }, other.address)
  expect(await told(eve.email)).toEqual([
    expect.stringMatching(
      /on a device that you had not used there before:\nanother browser, from 198\.51\.100\.7, at/,
    ),
  ])

  const signInId = (await office.signIns.find(first.token))?.id as never
  const own = { circle: 'staff' as const, personId: eve.id, id: signInId }
  await changePassword(sql, quickPasswords(), own, 'another horse battery', clock)
  const { secret: totpSecret } = offerTotp(eve.email)
  await changeTotp(sql, sealer, own, { totpSecret, code: codeAt(totpSecret, clock.now()) }, clock)
  await renewRecoveryCodes(sql, own, clock)
  const device = new Authenticator(PUBLIC_URL)
  const offered = await office.passkeys.offerNew({ personId: eve.id, email: eve.email, name: 'Eve' })
  const made = await office.passkeys.add(sql, eve.id, { name: 'phone', made: device.make({ ...offered }) })
  const signed = device.sign({ ...(await office.passkeys.offer('192.0.2.1')) })
  await office.signIns.beginByPasskey(signed, { address: '192.0.2.1', device: 'a phone' })
  await office.passkeys.remove(sql, own, made.id)
  const all = (await told(eve.email)).map((text) => text.split('\n')[0]?.replace(/, at .*$/, ''))
  expect(all.toSorted()).toEqual([
    'At https://imei.example.com a passkey of yours was removed',
    'At https://imei.example.com you have a new passkey',
    'At https://imei.example.com you have another authenticator app',
    'At https://imei.example.com you have new recovery codes',
    'At https://imei.example.com your password was changed',
    'Somebody has signed in to https://imei.example.com as you, on a device that you had not used there before:',
  ])
  await resetStaff(sql, eve.id, undefined, clock)
  expect(await told(eve.email)).toEqual([expect.stringContaining('were taken away')])
})

it('nobody is told where no channel sends mail, and nothing is left to be sent', async () => {
  await removeChannel(database.sql, 'mail')
  await inviteStaff(database.sql, { role: 'support', email: 'ben@example.com' }, office.clock)
  expect(await told('ben@example.com')).toEqual([])
})
