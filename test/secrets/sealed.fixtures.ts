import { invitePerson } from '../../src/account-people/account-people.ts'
import { createKey } from '../../src/accounts/keys.ts'
import type { Sql } from '../../src/database/database.ts'
import { Providers } from '../../src/deposits/providers.ts'
import type { SignInId } from '../../src/lib/ids.ts'
import { systemClock } from '../../src/lib/time.ts'
import { createChannel } from '../../src/notices/channels.ts'
import { changeTotp } from '../../src/people/own-factors.ts'
import { updatePerson } from '../../src/people/people.ts'
import { offerTotp } from '../../src/people/second-factor.ts'
import type { Sealer } from '../../src/secrets/sealer.ts'
import { createSupplier } from '../../src/suppliers/suppliers.ts'
import { createWebhook } from '../../src/webhooks/webhooks.ts'
import { newAccount } from '../orders/orders.fixtures.ts'
import { codeAt, Office } from '../staff/people.fixtures.ts'

/** `sealedKinds` lists everything whose secrets are sealed: how one is made, and the table that keeps it. */
export const sealedKinds: [
  what: string,
  table: string,
  make: (sql: Sql, sealer: Sealer, name: string) => Promise<unknown>,
][] = [
  [
    'suppliers',
    'suppliers',
    (sql, sealer, name) =>
      createSupplier(sql, sealer, {
        ...{ kind: 'dhru', name, url: 'https://panel.example' },
        settings: { username: 'me' },
        secrets: { apiaccesskey: 'secret' },
      }),
  ],
  [
    'deposit providers',
    'deposit_providers',
    (sql, sealer, code) =>
      new Providers(sql, async () => sealer).create({
        ...{ kind: 'stripe', code, name: 'Card', currency: 'USD' },
        settings: { success_url: 'https://shop.example.com/paid' },
        secrets: { secret_key: 'sk_test_123456789', webhook_secret: 'whsec_123456789' },
      }),
  ],
  [
    'notice channels',
    'notice_channels',
    (sql, sealer, name) =>
      createChannel(
        { sql, sealer: async () => sealer },
        { kind: 'http', name, secrets: { url: 'https://hooks.example.com/secret' } },
        systemClock,
      ),
  ],
  [
    'webhooks',
    'webhooks',
    async (sql, sealer) => {
      const accountId = await newAccount(sql, 0n)
      return await sql.begin(async (transaction) => {
        const key = await createKey(transaction, accountId)
        const hook = { accountId, key, url: 'https://shop.example.com/hook', allow: [] }
        return await createWebhook(transaction, sealer, hook)
      })
    },
  ],
  [
    'staff members',
    'staff',
    (sql, sealer, name) => new Office(sql, sealer).hire('support', `${name}@example.com`),
  ],
  [
    'people of accounts',
    'account_people',
    async (sql, sealer, name) => {
      const accountId = await newAccount(sql, 0n)
      const { person } = await invitePerson(sql, accountId, { role: 'owner', email: `${name}@example.com` })
      await updatePerson(sql, 'account_people', person.id, { name, password: 'a hash' })
      const { secret: totpSecret } = offerTotp(null)
      const code = codeAt(totpSecret, new Date())
      const own = { circle: 'account_people' as const, personId: person.id, id: 0 as SignInId }
      await changeTotp(sql, sealer, own, { totpSecret, code }, systemClock)
    },
  ],
]
