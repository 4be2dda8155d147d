import { findAccount } from '../accounts/accounts.ts'
import type { AccountView } from '../accounts/attributes.ts'
import type { Queryable, Sql } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import type { Payment } from '../integrations/gateways/gateway.ts'
import type { TellingApart, Transfer } from '../integrations/gateways/transfer.ts'
import { type Moved, move, readNote } from '../ledger/entries.ts'
import { orThrow } from '../lib/fault.ts'
import type { DepositId, StrayId } from '../lib/ids.ts'
import { formatMicros, micros } from '../lib/money.ts'
import { type Clock, systemClock } from '../lib/time.ts'
import { because } from '../reasons.ts'
import type { Deposit } from './deposit.ts'
import { selectByTotals } from './deposits.sql.ts'
import { isTwin, selectTold, type Told } from './events.sql.ts'
import type { Provider } from './provider.ts'
import { settle, verdictOn } from './settlement.ts'
import type { Stray } from './stray.ts'
import {
  closeStray,
  insertStray,
  selectKnown,
  selectOpenStrays,
  selectStray,
  selectStraySums,
  selectStraysOf,
} from './strays.sql.ts'
import { mayPay, tellingApartOf } from './telling-apart.ts'

export { countStrays, type StrayCount } from './strays.sql.ts'

/**
 * Fate is what becomes of a transfer: it is credited; a person looks at its deposit; it is noted on a deposit that is credited already; it was
 * told of before, perhaps by the other of statement and hook; no deposit has its amount, or several have.
 */
export type Fate = 'credited' | 'review' | 'noted' | 'known' | 'unmatched' | 'ambiguous'

/** Matched is a transfer with what becomes, or became, of it. */
export interface Matched<T extends Transfer = Transfer> {
  transfer: T
  fate: Fate
  deposit?: Deposit
  /** `fitting` is how many deposits it fits. */
  fitting: number
  note?: string | undefined
}

/**
 * `matchTransfers` says what each transfer that is told of by a statement or a hook would do, in their order, as if those before it had been taken in; it changes
 * nothing. Throws conflict where deposits of the provider are not told apart by their amounts.
 */
export async function matchTransfers<T extends Transfer>(
  sql: Sql,
  provider: Provider,
  transfers: readonly T[],
  by: keyof Told,
): Promise<Matched<T>[]> {
  const how = tellingApartOf(provider)
  if (!how) throw because('conflict', 'no_own_amounts', { code: provider.code }, 'provider')
  const ids = transfers.map(({ id }) => id)
  const totals = [...new Set(transfers.map(({ amount }) => amount))]
  const [known, deposits] = await Promise.all([
    selectKnown(sql, provider.id, ids),
    selectByTotals(sql, provider.id, totals),
  ])
  const told = await selectTold(
    sql,
    deposits.map(({ id }) => id),
  )
  const strays = by === 'hook' ? [] : await selectStraysOf(sql, provider.id, totals)
  const byTotal = Map.groupBy(deposits, ({ totalPay }) => totalPay as bigint)
  return transfers.map((transfer) => {
    if (known.has(transfer.id)) return { transfer, fate: 'known', fitting: 0 }
    known.add(transfer.id)
    const found = matched(transfer, byTotal.get(transfer.amount) ?? [], { ...how, told, by })
    if (found.deposit) return found
    const place = strays.findIndex((one) => isOf(one, transfer, provider))
    const [stray] = place < 0 ? [] : strays.splice(place, 1)
    return stray ? { ...found, fate: 'known', note: noteOf(stray) } : found
  })
}

/** `isOf` tells whether a line of a statement may be a stray payment: of its day, its amount and its currency. */
const isOf = (stray: Stray, { at, amount, currency }: Transfer, provider: Provider): boolean =>
  stray.amount === amount &&
  stray.currency === (currency ?? provider.currency) &&
  stray.paidAt.slice(0, DAY) === at.slice(0, DAY)

/** DAY is how long a day is, as in 2026-11-29. */
const DAY = 10

const noteOf = ({ id, closedAt, note }: Stray): string =>
  `stray payment ${id}, ${closedAt === null ? 'which is open' : `closed${note === null ? '' : `: ${note}`}`}`

/** `matched` carries on what it finds in `deposits`, which are of the transfer's amount, and in `told`. */
function matched<T extends Transfer>(
  transfer: T,
  deposits: Deposit[],
  { told, by, ...how }: TellingApart & { told: Map<DepositId, Told>; by: keyof Told },
): Matched<T> {
  const fitting = transfer.currency === null ? deposits.filter((one) => mayPay(one, transfer, how)) : []
  const [deposit] = fitting
  if (!deposit || fitting.length > 1) {
    return { transfer, fate: deposit ? 'ambiguous' : 'unmatched', fitting: fitting.length }
  }
  const before = { ...deposit }
  const counted = told.get(deposit.id) ?? { statement: 0, hook: 0 }
  const isKnown = isTwin(counted, by)
  told.set(deposit.id, { ...counted, [by]: counted[by] + 1 })
  if (isKnown) return { transfer, fate: 'known', deposit: before, fitting: 1 }
  const verdict = verdictOn(deposit, paymentOf(transfer, deposit))
  if (verdict) {
    Object.assign(deposit, { state: verdict.state, reference: deposit.reference ?? transfer.id })
    if (verdict.note !== undefined) deposit.note = verdict.note
  }
  const fate = verdict?.credit ? 'credited' : verdict?.state === 'review' ? 'review' : 'noted'
  return { transfer, fate, deposit: before, fitting: 1, note: verdict?.note }
}

const paymentOf = ({ id, amount }: Transfer, { currency }: Deposit): Payment => ({
  reference: id,
  state: 'paid',
  amount,
  currency,
})

/**
 * `takeTransfers` takes transfers in: each counts once by its id, whatever comes how often and from how many at a time. `told` says who told of
 * them: what fits no deposit is kept for a person where nobody is there to read the answer. Throws as `matchTransfers`.
 */
export async function takeTransfers<T extends Transfer>(
  sql: Sql,
  provider: Provider,
  transfers: readonly T[],
  { told, clock }: { told: keyof Told; clock: Clock },
): Promise<Matched<T>[]> {
  const taken: Matched<T>[] = []
  for (const one of await matchTransfers(sql, provider, transfers, told)) {
    const { transfer, deposit, fate } = one
    if (!deposit) {
      if (told === 'hook' && fate !== 'known') await keepStray(sql, provider, one, clock)
      taken.push(one)
      continue
    }
    const { id: depositId } = deposit
    const payment = paymentOf(transfer, deposit)
    const event = { id: transfer.id, type: told, depositId, payment }
    const { outcome, note } = await settle(sql, provider, { depositId, payment, event }, clock)
    taken.push({ ...one, fate: outcome === 'repeated' ? 'known' : fateAfter(outcome, note, fate), note })
  }
  return taken
}

/** `fateAfter` says what became of a transfer, which may be other than was planned: somebody may have been faster. */
function fateAfter(outcome: string, note: string | undefined, planned: Fate): Fate {
  if (outcome === 'review') return 'review'
  if (outcome === 'succeeded') return note === undefined ? 'credited' : 'noted'
  return planned === 'credited' ? 'noted' : planned
}

async function keepStray(
  sql: Sql,
  provider: Provider,
  { transfer, fitting }: Matched,
  clock: Clock,
): Promise<void> {
  const { id: paymentId, amount, currency, at: paidAt, words } = transfer
  await insertStray(sql, {
    ...{
      providerId: provider.id,
      paymentId,
      amount: micros(amount),
      currency: currency ?? provider.currency,
    },
    ...{ paidAt, words, fitting, receivedAt: clock.now() },
  })
}

/** StraysOpen is what is told of payments that nobody has closed. */
export interface StraysOpen {
  count: number
  newestId: StrayId
  oldest: Date
  /** `amounts` are their sums, such as "49000 IDR, 20.10 USD". */
  amounts: string
}

/** `findOpenStrays` gives undefined where there are none. */
export async function findOpenStrays(sql: Queryable): Promise<StraysOpen | undefined> {
  const sums = await selectStraySums(sql)
  const [first] = sums
  if (!first) return undefined
  return {
    count: sums.reduce((all, { count }) => all + count, 0),
    newestId: Math.max(...sums.map(({ newestId }) => newestId)) as StrayId,
    oldest: new Date(Math.min(...sums.map(({ oldest }) => oldest.getTime()))),
    amounts: sums.map(({ amount, currency }) => `${formatMicros(amount, currency)} ${currency}`).join(', '),
  }
}

/** Strays is what operators do with payments that fit no deposit. */
export class Strays {
  readonly #sql: Sql
  readonly #clock: Clock

  constructor(sql: Sql, clock: Clock = systemClock) {
    this.#sql = sql
    this.#clock = clock
  }

  /** `list` gives those that nobody has closed, the oldest first. */
  async list(limit: number): Promise<Stray[]> {
    return await selectOpenStrays(this.#sql, limit)
  }

  /**
   * `credit` puts a payment on the balance of whoever sent it, under the payment's own name, and closes it, in one transaction: it is credited once,
   * whichever accounts are named. Throws not_found (the account, the payment), invalid_input where their currencies differ, and conflict when it is
   * closed, or the account has had it by hand.
   */
  async credit(
    id: StrayId,
    { account: whose, actor, note }: { account: string; actor: string; note?: string | undefined },
  ): Promise<{ stray: Stray; account: AccountView; entry: Moved }> {
    const kept = orThrow(readNote(note))
    const at = this.#clock.now()
    return await this.#sql.begin(async (transaction) => {
      const account = await findAccount(transaction, whose)
      const stray = await closedStray(transaction, id, {
        ...{ closedAt: at, closedBy: actor },
        note: kept ?? `credited to ${account.username}`,
      })
      if (account.currency !== stray.currency) {
        const words = `the balance of ${account.username} is in ${account.currency}, the payment in ${stray.currency}`
        throw new Refusal('invalid_input', words, 'account')
      }
      const entry = await move(transaction, account.id, stray.amount, {
        ...{ kind: 'deposit', actor, at, reference: stray.paymentId },
        note: kept ?? (stray.words.slice(0, 500) || `payment ${stray.paymentId}`.slice(0, 500)),
      })
      if (entry.isRepeated)
        throw new Refusal('conflict', `${account.username} has had it by hand: close it`, 'id')
      return { stray, account, entry }
    })
  }

  /** `close` says that a person has done with it what is to be done. Throws not_found, and conflict when it is closed. */
  async close(id: StrayId, { actor, note }: { actor: string; note?: string | undefined }): Promise<Stray> {
    const kept = orThrow(readNote(note))
    return await closedStray(this.#sql, id, { closedAt: this.#clock.now(), closedBy: actor, note: kept })
  }
}

async function closedStray(
  sql: Queryable,
  id: StrayId,
  change: { closedAt: Date; closedBy: string; note: string | null },
): Promise<Stray> {
  const isClosed = await closeStray(sql, id, change)
  const stray = await selectStray(sql, id)
  if (!stray) throw new Refusal('not_found', `there is no stray payment ${id}`, 'id')
  if (!isClosed) throw because('conflict', 'stray_closed', { id }, 'id')
  return stray
}
