import type { Queryable } from '../database/database.ts'
import type { ReviewKind } from '../fulfilment/people/review.ts'
import type { SupplierFault } from '../integrations/suppliers/supplier.ts'
import type { AccountId, SupplierId } from '../lib/ids.ts'

export interface OpenBreaker {
  supplierId: SupplierId
  name: string
  currency: string
  why: SupplierFault
  reason: string | null
  openedAt: Date
  /** Micros of the supplier's currency. */
  balance: bigint | null
}

/** Suppliers to which nothing is sent, though they are enabled. */
export async function selectOpenBreakers(
  sql: Queryable,
  { credit }: { credit: boolean },
): Promise<OpenBreaker[]> {
  return await sql<OpenBreaker[]>`
    select s.id as "supplierId", s.name, s.currency, h.why, h.reason, h.opened_at as "openedAt", h.balance
      from supplier_health h join suppliers s on s.id = h.supplier_id
     where h.open and s.enabled and (h.why = 'credit') = ${credit}
     order by s.id`
}

export interface WaitingReviews {
  counts: { kind: ReviewKind; count: number }[]
  oldest: Date
  /** The newest one's id. */
  newest: number
}

/** undefined: none waits. */
export async function selectWaitingReviews(sql: Queryable): Promise<WaitingReviews | undefined> {
  const rows = await sql<{ kind: ReviewKind; count: number; oldest: Date; newest: number }[]>`
    select kind, count(*)::int as count, min(opened_at) as oldest, max(id) as newest
      from reviews where resolved_at is null group by kind order by kind`
  if (rows.length === 0) return undefined
  return {
    counts: rows.map(({ kind, count }) => ({ kind, count })),
    oldest: new Date(Math.min(...rows.map(({ oldest }) => oldest.getTime()))),
    newest: Math.max(...rows.map(({ newest }) => newest)),
  }
}

export interface PausedWebhook {
  id: number
  accountId: AccountId
  username: string
  url: string
  pausedAt: Date
}

export async function selectPausedWebhooks(sql: Queryable): Promise<PausedWebhook[]> {
  return await sql<PausedWebhook[]>`
    select w.id, w.account_id as "accountId", a.username, w.url, w.paused_at as "pausedAt"
      from webhooks w join accounts a on a.id = w.account_id
     where w.status = 'paused' and a.status = 'active'
     order by w.id`
}

export interface WaitingDeposit {
  id: number
  username: string
  currency: string
  /** Micros. */
  amount: bigint
}

export async function selectWaitingDeposits(sql: Queryable): Promise<WaitingDeposit[]> {
  const rows = await sql<(Omit<WaitingDeposit, 'id'> & { id: bigint })[]>`
    select d.id, a.username, d.currency, d.amount
      from deposits d join accounts a on a.id = d.account_id
     where d.state = 'review'
     order by d.id`
  return rows.map((row) => ({ ...row, id: Number(row.id) }))
}

export interface LowBalance {
  accountId: AccountId
  name: string
  currency: string
  /** Micros, as the mark is. */
  available: bigint
  mark: bigint
}

export async function selectLowBalances(sql: Queryable): Promise<LowBalance[]> {
  return await sql<LowBalance[]>`
    select a.id as "accountId", a.name, a.currency, w.available, a.low_balance as mark
      from accounts a join wallets w on w.account_id = a.id
     where w.available < a.low_balance and a.status = 'active'
     order by a.id`
}
