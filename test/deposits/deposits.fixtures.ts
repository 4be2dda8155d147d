import type { Provider } from '../../src/deposits/provider.ts'
import type { ProviderForm } from '../../src/deposits/provider-attributes.ts'
import { Providers } from '../../src/deposits/providers.ts'
import { checkLedger } from '../../src/ledger/check.ts'
import { formatMicros, type Micros, parseMicros, ZERO } from '../../src/lib/money.ts'
import { type Clock, systemClock } from '../../src/lib/time.ts'
import { Sealer } from '../../src/secrets/sealer.ts'
import type { Shop, TestServer } from '../support/server.ts'
import { HOOK_SECRET } from './fake-bank.ts'
import { SECRET_KEY, WEBHOOK_SECRET } from './fake-stripe.ts'

/** `sealer` has the key of `testServer`. */
export const sealer = async (): Promise<Sealer> => new Sealer(Buffer.from('ab'.repeat(32), 'hex'))

export const money = (text: string): Micros => parseMicros(text) ?? ZERO

type More = ProviderForm & { currency?: string; code?: string }

export const bank = (
  { sql }: TestServer,
  { currency = 'USD', code = 'bank', ...more }: More = {},
): Promise<Provider> =>
  new Providers(sql, sealer).create({
    ...{ kind: 'manual', code, name: 'Bank transfer', currency },
    settings: {
      account_number: '12345',
      account_holder_name: 'The Operator',
      instructions: 'Say who you are',
    },
    ...more,
  })

export const stripe = (
  { sql }: TestServer,
  url: string,
  { currency = 'USD', code = 'card', ...more }: More = {},
  clock: Clock = systemClock,
): Promise<Provider> =>
  new Providers(sql, sealer, clock).create({
    ...{ kind: 'stripe', code, name: 'Card', currency },
    settings: { url, success_url: 'https://shop.example.com/paid' },
    secrets: { secret_key: SECRET_KEY, webhook_secret: WEBHOOK_SECRET },
    ...more,
  })

/** `balance` gives the available balance of a shop, as a decimal. */
export async function balance({ sql }: TestServer, { accountId }: Shop): Promise<string> {
  const [row] = await sql<
    { available: bigint }[]
  >`select available from wallets where account_id = ${accountId}`
  return formatMicros(row?.available ?? 0n)
}

/** `broken` gives the names of the checks of the ledger that fail. */
export async function broken({ sql }: TestServer): Promise<string[]> {
  return (await checkLedger(sql)).filter(({ ok }) => !ok).map(({ name }) => name)
}

/** `uniqueAmounts` is a bank account in rupiah whose deposits are told apart by their amounts, with a hook. */
export const uniqueAmounts = (
  { sql }: TestServer,
  { currency = 'IDR', code = 'qris', settings, secrets, ...more }: More = {},
  clock: Clock = systemClock,
): Promise<Provider> =>
  new Providers(sql, sealer, clock).create({
    ...{ kind: 'unique-amount', code, name: 'Transfer', currency },
    settings: { account_number: '12345', account_holder_name: 'The Operator', ...settings },
    secrets: { hook_secret: HOOK_SECRET, ...secrets },
    ...more,
  })
