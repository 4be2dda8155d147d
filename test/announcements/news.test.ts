import { afterAll, beforeAll, expect, it } from 'vitest'
import { createPriceGroup } from '../../src/accounts/accounts.ts'
import type { AccountId } from '../../src/lib/ids.ts'
import { HOUR_MS } from '../../src/lib/time.ts'
import { tellAnnouncements } from '../../src/notices/announced.ts'
import { createChannel } from '../../src/notices/channels.ts'
import { sealer } from '../deposits/deposits.fixtures.ts'
import { MailInbox } from '../notices/notices.fixtures.ts'
import { changer, OperatorOffice } from '../protocols/operator/office.fixtures.ts'
import { type Headers, PortalShop } from '../protocols/portal/portal.fixtures.ts'
import { until } from '../support/until.ts'

let portal: PortalShop
let mail: MailInbox
let write: ReturnType<typeof changer>
let staff: Headers
beforeAll(async () => {
  portal = await PortalShop.open()
  mail = await new MailInbox().open()
  const { headers } = await OperatorOffice.at(portal.server, portal.clock).person('support')
  staff = headers
  write = changer(portal.server, headers)
  await createPriceGroup(portal.server.sql, 'Gold')
})
afterAll(async () => {
  await portal.stop()
  await mail.close()
})

const read = async (headers: Headers) => (await portal.ask('GET', '/news', { headers })).json.data
const titles = async (headers: Headers): Promise<string[]> =>
  (await read(headers)).items.map(({ title }: { title: string }) => title)
const published = async (body: object) => {
  const made = await write('POST', '/news', { body: 'See https://example.com.', ...body })
  expect([made.status, made.json]).toEqual([200, expect.anything()])
  return made.json.data
}

it('news reaches whom it is for, in their language, from and until its times, what is pinned first; each person reads it once', async () => {
  const anna = await portal.person()
  const eve = await portal.person('member')
  const member = await portal.signIn((await portal.invited(anna.shop.accountId, 'member')).email)
  await portal.server.sql`update account_people set language = 'id' where id = ${eve.id}`
  await portal.server.sql`
    update accounts set price_group_id = (select id from price_groups where name = 'Gold') where id = ${eve.shop.accountId}`
  const now = portal.clock.now().getTime()
  const at = (hours: number) => new Date(now + hours * HOUR_MS).toISOString()
  await published({
    title: 'Pinned',
    pinned: true,
    translations: { id: { title: 'Disematkan', body: 'Halo' } },
  })
  const all = await published({ title: 'For all' })
  await published({ title: 'Gold', group: 'gold' })
  await published({ title: 'Anna', accounts: [anna.shop.username, String(anna.shop.accountId)] })
  await published({ title: 'Later', from: at(2), until: at(4) })
  expect(await titles(anna.headers)).toEqual(['Pinned', 'Anna', 'For all'])
  expect(await titles(eve.headers)).toEqual(['Disematkan', 'Gold', 'For all'])
  const some = await portal.ask('POST', '/news/read', { body: { ids: [all.id] }, headers: anna.headers })
  expect([some.json.data.unread, (await read(member)).unread]).toEqual([2, 3])
  // What is not shown to somebody is not read by them, either.
  await portal.ask('POST', '/news/read', { body: { ids: [all.id, all.id + 2] }, headers: eve.headers })
  const list = await portal.ask('GET', '/api/operator/news', { headers: staff })
  expect(list.json.data.page.items).toMatchObject([
    { title: 'Later', state: 'planned', reads: 0 },
    { title: 'Anna', accounts: [{ username: anna.shop.username }], reads: 0 },
    { title: 'Gold', group: 'Gold' },
    { title: 'For all', group: null, accounts: null, reads: 2 },
    { title: 'Pinned', pinned: true },
  ])
  portal.clock.advance(3 * HOUR_MS)
  expect(await titles(eve.headers)).toEqual(['Disematkan', 'Later', 'Gold', 'For all'])
  portal.clock.advance(HOUR_MS)
  expect(await titles(eve.headers)).toEqual(['Disematkan', 'Gold', 'For all'])
  const gone = await portal.ask('DELETE', `/api/operator/news/${all.id}`, {
    headers: { ...staff, 'idempotency-key': 'gone' },
  })
  expect([gone.status, await titles(anna.headers)]).toEqual([200, ['Pinned', 'Anna']])
})

it('how many get it is counted; what is wrong is named; an old version is refused', async () => {
  const { shop } = await portal.person()
  const reach = async (body: object) => (await write('POST', '/news/reach', body, { key: null })).json
  expect((await reach({ accounts: [shop.username] })).data).toEqual({ accounts: 1, people: 1 })
  await portal.server.sql`update account_people set suspended_at = now() where account_id = ${shop.accountId}`
  expect((await reach({ accounts: [shop.username] })).data).toEqual({ accounts: 1, people: 0 })
  const wrong = async (body: object) => {
    const { status, json } = await write('POST', '/news', { title: 'T', body: 'B', ...body })
    return [status, Object.keys(json.errors ?? {})]
  }
  expect(await wrong({ title: ' ' })).toEqual([422, ['title']])
  expect(await wrong({ body: '\n' })).toEqual([422, ['body']])
  expect(await wrong({ accounts: ['nobody'] })).toEqual([422, ['accounts']])
  expect(await wrong({ accounts: [] })).toEqual([422, ['accounts']])
  expect(await wrong({ from: '2030-01-02T00:00:00Z', until: '2030-01-01T00:00:00Z' })).toEqual([
    422,
    ['until'],
  ])
  expect(await wrong({ group: 'Nothing' })).toEqual([422, ['group']])
  const { id, version } = await published({ title: 'One' })
  const change = (title: string) => write('PATCH', `/news/${id}`, { title, body: 'B' }, { version })
  expect((await change('Two')).json.data).toMatchObject({ title: 'Two', pinned: false })
  expect((await change('Three')).json.code).toBe('VERSION_CONFLICT_ERROR')
})

it('people are told once of news that is to be mailed, but for those who do not want it', async () => {
  const anna = await portal.person()
  const { email } = await portal.invited(anna.shop.accountId, 'member')
  const quiet = await portal.signIn(email)
  await portal.ask('PATCH', '/me/notices', { body: { email: [] }, headers: quiet })
  const smtp = { host: '127.0.0.1', port: mail.port, from: 'shop@example.com' }
  await createChannel(
    { sql: portal.server.sql, sealer },
    { kind: 'email', name: 'mail', settings: smtp },
    portal.clock,
  )
  const accounts = [String(anna.shop.accountId as AccountId)]
  const { id } = await published({ title: 'We move', tell: true, accounts })
  await portal.server.sql`select graphile_worker.add_job('notices_raise', '{}'::json)`
  await until('the mail has come', async () => mail.of(anna.email).length > 0)
  expect(mail.of(anna.email)).toEqual(['imeigate: We move\n\nSee https://example.com.'])
  expect(mail.of(email)).toEqual([])
  const { json } = await portal.ask('GET', `/api/operator/news/${id}`, { headers: staff })
  expect(json.data).toMatchObject({ tell: true, told_at: expect.any(String) })
})

it('many accounts are told some hundreds at a time; who stops in between goes on behind them, and tells nobody twice', async () => {
  const { sql } = portal.server
  const { id: group } = await createPriceGroup(sql, 'Silver')
  await sql`
    with made as (
      insert into accounts (name, email, username, currency, price_group_id)
      select 'Many', 'many' || n || '@example.com', 'many' || n, 'USD', ${group} from generate_series(1, 250) n returning id, email
    )
    insert into account_people (account_id, role, name, email, password, mailed, created_at)
    select id, 'owner', 'Budi', email, 'none', '{}', now() from made`
  const later = new Date(portal.clock.now().getTime() + HOUR_MS)
  const { id } = await published({ title: 'Many', group: 'Silver', tell: true, from: later.toISOString() })
  const told = () =>
    sql`select account_id from notices where event = 'news.written' and subject = ${String(id)}`
  let looks = 0
  const stopping = {
    get aborted() {
      return ++looks > 1
    },
  } as AbortSignal
  await tellAnnouncements(sql, later, stopping)
  expect(await told()).toHaveLength(200)
  const { json } = await portal.ask('GET', `/api/operator/news/${id}`, { headers: staff })
  expect(json.data.told_at).toBeNull()
  await tellAnnouncements(sql, later, new AbortController().signal)
  const all = await told()
  expect([all.length, new Set(all.map((one) => one['account_id'])).size]).toEqual([250, 250])
})
