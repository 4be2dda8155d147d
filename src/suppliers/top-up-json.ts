import type { PayTo } from '../integrations/suppliers/top-ups.ts'
import { formatMicros } from '../lib/money.ts'
import type { TopUp, TopUpWays } from './top-ups.ts'

/** `topUpJson` is a top-up as the operator API and `--json` give it: amounts are decimals, and what is not known is null. */
export function topUpJson(one: TopUp) {
  const decimal = (value: bigint | null) => (value === null ? null : formatMicros(value, one.currency))
  const payTo = (name: keyof PayTo): string | null => one.payTo[name] ?? null
  return {
    ...{ id: one.id, at: one.at, actor: one.actor, way: one.way },
    ...{ amount: formatMicros(one.amount, one.currency), currency: one.currency, state: one.state },
    ...{ reference: one.reference, note: one.note },
    ...{ credited: decimal(one.credited), to_pay: decimal(one.toPay) },
    pay_to: {
      account_number: payTo('account_number'),
      account_holder_name: payTo('account_holder_name'),
      bank: payTo('bank'),
      instructions: payTo('instructions'),
      payment_url: payTo('payment_url'),
      qr_string: payTo('qr_string'),
    },
    ...{ expires_at: one.expiresAt, reason: one.reason, ended_at: one.endedAt, asked_at: one.askedAt },
  }
}

/** `topUpWaysJson` does the same for a supplier's ways to pay in. */
export function topUpWaysJson({ ways, problem, currency }: TopUpWays) {
  const decimal = (value: bigint | null) => (value === null ? null : formatMicros(value, currency))
  return {
    ...{ currency, problem },
    ways:
      ways?.map((way) => ({
        ...{ code: way.code, name: way.name },
        ...{ min_amount: decimal(way.minAmount), max_amount: decimal(way.maxAmount) },
        ...{ fee_percent: way.feePercent, fee_flat: formatMicros(way.feeFlat, currency) },
      })) ?? null,
  }
}
