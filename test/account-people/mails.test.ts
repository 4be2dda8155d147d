import { afterAll, beforeAll, expect, it } from 'vitest'
import { invitePerson } from '../../src/account-people/account-people.ts'
import {
  acceptApplication,
  listApplications,
  refuseApplication,
} from '../../src/account-people/applications.ts'
import type { AccountId } from '../../src/lib/ids.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/lib/time.ts'
import { createChannel } from '../../src/notices/channels.ts'
import { Sealer } from '../../src/secrets/sealer.ts'
import { MailInbox } from '../notices/notices.fixtures.ts'
import { PASSWORD, PortalShop } from '../protocols/portal/portal.fixtures.ts'
import { codeAt } from '../staff/people.fixtures.ts'
import { until } from '../support/until.ts'

const PUBLIC_URL = 'https://imei.example.com'

let portal: PortalShop
let mail: MailInbox
beforeAll(async () => {
  portal = await PortalShop.open({ PUBLIC_URL, REGISTRATION: 'open', OUTBOUND_ALLOW: '127.0.0.1' })
  mail = await new MailInbox().open()
  const sealer = new Sealer(Buffer.from('ab'.repeat(32), 'hex'))
  const settings = { host: '127.0.0.1', port: mail.port, from: 'Shop <imeigate@example.com>' }
  const deps = { sql: portal.server.sql, sealer: async () => sealer }
  await createChannel(deps, { kind: 'email', name: 'mail', settings }, portal.clock)
  await portal.server.sql`insert into brand (name, telegram) values ('Corner Phones', 'corner')`
})
afterAll(async () => {
  await portal.stop()
  await mail.close()
})

const post = (path: string, body: object) => portal.ask('POST', path, { body, headers: portal.origin })

/** `settled` waits until no mail is to be sent any more. */
const settled = () =>
  until('every mail is sent', async () => {
    const waiting = await portal.server.sql`
      select last_error from graphile_worker.jobs where task_identifier like '%person_mail'`
    expect(waiting.filter((one) => one['last_error'] !== null)).toEqual([])
    return waiting.length === 0
  })

/** `told` gives what an address was sent since the last time. */
async function told(email: string): Promise<string[]> {
  await settled()
  // Soft line breaks, and signs that are written as numbers.
  const all = mail.of(email).map((text) => text.replaceAll('=\n', '').replaceAll('=3D', '='))
  mail.mails.length = 0
  return all
}

/** `linkIn` gives the token behind the # of the link to a page. */
function linkIn(text: string | undefined, page: string): string {
  const [, token] = new RegExp(`${PUBLIC_URL}/portal/${page}#([\\w-]{22})`).exec(text ?? '') ?? []
  if (token === undefined) throw new Error(`no link to ${page} in ${text}`)
  return token
}

it('an invitation is mailed in the language of the person, with a link of its own that no job holds', async () => {
  const { accountId } = await portal.server.shop()
  const form = { role: 'owner' as const, email: 'siti@example.com', language: 'id' as const }
  const { token } = await invitePerson(portal.server.sql, accountId as AccountId, form, portal.clock)
  const [text] = await told('siti@example.com')
  expect(text).toContain('Buat kata sandi di sini')
  // The mail is the shop's, and says where it is reached.
  expect(text).toMatch(/^Corner Phones: /)
  expect(text).toMatch(/\n@corner\s*$/)
  const mailed = linkIn(text, 'invite')
  expect(mailed).not.toBe(token)
  const kept = await portal.server.sql`select token_hash::text from person_tokens`
  expect(kept).toHaveLength(2)
  expect(JSON.stringify(kept)).not.toContain(Buffer.from(mailed).toString('hex'))
  expect((await post('/invitation', { token: mailed, name: 'Siti', password: PASSWORD })).status).toBe(200)
  // The other link of the same invitation counts no more.
  expect((await post('/invitation/open', { token })).status).toBe(404)
  expect(await portal.server.sql`select 1 from person_tokens`).toEqual([])
})

it('a password is set anew by a mailed link: sign-ins end, the second factor stays', async () => {
  const { email, headers } = await portal.person()
  await told(email)
  const { secret } = (await portal.ask('POST', '/me/totp/offer', { headers })).json.data
  const code = codeAt(secret, portal.clock.now())
  await portal.ask('POST', '/me/totp', { body: { totp_secret: secret, code }, headers })
  expect(await told(email)).toEqual([expect.stringContaining('another authenticator app')])
  const known = await post('/reset/ask', { email: email.toUpperCase() })
  const [text] = await told(email)
  const token = linkIn(text, 'reset')
  // Who is not there is answered alike, and written to by nobody.
  const unknown = await post('/reset/ask', { email: 'nobody@example.com' })
  expect([unknown.status, unknown.json]).toEqual([known.status, known.json])
  expect(await told('nobody@example.com')).toEqual([])
  expect((await post('/reset', { token, password: 'short' })).json.errors).toHaveProperty('password')
  expect((await post('/reset', { token, password: 'another long one' })).status).toBe(200)
  expect((await post('/reset', { token, password: 'a third long one' })).status).toBe(404)
  expect((await portal.ask('GET', '/session', { headers })).status).toBe(401)
  expect(await told(email)).toEqual([expect.stringContaining('your password was changed')])
  expect((await post('/session', { email, password: PASSWORD })).status).toBe(401)
  const begun = await post('/session', { email, password: 'another long one' })
  expect(begun.json.data.second_factor_needed).toBe(true)
  // A link holds for 30 minutes.
  await post('/reset/ask', { email })
  const late = linkIn((await told(email))[0], 'reset')
  portal.clock.advance(30 * MINUTE_MS)
  expect((await post('/reset', { token: late, password: 'a third long one' })).status).toBe(404)
})

it('an address is mailed three times in an hour, and registers five times', async () => {
  portal.clock.advance(2 * HOUR_MS)
  const codes = []
  for (let n = 0; n < 4; n++) codes.push((await post('/reset/ask', { email: 'often@example.com' })).status)
  expect(codes).toEqual([200, 200, 200, 429])
  const asked = []
  for (let n = 0; n < 6; n++)
    asked.push((await post('/registration', { name: 'X', email: `x${n}@example.com` })).status)
  expect(asked).toEqual([200, 200, 200, 200, 200, 429])
  await settled()
  mail.mails.length = 0
})

it('who registers proves the address, waits for the staff, and is invited or refused', async () => {
  portal.clock.advance(DAY_MS)
  const { sql } = portal.server
  expect((await portal.ask('GET', '/registration', { headers: portal.origin })).json.data).toEqual({
    open: true,
  })
  const form = {
    name: 'Eva Shop',
    email: 'eva@example.com',
    contact: '@eva',
    country: 'ES',
    note: 'Hola',
    language: 'es',
  }
  expect((await post('/registration', { ...form, email: 'none' })).json.errors).toHaveProperty('email')
  expect((await post('/registration', form)).status).toBe(200)
  const open = { isOpen: true, limit: 10 }
  expect((await listApplications(sql, open)).items).toEqual([])
  const token = linkIn((await told('eva@example.com'))[0], 'verify')
  expect((await post('/registration/verify', { token })).status).toBe(200)
  expect((await post('/registration/verify', { token })).status).toBe(404)
  const [application] = (await listApplications(sql, open)).items
  expect(application).toMatchObject({ ...form, status: 'open', address: '127.0.0.1' })
  const id = application?.id ?? 0
  // Of two who decide one does.
  const terms = { currency: 'EUR' }
  const decided = await Promise.allSettled([
    acceptApplication(sql, id, terms, 'test', portal.clock),
    acceptApplication(sql, id, terms, 'test', portal.clock),
  ])
  expect(decided.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  const invited = linkIn((await told('eva@example.com'))[0], 'invite')
  await post('/invitation', { token: invited, name: 'Eva', password: PASSWORD })
  const session = await portal.ask('GET', '/session', { headers: await portal.signIn('eva@example.com') })
  expect(session.json.data).toMatchObject({
    ...{
      role: 'owner',
      person: { name: 'Eva', language: 'es' },
      account: { name: 'Eva Shop', currency: 'EUR' },
    },
  })
  // Who signs in already is told so by mail, and by nothing else.
  expect((await post('/registration', form)).status).toBe(200)
  expect(await told('eva@example.com')).toEqual([expect.stringContaining(`${PUBLIC_URL}/portal/sign-in`)])
  // One that is refused is told why, and one that never proved the address is nobody's business.
  await post('/registration', { name: 'Bad', email: 'bad@example.com' })
  const bad = linkIn((await told('bad@example.com'))[0], 'verify')
  await post('/registration/verify', { token: bad })
  const [other] = (await listApplications(sql, open)).items
  await refuseApplication(sql, other?.id ?? 0, 'shops only', portal.clock)
  expect(await told('bad@example.com')).toEqual([expect.stringContaining('shops only')])
  await expect(acceptApplication(sql, other?.id ?? 0, terms, 'test')).rejects.toMatchObject({
    code: 'conflict',
  })
})

const isOpen = async (shop: PortalShop): Promise<boolean> =>
  (await shop.ask('GET', '/registration', { headers: shop.origin })).json.data.open

it('nobody registers where that is closed', async () => {
  const closed = await PortalShop.open()
  try {
    const { json } = await closed.ask('GET', '/registration', { headers: closed.origin })
    expect(json.data).toEqual({ open: false })
    const refused = await closed.ask('POST', '/registration', {
      body: { name: 'X', email: 'x@example.com' },
      headers: closed.origin,
    })
    expect([refused.status, refused.json.code]).toEqual([403, 'PERMISSION_DENIED_ERROR'])
    expect(await closed.server.sql`select 1 from applications`).toEqual([])
    // What the staff sets holds while the server runs; without a public URL nobody could be sent a link.
    await closed.server.sql`insert into kept_settings (name, value) values ('REGISTRATION', 'open')`
    expect(await isOpen(closed)).toBe(false)
  } finally {
    await closed.stop()
  }
})
