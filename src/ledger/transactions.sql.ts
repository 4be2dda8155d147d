import type { Queryable } from '../database/database.ts'
import type { AccountId, DepositId, EntryId, OrderId, TransferId } from '../lib/ids.ts'
import type { Micros } from '../lib/money.ts'
import type { Period } from '../lib/period.ts'
import type { OrderState } from '../lib/states.ts'
import { ofKinds, ofPeriod } from './entries.sql.ts'
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
}

export interface TransactionRows extends Period {
  kinds: Kind[]
  id?: EntryId | undefined
  before?: EntryId | undefined
  limit: number
}

/**
 * `selectTransactions` reads an account's own (promise 6, own data only), newest first. Only orders that are half done have their
 * items' money added up.
 */
export async function selectTransactions(
  sql: Queryable,
  accountId: AccountId,
  { kinds, id, before, limit, ...period }: TransactionRows,
): Promise<AccountTransaction[]> {
  const rows = await sql<Row[]>`
    select t.id, t.kind, t.amount, t.note, t.deposit_id, t.transfer_id, t.created_at,
           o.id as order_id, o.state, o.finished_at, o.reference, s.code as service_code, s.name as service_name,
           d.reference as gateway_reference,
           case o.state when 'success' then o.total when 'partial' then e.captured
                        when 'processing' then e.captured else 0 end::bigint as captured,
           case o.state when 'failed' then o.total when 'cancelled' then o.total when 'partial' then e.refunded
                        when 'processing' then e.refunded else 0 end::bigint as refunded
      from (select * from ledger_entries
             where account_id = ${accountId} and ${ofKinds(sql, kinds)} ${ofPeriod(sql, accountId, period)}
               ${id === undefined ? sql`` : sql`and id = ${id}`}
               ${before === undefined ? sql`` : sql`and id < ${before}`}
             order by id desc limit ${limit}) t
      -- Looked up one by one: never all of the account's orders for each row.
      left join lateral (select * from orders
                          where account_id = ${accountId} and id = t.order_id offset 0) o on true
      left join services s on s.id = o.service_id
      left join deposits d on d.id = t.deposit_id
      left join lateral (
        select coalesce(sum(i.amount) filter (where i.kind = 'capture'), 0) as captured,
               coalesce(sum(i.amount) filter (where i.kind = 'release'), 0) as refunded
          from ledger_entries i
         where i.account_id = ${accountId} and i.order_id = o.id and i.kind in ('capture', 'release')
           and o.state in ('processing', 'partial')
      ) e on true
     order by t.id desc`.records()
  return rows.map(transactionOf)
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
