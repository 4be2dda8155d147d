import type { Queryable } from '../database/database.ts'
import type { AccountId, DepositId, EntryId, OrderId, TransferId } from '../lib/ids.ts'
import type { Micros } from '../lib/money.ts'
import type { Period } from '../lib/period.ts'
import type { OrderState } from '../lib/states.ts'
import { type EntryRange, ofKinds, ofPeriod } from './entries.sql.ts'
import { type AccountTransaction, statusOfOrder, transactionKinds } from './transaction.ts'

type Kind = keyof typeof transactionKinds

interface Row {
  id: EntryId
  kind: Kind
  amount: Micros
  note: string | null
  depositId: DepositId | null
  transferId: TransferId | null
  createdAt: Date
  orderId: OrderId | null
  state: OrderState | null
  finishedAt: Date | null
  reference: string | null
  gatewayReference: string | null
  serviceCode: string | null
  serviceName: string | null
  captured: Micros
  refunded: Micros
  counted: bigint
}

export interface TransactionRows extends Period {
  kinds: Kind[]
  range: EntryRange
  limit: number
}

/** MAX_COUNTED bounds the items whose money is added up for one page. */
const MAX_COUNTED = 20_000

/**
 * `selectTransactions` reads an account's own (promise 6, own data only), newest first. Only orders that are half done have their
 * items' money added up. Those before which too much was added up are left out; `isCut` says that there are any.
 */
export async function selectTransactions(
  sql: Queryable,
  accountId: AccountId,
  { kinds, range: { first, below }, limit, ...period }: TransactionRows,
): Promise<{ found: AccountTransaction[]; isCut: boolean }> {
  const rows = await sql<Row[]>`
    select o.*, s.code as service_code, s.name as service_name,
           d.reference as gateway_reference,
           case o.state when 'success' then o.total - r.refunded + n.again
                        when 'partial' then e.captured + n.late - r.refunded + n.again
                        when 'processing' then e.captured + n.late - r.refunded + n.again else 0 end::bigint as captured,
           case o.state when 'success' then r.refunded - n.again when 'failed' then o.total when 'cancelled' then o.total
                        when 'partial' then e.released - n.late + r.refunded - n.again
                        when 'processing' then e.released - n.late + r.refunded - n.again
                        else 0 end::bigint as refunded
      from (
        select t.id, t.kind, t.amount, t.note, t.deposit_id, t.transfer_id, t.created_at, o.id as order_id, o.state,
               o.finished_at, o.reference, o.total, o.service_id,
               coalesce(sum(o.item_count) filter (where o.state in ('processing', 'partial'))
                          over (order by t.id desc rows between unbounded preceding and 1 preceding), 0)::bigint as counted
          from (select * from ledger_entries
                 where account_id = ${accountId} and ${ofKinds(sql, kinds)} ${ofPeriod(sql, period)}
                   and id >= ${first} and id < ${below}
                 order by id desc limit ${limit}) t
          -- Looked up one by one: never all of the account's orders for each row.
          left join lateral (select * from orders
                              where account_id = ${accountId} and id = t.order_id offset 0) o on true
      ) o
      left join services s on s.id = o.service_id
      left join deposits d on d.id = o.deposit_id
      left join lateral (
        select coalesce(sum(i.amount) filter (where i.kind = 'capture'), 0) as captured,
               coalesce(sum(i.amount) filter (where i.kind = 'release'), 0) as released
          from ledger_entries i
         where i.account_id = ${accountId} and i.order_id = o.order_id and i.kind in ('capture', 'release')
           and o.state in ('processing', 'partial') and o.counted < ${MAX_COUNTED}::bigint
      ) e on true
      left join lateral (
        select coalesce(sum(i.amount), 0) as refunded
          from ledger_entries i
         where i.account_id = ${accountId} and i.order_id = o.order_id and i.kind = 'refund'
      ) r on true
      left join lateral (
        -- What was charged anew: of items that were charged before, and of those that were not.
        select coalesce(sum(i.amount) filter (where c.kind = 'capture'), 0) as again,
               coalesce(sum(i.amount) filter (where c.kind = 'release'), 0) as late
          from ledger_entries i
          join ledger_entries c on c.account_id = i.account_id and c.order_id = i.order_id and c.position = i.position
                               and c.kind in ('capture', 'release')
         where i.account_id = ${accountId} and i.order_id = o.order_id and i.kind = 'charge'
      ) n on true
     order by o.id desc`.records()
  const kept = rows.filter(({ counted }) => Number(counted) < MAX_COUNTED)
  return { found: kept.map(transactionOf), isCut: kept.length < rows.length }
}

function transactionOf(row: Row): AccountTransaction {
  const { id, kind, amount, note, depositId, transferId, createdAt, orderId, state, captured, refunded } = row
  const { serviceCode, serviceName } = row
  return {
    id,
    ...transactionKinds[kind],
    status: state === null ? 'succeeded' : statusOfOrder[state],
    amount,
    note,
    order:
      orderId === null
        ? null
        : {
            id: orderId,
            serviceCode: serviceCode ?? '',
            serviceName: serviceName ?? '',
            captured,
            refunded,
          },
    externalReference: row.reference ?? row.gatewayReference,
    depositId,
    transferId,
    createdAt,
    endedAt: state === null ? createdAt : row.finishedAt,
  }
}
