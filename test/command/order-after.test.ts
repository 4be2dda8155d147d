import { userInfo } from 'node:os'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createKey } from '../../src/accounts/keys.ts'
import { startServer } from '../../src/app/server.ts'
import { readConfig } from '../../src/config.ts'
import type { AccountId } from '../../src/lib/ids.ts'
import { brokenPromises } from '../orders/orders.fixtures.ts'
import { imeigate } from '../support/command.ts'
import { settingsFor } from '../support/database-on.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { RestClient } from '../support/rest.ts'
import { imei, type Shop, TestServer } from '../support/server.ts'
import { Receiver } from '../webhooks/receiver.ts'
import { expectSigned, newHook, SECRET_KEY } from '../webhooks/webhooks.fixtures.ts'

let database: TestDatabase
let server: TestServer
let settings: Record<string, string>
const receiver = new Receiver()
beforeAll(async () => {
  database = await testDatabase()
  const own = {
    HOST: '127.0.0.1',
    PORT: '0',
    IMEIGATE_SECRET_KEY: SECRET_KEY,
    OUTBOUND_ALLOW: '127.0.0.0/8',
  }
  server = new TestServer(
    await startServer(readConfig(own), database.access, pino({ level: 'silent' })),
    database,
  )
  settings = { ...settingsFor(database.address), IMEIGATE_SECRET_KEY: SECRET_KEY }
  await receiver.open()
})
afterAll(async () => {
  await receiver.close()
  expect(await brokenPromises(server.sql)).toEqual([])
  await server.stop()
})

const WHO = `cli:${userInfo().username}`
const run = (...words: string[]) => imeigate([...words, '--json'], settings)
async function done(...words: string[]) {
  const ended = await run(...words)
  expect(ended, ended.stderr).toMatchObject({ code: 0 })
  return ended.json()
}

test('a reseller sees a part refund, a correction and a refund in whole everywhere', async () => {
  const made = await server.shop({ deposit: '10' })
  const account = made.accountId as AccountId
  const hook = await newHook(server.sql, account, receiver.url)
  const shop: Shop = { ...made, securityId: hook.key.securityId, secret: hook.key.secret }
  const panelKey = await createKey(server.sql, account, { dialect: 'panel' })
  const panel: Shop = { ...made, securityId: panelKey.securityId, secret: panelKey.secret }
  const service = await server.service()
  const api = new RestClient(server, shop)
  const told = () => receiver.arrivals.map(({ order }) => order)
  const placed = await server.place(shop, { ID: service, IMEI: imei(1), REFERENCE: 'cart 1' })
  const id: string = placed.SUCCESS[0].REFERENCEID
  await server.ended(shop, id)
  await expect.poll(() => told().length).toBe(2)
  const order = async () => (await api.get(`/api/order/${id}`)).body

  const part = ['order', 'refund', id, '--amount', '0.40', '--reference', 'ticket 7', '--reason', 'late']
  expect(await done(...part)).toMatchObject({ state: 'success', given_back: '0.40' })
  expect(await done(...part)).toMatchObject({ state: 'success', given_back: '0.00' })
  expect(await order()).toMatchObject({
    status: 'success',
    charged_amount: 0.6,
    refunded_amount: 0.4,
    result: [{ status: 'success', refunded_amount: 0.4, error: null }],
  })
  expect(await server.status(shop, id)).toMatchObject({ STATUS: '4', CODE: 'completed' })
  await expect.poll(() => told().length).toBe(3)
  expect(told()[2]).toMatchObject({ status: 'success', charged_amount: 0.6, refunded_amount: 0.4 })

  const corrected = ['order', 'correct', id, '--result', 'Code 1234', '--why', 'they sent another']
  expect(await done(...corrected)).toMatchObject({ items: [{ result: 'Code 1234' }] })
  expect(await order()).toMatchObject({ status: 'success', result: [{ result: 'Code 1234' }] })
  expect(await server.status(panel, id)).toMatchObject({ STATUS: '4', CODE: 'Code 1234' })
  await expect.poll(() => told().length).toBe(4)
  expect(told()[3].result[0].result).toBe('Code 1234')

  const entry = (await api.get('/api/mutation?limit=1')).body.data.page.items[0].id
  expect(await done('order', 'reject', id, '--reason', 'The code is wrong')).toMatchObject({
    state: 'failed',
    given_back: '0.60',
    items: [{ state: 'failed', result: null, reason: 'The code is wrong', refunded: '1.00' }],
  })
  expect(await order()).toMatchObject({
    status: 'failed',
    message: 'Order failed',
    error_message: 'The code is wrong',
    charged_amount: 0,
    refunded_amount: 1,
    remaining_balance: 10,
    processed_success: 0,
    processed_error: 1,
    result: [{ status: 'failed', result: null, error: 'The code is wrong' }],
  })
  expect(await server.status(shop, id)).toMatchObject({
    STATUS: '3',
    CODE: 'failed',
    COMMENTS: 'The code is wrong',
  })
  expect(await server.status(panel, id)).toMatchObject({ STATUS: '3', CODE: 'The code is wrong' })
  await expect.poll(() => told().length).toBe(5)
  expect(told()[4]).toMatchObject({ status: 'failed', error_message: 'The code is wrong' })
  for (const arrival of receiver.arrivals) expectSigned(arrival, hook)

  const { items } = (await api.get('/api/mutation?reason=refund')).body.data.page
  expect(items).toMatchObject([
    {
      type: 'credit',
      amount: 0.6,
      balance_after: 10,
      note: `Refunded: item 1 of order ${id}: The code is wrong`,
    },
    { type: 'credit', amount: 0.4, balance_after: 9.4, note: `Refunded: item 1 of order ${id}: late` },
  ])
  expect(items[0].id).toBe(entry + 2)
  // What was charged was charged, whatever was given back of it.
  const [charge] = (await api.get('/api/mutation?reason=order')).body.data.page.items
  expect(charge).toMatchObject({ type: 'debit', amount: 1, note: 'Final capture' })
  const transaction = (await api.get('/api/transactions?type=order')).body.data.page.items[0]
  expect(transaction).toMatchObject({
    status: 'failed',
    amount: 1,
    metadata: { captured: 0, refunded: 1 },
  })
  const month = new Date().toISOString().slice(0, 7)
  const statement = (await api.get(`/api/statement/${month}`)).body.data
  expect(statement).toMatchObject({ closing_balance: 10, captured: 1, refunded: 1 })
  expect(statement.totals).toContainEqual({ type: 'credit', reason: 'refund', count: 2, amount: 1 })

  const stream = await fetch(`${server.url}/api/order/events`, {
    headers: {
      authorization: `Bearer ${shop.securityId}.${shop.secret}`,
      'last-event-id': String(entry),
    },
  })
  const reader = (stream.body as ReadableStream<Uint8Array>).getReader()
  let text = ''
  while (!text.includes('The code is wrong')) text += new TextDecoder().decode((await reader.read()).value)
  await reader.cancel()

  const trail = await done('trail', '--what', 'item', '--subject', `${id}/1`)
  expect(trail).toMatchObject([
    {
      actor: WHO,
      before: { state: 'success', result: 'Code 1234', refunded: '0.40' },
      after: { state: 'failed', result: null, refunded: '1.00' },
      why: 'The code is wrong',
    },
    { actor: WHO, after: { result: 'Code 1234' }, why: 'they sent another' },
    { actor: WHO, before: { refunded: '0.00' }, after: { refunded: '0.40' }, why: 'late' },
  ])
  const events = await done('webhook', 'events', String(hook.webhook.id))
  expect(events.map(({ by }: { by: string }) => by)).toEqual([WHO, WHO, WHO, 'imeigate', 'imeigate'])

  const late = ['order', 'deliver', id, '--result', 'Code 5678', '--why', 'it came after all']
  expect(await done(...late)).toMatchObject({
    ...{ state: 'success', charged: '1.00' },
    items: [{ state: 'success', result: 'Code 5678', reason: null, refunded: '0.00' }],
  })
  expect(await order()).toMatchObject({
    ...{ status: 'success', charged_amount: 1, refunded_amount: 0, remaining_balance: 9 },
    result: [{ status: 'success', result: 'Code 5678', error: null }],
  })
  expect(await server.status(panel, id)).toMatchObject({ STATUS: '4', CODE: 'Code 5678' })
  await expect.poll(() => told().length).toBe(6)
  expect(told()[5]).toMatchObject({ status: 'success', charged_amount: 1 })
  const [anew] = (await api.get('/api/mutation?limit=1')).body.data.page.items
  expect(anew).toMatchObject({
    ...{ type: 'debit', reason: 'order', amount: 1, balance_after: 9 },
    note: `Delivered after all: item 1 of order ${id}`,
  })
  expect((await api.get('/api/transactions?type=order')).body.data.page.items[0]).toMatchObject({
    ...{ status: 'succeeded', metadata: { captured: 1, refunded: 0 } },
  })
  expect((await api.get(`/api/statement/${month}`)).body.data).toMatchObject({
    ...{ closing_balance: 9, captured: 2, refunded: 1 },
  })
  expect((await run(...late)).stderr).toContain('correct its result')
})

test('what is wrong is named, and nothing moves', async () => {
  const shop = await server.shop()
  const service = await server.service({ price: '0.5' })
  const placed = await server.place(shop, { ID: service, IMEI: imei(2) })
  const id: string = placed.SUCCESS[0].REFERENCEID
  await server.ended(shop, id)
  for (const [words, code, field] of [
    [['refund', id, '--reason', 'x', '--amount', '0.6', '--reference', 'r'], 'invalid_input', 'amount'],
    [['refund', id, '--reason', 'x', '--amount', '0.1'], 'invalid_input', 'reference'],
    [['refund', id, '--reason', 'x', '--amount', 'half', '--reference', 'r'], 'invalid_input', 'amount'],
    [['refund', id, '--reason', 'x', '--item', '2'], 'not_found', 'item'],
    [['refund', id, '--reason', 'x', '--item', 'two'], 'invalid_input', 'item'],
    [['refund', id], 'invalid_input', 'reason'],
    [['refund', '999999', '--reason', 'x'], 'order_not_found', 'id'],
    [['correct', id, '--result', ' ', '--why', 'x'], 'invalid_input', 'result'],
    [['reject', id], 'invalid_input', 'reason'],
  ] as const) {
    const ended = await run('order', ...words)
    expect(ended.code, words.join(' ')).toBe(
      code === 'invalid_input' ? 2 : code.endsWith('not_found') ? 4 : 3,
    )
    expect(ended.error(), words.join(' ')).toMatchObject({ code, field })
  }
  const [order] = await server.sql`select available from wallets where account_id = ${shop.accountId}`
  expect(order?.['available']).toBe(99_500_000n)
})

test('an operator’s cancellation and doubt are recorded as the operator’s', async () => {
  const shop = await server.shop()
  const manual = await server.service({ processing: 'manual', supplier: undefined } as never)
  const placed = await server.place(shop, { ID: manual, IMEI: imei(3) })
  const id: string = placed.SUCCESS[0].REFERENCEID
  expect(await done('order', 'cancel', id)).toMatchObject({ state: 'cancelled', cancelled: 1 })
  expect(await server.status(shop, id)).toMatchObject({ STATUS: '3', COMMENTS: 'Cancelled by the operator' })
  const [line] = await done('trail', '--what', 'item', '--subject', `${id}/1`)
  expect(line).toMatchObject({ actor: WHO, before: { state: 'pending' }, after: { state: 'cancelled' } })

  const service = await server.service()
  const other = await server.place(shop, { ID: service, IMEI: imei(4) })
  const done2: string = other.SUCCESS[0].REFERENCEID
  await server.ended(shop, done2)
  await done('order', 'verify', done2)
  const [review] = await done('review', 'list', '--order', done2, '--all')
  expect(review).toMatchObject({ kind: 'verify', detail: 'the operator doubts the answer', opened_by: WHO })
  const lines = await done('trail', '--what', 'review', '--account', shop.username)
  // The supplier may have confirmed it by now.
  const opened = lines.find(({ before }: { before: unknown }) => before === null)
  expect(opened).toMatchObject({ actor: WHO, before: null, after: { kind: 'verify' } })
})

test('many are refunded by a filter, after it was shown what would move', async () => {
  const [shop, other] = [await server.shop(), await server.shop()]
  const [service, kept] = [await server.service({ price: '2' }), await server.service()]
  const { code } = (await server.sql`select code from services where id = ${service}`)[0] as { code: string }
  const ids: string[] = []
  for (const [buyer, ID, n] of [
    [shop, service, 11],
    [shop, service, 12],
    [other, service, 13],
    [shop, kept, 14],
  ] as const) {
    const placed = await server.place(buyer, { ID, IMEI: imei(n) })
    ids.push(placed.SUCCESS[0].REFERENCEID)
    await server.ended(buyer, ids.at(-1) as string)
  }
  await done('order', 'refund', ids[1] as string, '--amount', '0.5', '--reference', 'a', '--reason', 'late')
  const many = ['order', 'refund', '--service', code, '--from', '1h', '--reason', 'an outage']
  const plan = await done(...many)
  expect(plan).toMatchObject({
    applied: false,
    items: 3,
    totals: [{ currency: 'USD', amount: '5.50' }],
    rows: [
      {
        order: Number(ids[2]),
        item: 1,
        account: other.username,
        input: imei(13),
        amount: '2.00',
        refusal: null,
      },
      { order: Number(ids[1]), amount: '1.50' },
      { order: Number(ids[0]), amount: '2.00' },
    ],
  })
  expect(await server.status(shop, ids[0] as string)).toMatchObject({ STATUS: '4' })
  expect(await done(...many, '--apply')).toEqual({ ...plan, applied: true })
  for (const id of ids.slice(0, 2))
    expect(await server.status(shop, id)).toMatchObject({ STATUS: '3', COMMENTS: 'an outage' })
  expect(await server.status(shop, ids[3] as string)).toMatchObject({ STATUS: '4' })
  expect(await done(...many, '--apply')).toMatchObject({ items: 0, totals: [], rows: [] })
  for (const [words, field] of [
    [['--reason', 'x'], 'id'],
    [['--reason', 'x', '--service', code, '--amount', '1'], 'amount'],
    [['--reason', 'x', '--service', code, '--item', '1'], 'item'],
    [['--reason', 'x', '--service', 'none'], 'service'],
    [['--reason', 'x', '--supplier', 'none'], 'supplier'],
    [[ids[3] as string, '--reason', 'x', '--apply'], 'apply'],
    [[ids[3] as string, '--reason', 'x', '--service', code], 'service'],
    [['--service', code, '--reason', ' '], 'reason'],
  ] as const) {
    const ended = await run('order', 'refund', ...words)
    expect(ended.error(), words.join(' ')).toMatchObject({ field })
  }
  const [balance] = await server.sql`select available from wallets where account_id = ${shop.accountId}`
  expect(balance?.['available']).toBe(99_000_000n)
})
