import { type Static, Type } from 'typebox'
import { type Deposit, depositStates } from '../deposits/deposit.ts'
import { formatPercent } from '../deposits/fees.ts'
import type { Provider } from '../deposits/provider.ts'
import { gatewayKinds } from '../integrations/gateways/index.ts'
import { formatMicros } from '../lib/money.ts'
import { amount, id, name, oneOf, orNull, time } from './schema.ts'

const text = (description?: string) => orNull(Type.String({ ...(description && { description }) }))

export const provider = name(
  'DepositProvider',
  Type.Object({
    id: id(),
    code: Type.String(),
    name: Type.String(),
    kind: oneOf(gatewayKinds.kinds.map(({ kind, wireKind = kind }) => wireKind)),
    channel: Type.String({ description: gatewayKinds.kinds.map(({ channel }) => channel).join(', ') }),
    currency: Type.String(),
    min_deposit: Type.String({ description: 'A decimal; of what is credited' }),
    max_deposit: text('null: no upper bound'),
    fee_percent: Type.String({ description: 'Percent of what is credited, paid on top of it' }),
    fee_flat: Type.String({ description: 'Paid on top, too' }),
    is_active: Type.Boolean(),
    created_at: time(),
    updated_at: time(),
  }),
)

export const deposit = name(
  'Deposit',
  Type.Object({
    id: id(),
    provider_code: Type.String(),
    channel: Type.String(),
    status: oneOf(depositStates, {
      description: 'pending: to be paid. review: a person looks at it. Only succeeded has been credited.',
    }),
    currency: Type.String(),
    amounts: Type.Object({
      total_pay: amount('What is to be paid: deposit_amount and fee_amount'),
      deposit_amount: amount('What is credited'),
    }),
    fee_amount: amount(),
    qr_string: text('What a QR code holds that names payee and amount'),
    qr_url: text("The gateway's page, as payment_url"),
    payment_url: text("The gateway's page, where it is paid"),
    account_number: text('Where to pay to'),
    account_holder_name: text(),
    bank: text(),
    instructions: text(),
    proof: orNull(
      Type.Object({ reference: text(), has_file: Type.Boolean() }, { description: 'What was handed in' }),
    ),
    reason: text('Why it failed'),
    expires_at: time('Until when it can be paid'),
    created_at: time(),
    completed_at: orNull(time('When it succeeded')),
    cancelled_at: orNull(time('When it was cancelled, expired or failed')),
  }),
)

export function wireProvider(one: Provider): Static<typeof provider> {
  const { wireKind = one.kind, channel } = gatewayKinds.get(one.kind)
  return {
    id: one.id,
    code: one.code,
    name: one.name,
    kind: wireKind,
    channel,
    currency: one.currency,
    min_deposit: formatMicros(one.minAmount, one.currency),
    max_deposit: one.maxAmount === null ? null : formatMicros(one.maxAmount, one.currency),
    fee_percent: formatPercent(one.feePercent),
    fee_flat: formatMicros(one.feeFlat, one.currency),
    is_active: one.enabled,
    created_at: one.createdAt.toISOString(),
    updated_at: one.updatedAt.toISOString(),
  }
}

export function wireDeposit(one: Deposit): Static<typeof deposit> {
  const { details, state } = one
  const paymentUrl = details.payment_url ?? null
  const settledAt = one.settledAt?.toISOString() ?? null
  return {
    id: one.id,
    provider_code: one.providerCode,
    channel: one.channel,
    status: state,
    currency: one.currency,
    amounts: { total_pay: one.totalPay, deposit_amount: one.amount },
    fee_amount: one.fee,
    qr_string: details.qr_string ?? null,
    qr_url: paymentUrl,
    payment_url: paymentUrl,
    account_number: details.account_number ?? null,
    account_holder_name: details.account_holder_name ?? null,
    bank: details.bank ?? null,
    instructions: details.instructions ?? null,
    proof: one.proof === null && !one.hasFile ? null : { reference: one.proof, has_file: one.hasFile },
    reason: one.reason,
    expires_at: one.expiresAt.toISOString(),
    created_at: one.createdAt.toISOString(),
    completed_at: state === 'succeeded' ? settledAt : null,
    cancelled_at: state === 'succeeded' ? null : settledAt,
  }
}
