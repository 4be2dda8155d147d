import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createKey } from '../../src/accounts/keys.ts'
import { Providers } from '../../src/deposits/providers.ts'
import { systemClock } from '../../src/lib/time.ts'
import { createChannel } from '../../src/notices/channels.ts'
import { Sealer } from '../../src/secrets/sealer.ts'
import { createSupplier } from '../../src/suppliers/suppliers.ts'
import { createWebhook } from '../../src/webhooks/webhooks.ts'
import { newAccount } from '../orders/orders.fixtures.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'

let database: TestDatabase
beforeEach(async () => {
  database = await testDatabase()
})
afterEach(() => database.drop())

/** `kinds` lists everything whose secrets are sealed: how one is made, and the table that keeps it. */
const kinds: [what: string, table: string, make: (sealer: Sealer, name: string) => Promise<unknown>][] = [
  [
    'suppliers',
    'suppliers',
    (sealer, name) =>
      createSupplier(database.sql, sealer, {
        ...{ kind: 'dhru', name, url: 'https://panel.example' },
        settings: { username: 'me' },
        secrets: { apiaccesskey: 'secret' },
      }),
  ],
  [
    'deposit providers',
    'deposit_providers',
    (sealer, code) =>
      new Providers(database.sql, async () => sealer).create({
        ...{ kind: 'stripe', code, name: 'Card', currency: 'USD' },
        settings: { success_url: 'https://shop.example.com/paid' },
        secrets: { secret_key: 'sk_test_123456789', webhook_secret: 'whsec_123456789' },
      }),
  ],
  [
    'notice channels',
    'notice_channels',
    (sealer, name) =>
      createChannel(
        { sql: database.sql, sealer: async () => sealer },
        { kind: 'http', name, secrets: { url: 'https://hooks.example.com/secret' } },
        systemClock,
      ),
  ],
  [
    'webhooks',
    'webhooks',
    async (sealer) => {
      const accountId = await newAccount(database.sql, 0n)
      return await database.sql.begin(async (transaction) => {
        const key = await createKey(transaction, accountId)
        const hook = { accountId, key, url: 'https://shop.example.com/hook', allow: [] }
        return await createWebhook(transaction, sealer, hook)
      })
    },
  ],
]

describe.each(kinds)('%s', (what, table, make) => {
  const count = async (): Promise<number> => {
    const { sql } = database
    const rows = await sql`select 1 from ${sql(table)} where secrets is not null`
    return rows.length
  }

  test('are not sealed with another key than those that are there', async () => {
    const [ours, foreign] = [new Sealer(randomBytes(32)), new Sealer(randomBytes(32))]
    await make(ours, 'first')
    await expect(make(foreign, 'second')).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining(`other ${what}' secrets do not open with the secret key at hand`),
    })
    expect(await count()).toBe(1)
    await make(ours, 'third')
    expect(await count()).toBe(2)
  })
})
