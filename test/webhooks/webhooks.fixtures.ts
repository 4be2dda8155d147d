import { createHmac } from 'node:crypto'
import { pino } from 'pino'
import { Webhook as StandardWebhook } from 'standardwebhooks'
import { expect, vi } from 'vitest'
import { createKey, type NewKey } from '../../src/accounts/keys.ts'
import type { Service } from '../../src/catalogue/service.ts'
import { Refusal } from '../../src/errors.ts'
import { readOrderWebhook } from '../../src/integrations/suppliers/cekceir/webhook.ts'
import { Jobs } from '../../src/jobs/jobs.ts'
import type { AccountId, KeyId, OrderId } from '../../src/lib/ids.ts'
import type { Lookup } from '../../src/outbound/connector.ts'
import { GuardedOutbound } from '../../src/outbound/guarded.ts'
import { Sealer } from '../../src/secrets/sealer.ts'
import type { Webhook } from '../../src/webhooks/attributes.ts'
import { Deliverer } from '../../src/webhooks/deliverer.ts'
import { listEvents } from '../../src/webhooks/events.ts'
import type { OrderEvent } from '../../src/webhooks/webhook.ts'
import { createWebhook, findWebhook, type NewWebhook } from '../../src/webhooks/webhooks.ts'
import { newAccount, newService, openPlacement, orderReader, purchase } from '../orders/orders.fixtures.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { TestClock } from '../support/server.ts'
import type { Arrival } from './receiver.ts'

export const SECRET_KEY = 'ab'.repeat(32)
export const sealer = new Sealer(Buffer.from(SECRET_KEY, 'hex'))
export const LOOPBACK = ['127.0.0.1']

export interface Hook {
  key: Omit<NewKey, 'permissions' | 'dialect'>
  webhook: NewWebhook
}

/** `newHook` makes a key whose orders are told to a URL. */
export const newHook = (
  sql: TestDatabase['sql'],
  accountId: AccountId,
  url: string,
  allow = LOOPBACK,
): Promise<Hook> =>
  sql.begin(async (transaction) => {
    const key = await createKey(transaction, accountId)
    return { key, webhook: await createWebhook(transaction, sealer, { accountId, key, url, allow }) }
  })

/** `Shop` is a database with an account, a service and a deliverer; orders are moved by hand. */
export class Shop {
  readonly clock = new TestClock()
  readonly database: TestDatabase
  readonly account: AccountId
  readonly service: Service
  readonly #placement
  readonly #deliverers: Deliverer[] = []
  #orders = 0

  private constructor(database: TestDatabase, account: AccountId, service: Service) {
    this.database = database
    this.account = account
    this.service = service
    this.#placement = openPlacement(database, this.clock)
  }

  static async open(): Promise<Shop> {
    const database = await testDatabase()
    const account = await newAccount(database.sql, 1_000_000_000n)
    const shop = new Shop(database, account, await newService(database.sql))
    // For the queue's tables: nobody works on jobs here.
    const jobs = new Jobs({ address: database.address, log: pino({ level: 'silent' }), tasks: {} })
    await jobs.start()
    await jobs.stop()
    return shop
  }

  get sql(): TestDatabase['sql'] {
    return this.database.sql
  }

  async close(): Promise<void> {
    await Promise.all(this.#deliverers.map((one) => one.stop()))
    await this.#placement.close()
    await this.database.drop()
  }

  deliverer({ allow = LOOPBACK, lookup }: { allow?: string[]; lookup?: Lookup } = {}): Deliverer {
    const deliverer = new Deliverer({
      sql: this.sql,
      outbound: new GuardedOutbound({ allow, ...(lookup && { lookup }) }),
      sealer: async () => sealer,
      orders: orderReader(this.sql),
      clock: this.clock,
      log: pino({ level: 'silent' }),
    })
    this.#deliverers.push(deliverer)
    return deliverer
  }

  /** `place` places an order at 10 micros; with `keyId` null it is of no key. */
  async place(keyId: KeyId | null): Promise<OrderId> {
    const placed = await this.#placement.placement.place(
      purchase(this.account, this.service, ++this.#orders, { keyId, via: 'rest' }),
    )
    if (placed instanceof Refusal) throw placed
    return placed.orderId
  }

  async begin(order: OrderId): Promise<void> {
    await this.sql`update orders set state = 'processing' where id = ${order}`
  }

  async end(order: OrderId, state: 'success' | 'failed' | 'cancelled' = 'success'): Promise<void> {
    const now = this.clock.now()
    await this.sql`
      update items set state = ${state}, due_at = null, finished_at = ${now},
                       result = ${state === 'success' ? 'Clean' : null}, reason = ${state === 'success' ? null : 'no'}
       where order_id = ${order}`
    await this.sql`update orders set state = ${state}, finished_at = ${now} where id = ${order}`
  }

  /** `sell` gives an order that was begun and has ended. */
  async sell(keyId: KeyId): Promise<OrderId> {
    const order = await this.place(keyId)
    await this.begin(order)
    await this.end(order)
    return order
  }

  /** `events` gives the events of a webhook, the oldest first. */
  async events({ webhook }: Hook): Promise<OrderEvent[]> {
    return (await listEvents(this.sql, webhook.id, { limit: 1000 })).items.reverse()
  }

  webhook({ webhook }: Hook): Promise<Webhook> {
    return findWebhook(this.sql, webhook.id)
  }
}

/** `expectSigned` checks both signatures of a delivery, as its receiver does. */
export function expectSigned({ headers, body, order }: Arrival, { key, webhook }: Hook): void {
  expect(headers['x-webhook-event']).toBe('dispatch.webhook.order')
  expect(headers['content-type']).toBe('application/json')
  const sentAt = Number(headers['webhook-timestamp']) * 1000
  vi.useFakeTimers({ now: sentAt, toFake: ['Date'] })
  new StandardWebhook(webhook.secret).verify(body, headers as Record<string, string>)
  vi.useRealTimers()
  const amount =
    order.status === 'pending'
      ? order.total_price
      : ['failed', 'cancelled'].includes(order.status)
        ? 0
        : order.charged_amount
  const signed = `{"orderId":${order.order_id},"amount":"${decimal(amount)}"}`
  expect(headers['x-signature']).toBe(createHmac('sha256', key.secret).update(signed).digest('hex'))
  const read = readOrderWebhook(Buffer.from(body), headers['x-signature'] as string, `x.${key.secret}`)
  expect(read).toEqual({ orderId: String(order.order_id) })
}

const decimal = (amount: number): string => amount.toFixed(6).replace(/\.?0+$/, '')
