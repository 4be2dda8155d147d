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
import { OperatorOffice } from '../protocols/operator/office.fixtures.ts'
import { type Headers, PASSWORD, PortalShop } from '../protocols/portal/portal.fixtures.ts'
import { codeAt, PASSWORD as STAFF_PASSWORD } from '../staff/people.fixtures.ts'
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
      select last_error from graphile_worker.jobs where task_identifier like '%mail'`
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

it('a mail is in the words of the staff where it has written some', async () => {
  const { accountId } = await portal.server.shop()
  await portal.server.sql`
    insert into message_texts (name, language, title, text)
    values ('mail.invitation', 'es', 'Bienvenido a {account}', 'Empiece aquí: {link}\nHasta {until}.\nNada: {nothing}')`
  const form = { role: 'owner' as const, email: 'ana@example.com', language: 'es' as const }
  await invitePerson(portal.server.sql, accountId as AccountId, form, portal.clock)
  const [text] = await told('ana@example.com')
  expect(text).toMatch(/^Corner Phones: Bienvenido a shop/)
  expect(text).toContain(`Empiece aqu`)
  expect(linkIn(text, 'invite')).toHaveLength(22)
  // A line of which nothing is known is left out.
  expect(text).not.toContain('Nada')
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

/** `change` asks for another e-mail address, as people of the portal and of the console do. */
const change = (base: string, headers: Headers, method: string, body?: object) =>
  portal.ask(method, `${base}/me/email`, { body, headers })

it.each([
  { circle: 'portal', base: '/api/portal' },
  { circle: 'console', base: '/api/operator' },
])(
  'another e-mail address counts once its link is used, and the old one is told: $circle',
  async ({ circle, base }) => {
    const office = OperatorOffice.at(portal.server, portal.clock)
    const who = circle === 'portal' ? await portal.person() : await office.person('support')
    const { headers } = who
    const { email: old } = (await change(base, headers, 'GET')).json.data
    const fresh = `fresh.${circle}@example.com`
    const signsIn = async (email: string): Promise<number> => {
      const body = { email, password: circle === 'portal' ? PASSWORD : STAFF_PASSWORD }
      return (await portal.ask('POST', `${base}/session`, { body, headers: portal.origin })).status
    }
    const confirm = (token: string) =>
      portal.ask('POST', `${base}/email`, { body: { token }, headers: portal.origin })
    const link = async (address: string): Promise<string> => {
      await settled()
      const text = mail.of(address).join('').replaceAll('=\n', '').replaceAll('=3D', '=')
      const [, token = ''] = new RegExp(`${PUBLIC_URL}/${circle}/email#([\\w-]{22})`).exec(text) ?? []
      return token
    }
    await told(old)
    expect((await change(base, headers, 'POST', { email: old })).json.errors).toHaveProperty('email')
    const asked = await change(base, headers, 'POST', { email: fresh })
    expect(asked.json.data).toMatchObject({ email: old, possible: true, pending: { email: fresh } })
    const first = await link(fresh)
    expect(await told(old)).toEqual([expect.stringContaining('another e-mail address')])
    expect([await signsIn(old), await signsIn(fresh)]).toEqual([200, 401])
    // Another link takes the place of the first; one that is withdrawn, or a day old, is none.
    await change(base, headers, 'POST', { email: fresh })
    const second = await link(fresh)
    expect((await confirm(first)).status).toBe(404)
    expect((await change(base, headers, 'DELETE')).json.data.pending).toBeNull()
    expect((await confirm(second)).status).toBe(404)
    portal.clock.advance(2 * HOUR_MS)
    mail.mails.length = 0
    await portal.server
      .sql`update sign_ins set last_seen_at = ${portal.clock.now()}, proved_at = ${portal.clock.now()}`
    await change(base, headers, 'POST', { email: fresh })
    const third = await link(fresh)
    await told(old)
    // A link to another password went to the old address, and ends with it.
    if (circle === 'portal')
      await portal.server.sql`
        insert into person_tokens (token_hash, person_id, what, ends_at)
        values (sha256('old'), ${who.id}, 'reset', ${new Date(portal.clock.now().getTime() + DAY_MS)})`
    expect((await confirm(third)).json.data).toEqual({ email: fresh })
    expect(await portal.server.sql`select from person_tokens where token_hash = sha256('old')`).toHaveLength(
      0,
    )
    expect((await confirm(third)).status).toBe(404)
    expect([await signsIn(old), await signsIn(fresh)]).toEqual([401, 200])
    expect((await change(base, headers, 'GET')).json.data).toMatchObject({ email: fresh, pending: null })
    expect(await told(old)).toEqual([expect.stringContaining('your e-mail address was changed')])
    const [line] = await portal.server.sql`
      select actor, before ->> 'email' as was, after ->> 'email' as is from trail
       where what = ${circle === 'portal' ? 'account_people' : 'staff'} order by id desc limit 1`
    expect(line).toEqual({
      actor: `${circle === 'portal' ? 'person' : 'staff'}:${who.id}`,
      was: old,
      is: fresh,
    })
  },
)

it('a link to another e-mail address ends after a day and with the password, and shows nobody who signs in', async () => {
  portal.clock.advance(2 * HOUR_MS)
  const [anna, eve] = [await portal.person(), await portal.person()]
  const confirm = (token: string) => post('/email', { token })
  const mailed = async (address: string) => linkIn((await told(address))[0], 'email')
  // Nothing is sent where somebody signs in with it, and the answer is the same.
  const taken = await change('/api/portal', anna.headers, 'POST', { email: eve.email })
  expect([taken.status, taken.json.data.pending.email]).toEqual([200, eve.email])
  await settled()
  expect(mail.of(eve.email).join('')).not.toContain('/portal/email#')
  await change('/api/portal', anna.headers, 'POST', { email: 'one@example.com' })
  const one = await mailed('one@example.com')
  await portal.ask('POST', '/me/password', { body: { password: 'another long one' }, headers: anna.headers })
  expect((await confirm(one)).status).toBe(404)
  await change('/api/portal', anna.headers, 'POST', { email: 'two@example.com' })
  const two = await mailed('two@example.com')
  portal.clock.advance(DAY_MS)
  expect((await confirm(two)).status).toBe(404)
  const kept = await portal.server
    .sql`select count(*)::int as count from account_people where email = 'two@example.com'`
  expect(kept[0]).toEqual({ count: 0 })
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
    ...{ open: true, registration: 'open', welcome: null, terms: null },
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
  await refuseApplication(sql, other?.id ?? 0, 'shops only', 'test', portal.clock)
  expect(await told('bad@example.com')).toEqual([expect.stringContaining('shops only')])
  await expect(acceptApplication(sql, other?.id ?? 0, terms, 'test')).rejects.toMatchObject({
    code: 'conflict',
  })
})

const isOpen = async (shop: PortalShop): Promise<boolean> =>
  (await shop.ask('GET', '/registration', { headers: shop.origin })).json.data.open

it('nobody registers where that is closed, or by invitation only, which each says by itself', async () => {
  const closed = await PortalShop.open()
  try {
    const { json } = await closed.ask('GET', '/registration', { headers: closed.origin })
    expect(json.data).toEqual({ open: false, registration: 'invitation', welcome: null, terms: null })
    const refusal = async () => {
      const body = { name: 'X', email: 'x@example.com' }
      const refused = await closed.ask('POST', '/registration', { body, headers: closed.origin })
      return [refused.status, refused.json.code, refused.json.message]
    }
    const denied = [403, 'PERMISSION_DENIED_ERROR']
    expect(await refusal()).toEqual([...denied, expect.stringContaining('ask for an invitation')])
    await closed.server.sql`insert into kept_settings (name, value) values ('REGISTRATION', 'closed')`
    await until('it is closed', async () => String((await refusal())[2]).includes('no new accounts'))
    await closed.server.sql`delete from kept_settings`
    expect(await closed.server.sql`select 1 from applications`).toEqual([])
    // What the staff sets holds while the server runs; without a public URL nobody could be sent a link.
    await closed.server.sql`insert into kept_settings (name, value) values ('REGISTRATION', 'open')`
    expect(await isOpen(closed)).toBe(false)
  } finally {
    await closed.stop()
  }
})
