import { isDeepStrictEqual } from 'node:util'
import { actByPlan, reasonOf } from '../audit/acting.ts'
import { actorNames } from '../audit/actors.ts'
import { type Sql, type Transaction, within } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import { addJob } from '../jobs/jobs.ts'
import { invalid, refusalFor } from '../lib/fault.ts'
import type { PlanId } from '../lib/ids.ts'
import { checkOwn } from '../lib/json-schema.ts'
import { pageOf } from '../lib/page.ts'
import { type Clock, DAY_MS } from '../lib/time.ts'
import { because } from '../reasons.ts'
import type { StaffPermission } from '../staff/roles.ts'
import { APPLY_PLAN } from './apply-rows.ts'
import { findKind, planKinds } from './kinds/index.ts'
import type { KeptPlan, KeptRow, PlanView, RowFilter } from './plan.ts'
import type { JsonObject, PlanKind, Planned, PlanRow, WholeKind, Work } from './plan-kind.ts'
import {
  countRows,
  insertPlan,
  keysOf,
  leaveOut,
  lockPlan,
  markDone,
  selectPlan,
  selectPlans,
  selectRows,
  writeApplied,
  writeDiscarded,
} from './plans.sql.ts'

/** ENDS_AFTER_MS is how long a plan may be applied; MAX_ROWS how many rows it has at most. */
const ENDS_AFTER_MS = DAY_MS
const MAX_ROWS = 100_000

/** PlanActor is who makes or applies a plan. */
export interface PlanActor {
  actor: string
  permissions: ReadonlySet<StaffPermission>
}

/** `checkInput` throws invalid_input naming what of an input its kind does not take. */
export function checkInput(kind: PlanKind, input: unknown): asserts input is JsonObject {
  const [first, ...others] = checkOwn(kind.input, input)
  if (!first) return
  const named = (one: typeof first) => ({ ...one, path: ['input', ...one.path] })
  throw refusalFor({ ok: false, code: 'invalid_input', faults: [named(first), ...others.map(named)] })
}

/** `makePlan` says what a change would do, and keeps that. Nothing else is changed. Throws what the kind refuses. */
export async function makePlan(
  sql: Sql,
  { kind, input, by, clock }: { kind: PlanKind; input: JsonObject; by: PlanActor; clock: Clock },
): Promise<PlanView> {
  const at = clock.now()
  const id = await sql.begin(async (transaction) => {
    const work = workIn(transaction, by.actor, '', clock)
    const {
      rows,
      summary,
      needs = [],
    } = await (kind.isWhole ? preview(transaction, kind, work, input) : kind.compute(work, input))
    if (rows.length > MAX_ROWS) {
      throw because('invalid_input', 'plan_too_large', { count: rows.length, limit: MAX_ROWS }, 'input')
    }
    const endsAt = new Date(at.getTime() + ENDS_AFTER_MS)
    const plan = { kind: kind.name, input, actor: by.actor, at, endsAt, rows, summary, needs }
    return await insertPlan(transaction, plan)
  })
  return await showPlan(sql, id)
}

const workIn = (transaction: Transaction, actor: string, why: string, clock: Clock): Work => ({
  ...{ sql: within(transaction), transaction, actor, why, clock },
})

/** UNDONE ends the part of a transaction in which a change is tried. */
const UNDONE = new Error('a preview is undone')

async function preview(
  transaction: Transaction,
  kind: WholeKind,
  work: Work,
  input: JsonObject,
): Promise<Planned> {
  let planned: Planned | undefined
  try {
    return await within(transaction).begin(async () => {
      planned = await kind.carryOut(work, input, new Set())
      throw UNDONE
    })
  } catch (error) {
    if (error === UNDONE && planned) return planned
    throw error
  }
}

/** `findPlan` throws not_found. */
export async function findPlan(sql: Sql | Transaction, id: PlanId): Promise<KeptPlan> {
  const plan = await selectPlan(sql, id)
  if (!plan) throw new Refusal('not_found', `there is no plan ${id}`, 'id')
  return plan
}

export async function showPlan(sql: Sql, id: PlanId): Promise<PlanView> {
  const [view] = await viewsOf(sql, [await findPlan(sql, id)])
  return view as PlanView
}

async function viewsOf(sql: Sql, plans: readonly KeptPlan[]): Promise<PlanView[]> {
  const counts = await countRows(
    sql,
    plans.map(({ id }) => id),
  )
  return plans.map((plan) => {
    const verdicts: Record<string, number> = {}
    const outcomes = { done: 0, skipped: 0, failed: 0 }
    for (const { planId, verdict, outcome, count } of counts) {
      if (planId !== plan.id) continue
      verdicts[verdict] = (verdicts[verdict] ?? 0) + count
      if (outcome !== null) outcomes[outcome] += count
    }
    return { ...plan, verdicts, outcomes }
  })
}

/** `listPlans` gives plans that somebody may read, the newest first. */
export async function listPlans(
  sql: Sql,
  {
    kind,
    permissions,
    before,
    limit,
  }: {
    kind: string | undefined
    permissions: ReadonlySet<StaffPermission>
    before: number | undefined
    limit: number
  },
): Promise<{ plans: PlanView[]; next: PlanId | undefined }> {
  const kinds = planKinds
    .filter((one) => permissions.has(one.reading) && (kind === undefined || one.name === kind))
    .map(({ name }) => name)
  const found = await selectPlans(sql, { kinds, before, limit: limit + 1 })
  const { items, next } = pageOf(found, limit, (last) => last.id)
  return { plans: await viewsOf(sql, items), next }
}

/** `planRows` gives a page of a plan's rows, in their order. */
export async function planRows(
  sql: Sql,
  id: PlanId,
  { limit, ...filter }: RowFilter & { after: number; limit: number },
): Promise<{ rows: KeptRow[]; next: number | undefined }> {
  const found = await selectRows(sql, id, { ...filter, limit: limit + 1 })
  const { items, next } = pageOf(found, limit, (last) => last.position)
  return { rows: items, next }
}

export interface Application {
  /** `except` are the positions of rows that are left out. */
  except: readonly number[]
  why: string
  /** `confirm` are those of the plan's needs that were looked at. */
  confirm: readonly string[]
}

/**
 * `applyPlan` makes a change as it was shown: one of the catalogue or prices at once and as a whole, one of orders row by row by a job. Throws
 * not_found; conflict, where it was applied or discarded, or has ended; plan_stale, where it would do something else by now; permission_denied and
 * invalid_input, where what it needs is not allowed or not confirmed.
 */
export async function applyPlan(
  sql: Sql,
  id: PlanId,
  { except, why, confirm }: Application,
  { by, clock }: { by: PlanActor; clock: Clock },
): Promise<PlanView> {
  await sql.begin(async (transaction) => {
    const at = clock.now()
    const plan = await lockReady(transaction, id, at)
    const kind = findKind(plan.kind)
    const keys = await keysOf(transaction, id, except)
    const unknown = except.find((position) => !keys.has(position))
    if (unknown !== undefined) throw refusalFor(invalid('except', `there is no row ${unknown}`))
    await actByPlan(transaction, id, why)
    await leaveOut(transaction, id, except)
    const application = { id, actor: by.actor, why: why === '' ? null : why, at }
    if (!kind.isWhole) {
      if (kind.needsReason?.(plan.input)) reasonOf(why)
      mustConfirm(kind, plan.needs, { by, confirm })
      await writeApplied(transaction, { ...application, state: 'applying' })
      return await addJob(transaction, APPLY_PLAN, { plan: id }, { key: `plan ${id}`, attempts: 3 })
    }
    const without = new Set(keys.values())
    const planned = await carryOutAgain(workIn(transaction, by.actor, why, clock), kind, plan, without)
    await mustBeAsShown(transaction, id, planned.rows, without)
    mustConfirm(kind, planned.needs ?? [], { by, confirm })
    await markDone(
      transaction,
      id,
      planned.rows.map(({ key }) => key),
    )
    // Kinds may have said of parts of their work who did it.
    await actByPlan(transaction, id, why)
    await writeApplied(transaction, { ...application, state: 'applied' })
  })
  return await showPlan(sql, id)
}

/** `carryOutAgain` makes the change; what is refused now was not when the plan was made, so the plan is stale. */
async function carryOutAgain(
  work: Work,
  kind: WholeKind,
  plan: KeptPlan,
  without: ReadonlySet<string>,
): Promise<Planned> {
  try {
    return await kind.carryOut(work, plan.input, without)
  } catch (error) {
    if (error instanceof Refusal && STALE.includes(error.code))
      throw new Refusal('plan_stale', error.detail ?? error.message)
    throw error
  }
}

const STALE = ['not_found', 'service_not_found', 'invalid_input', 'conflict']

/** `mustBeAsShown` throws plan_stale where something else would be done than was shown. */
async function mustBeAsShown(
  transaction: Transaction,
  id: PlanId,
  rows: readonly PlanRow[],
  without: ReadonlySet<string>,
): Promise<void> {
  const shown = new Map(
    (await selectRows(transaction, id, { after: 0, limit: MAX_ROWS })).map((row) => [row.key, row]),
  )
  const kept = rows.find(({ key }) => without.has(key))
  if (kept) {
    const position = shown.get(kept.key)?.position
    throw refusalFor(
      invalid('except', `row ${position} follows from others of the plan, and is not left out alone`),
    )
  }
  const other = rows.find((row) => !isAsShown(shown.get(row.key), row))
  const isLess = without.size === 0 && rows.length < shown.size
  if (other === undefined && !isLess) return
  const missing = isLess
    ? [...shown.values()].find(({ key }) => rows.every((row) => row.key !== key))
    : undefined
  throw because('plan_stale', 'plan_row_changed', { thing: nameOf(other ?? missing) })
}

const nameOf = (row: PlanRow | undefined): string => {
  const { service_code: code, name } = (row?.subject ?? {}) as { service_code?: string; name?: string }
  return code ?? name ?? row?.key ?? 'something'
}

/** `isAsShown` compares as JSON, which is what was kept. */
const isAsShown = (shown: PlanRow | undefined, { before, after, money, verdict }: PlanRow): boolean =>
  shown !== undefined &&
  isDeepStrictEqual(
    { before: shown.before, after: shown.after, money: shown.money, verdict: shown.verdict },
    JSON.parse(JSON.stringify({ before, after, money, verdict })),
  )

function mustConfirm(
  { confirmations = {} }: PlanKind,
  needs: readonly string[],
  { by, confirm }: { by: PlanActor; confirm: readonly string[] },
): void {
  for (const need of needs) {
    const permission = confirmations[need]
    if (permission !== undefined && !by.permissions.has(permission)) {
      throw because('permission_denied', 'role_lacks', { permission })
    }
    if (!confirm.includes(need))
      throw refusalFor(invalid('confirm', `must have ${need}, which this plan needs`))
  }
}

/** `discardPlan` has a plan never be applied. Throws not_found and conflict. */
export async function discardPlan(sql: Sql, id: PlanId, clock: Clock): Promise<PlanView> {
  await sql.begin(async (transaction) => {
    const at = clock.now()
    await lockReady(transaction, id, at)
    await actByPlan(transaction, id, '')
    await writeDiscarded(transaction, id, at)
  })
  return await showPlan(sql, id)
}

async function lockReady(transaction: Transaction, id: PlanId, now: Date): Promise<KeptPlan> {
  await lockPlan(transaction, id)
  const plan = await findPlan(transaction, id)
  const { state, appliedBy, endsAt } = plan
  if (state === 'discarded') throw because('conflict', 'plan_discarded', {})
  if (state !== 'ready') {
    const by = String(appliedBy)
    const names = await actorNames(transaction, [by])
    throw because('conflict', 'plan_applied', { who: names.get(by) ?? by })
  }
  if (endsAt <= now) throw because('conflict', 'plan_ended', {})
  return plan
}
