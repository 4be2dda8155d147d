import { actAs } from '../../audit/acting.ts'
import type { Sql, Transaction } from '../../database/database.ts'
import { type ErrorCode, type Fault, Refusal } from '../../errors.ts'
import { MAX_BALANCE } from '../../ledger/entries.ts'
import { lockWallet } from '../../ledger/wallets.ts'
import { orThrow, type Result, resultOf } from '../../lib/fault.ts'
import { formatMicros, type Micros, micros, ZERO } from '../../lib/money.ts'
import { isBlank, plainLineFault } from '../../lib/text.ts'
import { type Clock, systemClock } from '../../lib/time.ts'
import { because, say } from '../../reasons.ts'
import { followItems } from '../outcome/outcomes.sql.ts'
import {
  insertItemEntries,
  type LockedItem,
  lockItems,
  type OrderOfAccount,
  rejectAttempts,
  settleRefunded,
} from './refunds.sql.ts'

/** RefundRequest says what is to be given back of an order that was charged. */
export interface RefundRequest {
  /** `items` are positions; left out: every item that was charged and not given back in whole. */
  items?: readonly number[] | undefined
  /** `amount` is given back of each item; left out: all that is left of its price, and the item has failed then. */
  amount?: Micros | undefined
  /** `reason` is what the reseller reads. */
  reason: string
  /** `reference` names the request: it counts once for each item, however often it is made. */
  reference?: string | undefined
  /** `isRejection`: the result was wrong, and counts for nothing in the figures of its supplier's route either. */
  isRejection?: boolean
}

/** Refunded is what became of an item. */
export interface Refunded {
  position: number
  amount: Micros
  /** `left` is what stays charged for it. */
  left: Micros
  /** `isRepeated`: it was given back by an earlier request of the same reference, and nothing moved now. */
  isRepeated: boolean
}

/**
 * `refund` gives money back that was charged, all of it or nothing, and tells the reseller. Throws order_not_found; not_found or conflict where
 * an item is not there or was not charged, or the reference was used for something else; invalid_input naming what is wrong.
 */
export async function refund(
  sql: Sql,
  order: OrderOfAccount,
  request: RefundRequest,
  actor: string,
  clock: Clock = systemClock,
): Promise<Refunded[]> {
  return await sql.begin((transaction) => refundWithin(transaction, order, request, actor, clock))
}

/** `refundWithin` does what `refund` does, inside the caller's transaction. */
export async function refundWithin(
  sql: Transaction,
  order: OrderOfAccount,
  request: RefundRequest,
  actor: string,
  clock: Clock,
): Promise<Refunded[]> {
  const { reason, reference } = orThrow(readRequest(request))
  await actAs(sql, actor, reason)
  const wallet = await lockWallet(sql, order.accountId)
  const items = await lockItems(sql, order, reference)
  if (items.length === 0) throw new Refusal('order_not_found', String(order.orderId), 'id')
  const decided = orThrow(decideRefund(items, { ...request, reference }, wallet.currency))
  const moved = decided.filter(({ isRepeated }) => !isRepeated)
  if (moved.length === 0) return decided
  if (wallet.available + wallet.held + sumOf(moved) > MAX_BALANCE) {
    throw because('invalid_input', 'balance_too_large', {}, 'amount')
  }
  const at = clock.now()
  await insertItemEntries(sql, order, { kind: 'refund', rows: moved, actor, note: reason, reference, at })
  const whole = moved.flatMap(({ left, position }) => (left === 0n ? [position] : []))
  if (whole.length > 0) await settleRefunded(sql, order, whole, { actor, why: reason, at })
  if (request.isRejection) await rejectAttempts(sql, order, whole, `${actor}: ${reason}`)
  await followItems(sql, [order], at, { isTold: true })
  return decided
}

/** `checkRequest` throws invalid_input naming what is wrong with a request by itself. */
export function checkRequest(request: RefundRequest): void {
  orThrow(readRequest(request))
}

/** `readRequest` reads what is told: the reason, and the name of the request, without which a part could be given back twice. */
function readRequest({
  reason,
  reference,
  amount,
  isRejection,
}: RefundRequest): Result<{ reason: string; reference: string | null }> {
  const [words, name] = [reason.trim(), reference?.trim() ?? '']
  const isPart = amount !== undefined
  return resultOf({ reason: words, reference: name === '' ? null : name }, [
    isBlank(words)
      ? { path: ['reason'], message: 'is missing: the reseller reads it' }
      : plainLineFault('reason', words, 500),
    plainLineFault('reference', name, 200),
    isPart && name === ''
      ? { path: ['reference'], message: 'is missing: a part is given back once for each reference' }
      : undefined,
    isPart && amount <= ZERO ? { path: ['amount'], message: 'is not above 0' } : undefined,
    isPart && isRejection
      ? { path: ['amount'], message: 'what is rejected is given back in whole' }
      : undefined,
  ])
}

/** `decideRefund` says what is given back of each item, or what is wrong with each. Pure. */
function decideRefund(
  all: readonly LockedItem[],
  { items, amount, reference }: Pick<RefundRequest, 'items' | 'amount'> & { reference: string | null },
  currency: string,
): Result<Refunded[]> {
  const amountOf = (micros: bigint): string => `${formatMicros(micros, currency)} ${currency}`
  const faults: { code: ErrorCode; fault: Fault }[] = []
  const refuse = (code: ErrorCode, name: string, why: Omit<Fault, 'path'>): void => {
    faults.push({ code, fault: { path: [name], ...why } })
  }
  const wanted =
    items ??
    all.flatMap(({ position, state, earlier }) => (state === 'success' || earlier !== null ? [position] : []))
  if (wanted.length === 0) refuse('conflict', 'id', say('nothing_charged', {}))
  const decided = [...new Set(wanted)].flatMap((position): Refunded[] => {
    const item = all.find((one) => one.position === position)
    if (!item) {
      refuse('not_found', 'item', say('item_unknown', { item: position }))
      return []
    }
    const left = item.price - item.refunded
    if (item.earlier !== null) {
      if (amount !== undefined && amount !== item.earlier) {
        const before = { reference: String(reference), amount: amountOf(item.earlier), item: position }
        refuse('conflict', 'reference', say('given_back_before', before))
      }
      return [{ position, amount: item.earlier, left: micros(left), isRepeated: true }]
    }
    if (item.state !== 'success') {
      refuse('conflict', 'item', { message: notCharged(item) })
      return []
    }
    const given = amount ?? left
    if (given > left)
      refuse('invalid_input', 'amount', say('most_left', { amount: amountOf(left), item: position }))
    return [{ position, amount: micros(given), left: micros(left - given), isRepeated: false }]
  })
  const code = faults[0]?.code
  const same = faults.flatMap((one) => (one.code === code ? [one.fault] : []))
  return resultOf(decided, same, code)
}

/** `notCharged` says why nothing of an item can be given back. */
function notCharged({ position, state, refunded, price }: LockedItem): string {
  const words: Record<Exclude<LockedItem['state'], 'success'>, string> = {
    pending: 'it waits, and its price is held: cancel the order',
    processing: 'it is with a supplier, and its price is held',
    unknown: 'nobody knows yet whether it was done, and its price is held: decide its review',
    failed:
      refunded > 0n && refunded === price ? 'it was given back in whole already' : 'its price was given back',
    cancelled: 'its price was given back',
  }
  const why = state === 'success' ? 'it was charged' : words[state]
  return `item ${position} is ${state}: ${why}`
}

const sumOf = (rows: readonly Refunded[]): bigint => rows.reduce((sum, { amount }) => sum + amount, 0n)
