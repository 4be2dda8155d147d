import { actBecause } from '../audit/acting.ts'
import type { Sql } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import type { IntegrationContext } from '../integrations/kit/kind.ts'
import { Reasons } from '../integrations/suppliers/http-kit/reasons.ts'
import { supplierKinds } from '../integrations/suppliers/index.ts'
import type { TopUpOutcome, TopUps, TopUpWay } from '../integrations/suppliers/top-ups.ts'
import { amountOf } from '../lib/amount.ts'
import { fault, orThrow, resultOf } from '../lib/fault.ts'
import type { SupplierId } from '../lib/ids.ts'
import { type Micros, ZERO } from '../lib/money.ts'
import { lineFault, textFault } from '../lib/text.ts'
import { type Clock, DAY_MS, HOUR_MS, MINUTE_MS } from '../lib/time.ts'
import type { Sealer } from '../secrets/sealer.ts'
import type { SupplierRow } from './attributes.ts'
import { configOf, findSupplier, open, recordBalance } from './suppliers.ts'
import {
  giveUpTopUp,
  insertNotedTopUp,
  insertTopUp,
  selectOtherReferences,
  selectTopUp,
  selectTopUpOf,
  selectTopUps,
  selectUnknownTopUp,
  type TopUp,
  type TopUpKnown,
  updateTopUp,
} from './top-ups.sql.ts'

export { type TopUp, topUpStates } from './top-ups.sql.ts'

const TIMEOUT_MS = 30_000
/** FIRST_CHECK_MS is longer than a call lasts: until then it is under way. */
const FIRST_CHECK_MS = 2 * MINUTE_MS
/** MAX_PAUSE_MS bounds the pauses between questions, each of which is as long as the top-up is old. */
const MAX_PAUSE_MS = 6 * HOUR_MS
/** FOLLOWED_MS is how long a top-up is asked about by itself; after it a person may. */
const FOLLOWED_MS = 60 * DAY_MS

export interface TopUpDeps {
  sql: Sql
  sealer: Sealer
  context: IntegrationContext
}

/** TopUpWays are the ways to pay in at a supplier. */
export interface TopUpWays {
  /** `ways`, null: its protocol has none, or they could not be had, as `problem` says. */
  ways: TopUpWay[] | null
  problem: string | null
  currency: string
}

/** `readTopUpWays` asks a supplier for its ways to pay in. Throws not_found, or invalid_input for settings that make no sense. */
export async function readTopUpWays(deps: TopUpDeps, idOrName: string): Promise<TopUpWays> {
  const row = await findSupplier(deps.sql, idOrName)
  const { currency } = row
  const topUps = topUpsOf(row, deps)
  if (!topUps) return { ways: null, problem: null, currency }
  try {
    return { ways: await topUps.ways(AbortSignal.timeout(TIMEOUT_MS)), problem: null, currency }
  } catch (error) {
    return { ways: null, problem: said(error, row, deps), currency }
  } finally {
    await topUps.close()
  }
}

/**
 * `beginTopUp` begins a deposit at a supplier, which is written down before the first byte goes out. A `request` that comes again begins nothing more: what
 * has become of it is given. Throws not_found, invalid_input that names what is wrong, conflict where nobody knows of an earlier one, or
 * idempotency_conflict where the request was for another one.
 */
export async function beginTopUp(
  deps: TopUpDeps,
  idOrName: string,
  { way, amount: text, actor }: { way: string; amount: string; actor: string },
  request: string | null = null,
): Promise<TopUp> {
  const { sql, context } = deps
  const row = await findSupplier(sql, idOrName)
  const amount = positive(text, row.currency)
  const topUps = topUpsOf(row, deps)
  if (!topUps) throw noDeposits(row)
  try {
    const at = context.clock.now()
    const wanted = { supplierId: row.id, at, actor, way, amount, currency: row.currency }
    const checkAt = new Date(at.getTime() + FIRST_CHECK_MS)
    const begun = await insertTopUp(sql, { ...wanted, checkAt }, request)
    if (!begun) return await begunBefore(deps, wanted, request)
    const outcome = await topUps
      .begin(wishOf(begun), AbortSignal.timeout(TIMEOUT_MS))
      .catch(unclear(row, deps))
    return await record(deps, row, begun, known(outcome, begun, context.clock))
  } finally {
    await topUps.close()
  }
}

/** `begunBefore` gives what the same request has begun. Throws where it is another's, or where one of which nobody knows is in its way. */
async function begunBefore(
  { sql }: TopUpDeps,
  { supplierId, way, amount }: Pick<TopUp, 'supplierId' | 'way' | 'amount'>,
  request: string | null,
): Promise<TopUp> {
  const same = request === null ? undefined : await selectTopUpOf(sql, request)
  if (!same) {
    const other = await selectUnknownTopUp(sql, supplierId)
    throw new Refusal(
      'conflict',
      `nobody knows whether top-up ${other ?? ''} was begun: ask about it before another one is begun`,
      'supplier',
    )
  }
  if (same.supplierId !== supplierId || same.way !== way || same.amount !== amount)
    throw new Refusal('idempotency_conflict', undefined, 'Idempotency-Key')
  return same
}

/**
 * `askAboutTopUp` asks a supplier how a deposit stands, or looks for one whose answer was lost; it pays nothing. Once it is credited, our balance there is
 * asked for, too. What has ended is given as it is. Throws not_found.
 */
export async function askAboutTopUp(
  deps: TopUpDeps,
  idOrName: string | SupplierId,
  id: number,
): Promise<TopUp> {
  const row = await findSupplier(deps.sql, idOrName)
  const found = await selectTopUp(deps.sql, row.id, id)
  if (!found) throw noTopUp(row, id)
  const isOpen = found.endedAt === null || found.state === 'given_up'
  const topUps = isOpen ? topUpsOf(row, deps) : undefined
  if (!topUps) return found
  try {
    return await record(deps, row, found, await asked(deps, row, topUps, found))
  } finally {
    await topUps.close()
  }
}

async function asked(deps: TopUpDeps, row: SupplierRow, topUps: TopUps, found: TopUp): Promise<TopUpKnown> {
  const { sql, context } = deps
  const signal = AbortSignal.timeout(TIMEOUT_MS)
  if (found.reference === null) {
    const others = await selectOtherReferences(sql, found)
    return known(
      await topUps.find(wishOf(found), others, signal).catch(unclear(row, deps)),
      found,
      context.clock,
    )
  }
  try {
    const deposit = await topUps.ask(found.reference, signal)
    return known({ kind: 'begun', deposit }, found, context.clock)
  } catch (error) {
    return { ...asBefore(found, context.clock.now()), reason: said(error, row, deps), askedAt: null }
  }
}

/** `noteTopUp` writes down a top-up that was paid elsewhere. Throws not_found, or invalid_input that names what is wrong. */
export async function noteTopUp(
  sql: Sql,
  clock: Clock,
  idOrName: string,
  given: { amount: string; reference?: string | undefined; note?: string | undefined; actor: string },
): Promise<TopUp> {
  const { id, currency } = await findSupplier(sql, idOrName)
  const amount = positive(given.amount, currency)
  const [reference, note] = [given.reference?.trim() ?? '', given.note?.trim() ?? '']
  orThrow(resultOf(0, [lineFault('reference', reference, 200), textFault('note', note, 1000)]))
  return await insertNotedTopUp(sql, {
    ...{ supplierId: id, at: clock.now(), actor: given.actor, amount, currency },
    ...{ reference: reference || null, note: note || null },
  })
}

/**
 * `closeTopUp` has nobody follow a top-up any more, as one that is not to be paid, or that is not there. Throws not_found, conflict where it has ended, or where
 * the supplier was not asked about one of which nobody knows, and invalid_input for the reason.
 */
export async function closeTopUp(
  sql: Sql,
  clock: Clock,
  idOrName: string,
  { id, why }: { id: number; why: string },
): Promise<TopUp> {
  const row = await findSupplier(sql, idOrName)
  return await sql.begin(async (transaction) => {
    await actBecause(transaction, why)
    const isGivenUp = await giveUpTopUp(transaction, id, clock.now())
    const top = await selectTopUp(transaction, row.id, id)
    if (!top) throw noTopUp(row, id)
    if (isGivenUp || top.state === 'given_up') return top
    throw new Refusal(
      'conflict',
      top.state === 'unknown' ? 'ask the supplier about it first' : 'it has ended already',
      'id',
    )
  })
}

/** `listTopUps` lists a supplier's top-ups, the newest first, below an id. Throws not_found. */
export async function listTopUps(
  sql: Sql,
  idOrName: string,
  page: { before: number; limit: number },
): Promise<{ supplier: SupplierRow; topUps: TopUp[] }> {
  const supplier = await findSupplier(sql, idOrName)
  return { supplier, topUps: await selectTopUps(sql, supplier.id, page) }
}

/** `nextCheck` gives when an open top-up is asked about next: at longer and longer intervals; null: it is too old. */
function nextCheck({ at }: Pick<TopUp, 'at'>, now: Date): Date | null {
  const age = now.getTime() - at.getTime()
  if (age > FOLLOWED_MS) return null
  return new Date(now.getTime() + Math.min(Math.max(age, MINUTE_MS), MAX_PAUSE_MS))
}

/** `known` says what an outcome makes of a top-up. */
function known(outcome: TopUpOutcome, found: TopUp, clock: Clock): TopUpKnown {
  const at = clock.now()
  if (outcome.kind === 'begun') {
    const { deposit } = outcome
    const { state, reason } = deposit
    const isOpen = state === 'pending' || state === 'review'
    const next = isOpen ? { endedAt: null, checkAt: nextCheck(found, at) } : { endedAt: at, checkAt: null }
    return { state, reason, deposit, askedAt: at, ...next }
  }
  const { kind, reason } = outcome
  if (kind === 'refused')
    return { state: 'not_begun', reason, deposit: undefined, askedAt: at, endedAt: at, checkAt: null }
  return { ...asBefore(found, at), reason, askedAt: outcome.wasLookedFor ? at : null }
}

/** `asBefore` leaves a top-up as it stood, and has it asked about again. */
const asBefore = (found: TopUp, now: Date) => ({
  ...{ state: found.state, endedAt: found.endedAt, deposit: undefined },
  checkAt: found.endedAt === null ? nextCheck(found, now) : null,
})

/** `record` writes it, and asks for our balance once something was credited. */
async function record(deps: TopUpDeps, row: SupplierRow, top: TopUp, became: TopUpKnown): Promise<TopUp> {
  const before = await updateTopUp(deps.sql, top.id, became)
  if (before !== undefined && became.state === 'credited') await askForBalance(deps, row)
  return (await selectTopUp(deps.sql, row.id, top.id)) as TopUp
}

/** `askForBalance` is of use, and not needed: it is asked for again by itself. */
async function askForBalance({ sql, sealer, context }: TopUpDeps, row: SupplierRow): Promise<void> {
  const { supplier } = open(row, sealer, context)
  try {
    const account = await supplier.account?.(AbortSignal.timeout(TIMEOUT_MS))
    if (account && (account.currency === null || account.currency === row.currency))
      await recordBalance(sql, row.id, account, context.clock.now())
  } catch {
    // The supplier has credited it all the same.
  } finally {
    await supplier.close?.()
  }
}

const topUpsOf = (row: SupplierRow, { sealer, context }: TopUpDeps): TopUps | undefined => {
  const { topUps } = supplierKinds.get(row.kind)
  return topUps?.(configOf(row, sealer), context)
}

const wishOf = ({ id, way, amount, at }: TopUp) => ({ key: String(id), way: way ?? '', amount, at })

/** `unclear` has it that nobody knows what a call that failed has done. */
const unclear =
  (row: SupplierRow, deps: TopUpDeps) =>
  (error: unknown): TopUpOutcome => ({ kind: 'unknown', reason: said(error, row, deps) })

/** `said` is what went wrong, without our secrets. */
const said = (error: unknown, row: SupplierRow, { sealer }: TopUpDeps): string =>
  new Reasons(Object.values(configOf(row, sealer).secrets)).of(
    error instanceof Error ? error.message : String(error),
  )

function positive(text: string, currency: string): Micros {
  const amount = amountOf(text, 'amount', currency)
  return orThrow(resultOf(amount, [amount > ZERO ? undefined : fault('amount', 'must be more than 0')]))
}

const noDeposits = ({ name, kind }: SupplierRow): Refusal =>
  new Refusal(
    'conflict',
    `${name} is a ${kind} supplier, whose protocol has no deposits: top up at its own page, and write it down`,
    'supplier',
  )

const noTopUp = ({ name }: SupplierRow, id: number): Refusal =>
  new Refusal('not_found', `${name} has no top-up ${id}`, 'id')
