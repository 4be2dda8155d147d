import type { Queryable } from '../database/database.ts'
import { MAX_ID, type PlanId } from '../lib/ids.ts'
import type { Why } from '../lib/whys.ts'
import { say } from '../reasons.ts'
import type { KeptPlan, KeptRow, RowFilter } from './plan.ts'
import { type JsonObject, type Planned, type PlanRow, type RowOutcome, STAYS } from './plan-kind.ts'

export interface NewPlan extends Required<Planned> {
  kind: string
  input: JsonObject
  actor: string
  at: Date
  endsAt: Date
}

export async function insertPlan(
  sql: Queryable,
  { kind, input, actor, at, endsAt, rows, summary, needs }: NewPlan,
): Promise<PlanId> {
  const [made] = await sql<{ id: PlanId }[]>`
    insert into plans (kind, input, actor, created_at, changed_at, ends_at, summary, row_count, needs)
    values (${kind}, ${JSON.stringify(input)}::text::jsonb, ${actor}, ${at}, ${at}, ${endsAt}, ${JSON.stringify(summary)}::text::jsonb,
            ${rows.length}, ${[...needs]}::text[])
    returning id`
  if (!made) throw new Error('a plan was not written')
  for (let first = 0; first < rows.length; first += ROWS_PER_WRITE) {
    await insertRows(sql, made.id, first, rows.slice(first, first + ROWS_PER_WRITE))
  }
  return made.id
}

const ROWS_PER_WRITE = 5000

async function insertRows(
  sql: Queryable,
  plan: PlanId,
  first: number,
  rows: readonly PlanRow[],
): Promise<void> {
  await sql`
    insert into plan_rows (plan_id, position, key, subject, before, after, money, verdict, warnings, own)
    select ${plan}, ${first}::int + g.at, r.key, r.subject, nullif(r.before, 'null'), nullif(r.after, 'null'), nullif(r.money, 'null'),
           r.verdict, r.warnings, nullif(r.own, 'null')
      from jsonb_array_elements(${JSON.stringify(rows)}::text::jsonb) with ordinality as g (row, at)
     cross join jsonb_to_record(g.row) as r (key text, subject jsonb, before jsonb, after jsonb, money jsonb, verdict text, warnings jsonb, own jsonb)`
}

export async function selectPlan(sql: Queryable, id: PlanId): Promise<KeptPlan | undefined> {
  const [plan] = await sql<KeptPlan[]>`
    select id, kind, input, state, actor, created_at, ends_at, summary, row_count, needs, applied_by, came_by, why, applied_at, finished_at,
           changed_at
      from plans where id = ${id}`.records()
  return plan
}

/** `lockPlan` waits until nobody else applies or discards it. */
export async function lockPlan(sql: Queryable, id: PlanId): Promise<void> {
  await sql`select from plans where id = ${id} for update`
}

/** `selectPlans` gives plans of some kinds behind one, the newest first. */
export const selectPlans = (
  sql: Queryable,
  { kinds, before, limit }: { kinds: readonly string[]; before: number | undefined; limit: number },
): Promise<KeptPlan[]> =>
  sql<KeptPlan[]>`
    select id, kind, '{}'::jsonb as input, state, actor, created_at, ends_at, summary, row_count, needs, applied_by, came_by, why, applied_at,
           finished_at, changed_at
      from plans where kind = any(${[...kinds]}::text[]) and id < ${before ?? MAX_ID}::int
     order by id desc limit ${limit}::int`.records()

/** RowCount is how many rows of a plan have a verdict and an outcome. */
export interface RowCount {
  planId: PlanId
  verdict: string
  outcome: RowOutcome['outcome'] | null
  count: number
}

export const countRows = (sql: Queryable, plans: readonly PlanId[]): Promise<RowCount[]> =>
  sql<RowCount[]>`
    select plan_id, verdict, outcome, count(*)::int as count from plan_rows where plan_id = any(${[...plans]}::int[])
     group by plan_id, verdict, outcome`.records()

export const selectRows = (
  sql: Queryable,
  plan: PlanId,
  { verdict, outcome, after, limit }: RowFilter & { after: number; limit: number },
): Promise<KeptRow[]> =>
  sql<KeptRow[]>`
    select position, key, subject, before, after, money, verdict, warnings, own, outcome, reason
      from plan_rows
     where plan_id = ${plan} and position > ${after}
       and (${verdict ?? null}::text is null or verdict = ${verdict ?? null})
       and (${outcome === undefined}::boolean or outcome is not distinct from ${outcome ?? null}::text)
     order by position limit ${limit}`.records()

/** `keysOf` gives the keys of rows by their positions; undefined where a position has none. */
export async function keysOf(
  sql: Queryable,
  plan: PlanId,
  positions: readonly number[],
): Promise<Map<number, string>> {
  const rows = await sql<{ position: number; key: string }[]>`
    select position, key from plan_rows where plan_id = ${plan} and position = any(${[...positions]}::int[])`
  return new Map(rows.map(({ position, key }) => [position, key]))
}

const LEFT_OUT = JSON.stringify(say('left_out', {}))
const FOLLOWS = JSON.stringify(say('follows_left_out', {}))
const IT_STAYS = JSON.stringify(say('stays_as_is', {}))

/** `leaveOut` skips rows before a plan is applied. */
export async function leaveOut(sql: Queryable, plan: PlanId, positions: readonly number[]): Promise<void> {
  await sql`
    update plan_rows set outcome = 'skipped', reason = ${LEFT_OUT}::text::jsonb
     where plan_id = ${plan} and position = any(${[...positions]}::int[])`
}

/** `markDone` writes of the rows with these keys that they are done, or that their things stay as they are, and of the rest that nothing was left to do. */
export async function markDone(sql: Queryable, plan: PlanId, keys: readonly string[]): Promise<void> {
  await sql`
    update plan_rows r
       set outcome = case when d.key is null or o.verdict = any(${[...STAYS]}::text[]) then 'skipped' else 'done' end,
           reason = case when d.key is null then ${FOLLOWS}::text::jsonb
                         when o.verdict = any(${[...STAYS]}::text[]) then ${IT_STAYS}::text::jsonb end
      from plan_rows o left join (select unnest(${[...keys]}::text[]) as key) d on d.key = o.key
     where o.plan_id = ${plan} and r.plan_id = o.plan_id and r.position = o.position and r.outcome is null`
}

interface Application {
  id: PlanId
  state: 'applying' | 'applied'
  actor: string
  why: string | null
  at: Date
}

export async function writeApplied(
  sql: Queryable,
  { id, state, actor, why, at }: Application,
): Promise<void> {
  await sql`
    update plans set state = ${state}, applied_by = ${actor}, came_by = current_setting('imeigate.by', true), why = ${why}, applied_at = ${at},
                     finished_at = case when ${state} = 'applied' then ${at}::timestamptz end, changed_at = ${at}
     where id = ${id}`
}

export async function writeDiscarded(sql: Queryable, id: PlanId, at: Date): Promise<void> {
  await sql`update plans set state = 'discarded', changed_at = ${at} where id = ${id}`
}

/** `claimRow` takes the next row of which nothing has become, past those that others are at. */
export async function claimRow(sql: Queryable, plan: PlanId): Promise<KeptRow | undefined> {
  const [row] = await sql<KeptRow[]>`
    select position, key, subject, before, after, money, verdict, warnings, own, outcome, reason
      from plan_rows where plan_id = ${plan} and outcome is null
     order by position limit 1 for update skip locked`.records()
  return row
}

export async function writeOutcome(
  sql: Queryable,
  {
    plan,
    position,
    outcome,
    reason,
    at,
  }: { plan: PlanId; position: number; reason: Why | null; at: Date } & Pick<RowOutcome, 'outcome'>,
): Promise<void> {
  await sql`
    with row as (
      update plan_rows set outcome = ${outcome}, reason = ${reason && JSON.stringify(reason)}::text::jsonb where plan_id = ${plan} and position = ${position}
    )
    update plans set changed_at = ${at} where id = ${plan}`
}

/** `finishPlan` ends a plan whose rows have all come to something; tells whether it did. */
export async function finishPlan(sql: Queryable, plan: PlanId, at: Date): Promise<boolean> {
  const { count } = await sql`
    update plans set state = 'applied', finished_at = ${at}, changed_at = ${at}
     where id = ${plan} and state = 'applying'
       and not exists (select from plan_rows r where r.plan_id = ${plan} and r.outcome is null)`
  return count > 0
}

/** `selectStuck` gives plans whose rows nobody has gone on with since a time. */
export async function selectStuck(sql: Queryable, since: Date): Promise<PlanId[]> {
  const rows = await sql<{ id: PlanId }[]>`
    select id from plans where state = 'applying' and changed_at < ${since} order by id`
  return rows.map(({ id }) => id)
}

/** `deletePlans` removes some of those that were made before a time; gives how many. */
export async function deletePlans(sql: Queryable, before: Date, limit: number): Promise<number> {
  const { count } = await sql`
    delete from plans
     where id in (select id from plans where changed_at < ${before} and state <> 'applying' order by changed_at limit ${limit}::int)`
  return count
}
