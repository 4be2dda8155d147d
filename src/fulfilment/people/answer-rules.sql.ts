import type { Queryable, Transaction } from '../../database/database.ts'
import type { SupplierId } from '../../lib/ids.ts'
import type { AnswerRule } from './answer-rule.ts'

/** KeptRule is a rule as it is kept. */
export interface KeptRule extends AnswerRule {
  id: number
  /** `supplier` is the name of the one whose words they are; null: they are those of a kind. */
  supplier: string | null
  taughtBy: string
  why: string
  taughtAt: Date
}

const columns = (sql: Queryable) => sql`
  r.id, r.supplier_id, s.name as supplier, r.supplier_kind, r.words, r.is_phrase, r.meaning, r.taught_by, r.why, r.taught_at`

/** `selectRulesFor` gives the rules for the words of a supplier: its own and those of its kind. */
export async function selectRulesFor(sql: Queryable, supplierId: SupplierId): Promise<KeptRule[]> {
  return await sql<KeptRule[]>`
    select ${columns(sql)} from answer_rules r left join suppliers s on s.id = r.supplier_id
     where r.supplier_id = ${supplierId} or r.supplier_kind = (select kind from suppliers where id = ${supplierId})
     order by r.id`.records()
}

/** `selectRules` gives all rules, the newest first. */
export async function selectRules(sql: Queryable, limit: number): Promise<KeptRule[]> {
  return await sql<KeptRule[]>`
    select ${columns(sql)} from answer_rules r left join suppliers s on s.id = r.supplier_id
     order by r.taught_at desc, r.id desc limit ${limit}`.records()
}

/** `lockWords` lets no answer in unknown words of these suppliers be recorded as waiting at this moment, and waits for those that are. */
export async function lockWords(sql: Transaction, suppliers: SupplierId[]): Promise<void> {
  await sql`select from suppliers where id = any(${suppliers}::int[]) order by id for no key update`
}

/** `upsertRule` keeps a rule in place of an earlier one for the same words. */
export async function upsertRule(
  sql: Transaction,
  { supplierId, supplierKind, words, isPhrase, meaning }: AnswerRule,
  { by, why, at }: { by: string; why: string; at: Date },
): Promise<number> {
  const [row] = await sql<{ id: number }[]>`
    insert into answer_rules (supplier_id, supplier_kind, words, is_phrase, meaning, taught_by, why, taught_at)
    values (${supplierId}, ${supplierKind}, ${words}, ${isPhrase}, ${meaning}, ${by}, ${why}, ${at})
    on conflict (coalesce(supplier_id, 0), coalesce(supplier_kind, ''), is_phrase, words) do update
       set meaning = excluded.meaning, taught_by = excluded.taught_by, why = excluded.why, taught_at = excluded.taught_at
    returning id`.records()
  if (!row) throw new Error('the rule was not kept')
  return row.id
}

/** `deleteRule` has a rule count no more; gives whether there was one. */
export async function deleteRule(sql: Queryable, id: number): Promise<boolean> {
  const { count } = await sql`delete from answer_rules where id = ${id}`
  return count > 0
}

/** TaughtSupplier is one whose words a rule may be about. */
export interface TaughtSupplier {
  id: SupplierId
  name: string
  kind: string
  /** `words` are its operator's own, which count before all lists. */
  words: Record<string, string> | null
}

/** `selectTaught` gives a supplier by name or id, or with `isOfKind` all of its kind. */
export async function selectTaught(
  sql: Queryable,
  supplier: string,
  isOfKind: boolean,
): Promise<TaughtSupplier[]> {
  return await sql<TaughtSupplier[]>`
    select s.id, s.name, s.kind, s.settings -> 'words' as words
      from suppliers n join suppliers s on ${isOfKind} and s.kind = n.kind or s.id = n.id
     where lower(n.name) = lower(${supplier}) or n.id::text = ${supplier} order by s.id`.records()
}

/** HeardText is a text that no list knew. */
export interface HeardText {
  supplierId: SupplierId
  supplier: string
  supplierKind: string
  text: string
  heardAt: Date
  heard: bigint
  example: string
  samples: string[]
  /** `waiting` items wait for what a person says of it; `price` is theirs, null where that is in several currencies. */
  waiting: number
  price: bigint | null
  currency: string | null
  /** `sums` are their prices by currency, in micros. */
  sums: { currency: string; price: string }[]
  /** `review` is the one by which a person is asked. */
  review: number | null
}

/** `selectHeard` gives the texts that were heard last, of all suppliers or of some. */
export async function selectHeard(
  sql: Queryable,
  suppliers: SupplierId[] | null,
  limit: number,
): Promise<HeardText[]> {
  return await sql<HeardText[]>`
    select s.id as supplier_id, s.name as supplier, s.kind as supplier_kind, u.text, u.heard_at, u.heard, u.example, u.samples,
           coalesce(w.waiting, 0) as waiting, w.price, w.currency, coalesce(w.sums, '[]') as sums, q.review
      from unrecognised_answers u
      join suppliers s on s.id = u.supplier_id
      left join lateral (
        select sum(c.items)::int as waiting, case when count(*) = 1 then min(c.price) end as price,
               case when count(*) = 1 then min(c.currency) end as currency,
               jsonb_agg(jsonb_build_object('currency', c.currency, 'price', c.price::text) order by c.currency) as sums
          from (
            select b.currency, count(*) as items, sum(i.price)::bigint as price
              from attempts a
              join items i on i.account_id = a.account_id and i.order_id = a.order_id and i.position = a.position
              join wallets b on b.account_id = a.account_id
             where a.supplier_id = u.supplier_id and a.unrecognised = u.text and a.finished_at is null and a.state = 'unknown'
             group by b.currency) c) w on true
      left join lateral (
        select v.id as review
          from attempts a
          join reviews v on v.account_id = a.account_id and v.order_id = a.order_id and v.position = a.position
                        and v.attempt = a.number and v.kind = 'unrecognised answer' and v.resolved_at is null
         where a.supplier_id = u.supplier_id and a.unrecognised = u.text limit 1) q on true
     where ${suppliers}::int[] is null or u.supplier_id = any(${suppliers}::int[])
     order by u.heard_at desc, u.supplier_id, u.text limit ${limit}`.records()
}

/** WaitingItem waits for what a person says of a text. */
export interface WaitingItem {
  supplierId: SupplierId
  supplier: string
  text: string
  accountId: number
  username: string
  orderId: number
  position: number
  attempt: number
  input: string
  said: string
  price: bigint
  currency: string
}

/** `selectWaitingItems` gives the items that wait for any of these texts of these suppliers, the oldest first. */
export async function selectWaitingItems(
  sql: Queryable,
  texts: { supplierId: SupplierId; text: string }[],
  limit: number,
): Promise<WaitingItem[]> {
  return await sql<WaitingItem[]>`
    select s.id as supplier_id, s.name as supplier, g.text, a.account_id, ac.username, a.order_id, a.position, a.number as attempt,
           i.input, case when v.secret_results then '(secret)' else coalesce(a.detail, '') end as said, i.price, w.currency
      from unnest(${texts.map(({ supplierId }) => supplierId)}::int[], ${texts.map(({ text }) => text)}::text[]) as g (supplier_id, text)
      join attempts a on a.supplier_id = g.supplier_id and a.unrecognised = g.text and a.finished_at is null and a.state = 'unknown'
      join items i on i.account_id = a.account_id and i.order_id = a.order_id and i.position = a.position
      join services v on v.id = i.service_id
      join accounts ac on ac.id = a.account_id
      join wallets w on w.account_id = a.account_id
      join suppliers s on s.id = g.supplier_id
     order by a.created_at, a.order_id, a.position limit ${limit}`.records()
}

/** LateAnswer is what a supplier said when it took nothing, lately. */
export interface PastAnswer {
  said: string
  input: string
  at: Date
}

/** `selectPast` gives the last refusals of suppliers, as people read them. */
export async function selectPast(
  sql: Queryable,
  suppliers: SupplierId[],
  limit: number,
): Promise<PastAnswer[]> {
  return await sql<PastAnswer[]>`
    select coalesce(a.detail, '') as said, i.input, a.finished_at as at
      from supplier_routes r
      join lateral (
        select account_id, order_id, position, detail, finished_at, state from attempts
         where route_id = r.id and finished_at is not null order by finished_at desc limit ${limit}) a on a.state = 'refused'
      join lateral (
        select input from items where account_id = a.account_id and order_id = a.order_id and position = a.position offset 0) i on true
     where r.supplier_id = any(${suppliers}::int[]) and a.detail is not null and a.finished_at is not null
     order by a.finished_at desc limit ${limit}`.records()
}
