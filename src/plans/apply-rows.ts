import type { Logger } from 'pino'
import { actAgain } from '../audit/acting.ts'
import { isTemporary } from '../database/connection-loss.ts'
import { type Sql, type Transaction, within } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import type { PlanId } from '../lib/ids.ts'
import type { Clock } from '../lib/time.ts'
import { say } from '../reasons.ts'
import { findKind } from './kinds/index.ts'
import type { KeptPlan, KeptRow } from './plan.ts'
import { type RowKind, type RowOutcome, whyOf } from './plan-kind.ts'
import { claimRow, finishPlan, selectPlan, writeOutcome } from './plans.sql.ts'

/** APPLY_PLAN is the job that goes through the rows of a plan. */
export const APPLY_PLAN = 'plan_apply'

export interface ApplyDeps {
  sql: Sql
  clock: Clock
  log: Logger
}

/**
 * `applyRows` applies the rows of a plan of which nothing has become yet, one after the other, each with its outcome in one transaction. Several
 * may do so at a time; each row is taken by one of them. Throws what is temporary: the rows that are left are gone on with later.
 */
export async function applyRows(deps: ApplyDeps, id: PlanId, stopping: AbortSignal): Promise<void> {
  const plan = await selectPlan(deps.sql, id)
  if (plan?.state !== 'applying') return
  const kind = findKind(plan.kind)
  if (kind.isWhole) return
  while (!stopping.aborted) {
    if (await deps.sql.begin((transaction) => applyNext(deps, transaction, plan, kind))) continue
    await finishPlan(deps.sql, id, deps.clock.now())
    return
  }
}

/** `applyNext` tells whether there was a row to apply. */
async function applyNext(
  { clock, log }: ApplyDeps,
  transaction: Transaction,
  plan: KeptPlan,
  kind: RowKind,
): Promise<boolean> {
  const row = await claimRow(transaction, plan.id)
  if (!row) return false
  await actAgain(transaction, plan.appliedBy ?? plan.actor, plan.cameBy ?? '', plan.why ?? '')
  const { outcome, reason: why = null } = await outcomeOf({ transaction, plan, kind, row, clock, log })
  const reason = typeof why === 'string' ? { message: why } : why
  await writeOutcome(transaction, { plan: plan.id, position: row.position, outcome, reason, at: clock.now() })
  return true
}

async function outcomeOf({
  transaction,
  plan,
  kind,
  row,
  clock,
  log,
}: {
  transaction: Transaction
  plan: KeptPlan
  kind: RowKind
  row: KeptRow
  clock: Clock
  log: Logger
}): Promise<RowOutcome> {
  const work = { actor: plan.appliedBy ?? plan.actor, why: plan.why ?? '', clock }
  try {
    return await within(transaction).begin((part) =>
      kind.applyRow({ ...work, transaction: part, sql: within(part) }, row, plan.input),
    )
  } catch (error) {
    if (error instanceof Refusal) return { outcome: 'failed', reason: whyOf(error) }
    if (isTemporary(error)) throw error
    log.error({ err: error, plan: plan.id, row: row.position }, 'a row of a plan failed')
    return { outcome: 'failed', reason: say('went_wrong', {}) }
  }
}
