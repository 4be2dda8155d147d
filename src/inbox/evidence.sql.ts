import type { Queryable } from '../database/database.ts'
import type { ReviewId, SupplierId } from '../lib/ids.ts'

/** ReviewedAttempt is the attempt that a review is about, with its supplier. */
export interface ReviewedAttempt {
  supplierId: SupplierId
  supplier: string
  supplierKind: string
  url: string | null
  costCurrency: string
  cost: bigint | null
  sentAt: Date
  /** `asked` is how often the supplier was asked what became of it. */
  asked: number
}

export async function selectReviewedAttempt(
  sql: Queryable,
  id: ReviewId,
): Promise<ReviewedAttempt | undefined> {
  const [row] = await sql<ReviewedAttempt[]>`
    select s.id as supplier_id, s.name as supplier, s.kind as supplier_kind, s.url, s.currency as cost_currency, a.cost,
           a.created_at as sent_at, a.asked
      from reviews v
      join attempts a on a.account_id = v.account_id and a.order_id = v.order_id and a.position = v.position
                     and a.number = v.attempt
      join suppliers s on s.id = a.supplier_id
     where v.id = ${id}`.records()
  return row
}

/** ItemFacts are the money of an item, and when it is looked at next. */
export interface ItemFacts {
  price: bigint
  refunded: bigint
  currency: string
  username: string
  dueAt: Date | null
}

export async function selectItemFacts(sql: Queryable, id: ReviewId): Promise<ItemFacts | undefined> {
  const [row] = await sql<ItemFacts[]>`
    select i.price, i.refunded, w.currency, ac.username, i.due_at
      from reviews v
      join items i on i.account_id = v.account_id and i.order_id = v.order_id and i.position = v.position
      join wallets w on w.account_id = v.account_id
      join accounts ac on ac.id = v.account_id
     where v.id = ${id}`.records()
  return row
}

/** BalanceThen is our balance at a supplier as it was said. */
export interface BalanceThen {
  at: Date
  currency: string
  balance: bigint
}

/** `selectBalancesAround` gives what a supplier said of our balance last before a time, and first after it. */
export async function selectBalancesAround(
  sql: Queryable,
  supplierId: SupplierId,
  at: Date,
): Promise<{ before: BalanceThen | undefined; after: BalanceThen | undefined }> {
  const [[before], [after]] = await Promise.all([
    sql<BalanceThen[]>`
      select at, currency, balance from supplier_balances
       where supplier_id = ${supplierId} and at <= ${at} order by at desc limit 1`.records(),
    sql<BalanceThen[]>`
      select at, currency, balance from supplier_balances
       where supplier_id = ${supplierId} and at > ${at} order by at limit 1`.records(),
  ])
  return { before, after }
}
