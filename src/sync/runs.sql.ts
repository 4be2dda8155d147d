import type { Queryable, Transaction } from '../database/database.ts'
import type { SupplierId } from '../lib/ids.ts'

export type SyncTrigger = 'manual' | 'scheduled'
export type SyncOutcome = 'ok' | 'failed' | 'suspicious'

/** RunCounts count what one reading of a list found and did, by name. */
export type RunCounts = Record<string, number>

/** `insertRun` begins a run, under the supplier's lock. A run that is still open was cut off by a crash, and is ended as failed. */
export async function insertRun(
  sql: Queryable,
  run: { supplier: SupplierId; trigger: SyncTrigger; actor: string; at: Date },
): Promise<number> {
  await sql`
    update sync_runs set finished_at = ${run.at}, outcome = 'failed', error = 'the process ended in the middle of it'
     where supplier_id = ${run.supplier} and finished_at is null`
  const [row] = await sql<{ id: number }[]>`
    insert into sync_runs (supplier_id, trigger, actor, started_at)
    values (${run.supplier}, ${run.trigger}, ${run.actor}, ${run.at}) returning id`
  return (row as { id: number }).id
}

export async function finishRun(
  sql: Queryable,
  id: number,
  end: { outcome: SyncOutcome; counts: RunCounts; error: string | null; at: Date },
): Promise<void> {
  await sql`
    update sync_runs set finished_at = ${end.at}, outcome = ${end.outcome}, error = ${end.error},
                         counts = ${JSON.stringify(end.counts)}::text::jsonb
     where id = ${id}`
}

/** SyncRun is one reading of a list that is to be applied, or was. */
export interface SyncRun {
  id: number
  trigger: SyncTrigger
  actor: string
  startedAt: Date
  /** `finishedAt`, null: it is under way, or was cut off. */
  finishedAt: Date | null
  outcome: SyncOutcome | null
  counts: RunCounts
  error: string | null
}

/** `selectRuns` gives the runs of a supplier, the newest first, behind the one with the id `before`. */
export const selectRuns = (
  sql: Queryable,
  supplier: SupplierId,
  { before, limit }: { before?: number | undefined; limit: number },
): Promise<SyncRun[]> =>
  sql<SyncRun[]>`
    select id, trigger, actor, started_at, finished_at, outcome, counts, error from sync_runs
     where supplier_id = ${supplier} and (${before ?? null}::int is null or id < ${before ?? null}::int)
     order by id desc limit ${limit}`.records()

/** SyncSchedule says when a supplier's list is read by itself. */
export interface SyncSchedule {
  /** `everyMinutes`, null: never. */
  everyMinutes: number | null
  nextAt: Date | null
  /** `maxLoss` is what a list may lose, in percent of what was there, before only a person can accept it. */
  maxLoss: number
  /** `maxJump` is by how many percent of itself a cost may change, up or down, before only a person can accept it. */
  maxJump: number
}

export const UNSCHEDULED: SyncSchedule = { everyMinutes: null, nextAt: null, maxLoss: 20, maxJump: 30 }

export async function selectSchedule(sql: Queryable, supplier: SupplierId): Promise<SyncSchedule> {
  const [schedule] = await sql<SyncSchedule[]>`
    select every_minutes, next_at, max_loss, max_jump from supplier_syncs where supplier_id = ${supplier}`.records()
  return schedule ?? UNSCHEDULED
}

/** `lockSchedule` keeps other transactions from changing the supplier's schedule, which may not be there yet, until this one ends. */
export async function lockSchedule(sql: Transaction, supplier: SupplierId): Promise<void> {
  await sql`select from suppliers where id = ${supplier} for no key update`
}

export async function upsertSchedule(
  sql: Queryable,
  supplier: SupplierId,
  { everyMinutes, nextAt, maxLoss, maxJump }: SyncSchedule,
): Promise<void> {
  await sql`
    insert into supplier_syncs (supplier_id, every_minutes, next_at, max_loss, max_jump)
    values (${supplier}, ${everyMinutes}, ${nextAt}, ${maxLoss}, ${maxJump})
    on conflict (supplier_id) do update
       set every_minutes = excluded.every_minutes, next_at = excluded.next_at, max_loss = excluded.max_loss,
           max_jump = excluded.max_jump`
}

/** `selectDue` gives the enabled suppliers whose list is to be read now. */
export async function selectDue(sql: Queryable, now: Date): Promise<SupplierId[]> {
  const rows = await sql<{ supplier_id: SupplierId }[]>`
    select y.supplier_id from supplier_syncs y join suppliers s on s.id = y.supplier_id
     where y.next_at <= ${now} and s.enabled order by y.next_at`
  return rows.map((row) => row.supplier_id)
}

export async function isDue(sql: Queryable, supplier: SupplierId, now: Date): Promise<boolean> {
  const [due] = await sql`select from supplier_syncs where supplier_id = ${supplier} and next_at <= ${now}`
  return due !== undefined
}

/** `moveNext` sets the time of the next scheduled reading, after one has ended in whatever way. */
export async function moveNext(sql: Queryable, supplier: SupplierId, now: Date): Promise<void> {
  await sql`
    update supplier_syncs set next_at = ${now}::timestamptz + every_minutes * interval '1 minute'
     where supplier_id = ${supplier} and every_minutes is not null`
}
