import type { Account } from '../accounts/account.ts'
import { Refusal } from '../errors.ts'
import { gatewayKinds } from '../integrations/gateways/index.ts'
import { formatMicros, type Micros, micros } from '../lib/money.ts'
import type { DepositDetails } from './deposit.ts'
import { feeOf } from './fees.ts'
import type { Provider } from './provider.ts'
import { settingsOf } from './providers.ts'

/** Terms say what a deposit through a provider costs, how it is paid, and until when. */
export interface Terms {
  amount: Micros
  fee: Micros
  totalPay: Micros
  details: DepositDetails
  expiresAt: Date
}

/** `isFor` tells whether an account may use a provider; for an account that may not, there is no such provider. */
export const isFor = ({ enabled, currency }: Provider, account: Pick<Account, 'currency'>): boolean =>
  enabled && currency === account.currency

/** `termsOf` throws invalid_input when the amount (which is what is credited) is none that the provider takes. */
export function termsOf(provider: Provider, amount: Micros, now: Date): Terms {
  const { kind, currency, minAmount, maxAmount } = provider
  const { step, shown } = gatewayKinds.get(kind)
  const smallest = step(currency)
  const refuse = (message: string): never => {
    throw new Refusal('invalid_input', message, 'amount')
  }
  if (amount < minAmount) refuse(`at least ${formatMicros(minAmount)} ${currency}`)
  if (maxAmount !== null && amount > maxAmount) refuse(`at most ${formatMicros(maxAmount)} ${currency}`)
  if (amount % smallest !== 0n) refuse(`must be a multiple of ${formatMicros(smallest)} ${currency}`)
  const fee = feeOf(amount, provider, smallest)
  const settings = settingsOf(provider)
  return {
    amount,
    fee,
    totalPay: micros(amount + fee),
    details: Object.fromEntries(
      shown.flatMap((name) => (settings[name] === undefined ? [] : [[name, String(settings[name])]])),
    ),
    expiresAt: expiryOf(provider, now),
  }
}

/** `expiryOf` gives a time in whole seconds, as gateways take it. */
export function expiryOf(provider: Provider, now: Date): Date {
  const minutes = gatewayKinds.get(provider.kind).minutes(settingsOf(provider))
  return new Date(Math.floor(now.getTime() / 1000) * 1000 + minutes * 60_000)
}
