import type { Queryable } from '../database/database.ts'
import type { AccountId, EntryId, TransferId } from '../lib/ids.ts'
import { micros } from '../lib/money.ts'
import type { Period } from '../lib/period.ts'
import type { OrderState } from '../lib/states.ts'
import { ofKinds, ofPeriod } from './ledger-rows.sql.ts'
import { type AccountTransaction, statusOfOrder, transactionKinds } from './transaction.ts'

type Kind = keyof typeof transactionKinds

interface Row {
  id: bigint
  kind: Kind
  amount: bigint
  note: string | null
  deposit_id: bigint | null
  transfer_id: bigint | null
  created_at: Date
  order_id: bigint | null
  state: OrderState | null
  finished_at: Date | null
  reference: string | null
  gateway_reference: string | null
  service_code: string | null
  service_name: string | null
  captured: bigint | null
  refunded: bigint | null
}

export interface TransactionRows extends Period {
  kinds: Kind[]
  id?: EntryId | undefined
  before?: EntryId | undefined
  limit: number
}

/** An account's own (promise 6), newest first. Only orders that are half done have their items' money added up. */
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
     order by t.id desc`
  return rows.map(transactionOf)
}

function transactionOf(row: Row): AccountTransaction {
  return {
    id: Number(row.id) as EntryId,
    ...transactionKinds[row.kind],
    status: row.state === null ? 'succeeded' : statusOfOrder[row.state],
    amount: micros(row.amount),
    note: row.note,
    order:
      row.order_id === null
        ? null
        : {
            id: Number(row.order_id),
            serviceCode: row.service_code ?? '',
            serviceName: row.service_name ?? '',
            captured: micros(row.captured ?? 0n),
            refunded: micros(row.refunded ?? 0n),
          },
    externalReference: row.reference ?? row.gateway_reference,
    depositId: row.deposit_id === null ? null : Number(row.deposit_id),
    accountTransferId: row.transfer_id === null ? null : (Number(row.transfer_id) as TransferId),
    createdAt: row.created_at,
    endedAt: row.state === null ? row.created_at : row.finished_at,
  }
}
