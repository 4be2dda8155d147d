import type { Queryable } from '../../database/database.ts'
import type { AccountId, OrderId } from '../../lib/ids.ts'

/** FoundLine is an order that one of several texts names whole. */
export interface FoundLine {
  line: number
  accountId: AccountId
  id: OrderId
  /** `by` says of what the text is the whole. */
  by: 'number' | 'imei' | 'reference' | 'supplier_number'
}

/** PER_LINE bounds the orders that one text finds in each way: the newest. */
const PER_LINE = 20

/**
 * `selectNamed` finds the orders that texts name whole: by their numbers, by an item's input, by the reseller's reference or by the supplier's number.
 * With `own` only orders of that account, and none by a supplier's number. Each text is looked for in the indexes of each account, and of each supplier,
 * by itself; open items have no index of their text: all are looked at, or of an account those of its orders from `newestDownTo` on.
 */
export async function selectNamed(
  sql: Queryable,
  texts: readonly string[],
  own: { accountId: AccountId; newestDownTo: OrderId } | null,
): Promise<FoundLine[]> {
  const accounts = own === null ? sql`accounts` : sql`unnest(${[own.accountId]}::int[])`
  const isOwn = own === null ? sql`` : sql`and account_id = ${own.accountId}`
  const numbers = texts.map((text) => (/^#?\d{1,15}$/.test(text) ? Number(text.replace('#', '')) : null))
  return await sql<FoundLine[]>`
    with asked as materialized (
      select line::int as line, text, number
        from unnest(${texts}::text[], ${numbers}::bigint[]) with ordinality as g (text, number, line))
    select l.line, o.account_id, o.id, 'number' as by
      from asked l cross join lateral (select account_id, id from orders where id = l.number ${isOwn} offset 0) o
    union all
    select l.line, i.account_id, i.order_id, 'imei'
      from asked l cross join ${accounts} as a (id)
     cross join lateral (
       select account_id, order_id from items
        where account_id = a.id and lower(input) = lower(l.text) and input <> '' and (finished_at is not null or long_open)
        order by account_id desc, lower(input) desc, order_id desc limit ${PER_LINE}) i
    union all
    ${
      own === null
        ? sql`
    select l.line, i.account_id, i.order_id, 'imei'
      from items i join asked l on lower(l.text) = lower(i.input)
     where i.state = 'pending'
    union all
    select l.line, i.account_id, i.order_id, 'imei'
      from items i join asked l on lower(l.text) = lower(i.input)
     where i.state in ('processing', 'unknown')`
        : sql`
    select l.line, i.account_id, i.order_id, 'imei'
      from items i join asked l on lower(l.text) = lower(i.input)
     where (i.account_id, i.order_id) >= (${own.accountId}, ${own.newestDownTo}::bigint)
       and (i.account_id, i.order_id) < (${own.accountId}, ${Number.MAX_SAFE_INTEGER}::bigint)
       and i.finished_at is null and not i.long_open`
    }
    union all
    select l.line, o.account_id, o.id, 'reference'
      from asked l cross join ${accounts} as a (id)
     cross join lateral (
       select account_id, id from orders
        where account_id = a.id and lower(reference) = lower(l.text) and reference is not null
        order by account_id desc, lower(reference) desc, id desc limit ${PER_LINE}) o
    ${
      own === null
        ? sql`
    union all
    select l.line, t.account_id, t.order_id, 'supplier_number'
      from asked l cross join suppliers s
     cross join lateral (
       select account_id, order_id from attempts where supplier_id = s.id and reference = l.text limit ${PER_LINE}) t`
        : sql``
    }`.records()
}
