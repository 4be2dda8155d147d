import type { Queryable } from '../database/database.ts'
import type { AccountId, TransferId } from '../lib/ids.ts'
import type { Micros } from '../lib/money.ts'
import type { Period } from '../lib/period.ts'
import type { Transfer } from './transfer.ts'

/** OperatorTransfer is a transfer as operators read it: with who it was between, who asked for it, and both balances that it left. */
export interface OperatorTransfer extends Transfer {
  senderUsername: string
  senderName: string
  receiverUsername: string
  receiverName: string
  senderAfter: Micros
  receiverAfter: Micros
  actor: string | null
}

export interface OperatorTransferFilter extends Period {
  /** `accountId` is the sender or the receiver. */
  accountId?: AccountId | undefined
  /** `before` is the last id of the page before. */
  before?: TransferId | undefined
}

/** TransferRange is a part of all transfers by their ids: from `first`, which is in it, to `below`, which is not. */
interface TransferRange {
  first: TransferId
  below: TransferId
}

/** `selectRange` gives the ids of a period, and of the page behind `before`: `first_entry_since` of the schema explains the 15 minutes. */
export async function selectRange(
  sql: Queryable,
  { from, to, before }: OperatorTransferFilter,
): Promise<TransferRange> {
  const [row] = await sql<{ firstId: TransferId; belowId: TransferId }[]>`
    select ${
      from === undefined
        ? sql`1::bigint`
        : sql`coalesce((select id from transfers where created_at < ${from}::timestamptz - interval '15 minutes'
                         order by created_at desc, id desc limit 1), 0) + 1`
    } as first_id,
           least(${before ?? Number.MAX_SAFE_INTEGER}::bigint, ${
             to === undefined
               ? sql`null`
               : sql`(select id from transfers where created_at >= ${to}::timestamptz + interval '15 minutes'
                       order by created_at, id limit 1)`
           }) as below_id`.records()
  return { first: row?.firstId ?? (1 as TransferId), below: row?.belowId ?? (1 as TransferId) }
}

type Side = 'sender_id' | 'receiver_id'

const ofPeriod = (sql: Queryable, { from, to }: Period) => sql`
  ${from === undefined ? sql`` : sql`and created_at >= ${from}`}
  ${to === undefined ? sql`` : sql`and created_at < ${to}`}`

/** `ofSide` is a part of what an account sent, or received, by both columns of the index of that side. */
const ofSide = (
  sql: Queryable,
  accountId: AccountId,
  side: Side,
  { first, below }: TransferRange,
  { limit, ...period }: Period & { limit: number },
) => sql`
  (select * from transfers
    where (${sql(side)}, id) >= (${accountId}::int, ${first}::bigint) and (${sql(side)}, id) < (${accountId}::int, ${below}::bigint)
      ${ofPeriod(sql, period)}
    order by ${sql(side)} desc, id desc limit ${limit})`

/** `newest` are the newest of a range, or of an account's in it. */
const newest = (
  sql: Queryable,
  accountId: AccountId | undefined,
  range: TransferRange,
  page: Period & { limit: number },
) =>
  accountId === undefined
    ? sql`(select * from transfers
            where id >= ${range.first}::bigint and id < ${range.below}::bigint ${ofPeriod(sql, page)}
            order by id desc limit ${page.limit})`
    : sql`(${ofSide(sql, accountId, 'sender_id', range, page)} union all ${ofSide(sql, accountId, 'receiver_id', range, page)}
           order by id desc limit ${page.limit})`

/** `selectOperatorTransfers` gives transfers of all accounts, the newest first. */
export const selectOperatorTransfers = (
  sql: Queryable,
  { accountId, ...page }: Omit<OperatorTransferFilter, 'before'> & { limit: number },
  range: TransferRange,
): Promise<OperatorTransfer[]> =>
  sql<OperatorTransfer[]>`
    select t.id, t.sender_id, t.receiver_id, t.currency, t.amount, t.description, t.sent_id, t.received_id, t.created_at,
           s.username as sender_username, s.name as sender_name, r.username as receiver_username, r.name as receiver_name,
           e.available_after as sender_after, f.available_after as receiver_after, e.actor
      from ${newest(sql, accountId, range, page)} t
      join accounts s on s.id = t.sender_id
      join accounts r on r.id = t.receiver_id
      join ledger_entries e on e.account_id = t.sender_id and e.id = t.sent_id
      join ledger_entries f on f.account_id = t.receiver_id and f.id = t.received_id
     order by t.id desc`.records()

/** TransferSum is what transfers in a currency come to. */
export interface TransferSum {
  currency: string
  count: number
  amount: bigint
}

/** `selectTransferSums` adds up transfers by currency, of the newest `limit` of a range. */
export async function selectTransferSums(
  sql: Queryable,
  { accountId, ...page }: Omit<OperatorTransferFilter, 'before'> & { limit: number },
  range: TransferRange,
): Promise<TransferSum[]> {
  // Sums may be larger than any bigint column.
  const rows = await sql<{ currency: string; count: number; amount: string }[]>`
    select currency, count(*)::int as count, sum(amount)::text as amount
      from ${newest(sql, accountId, range, page)} t
     group by currency
     order by currency`.records()
  return rows.map(({ currency, count, amount }) => ({ currency, count, amount: BigInt(amount) }))
}
