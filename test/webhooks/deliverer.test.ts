import { Webhook as StandardWebhook } from 'standardwebhooks'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { closeAccount } from '../../src/accounts/accounts.ts'
import { revokeKey } from '../../src/accounts/keys.ts'
import { Sealer } from '../../src/secrets/sealer.ts'
import { listDeliveries, replay } from '../../src/webhooks/events.ts'
import {
  changeUrl,
  createWebhook,
  pauseWebhook,
  resumeWebhook,
  rotateSecret,
} from '../../src/webhooks/webhooks.ts'
import { Receiver } from './receiver.ts'
import { expectSigned, type Hook, LOOPBACK, newHook, Shop, sealer } from './webhooks.fixtures.ts'

const HOUR_MS = 3_600_000
const never = new AbortController().signal

let shop: Shop
let receiver: Receiver
let hook: Hook
beforeEach(async () => {
  shop = await Shop.open()
  receiver = await new Receiver().open()
  hook = await newHook(shop.sql, shop.account, receiver.url)
})
afterEach(async () => {
  await receiver.close()
  await shop.close()
})

const deliver = (deliverer = shop.deliverer()): Promise<void> => deliverer.deliver(hook.webhook.id, never)
const told = (): [number, string][] => receiver.arrivals.map(({ order }) => [order.order_id, order.status])
const attempts = async () => (await listDeliveries(shop.sql, { webhook: hook.webhook.id })).reverse()

describe('an order that was placed with the key', () => {
  it('is told when it is begun and when it has ended, as it was then, and signed in both ways', async () => {
    const order = await shop.sell(hook.key.id)
    await deliver()
    expect(told()).toEqual([
      [order, 'pending'],
      [order, 'success'],
    ])
    for (const arrival of receiver.arrivals) expectSigned(arrival, hook)
    const [begun, ended] = receiver.arrivals
    expect(begun?.order).toMatchObject({ processed: 0, charged_amount: 0, result: [{ status: 'pending' }] })
    expect(ended?.order).toMatchObject({
      processed: 1,
      charged_amount: 0.00001,
      result: [{ status: 'success', result: 'Clean' }],
    })
    expect(await shop.events(hook)).toMatchObject([
      { state: 'delivered', attempts: 1, last: '200', dueAt: null },
      { state: 'delivered', attempts: 1, last: '200', dueAt: null },
    ])
    expect(await attempts()).toMatchObject([
      { number: 1, status: 200, error: null, ms: expect.any(Number) },
      { number: 1, status: 200, error: null, ms: expect.any(Number) },
    ])
  })

  it.each(['failed', 'cancelled'] as const)('is signed over 0 when it was %s', async (state) => {
    await shop.end(await shop.place(hook.key.id), state)
    await deliver()
    expect(told()).toMatchObject([[expect.any(Number), state]])
    expectSigned(receiver.arrivals[0] as (typeof receiver.arrivals)[0], hook)
  })

  it('is not told when what became of it was rolled back', async () => {
    const order = await shop.place(hook.key.id)
    await shop.sql
      .begin(async (sql) => {
        await sql`update orders set state = 'processing' where id = ${order}`
        throw new Error('rolled back')
      })
      .catch(() => {})
    expect(await shop.events(hook)).toEqual([])
  })

  it('has its end told only after its beginning, which is told in the same bytes each time', async () => {
    const first = await shop.place(hook.key.id)
    await shop.begin(first)
    receiver.react = ({ order }) => (order.order_id === first && receiver.arrivals.length < 4 ? 500 : 200)
    await deliver()
    await shop.end(first)
    const second = await shop.sell(hook.key.id)
    await deliver()
    expect(told().filter(([id]) => id === first)).toEqual([[first, 'pending']])
    expect(told().filter(([id]) => id === second)).toHaveLength(2)
    shop.clock.advance(10_000)
    await deliver()
    expect(told().filter(([id]) => id === first)).toEqual([
      [first, 'pending'],
      [first, 'pending'],
      [first, 'success'],
    ])
    const [once, again] = receiver.arrivals.filter(({ order }) => order.order_id === first)
    expect([again?.id, again?.body]).toEqual([once?.id, once?.body])
    expect((await shop.events(hook))[0]).toMatchObject({ state: 'delivered', attempts: 2 })
  })
})

it('an event is told in the same bytes each time, whatever has happened since', async () => {
  receiver.react = () => 500
  const order = await shop.place(hook.key.id)
  await shop.end(order)
  await deliver()
  // The balance that it tells of is another now.
  await shop.place(null)
  receiver.react = () => 200
  shop.clock.advance(10_000)
  await deliver()
  const [once, again, ...more] = receiver.arrivals
  expect(again?.order.order_id).toBe(order)
  expect([again?.id, again?.body, more]).toEqual([once?.id, once?.body, []])
})

it('orders of other keys, or of none, are nobody’s news', async () => {
  const other = await newHook(shop.sql, shop.account, receiver.url)
  await shop.begin(await shop.place(null))
  await shop.begin(await shop.place(other.key.id))
  expect(await shop.events(hook)).toEqual([])
  expect(await shop.events(other)).toHaveLength(1)
})

describe('what is sent goes', () => {
  it('to no other address that the answer names', async () => {
    const inside = await new Receiver().open()
    receiver.react = () => ({ status: 307, location: inside.url })
    await shop.begin(await shop.place(hook.key.id))
    await deliver()
    expect(inside.arrivals).toEqual([])
    expect((await shop.events(hook))[0]).toMatchObject({
      state: 'waiting',
      last: 'answered 307, and redirects are not followed',
    })
    await inside.close()
  })

  it('to no address that is not public, wherever the name leads by the time it is sent', async () => {
    const port = new URL(receiver.url).port
    await changeUrl(shop.sql, hook.webhook.id, { url: `http://shop.test:${port}/x`, allow: LOOPBACK })
    // The first answer is allowed; then the name is bound to an address inside.
    const answers = ['127.0.0.1', '127.0.0.2', '169.254.169.254', '10.0.0.1']
    const lookup = async () => [{ address: answers.shift() ?? '' }]
    const deliverer = shop.deliverer({ lookup })
    receiver.react = () => 'hang up'
    await shop.begin(await shop.place(hook.key.id))
    for (let tries = 0; tries < 4; tries++) {
      await deliver(deliverer)
      shop.clock.advance(HOUR_MS)
    }
    expect(receiver.arrivals).toHaveLength(1)
    expect((await attempts()).map(({ error }) => error)).toEqual([
      expect.stringMatching(/^no whole answer from shop.test/),
      ...Array(3).fill(expect.stringMatching(/^may not reach shop.test/)),
    ])
  })
})

describe('an endpoint that fails', () => {
  const fail = async (times: number): Promise<void> => {
    for (let n = 0; n < times; n++) await shop.begin(await shop.place(hook.key.id))
  }

  it('is tried with one event at a time, and is told all that waits once it answers again', async () => {
    await receiver.close()
    await fail(40)
    const deliverer = shop.deliverer()
    await deliver(deliverer)
    const tried = (await attempts()).length
    expect(tried).toBeLessThanOrEqual(24)
    for (let n = 1; n <= 3; n++) {
      // It rests as long as it has been failing, and a minute at most.
      await deliver(deliverer)
      shop.clock.advance(60_000)
      await deliver(deliverer)
      expect(await attempts()).toHaveLength(tried + n)
    }
    await receiver.open()
    shop.clock.advance(60_000)
    await deliver(deliverer)
    expect(new Set(receiver.arrivals.map(({ id }) => id)).size).toBe(40)
    expect(receiver.arrivals).toHaveLength(40)
    expect(await shop.webhook(hook)).toMatchObject({ failures: 0, failingSince: null, waiting: 0 })
  })

  it('is paused after five days, and its owner can be told', async () => {
    receiver.react = () => 500
    await fail(1)
    await deliver()
    const deliverer = shop.deliverer()
    for (let day = 0; day < 6; day++) {
      // Each day something happens, so that there is always something to try with.
      await fail(1)
      await deliver(deliverer)
      expect(await shop.webhook(hook)).toMatchObject({ status: day < 5 ? 'active' : 'paused' })
      shop.clock.advance(24 * HOUR_MS)
    }
    expect((await shop.webhook(hook)).pausedAt).toBeInstanceOf(Date)
    const before = receiver.arrivals.length
    await fail(1)
    await deliver(deliverer)
    expect(receiver.arrivals).toHaveLength(before)
    expect((await shop.events(hook)).every(({ state }) => state === 'held' || state === 'given_up')).toBe(
      true,
    )

    receiver.react = () => 200
    const replayed = { webhook: hook.webhook.id, since: new Date(0), undelivered: true }
    await expect(replay(shop.sql, replayed, shop.clock)).rejects.toMatchObject({ code: 'conflict' })
    await resumeWebhook(shop.sql, hook.webhook.id, shop.clock)
    expect(await replay(shop.sql, replayed, shop.clock)).toBe(8)
    await deliver(deliverer)
    expect(new Set(receiver.arrivals.slice(before).map(({ id }) => id)).size).toBe(8)
    expect(await shop.webhook(hook)).toMatchObject({ status: 'active', pausedAt: null, waiting: 0 })
  })

  it('is sent nothing more once it says that it is gone, until it is resumed', async () => {
    receiver.react = () => 410
    await fail(1)
    await deliver()
    expect(await shop.webhook(hook)).toMatchObject({ status: 'gone' })
    await fail(2)
    await deliver()
    expect(receiver.arrivals).toHaveLength(1)
    expect((await shop.events(hook)).map(({ state }) => state)).toEqual(['held', 'held', 'held'])
    receiver.react = () => 200
    await resumeWebhook(shop.sql, hook.webhook.id, shop.clock)
    await fail(1)
    await deliver()
    expect((await shop.events(hook)).map(({ state }) => state)).toEqual(['held', 'held', 'held', 'delivered'])
  })

  it('is sent nothing while it is paused, neither what waits nor what happens, and once it is resumed what is replayed', async () => {
    receiver.react = () => 500
    await fail(1)
    await deliver()
    receiver.react = () => 200
    const before = receiver.arrivals.length
    expect(await pauseWebhook(shop.sql, hook.webhook.id, shop.clock)).toMatchObject({ status: 'paused' })
    shop.clock.advance(HOUR_MS)
    await fail(2)
    await deliver()
    expect(receiver.arrivals).toHaveLength(before)
    expect((await shop.events(hook)).map(({ state }) => state)).toEqual(['held', 'held', 'held'])
    await resumeWebhook(shop.sql, hook.webhook.id, shop.clock)
    const all = { webhook: hook.webhook.id, since: new Date(0), undelivered: true }
    expect(await replay(shop.sql, all, shop.clock)).toBe(3)
    await deliver()
    expect((await shop.events(hook)).every(({ state }) => state === 'delivered')).toBe(true)
  })

  it('for one event alone is tried with it for three days, and with the others goes well', async () => {
    const bad = await shop.place(hook.key.id)
    await shop.begin(bad)
    receiver.react = ({ order }) => (order.order_id === bad ? 500 : 200)
    const deliverer = shop.deliverer()
    let hours = 0
    for (; hours < 200; hours++) {
      await deliver(deliverer)
      const [event] = await shop.events(hook)
      if (event?.state === 'given_up') break
      await fail(1)
      await deliver(deliverer)
      shop.clock.advance(HOUR_MS)
    }
    expect(hours / 24).toBeGreaterThan(2.3)
    expect(hours / 24).toBeLessThan(4)
    const [event, ...others] = await shop.events(hook)
    expect(event).toMatchObject({ state: 'given_up', attempts: 12 })
    expect(others.every(({ state }) => state === 'delivered')).toBe(true)
    expect(await shop.webhook(hook)).toMatchObject({ status: 'active' })
  })
})

it('an event is replayed under its id and in its bytes, a webhook’s since a time', async () => {
  await shop.sell(hook.key.id)
  await deliver()
  const since = shop.clock.now()
  await shop.sell(hook.key.id)
  await deliver()
  const [first] = await shop.events(hook)
  expect(await replay(shop.sql, { event: first?.id as NonNullable<typeof first>['id'] }, shop.clock)).toBe(1)
  await deliver()
  expect(receiver.arrivals).toHaveLength(5)
  const [original, , , , again] = receiver.arrivals
  expect([again?.id, again?.body]).toEqual([original?.id, original?.body])
  const all = { webhook: hook.webhook.id, since }
  expect(await replay(shop.sql, { ...all, undelivered: true }, shop.clock)).toBe(0)
  expect(await replay(shop.sql, all, shop.clock)).toBe(2)
  await deliver()
  expect(told().slice(5)).toEqual(told().slice(2, 4))
})

it('while a signing secret is changed both sign, and then the new one alone', async () => {
  const until = new Date(shop.clock.now().getTime() + 24 * HOUR_MS)
  const { secret } = await rotateSecret(shop.sql, sealer, hook.webhook.id, until, shop.clock)
  await shop.begin(await shop.place(hook.key.id))
  await deliver()
  const [during] = receiver.arrivals
  expectSigned(during as NonNullable<typeof during>, hook)
  expectSigned(during as NonNullable<typeof during>, { ...hook, webhook: { ...hook.webhook, secret } })
  shop.clock.advance(24 * HOUR_MS)
  await shop.begin(await shop.place(hook.key.id))
  await deliver()
  const headers = receiver.arrivals[1]?.headers as Record<string, string>
  expect(headers['webhook-signature']).toMatch(/^v1,[A-Za-z0-9+/]{43}=$/)
  expect(headers['webhook-signature']).toBe(
    new StandardWebhook(secret).sign(
      headers['webhook-id'] as string,
      new Date(Number(headers['webhook-timestamp']) * 1000),
      receiver.arrivals[1]?.body as string,
    ),
  )
  await expect(
    rotateSecret(shop.sql, sealer, hook.webhook.id, new Date(0), shop.clock),
  ).rejects.toMatchObject({ code: 'invalid_input', field: 'overlap' })
})

it('no webhook is made with a secret key that is not the server’s', async () => {
  const strange = new Sealer(Buffer.alloc(32, 7))
  const make = shop.sql.begin((sql) =>
    createWebhook(sql, strange, {
      accountId: shop.account,
      key: hook.key,
      url: receiver.url,
      allow: LOOPBACK,
    }),
  )
  await expect(make).rejects.toMatchObject({ code: 'conflict' })
})

it.each(['key', 'account'])('nobody is told any more of orders of a %s that is no more', async (what) => {
  const order = await shop.place(hook.key.id)
  await shop.begin(order)
  if (what === 'key') await revokeKey(shop.sql, hook.key.id)
  else await closeAccount(shop.sql, shop.account)
  await shop.end(order)
  await deliver()
  expect(receiver.arrivals).toEqual([])
  expect((await shop.events(hook)).map(({ state }) => state)).toEqual(['given_up'])
})
