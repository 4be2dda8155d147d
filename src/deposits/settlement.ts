import type { Sql, Transaction } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import type { GatewayEvent, Payment } from '../integrations/gateways/gateway.ts'
import { creditDeposit } from '../ledger/adjustments.ts'
import type { DepositId } from '../lib/ids.ts'
import { formatMicros } from '../lib/money.ts'
import type { Clock } from '../lib/time.ts'
import type { Deposit, DepositState } from './deposit.ts'
import { lockDeposit, updateState } from './deposits.sql.ts'
import { insertEvent, isTwin, selectTold } from './events.sql.ts'
import type { Provider } from './provider.ts'

/** Verdict is what a payment makes of a deposit. */
interface Verdict {
  state: DepositState
  credit?: boolean
  note?: string
  reason?: string
}

/**
 * `verdictOn` decides what a payment makes of a deposit; undefined: nothing new. Pure. It credits only a deposit that is pending, or waits with
 * nothing but a proof, and that the payment fits in every respect; any other money that came waits for a person.
 */
export function verdictOn(deposit: Deposit, payment: Payment): Verdict | undefined {
  const { state } = deposit
  if (payment.state !== 'paid') {
    // Another payment than the one that the account was given says nothing of this one.
    const isOther = deposit.reference !== null && deposit.reference !== payment.reference
    if (state !== 'pending' || isOther) return undefined
    if (payment.state === 'expired') return { state: 'expired' }
    if (payment.state === 'failed')
      return { state: 'failed', ...(payment.reason && { reason: payment.reason }) }
    return payment.state === 'processing' && deposit.note === null
      ? { state: 'pending', note: 'the payment is under way' }
      : undefined
  }
  const fault = faultOf(deposit, payment)
  const paid = `${payment.reference} is paid`
  if (state === 'pending' || isProofOnly(deposit))
    return fault ? { state: 'review', note: fault } : { state: 'succeeded', credit: true }
  if (state === 'succeeded') {
    if (deposit.reference === payment.reference) return undefined
    const more =
      deposit.reference === null ? 'after it was confirmed by hand' : 'too: perhaps it is to be refunded'
    return { state, note: added(deposit, `${paid}, ${more}${fault ? `; ${fault}` : ''}`) }
  }
  if (state === 'review') return { state, note: added(deposit, fault ?? `${paid} as asked`) }
  // A person knew of it when they refused the deposit, or credited what came.
  if (state === 'failed' && isDecided(deposit, fault, paid)) return undefined
  return {
    state: 'review',
    note: `${paid}, after the deposit had ${ended[state]}${fault ? `; ${fault}` : ''}`,
  }
}

/** `isProofOnly` tells that a deposit waits for a person only because its payer has handed in a proof, and not for money that does not fit. */
const isProofOnly = ({ state, note, reference }: Deposit): boolean =>
  state === 'review' && note === null && reference === null

/** `added` keeps what was noted of the money that came earlier. */
const added = ({ note }: Deposit, more: string): string =>
  note === null ? more : isNoted({ note }, more) ? note : `${note}; ${more}`

/** `isNoted` tells whether a note has these words as one of its parts, or at the beginning of one: "5.00 was paid" is none of "15.00 was paid". */
const isNoted = ({ note }: Pick<Deposit, 'note'>, words: string): boolean =>
  note
    ?.split('; ')
    .some((part) => part === words || part.startsWith(`${words},`) || part.startsWith(`${words} as`)) ?? false

/** `isDecided` tells whether a person has refused a deposit in sight of this payment: with its fault, or as one that fits. */
const isDecided = (deposit: Deposit, fault: string | undefined, paid: string): boolean =>
  fault === undefined ? isNoted(deposit, paid) && !deposit.note?.includes(INSTEAD) : isNoted(deposit, fault)

/** INSTEAD stands in every fault of a payment. */
const INSTEAD = ' was paid instead of '

const ended = { cancelled: 'been cancelled', expired: 'expired', failed: 'failed' } as const

function faultOf(deposit: Deposit, { reference, amount, currency }: Payment): string | undefined {
  if (deposit.reference !== null && deposit.reference !== reference) {
    return `${reference}${INSTEAD}${deposit.reference}`
  }
  if (amount === deposit.totalPay && currency === deposit.currency) return undefined
  const paid =
    amount === null || currency === null
      ? 'an unknown amount'
      : `${formatMicros(amount, currency)} ${currency}`
  return `${paid}${INSTEAD}${formatMicros(deposit.totalPay, deposit.currency)} ${deposit.currency}`
}

export interface Settled {
  /** `outcome` is `repeated` when this event came before, or its payment under another name, and `unknown` when there is no such deposit of this provider. */
  outcome: 'unknown' | 'repeated' | 'nothing new' | DepositState
  note?: string | undefined
}

/**
 * `settle` takes in a payment that a gateway sent by itself (with its event) or gave when it was asked. It may come any number of times and
 * at the same time: the deposit's lock puts the calls in a row, each event counts once, and a unique index allows one credit.
 */
export async function settle(
  sql: Sql,
  provider: Provider,
  said: { depositId: DepositId; payment: Payment; event?: GatewayEvent },
  clock: Clock,
): Promise<Settled> {
  const { depositId, payment, event } = said
  return await sql.begin(async (transaction): Promise<Settled> => {
    const deposit = await lockDeposit(transaction, depositId)
    if (deposit?.providerId !== provider.id) return { outcome: 'unknown' }
    const at = clock.now()
    const by = event?.type
    const isKnown =
      (by === 'statement' || by === 'hook') &&
      isTwin((await selectTold(transaction, [depositId])).get(depositId), by)
    const verdict = isKnown ? undefined : verdictOn(deposit, payment)
    const outcome = isKnown ? 'repeated' : (verdict?.state ?? 'nothing new')
    if (event) {
      const kept = {
        providerId: provider.id,
        id: event.id,
        type: event.type,
        depositId,
        outcome,
        receivedAt: at,
      }
      if (!(await insertEvent(transaction, kept))) return { outcome: 'repeated' }
    }
    if (!verdict) return { outcome }
    return await apply(transaction, deposit, verdict, { actor: `deposit:${provider.code}`, payment, at })
  })
}

async function apply(
  transaction: Transaction,
  deposit: Deposit,
  verdict: Verdict,
  { actor, payment, at }: { actor: string; payment: Payment; at: Date },
): Promise<Settled> {
  let { state, note, reason, credit } = verdict
  if (credit) {
    const refused = await creditOr(transaction, deposit, { actor, note: payment.reference, at })
    if (refused) {
      state = 'review'
      note = refused.message
    }
  }
  const isSame = state === deposit.state
  const isOpen = state === 'pending' || state === 'review'
  await updateState(transaction, deposit, {
    state,
    settledBy: isOpen ? null : isSame ? deposit.settledBy : actor,
    at: isSame ? (deposit.settledAt ?? at) : at,
    // A note of an open deposit is out of date when it has succeeded.
    note: note ?? (state === 'succeeded' && !isSame ? null : deposit.note),
    ...(reason !== undefined && { reason }),
    reference: deposit.reference ?? payment.reference,
  })
  return { outcome: state, note }
}

/** `creditOr` gives the refusal of a wallet that does not take the money; nothing was written then. */
async function creditOr(
  transaction: Transaction,
  deposit: Deposit,
  reason: { actor: string; note: string | null; at: Date },
): Promise<Refusal | undefined> {
  try {
    await creditDeposit(transaction, deposit, reason)
    return undefined
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
}
