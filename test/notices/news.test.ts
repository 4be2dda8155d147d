import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { changeAccount, createPriceGroup } from '../../src/accounts/accounts.ts'
import { setPrice } from '../../src/catalogue/prices.ts'
import { OperatorDeposits } from '../../src/deposits/operator-deposits.ts'
import { Providers } from '../../src/deposits/providers.ts'
import { deliverAfterAll } from '../../src/fulfilment/after/late-results.ts'
import { refund } from '../../src/fulfilment/after/refunds.ts'
import type { SupplierOutcome } from '../../src/integrations/suppliers/supplier.ts'
import { addJob, Jobs } from '../../src/jobs/jobs.ts'
import { Adjustments } from '../../src/ledger/adjustments.ts'
import type { AccountPersonId, DepositId, OrderId } from '../../src/lib/ids.ts'
import { micros } from '../../src/lib/money.ts'
import { dueDigest } from '../../src/notices/digest.ts'
import { noticeJobs, RAISE_NOTICES } from '../../src/notices/jobs.ts'
import { setOwnNotices } from '../../src/notices/own-notices.ts'
import { changeEvents, subscribe, unsubscribe } from '../../src/notices/subscriptions.ts'
import { readTimeline } from '../../src/orders/desk/timeline.ts'
import { GuardedOutbound } from '../../src/outbound/guarded.ts'
import { Sealer } from '../../src/secrets/sealer.ts'
import { FakeSupplier, REFUSED, SUCCESS, until, Workshop } from '../fulfilment/fulfilment.fixtures.ts'
import { input, newService } from '../orders/orders.fixtures.ts'
import { imei } from '../support/server.ts'
import { MailInbox, makeChannels, TelegramInbox } from './notices.fixtures.ts'

const MINUTE = 60_000
const OWNER = '1001'

let mail: MailInbox
let telegram: TelegramInbox
beforeAll(async () => {
  mail = await new MailInbox().open()
  telegram = await new TelegramInbox().open()
})
afterAll(() => Promise.all([mail.close(), telegram.close()]))

let shop: Workshop
let jobs: Jobs
const sealer = new Sealer(Buffer.alloc(32, 7))
const log = pino({ level: 'silent' })
beforeEach(async () => {
  shop = await Workshop.open()
  telegram.messages.length = 0
  const { sql, clock, database } = shop
  const context = { outbound: new GuardedOutbound({ allow: ['127.0.0.1'] }), clock, installation: 'test' }
  const deps = { sql, sealer: async () => sealer, context }
  await makeChannels(deps, { mail, telegram })
  jobs = new Jobs({
    address: database.address,
    log,
    tasks: noticeJobs({ ...deps, log, digestTimes: async () => ['08:00', '18:00'] }),
  })
  await jobs.start()
})
afterEach(async () => {
  await jobs.stop()
  await shop.close()
})

const tell = (events: string[] = [], address = OWNER) =>
  subscribe(shop.sql, { accountId: shop.account, kind: 'telegram', address, events }, 'test', shop.clock)

/** What the operator got by the last look. */
let digests: string[] = []

/** What happens every minute, so many minutes on. Gives what the owner has got by it. */
async function look(minutes = 1): Promise<string[]> {
  shop.clock.advance(minutes * MINUTE)
  await addJob(shop.sql, RAISE_NOTICES, {}, { key: RAISE_NOTICES })
  await expect
    .poll(async () => [...(await shop.sql`select task_identifier, last_error from graphile_worker.jobs`)])
    .toEqual([])
  const told = telegram.of(OWNER)
  digests = telegram.of('2002')
  telegram.messages.length = 0
  return told
}

const ended = (id: OrderId): Promise<void> => until(async () => (await shop.order(id)).finishedAt !== null)

function work(answer: (n: number) => SupplierOutcome = () => SUCCESS): void {
  let sent = 0
  shop.workers(new FakeSupplier(async () => answer(sent++)))
}
async function done(n: number, items = 1): Promise<OrderId> {
  const id = await shop.place(n, {
    items: Array.from({ length: items }, (_, at) => input(shop.service, imei(n * 100 + at))),
  })
  await ended(id)
  return id
}
/** `toldOf` gives what the timeline of an order says of who was told of it. */
const toldOf = async (id: OrderId): Promise<string[]> =>
  (await readTimeline(shop.sql, id, { item: undefined, costs: true })).moments
    .filter(({ kind }) => kind === 'told')
    .map(({ event, channel, address, state }) => [event, channel, address, state].join(' '))
const lines = (...texts: string[]): string => texts.join('\n')

test('an order that is done is told once, with what was charged, and what follows within ten minutes together', async () => {
  work()
  const before = await done(1)
  await tell()
  expect(await look()).toEqual([])
  const id = await done(2)
  expect(await look()).toEqual([
    lines(
      `imeigate: Order ${id} is done`,
      '',
      `${id} ${shop.service.name} ${imei(200)}: $0.00001 was charged`,
    ),
  ])
  const next = [await done(3, 3), await done(4)]
  expect(await look()).toEqual([])
  expect(await look(9)).toEqual([
    lines(
      'imeigate: 2 orders are done',
      '',
      `${next[0]} ${shop.service.name}, 3 of 3 items: $0.00003 was charged`,
      `${next[1]} ${shop.service.name} ${imei(400)}: $0.00001 was charged`,
    ),
  ])
  expect(await look(10)).toEqual([])
  // The timeline of each order has who was told of it.
  for (const one of [id, ...next]) expect(await toldOf(one)).toEqual([`order.done telegram ${OWNER} sent`])
  expect(await toldOf(before)).toEqual([])
})

test('many orders are one notice, which names twenty', async () => {
  await tell(['order.done'])
  work()
  const ids = await shop.placeMany(33)
  for (const id of ids) await ended(id)
  const [told = '', ...others] = await look()
  expect(others).toEqual([])
  expect(told.split('\n')).toHaveLength(2 + 20 + 1)
  expect(told).toMatch(/^imeigate: 33 orders are done\n[\s\S]*\nand 13 more$/)
})

test('money that is given back is told with the reason, at the end of an order and later', async () => {
  await tell(['order.refunded'])
  work((n) => (n === 1 ? REFUSED : SUCCESS))
  const id = await done(1, 3)
  expect(await look()).toEqual([
    lines(
      `imeigate: $0.00001 was given back for order ${id}`,
      '',
      `${id} ${shop.service.name}: $0.00001`,
      '   no such device',
    ),
  ])
  await refund(
    shop.sql,
    { accountId: shop.account, orderId: id },
    { reason: 'it was late' },
    'cli:ann',
    shop.clock,
  )
  const other = await done(2)
  await refund(
    shop.sql,
    { accountId: shop.account, orderId: other },
    { reason: 'wrong', amount: micros(4n), reference: 'r1' },
    'cli:ann',
    shop.clock,
  )
  expect(await look(10)).toEqual([
    lines(
      'imeigate: $0.000024 was given back for 2 orders',
      '',
      `${id} ${shop.service.name}: $0.00002`,
      '   it was late',
      `${other} ${shop.service.name} ${imei(200)}: $0.000004`,
      '   wrong',
    ),
  ])
  const refunded = `order.refunded telegram ${OWNER} sent`
  expect([await toldOf(id), await toldOf(other)]).toEqual([[refunded, refunded], [refunded]])
})

test('what is delivered after all is told as done, and no more as given back', async () => {
  await tell()
  work(() => REFUSED)
  const told = await done(1)
  expect(await look()).toEqual([expect.stringContaining(`was given back for order ${told}`)])
  const untold = await done(2)
  for (const orderId of [told, untold])
    await deliverAfterAll(
      shop.sql,
      { accountId: shop.account, orderId },
      { result: 'clean', why: 'it came' },
      'cli:ann',
      shop.clock,
    )
  expect(await look(10)).toEqual([
    lines(
      'imeigate: 2 orders are done',
      '',
      `${told} ${shop.service.name} ${imei(100)}: $0.00001 was charged`,
      `${untold} ${shop.service.name} ${imei(200)}: $0.00001 was charged`,
    ),
  ])
  const delivered = `order.done telegram ${OWNER} sent`
  expect([await toldOf(told), await toldOf(untold)]).toEqual([
    [`order.refunded telegram ${OWNER} sent`, delivered],
    [delivered],
  ])
})

test('deposits are told at once, in the language of the account', async () => {
  await tell()
  const paid = (amount: bigint) =>
    new Adjustments(shop.sql, shop.clock).deposit(shop.account, micros(amount), {
      actor: 'ann',
      note: 'bank',
    })
  await paid(5_000_000n)
  expect(await look()).toEqual([
    lines('imeigate: Your deposit of $5.00 was credited', '', 'You can spend $6.00 now.'),
  ])
  await changeAccount(shop.sql, shop.account, { language: 'id' })
  await paid(1_000_000n)
  expect(await look()).toEqual([
    lines(
      'imeigate: Deposit Anda sebesar $1.00 sudah masuk',
      '',
      'Saldo yang dapat dipakai sekarang: $7.00.',
    ),
  ])
  await changeAccount(shop.sql, shop.account, { language: 'es' })
  await paid(1_000_000n)
  await paid(1_000_000n)
  expect(await look()).toEqual([
    lines('imeigate: Se acreditaron 2 depósitos: $2.00', '', 'Ahora puede gastar $9.00.'),
  ])
})

/** Somebody of the account who has a password, and what they have said of notices. */
async function person(
  email: string,
  { language = 'en', ...choice }: { language?: string } & Parameters<typeof setOwnNotices>[2] = {},
): Promise<AccountPersonId> {
  const [made] = await shop.sql<{ id: AccountPersonId }[]>`
    insert into account_people (account_id, role, name, email, language, password, created_at)
    values (${shop.account}, 'owner', 'Budi', ${email}, ${language}, 'x', now()) returning id`
  const id = made?.id as AccountPersonId
  if (Object.keys(choice).length > 0) await setOwnNotices(shop.sql, id, choice)
  return id
}

/** `titles` gives the subjects of the mails that an address has got. */
const titles = (address: string): (string | undefined)[] =>
  mail.mails
    .filter(({ to }) => to.includes(address))
    .map(({ source }) => /^Subject: (.*(?:\r\n .*)*)/m.exec(source)?.[1]?.replaceAll('\r\n ', ' '))
    .sort()

test('people of the account are mailed without being added: of refunds, deposits and a low balance, in their language, until they say otherwise', async () => {
  mail.mails.length = 0
  await person('ann@shop.example')
  await person('sari@shop.example', { language: 'id' })
  await person('none@shop.example', { email: [] })
  const late = await person('late@shop.example')
  await person('done@shop.example', { email: ['order.done'], telegram: ['order.done'], chat: OWNER })
  // An address that an operator has added is told once, and as its person says.
  const added = { accountId: shop.account, kind: 'email', events: [] }
  await subscribe(shop.sql, { ...added, address: 'none@shop.example' }, 'test', shop.clock)
  await subscribe(
    shop.sql,
    { ...added, address: 'Ann@shop.example', events: ['deposit.credited'] },
    'test',
    shop.clock,
  )
  expect(await look()).toEqual([])
  await changeAccount(shop.sql, shop.account, { lowBalance: micros(9_000_000n) })
  const deposit = { actor: 'ann', note: 'bank' }
  await new Adjustments(shop.sql, shop.clock).deposit(shop.account, micros(500_000n), deposit)
  await shop.sql`update account_people set suspended_at = now() where id = ${late}`
  work((n) => (n === 0 ? REFUSED : SUCCESS))
  await done(1)
  const id = await done(2)
  expect(await look()).toMatchObject([expect.stringContaining(`Order ${id} is done`)])
  expect(titles('Ann@shop.example')).toEqual([expect.stringContaining('Your deposit of $0.50 was credited')])
  expect(titles('ann@shop.example')).toEqual([
    expect.stringContaining('was given back for order 1001'),
    expect.stringMatching(/The balance of .* is low/),
  ])
  expect(titles('sari@shop.example')).toHaveLength(3)
  expect(titles('done@shop.example')).toEqual([`imeigate: Order ${id} is done`])
  for (const nobody of ['none@shop.example', 'late@shop.example']) expect(titles(nobody)).toEqual([])
})

test('a deposit that is refused is told with the reason, once; not one for which another amount was credited', async () => {
  mail.mails.length = 0
  await person('ann@shop.example')
  const { sql, clock, account } = shop
  const { id: provider } = await new Providers(sql, async () => sealer).create({
    ...{ kind: 'manual', code: 'bank', name: 'Bank', currency: 'USD' },
    settings: { account_number: '1', account_holder_name: 'Us' },
  })
  const begun = async (proof: string): Promise<DepositId> => {
    const [made] = await sql<{ id: DepositId }[]>`
      insert into deposits (account_id, provider_id, state, currency, amount, fee, total_pay, proof, expires_at, created_at)
      values (${account}, ${provider}, 'review', 'USD', 51000000, 0, 51000000, ${proof}, ${clock.now()}, ${clock.now()}) returning id`
    return made?.id as DepositId
  }
  const deposits = new OperatorDeposits(sql, clock)
  const [refused, other] = [await begun('FT26329ABCD'), await begun('FT2')]
  await look()
  await deposits.refuse(refused, { actor: 'cli:ann', reason: 'the bank shows no such payment' })
  await deposits.creditOther(other, micros(2_000_000n), { actor: 'cli:ann' })
  await look()
  await look()
  expect(titles('ann@shop.example')).toEqual([
    'imeigate: Your deposit of $2.00 was credited',
    'imeigate: Your deposit of $51.00 was not credited',
  ])
  const said = mail.of('ann@shop.example').join('\n')
  for (const line of [
    'What you handed in: FT26329ABCD',
    'Why: the bank shows no such payment',
    'What you can spend is unchanged: $3.00.',
  ])
    expect(said).toContain(line)
})

test('prices that the account has changed are told with what they were, however often they changed', async () => {
  const { sql, account, service } = shop
  const hidden = await newService(sql)
  await createPriceGroup(sql, 'Gold')
  await tell(['price.changed'])
  expect(await look()).toEqual([])
  const price = (amount: string, of: { account?: string; group?: string; service?: string } = {}) =>
    setPrice(sql, { service: of.service ?? service.code, currency: 'USD', price: amount, ...of })
  await price('1.50')
  await price('1.20')
  await price('9', { group: 'Gold' })
  expect(await look(15)).toEqual([
    lines('imeigate: A price has changed', '', `${service.name}: $1.20 instead of $1.00`),
  ])
  await price('0.90', { account: String(account) })
  await price('2', { service: hidden.code })
  await sql`update services set active = false where id = ${hidden.id}`
  expect(await look(14)).toEqual([])
  expect(await look()).toEqual([
    lines('imeigate: A price has changed', '', `${service.name}: $0.90 instead of $1.20`),
  ])
  await price('5')
  expect(await look(15)).toEqual([])
})

test('what is switched off is not told, and not told later either; so is what nobody wanted to know', async () => {
  const { id } = await tell()
  await changeEvents(shop.sql, id, { on: [], off: ['order.done', 'price.changed'] })
  work()
  await done(1)
  expect(await look()).toEqual([])
  await changeEvents(shop.sql, id, { on: ['order.done'], off: [] })
  expect(await look()).toEqual([])
  const order = await done(2)
  expect(await look()).toMatchObject([expect.stringContaining(`Order ${order} is done`)])
  await unsubscribe(shop.sql, id)
  await done(3)
  expect(await look(10)).toEqual([])
  await tell()
  expect(await look()).toEqual([])
})

test('processes that look at the same time tell once, and an account that is closed is told nothing', async () => {
  await tell()
  work()
  const id = await done(1)
  const deps = { sql: shop.sql, sealer: async () => sealer, log }
  const context = { outbound: new GuardedOutbound({ allow: [] }), clock: shop.clock, installation: 'test' }
  const { [RAISE_NOTICES]: raise } = noticeJobs({ ...deps, context, digestTimes: async () => [] })
  const { signal } = new AbortController()
  await Promise.all([raise?.(null, signal), raise?.(null, signal), raise?.(null, signal)])
  expect(await look()).toMatchObject([expect.stringContaining(`Order ${id} is done`)])
  await done(2)
  await shop.sql`update accounts set status = 'closed' where id = ${shop.account}`
  expect(await look(10)).toEqual([])
})

test("operators get a digest at the times of the figures' time zone, once each, and none that came before they were added", async () => {
  const { sql } = shop
  await sql`update sales_state set time_zone = 'Asia/Jakarta'`
  // It is 19:01 in Jakarta, and the digest of 18:00 is written down.
  expect(await look()).toEqual([])
  await subscribe(sql, { accountId: null, kind: 'telegram', address: '2002', events: ['digest'] }, 'test')
  await look()
  expect(digests).toEqual([])
  work(() => ({ kind: 'unknown', reason: 'HTTP 502', askable: true }))
  await shop.place(1)
  await until(async () => (await sql`select from items where state = 'unknown'`).length > 0)
  await changeAccount(sql, shop.account, { lowBalance: micros(50_000_000n) })
  await sql`
    insert into applications (name, email, address, made_at, ends_at, verified_at) values ('New Shop', 'new@example.org', '192.0.2.1', now(), now(), now())`
  const unrouted = [1, 2].map(() => newService(sql, { supplier: undefined }))
  await Promise.all(unrouted)
  shop.clock.advance(12 * 60 * MINUTE + 56 * MINUTE)
  await look()
  expect(digests).toEqual([])
  await look()
  expect(digests).toHaveLength(1)
  expect(digests[0]).toMatch(/^imeigate: Digest: 4 things wait for you\n\n/)
  expect(digests[0]).toContain('\nServices without a working route: 2\n')
  expect(digests[0]).toMatch(/^Applications for an account: 1, the oldest of /m)
  expect(digests[0]).toContain('\nItems whose outcome nobody knows: 1; their price is held\n')
  expect(digests[0]).toMatch(/\nAccounts below their mark: \S.* \$0\.99999$/m)
  await look()
  expect(digests).toEqual([])
})

test.each([
  ['2026-11-29T01:00:00Z', 'Asia/Jakarta', '2026-11-29 08:00'],
  ['2026-11-29T00:59:00Z', 'Asia/Jakarta', undefined],
  ['2026-11-28T16:59:00Z', 'Asia/Jakarta', '2026-11-28 18:00'],
  ['2026-11-29T06:59:00Z', 'Asia/Jakarta', '2026-11-29 08:00'],
  ['2026-11-29T07:00:00Z', 'Asia/Jakarta', undefined],
  ['2026-11-29T02:30:00Z', 'America/New_York', '2026-11-28 18:00'],
])('at %s in %s the digest of %s is due', (now, timeZone, due) => {
  expect(dueDigest(new Date(now), ['18:00', '08:00'], timeZone)).toBe(due)
})
