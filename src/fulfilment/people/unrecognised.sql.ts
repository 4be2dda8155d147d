import type { Queryable, Sql, Transaction } from '../../database/database.ts'
import type { ReviewId, SupplierId } from '../../lib/ids.ts'
import type { ItemName } from '../claimed-item.ts'
import { type AnswerRule, meaningOf } from './answer-rule.ts'
import { selectRulesFor } from './answer-rules.sql.ts'

/** Unrecognised is an attempt that waits for what a person says of a text. */
export interface Unrecognised {
  item: ItemName
  attempt: number
  supplierId: SupplierId
  text: string
  /** `reason` is what the supplier said, for people. */
  reason: string
}

/** MAX_SAMPLES is how many different answers are kept of one text. */
const MAX_SAMPLES = 5

/**
 * `askOnce` opens a review of a text, unless one is open already, or a rule has been taught of it meanwhile, which it gives. The supplier's row is locked
 * against `lockWords`, and the text's, so that of two processes one asks. `heard` counts how often it was said.
 */
export function askOnce(
  sql: Sql,
  { item, attempt, supplierId, text, reason }: Unrecognised,
  heard: number,
  now: Date,
): Promise<AnswerRule | undefined> {
  return sql.begin(async (transaction) => {
    await transaction`select from suppliers where id = ${supplierId} for share`
    await transaction`
      insert into unrecognised_answers as u (supplier_id, text, example, heard_at, heard, samples)
      values (${supplierId}, ${text}, ${reason}, ${now}, ${heard}, array[${reason}::text])
      on conflict (supplier_id, text) do update
         set heard_at = excluded.heard_at, heard = u.heard + excluded.heard,
             samples = case when u.samples @> excluded.samples then u.samples
                            else (excluded.samples || u.samples)[1:${MAX_SAMPLES}::int] end`
    const rule = meaningOf(await selectRulesFor(transaction, supplierId), text)
    if (rule) return rule
    await transaction`
      insert into reviews (account_id, order_id, position, attempt, kind, detail, opened_by, opened_at)
      select ${item.accountId}, ${item.orderId}, ${item.position}, ${attempt}, 'unrecognised answer', ${reason}, 'imeigate', ${now}
       where not exists (
               select from reviews v
                 join attempts a on a.account_id = v.account_id and a.order_id = v.order_id and a.position = v.position
                                and a.number = v.attempt
                where v.kind = 'unrecognised answer' and v.resolved_at is null
                  and a.supplier_id = ${supplierId} and a.unrecognised = ${text})
      on conflict do nothing`
    return undefined
  })
}

/** `selectSaid` gives what was said of attempts, all of it, in their order. */
export async function selectSaid(
  sql: Queryable,
  attempts: (ItemName & { attempt: number })[],
): Promise<(string | null)[]> {
  const rows = await sql<{ said: string | null }[]>`
    select a.detail as said
      from unnest(${attempts.map((one) => one.accountId)}::int[], ${attempts.map((one) => one.orderId)}::bigint[],
                  ${attempts.map((one) => one.position)}::smallint[], ${attempts.map((one) => one.attempt)}::smallint[]) with ordinality
        as g (account_id, order_id, position, number, place)
      left join attempts a on a.account_id = g.account_id and a.order_id = g.order_id and a.position = g.position and a.number = g.number
     order by g.place`.records()
  return rows.map(({ said }) => said)
}

/** `selectTextOf` gives what the review of an unrecognised answer is about. */
export async function selectTextOf(sql: Queryable, id: ReviewId): Promise<Unrecognised | undefined> {
  const [row] = await sql<(ItemName & Omit<Unrecognised, 'item'>)[]>`
    select v.account_id, v.order_id, v.position, a.number as attempt, a.supplier_id, a.unrecognised as text, v.detail as reason
      from reviews v
      join attempts a on a.account_id = v.account_id and a.order_id = v.order_id and a.position = v.position
                     and a.number = v.attempt
     where v.id = ${id} and a.unrecognised is not null`.records()
  if (!row) return undefined
  const { accountId, orderId, position, ...rest } = row
  return { item: { accountId, orderId, position }, ...rest }
}

/** `selectWaiting` gives attempts that wait for what a person says of a text, the oldest first. */
export async function selectWaiting(
  sql: Queryable,
  { supplierId, text }: Pick<Unrecognised, 'supplierId' | 'text'>,
  limit: number,
): Promise<(ItemName & { attempt: number; reason: string })[]> {
  return await sql<(ItemName & { attempt: number; reason: string })[]>`
    select account_id, order_id, position, number as attempt, coalesce(detail, '') as reason
      from attempts
     where supplier_id = ${supplierId} and unrecognised = ${text} and finished_at is null and state = 'unknown'
     order by created_at limit ${limit}`.records()
}

/**
 * `hurryWaiting` has workers look at once at items that wait for what a person says of a text, at most so many, and gives how many. What somebody
 * has in hand at this moment is left alone: it is looked at when its answer is there.
 */
export async function hurryWaiting(
  sql: Transaction,
  { supplierId, text }: Pick<Unrecognised, 'supplierId' | 'text'>,
  limit: number,
  now: Date,
): Promise<number> {
  const { count } = await sql`
    with waiting as materialized (
      select account_id, order_id, position from attempts
       where supplier_id = ${supplierId} and unrecognised = ${text} and finished_at is null and state = 'unknown'
       order by created_at limit ${limit}
    ), free as materialized (
      select i.account_id, i.order_id, i.position
        from waiting w
        join items i on i.account_id = w.account_id and i.order_id = w.order_id and i.position = w.position
       where i.state = 'unknown' for update of i skip locked
    )
    update items i set due_at = least(i.due_at, ${now}::timestamptz)
      from free f
     where i.account_id = f.account_id and i.order_id = f.order_id and i.position = f.position`
  return count
}

/** `dueNow` has an item looked at at once. */
export async function dueNow(sql: Queryable, item: ItemName, now: Date): Promise<void> {
  await sql`
    update items set due_at = ${now}
     where account_id = ${item.accountId} and order_id = ${item.orderId} and position = ${item.position}
       and state = 'unknown'`
}
