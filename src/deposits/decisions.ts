import type { Queryable, Sql } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import { creditDeposit } from '../ledger/adjustments.ts'
import { readNote } from '../ledger/entries.ts'
import { orThrow } from '../lib/fault.ts'
import type { DepositId } from '../lib/ids.ts'
import type { Clock } from '../lib/time.ts'
import type { Deposit, DepositEvent, DepositState } from './deposit.ts'
import {
  type DepositFilter,
  lockDeposit,
  selectDeposit,
  selectDeposits,
  updateState,
} from './deposits.sql.ts'
import { selectEvents } from './events.sql.ts'
import { type ProofFile, selectProofFile } from './proofs.sql.ts'

/** OPEN lists the states in which a person may decide; what a gateway has not settled yet is left to the gateway. */
const OPEN: Record<'manual' | 'gateway', DepositState[]> = {
  manual: ['pending', 'review', 'expired'],
  gateway: ['review'],
}

/**
 * `confirmDeposit` credits a deposit whose money is there, once. Money often comes late, so an expired one may be confirmed as well.
 * Throws not_found, conflict when it has ended otherwise or a gateway is to say so, and invalid_input.
 */
export async function confirmDeposit(
  sql: Sql,
  id: DepositId,
  { actor, note }: { actor: string; note?: string | undefined },
  clock: Clock,
): Promise<Deposit> {
  const kept = orThrow(readNote(note))
  return await sql.begin(async (transaction) => {
    const deposit = undecided(await lockDeposit(transaction, id), id)
    const at = clock.now()
    await creditDeposit(transaction, deposit, { actor, note: kept ?? deposit.proof ?? deposit.reference, at })
    await updateState(transaction, deposit, {
      state: 'succeeded',
      settledBy: actor,
      at,
      ...(kept !== null && { note: kept }),
    })
    return (await selectDeposit(transaction, null, id)) as Deposit
  })
}

/** `refuseDeposit` ends a deposit whose money will not come, or goes back. The account reads the reason. Throws as `confirmDeposit`. */
export async function refuseDeposit(
  sql: Sql,
  id: DepositId,
  { actor, reason }: { actor: string; reason: string },
  clock: Clock,
): Promise<Deposit> {
  const kept = orThrow(readNote(reason, 'reason'))
  if (kept === null) throw new Refusal('invalid_input', 'the account is to read a reason', 'reason')
  return await sql.begin(async (transaction) => {
    const deposit = undecided(await lockDeposit(transaction, id), id)
    await updateState(transaction, deposit, {
      state: 'failed',
      settledBy: actor,
      at: clock.now(),
      reason: kept,
    })
    return (await selectDeposit(transaction, null, id)) as Deposit
  })
}

/** `showDeposit` gives a deposit with what gateways said of it. Throws not_found. */
export async function showDeposit(
  sql: Queryable,
  id: DepositId,
): Promise<{ deposit: Deposit; events: DepositEvent[] }> {
  const deposit = (await selectDeposit(sql, null, id)) ?? refuseUnknown(id)
  return { deposit, events: await selectEvents(sql, id) }
}

/** `proofFile` gives the file that the payer handed in. Throws not_found. */
export async function proofFile(sql: Queryable, id: DepositId): Promise<ProofFile> {
  const file = await selectProofFile(sql, id)
  if (!file) throw new Refusal('not_found', `deposit ${id} has no file`, 'id')
  return file
}

/** `listDeposits` gives a page, newest first; `next` is the cursor of the following one, if there is one. */
export async function listDeposits(
  sql: Queryable,
  { limit, ...filter }: DepositFilter & { limit: number },
): Promise<{ deposits: Deposit[]; next: DepositId | undefined }> {
  const deposits = await selectDeposits(sql, { ...filter, limit: limit + 1 })
  const page = deposits.slice(0, limit)
  return { deposits: page, next: deposits.length > limit ? page.at(-1)?.id : undefined }
}

function undecided(deposit: Deposit | undefined, id: DepositId): Deposit {
  if (!deposit) return refuseUnknown(id)
  if (OPEN[deposit.hasGateway ? 'gateway' : 'manual'].includes(deposit.state)) return deposit
  throw new Refusal(
    'conflict',
    deposit.state === 'pending'
      ? `the gateway of ${deposit.providerCode} says itself when deposit ${id} is paid`
      : `deposit ${id} has ended: ${deposit.state}`,
    'id',
  )
}

export function refuseUnknown(id: DepositId): never {
  throw new Refusal('not_found', `there is no deposit ${id}`, 'id')
}
