import { build, literal } from '../database/build.ts'
import type { Queryable } from '../database/database.ts'
import type { ReviewKind } from '../fulfilment/people/review.ts'
import type { SupplierFault } from '../integrations/suppliers/supplier.ts'
import type { ReviewId, SupplierId } from '../lib/ids.ts'
import type { Micros } from '../lib/money.ts'

/** OpenBreaker is an enabled supplier to which nothing is sent. */
export interface OpenBreaker {
  supplierId: SupplierId
  name: string
  currency: string
  why: SupplierFault
  reason: string | null
  openedAt: Date
  /** `balance` is in micros of the supplier's currency. */
  balance: Micros | null
}

/** `selectOpenBreakers` gives those suppliers that are out of credit, or those that have another fault. */
export const selectOpenBreakers = (sql: Queryable, { credit }: { credit: boolean }): Promise<OpenBreaker[]> =>
  sql.run(
    build
      .selectFrom('supplierHealth as h')
      .innerJoin('suppliers as s', 's.id', 'h.supplierId')
      .select(['s.id as supplierId', 's.name', 's.currency', 'h.why', 'h.reason', 'h.openedAt', 'h.balance'])
      .where('h.open', '=', true)
      .where('s.enabled', '=', true)
      .where('h.why', credit ? '=' : '<>', 'credit')
      // What somebody of the operator did is no trouble to be told of.
      .where('h.why', '<>', 'person')
      .orderBy('s.id')
      .$narrowType<{ why: SupplierFault; openedAt: Date }>(),
  )

/** `selectLowSuppliers` gives the enabled suppliers where our balance is below its mark, both in micros of the supplier's currency. */
export const selectLowSuppliers = (sql: Queryable) =>
  sql.run(
    build
      .selectFrom('suppliers as s')
      .innerJoin('supplierHealth as h', 'h.supplierId', 's.id')
      .select([
        's.id as supplierId',
        's.name',
        's.currency',
        'h.balance',
        'h.balanceAt',
        's.lowBalance as mark',
      ])
      .whereRef('h.balance', '<', 's.lowBalance')
      .where('s.enabled', '=', true)
      .orderBy('s.id')
      .$narrowType<{ balance: Micros; mark: Micros }>(),
  )

/** `selectWaitingReviews` counts the open reviews of each kind. */
export const selectWaitingReviews = (sql: Queryable) =>
  sql.run(
    build
      .selectFrom('reviews')
      .select([
        'kind',
        literal<number>`count(*)::int`.as('count'),
        literal<Date>`min(opened_at)`.as('oldest'),
      ])
      .select(literal<ReviewId>`max(id)`.as('newestId'))
      .where('resolvedAt', 'is', null)
      .groupBy('kind')
      .orderBy('kind')
      .$narrowType<{ kind: ReviewKind }>(),
  )

export const selectPausedWebhooks = (sql: Queryable) =>
  sql.run(
    build
      .selectFrom('webhooks as w')
      .innerJoin('accounts as a', 'a.id', 'w.accountId')
      .select(['w.id', 'w.accountId', 'a.username', 'w.url', 'w.pausedAt'])
      .where('w.status', '=', 'paused')
      .where('a.status', '=', 'active')
      .orderBy('w.id')
      .$narrowType<{ pausedAt: Date }>(),
  )

export const selectWaitingDeposits = (sql: Queryable) =>
  sql.run(
    build
      .selectFrom('deposits as d')
      .innerJoin('accounts as a', 'a.id', 'd.accountId')
      .select(['d.id', 'a.username', 'd.currency', 'd.amount'])
      .where('d.state', '=', 'review')
      .orderBy('d.id'),
  )

/** `selectLowBalances` gives the accounts that can spend less than their mark, both in micros. */
export const selectLowBalances = (sql: Queryable) =>
  sql.run(
    build
      .selectFrom('accounts as a')
      .innerJoin('wallets as w', 'w.accountId', 'a.id')
      .select(['a.id as accountId', 'a.name', 'a.currency', 'w.available', 'a.lowBalance as mark'])
      .whereRef('w.available', '<', 'a.lowBalance')
      .where('a.status', '=', 'active')
      .orderBy('a.id')
      .$narrowType<{ mark: Micros }>(),
  )

/** `selectUnknownItems` counts the items whose outcome nobody knows. */
export async function selectUnknownItems(sql: Queryable): Promise<number> {
  const [row] = await sql<
    { count: number }[]
  >`select count(*)::int as count from items where state = 'unknown'`
  return row?.count ?? 0
}
