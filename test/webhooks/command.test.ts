import { afterAll, beforeAll, expect, it } from 'vitest'
import { imeigate, type Run } from '../support/command.ts'
import { settingsFor } from '../support/database-on.ts'
import { Receiver } from './receiver.ts'
import { expectSigned, SECRET_KEY, Shop } from './webhooks.fixtures.ts'

let shop: Shop
const receiver = new Receiver()
beforeAll(async () => {
  shop = await Shop.open()
  await receiver.open()
})
afterAll(async () => {
  await receiver.close()
  await shop.close()
})

const run = (...args: string[]): Promise<Run> =>
  imeigate([...args, '--json'], {
    ...settingsFor(shop.database.address),
    IMEIGATE_SECRET_KEY: SECRET_KEY,
    OUTBOUND_ALLOW: '127.0.0.1',
  })

it('an operator makes a key with a webhook, sees what was tried, and has it sent again', async () => {
  const account = `${shop.account}`
  const create = ['key', 'create', '--account', account, '--permission', 'order.create', '--webhook-url']
  const [refused, made] = await Promise.all([
    run(...create, 'https://10.0.0.1/x?token=s3cret'),
    run(...create, receiver.url),
  ])
  expect(refused.error()).toMatchObject({ code: 'invalid_input', field: 'webhook-url' })
  expect(refused.stderr).not.toContain('s3cret')
  const key = made.json()
  expect(key).toMatchObject({
    permissions: ['order.create'],
    webhook: { id: expect.any(Number), url: receiver.url },
  })
  // The refused one left no key.
  expect([...(await shop.sql`select id from api_keys`)]).toEqual([{ id: key.id }])

  await shop.sell(key.id)
  const { webhook } = key
  const deliverer = shop.deliverer()
  const never = new AbortController().signal
  await deliverer.deliver(webhook.id, never)
  const hook = { key: { id: key.id, securityId: key.username, secret: key.apiaccesskey }, webhook }
  for (const arrival of receiver.arrivals) expectSigned(arrival, hook)

  const [first] = receiver.arrivals
  const [list, keys, attempts, events, replayed, noTime, rotated] = await Promise.all([
    run('webhook', 'list', '--account', account),
    run('key', 'list'),
    run('webhook', 'attempts', `${first?.id}`),
    run('webhook', 'events', `${webhook.id}`),
    run('webhook', 'replay', '--event', `${first?.id}`),
    run('webhook', 'replay', '--webhook', `${webhook.id}`),
    run('webhook', 'rotate', `${webhook.id}`, '--overlap', '2h'),
  ])
  expect(list.json()).toMatchObject([{ id: webhook.id, key: key.id, url: receiver.url, status: 'active' }])
  expect(keys.json()).toMatchObject([{ permissions: ['order.create'], webhook_url: receiver.url }])
  expect(attempts.json()).toMatchObject([{ event: first?.id, number: 1, status: 200, error: null }])
  expect(events.json()).toMatchObject([
    { order_state: 'success', attempts: 1 },
    { id: first?.id, order_state: 'processing', attempts: 1 },
  ])
  expect(replayed.json()).toMatchObject({ id: first?.id, state: 'waiting' })
  expect(noTime.error()).toMatchObject({ code: 'invalid_input', field: 'since' })
  expect(rotated.json()).toEqual({
    id: webhook.id,
    secret: expect.stringMatching(/^whsec_/),
    previous_until: expect.any(String),
  })

  // A worker is told by way of the queue.
  const queued = await shop.sql`select from graphile_worker.jobs where task_identifier = 'webhook_deliver'`
  expect(queued.length).toBeGreaterThan(0)
  const again = await run('webhook', 'replay', '--webhook', `${webhook.id}`, '--since', '1h')
  expect(again.json()).toMatchObject({ webhook: webhook.id, replayed: 2 })
  await deliverer.deliver(webhook.id, never)
  const [, , third] = receiver.arrivals
  expect([third?.id, third?.body]).toEqual([first?.id, first?.body])
  expectSigned(third as NonNullable<typeof third>, hook)
  const changed = { ...hook, webhook: { ...webhook, secret: rotated.json().secret } }
  expectSigned(third as NonNullable<typeof third>, changed)
})
