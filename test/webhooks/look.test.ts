import { afterAll, beforeAll, expect, it } from 'vitest'
import { FIND_DUE_EVENTS, webhookJobs } from '../../src/webhooks/jobs.ts'
import { Receiver } from './receiver.ts'
import { type Hook, newHook, Shop } from './webhooks.fixtures.ts'

const DAY_MS = 86_400_000
const never = new AbortController().signal

let shop: Shop
let hook: Hook
const receiver = new Receiver()
beforeAll(async () => {
  shop = await Shop.open()
  await receiver.open()
  hook = await newHook(shop.sql, shop.account, receiver.url)
})
afterAll(async () => {
  await receiver.close()
  await shop.close()
})

const look = async (): Promise<number> => {
  await shop.sql`select graphile_worker.complete_jobs(array(select id from graphile_worker.jobs))`
  const tasks = webhookJobs({ sql: shop.sql, deliverer: shop.deliverer(), clock: shop.clock })
  await tasks[FIND_DUE_EVENTS]?.(null, never)
  return (
    await shop.sql`select from graphile_worker.jobs where key = ${`webhook_deliver:${hook.webhook.id}`}`
  ).length
}

it('what a worker took and never recorded is looked after once its lease is over', async () => {
  await shop.begin(await shop.place(hook.key.id))
  // As a worker leaves it that was killed while it sent.
  const leaseUntil = new Date(shop.clock.now().getTime() + 30_000)
  await shop.sql`update order_events set attempts = 1, leased_until = ${leaseUntil}`
  await shop.deliverer().deliver(hook.webhook.id, never)
  expect(receiver.arrivals).toEqual([])
  shop.clock.advance(31_000)
  expect(await look()).toBe(1)
  await shop.deliverer().deliver(hook.webhook.id, never)
  expect(await shop.events(hook)).toMatchObject([{ state: 'delivered', attempts: 2 }])
  expect(await look()).toBe(0)
})

it('events are kept for 90 days, and for as long as they wait', async () => {
  await receiver.close()
  await shop.begin(await shop.place(hook.key.id))
  await shop.deliverer().deliver(hook.webhook.id, never)
  const count = async () =>
    (
      await shop.sql`
        select (select count(*)::int from order_events) as events, (select count(*)::int from order_event_bodies) as bodies,
               (select count(*)::int from webhook_deliveries) as attempts`
    )[0]
  shop.clock.advance(89 * DAY_MS)
  await look()
  expect(await count()).toEqual({ events: 2, bodies: 2, attempts: 2 })
  shop.clock.advance(2 * DAY_MS)
  await look()
  expect(await count()).toEqual({ events: 1, bodies: 1, attempts: 1 })
  expect(await shop.events(hook)).toMatchObject([{ state: 'waiting' }])
})
