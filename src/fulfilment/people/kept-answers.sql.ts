import type { Queryable, Sql, Transaction } from '../../database/database.ts'
import type { ReviewId, SupplierId } from '../../lib/ids.ts'
import type { ItemName } from '../claimed-item.ts'

/** KeptDecision is what a person said of a text for good: a refusal of the item, or the supplier's trouble, after which it is sent again. */
export type KeptDecision = 'give_back' | 'send_again'

/** `selectKept` gives what was kept of these texts of a supplier. */
export async function selectKept(
  sql: Queryable,
  supplierId: SupplierId,
  texts: string[],
): Promise<Map<string, KeptDecision>> {
  const rows = await sql<{ text: string; decision: KeptDecision }[]>`
    select text, decision from unrecognised_answers
     where supplier_id = ${supplierId} and text = any(${texts}::text[]) and decision is not null`.records()
  return new Map(rows.map(({ text, decision }) => [text, decision]))
}

/** Unrecognised is an attempt that waits for what a person says of a text. */
export interface Unrecognised {
  item: ItemName
  attempt: number
  supplierId: SupplierId
  text: string
  /** `reason` is what the supplier said, for people. */
  reason: string
}

/**
 * `askOnce` opens a review of a text, unless one is open already, and gives what was kept of it meanwhile. The text's row is locked, so that
 * of two processes one asks.
 */
export function askOnce(
  sql: Sql,
  { item, attempt, supplierId, text, reason }: Unrecognised,
  now: Date,
): Promise<KeptDecision | null> {
  return sql.begin(async (transaction) => {
    const decision = await lockText(transaction, { supplierId, text, reason }, now)
    if (decision !== null) return decision
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
    return null
  })
}

async function lockText(
  sql: Transaction,
  { supplierId, text, reason }: Pick<Unrecognised, 'supplierId' | 'text' | 'reason'>,
  now: Date,
): Promise<KeptDecision | null> {
  const [row] = await sql<{ decision: KeptDecision | null }[]>`
    insert into unrecognised_answers as u (supplier_id, text, example, heard_at)
    values (${supplierId}, ${text}, ${reason}, ${now})
    on conflict (supplier_id, text) do update set heard_at = excluded.heard_at
    returning u.decision`.records()
  return row?.decision ?? null
}

/** `keepDecision` has the decision count for the text from now on. */
export async function keepDecision(
  sql: Transaction,
  { supplierId, text, reason }: Pick<Unrecognised, 'supplierId' | 'text' | 'reason'>,
  { decision, by, why, at }: { decision: KeptDecision; by: string; why: string; at: Date },
): Promise<void> {
  await sql`
    insert into unrecognised_answers (supplier_id, text, example, heard_at, decision, decided_by, why, decided_at)
    values (${supplierId}, ${text}, ${reason}, ${at}, ${decision}, ${by}, ${why}, ${at})
    on conflict (supplier_id, text) do update
       set decision = excluded.decision, decided_by = excluded.decided_by, why = excluded.why, decided_at = excluded.decided_at`
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

/** KeptAnswer is a decision that is kept, as operators see it. */
export interface KeptAnswer {
  supplier: string
  text: string
  decision: KeptDecision | null
  decidedBy: string | null
  why: string | null
  decidedAt: Date | null
}

/** `listKeptAnswers` gives every decision that is kept, by supplier. */
export const listKeptAnswers = (sql: Queryable, limit: number | null = null): Promise<KeptAnswer[]> =>
  sql<KeptAnswer[]>`
    select s.name as supplier, u.text, u.decision, u.decided_by, u.why, u.decided_at
      from unrecognised_answers u join suppliers s on s.id = u.supplier_id
     where u.decision is not null order by s.name, u.text limit ${limit}::bigint`.records()

/** `forgetKeptAnswer` has a person asked about the words again; gives whether there was a decision. */
export async function forgetKeptAnswer(sql: Queryable, supplier: string, text: string): Promise<boolean> {
  const { count } = await sql`
    update unrecognised_answers u set decision = null, decided_by = null, why = null, decided_at = null
      from suppliers s
     where s.id = u.supplier_id and (s.name = ${supplier} or s.id::text = ${supplier})
       and u.text = ${text} and u.decision is not null`
  return count > 0
}
