import type { Account } from '../accounts/account.ts'
import { gatewayKinds } from '../integrations/gateways/index.ts'
import { invalid, ok, type Result } from '../lib/fault.ts'
import { formatMicros, type Micros, micros, ZERO } from '../lib/money.ts'
import { say } from '../reasons.ts'
import type { DepositDetails } from './deposit.ts'
import { feeOf } from './fees.ts'
import type { Provider } from './provider.ts'
import { settingsOf } from './providers.ts'

/** Terms say what a deposit through a provider costs, how it is paid, and until when. */
export interface Terms {
  amount: Micros
  fee: Micros
  totalPay: Micros
  tail: Micros
  details: DepositDetails
  expiresAt: Date
}

/** `isFor` tells whether an account may use a provider; for an account that may not, there is no such provider. */
export const isFor = ({ enabled, currency }: Provider, account: Pick<Account, 'currency'>): boolean =>
  enabled && currency === account.currency

/**
 * `termsOf` refuses an amount (which is what is credited) that the provider does not take. `tail` is added to it, and credited as well: it
 * tells the deposit apart from others.
 */
export function termsOf(provider: Provider, asked: Micros, now: Date, tail = ZERO): Result<Terms> {
  const { kind, currency, minAmount, maxAmount } = provider
  const { step, shown, details } = gatewayKinds.get(kind)
  const smallest = step(currency)
  const bound = (reason: 'amount_least' | 'amount_most' | 'amount_step', of: bigint) =>
    invalid('amount', say(reason, { amount: `${formatMicros(of, currency)} ${currency}` }))
  if (asked < minAmount) return bound('amount_least', minAmount)
  if (maxAmount !== null && asked > maxAmount) return bound('amount_most', maxAmount)
  if (asked % smallest !== 0n) return bound('amount_step', smallest)
  const fee = feeOf(asked, provider, smallest)
  const amount = micros(asked + tail)
  const totalPay = micros(amount + fee)
  const settings = settingsOf(provider)
  return ok({
    amount,
    fee,
    totalPay,
    tail,
    details: {
      ...Object.fromEntries(
        shown.flatMap((name) => (settings[name] === undefined ? [] : [[name, String(settings[name])]])),
      ),
      ...details?.(settings, { totalPay, currency }),
    },
    expiresAt: expiryOf(provider, now),
  })
}

/** `expiryOf` gives a time in whole seconds, as gateways take it. */
export function expiryOf(provider: Provider, now: Date): Date {
  const minutes = gatewayKinds.get(provider.kind).minutes(settingsOf(provider))
  return new Date(Math.floor(now.getTime() / 1000) * 1000 + minutes * 60_000)
}
