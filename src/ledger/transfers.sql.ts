import type { Queryable, Transaction } from '../database/database.ts'
import type { Stop } from '../database/walk.ts'
import type { AccountId, EntryId, TransferId } from '../lib/ids.ts'
import type { Micros } from '../lib/money.ts'
import type { Period } from '../lib/period.ts'
import type { Party, Transfer } from './transfer.ts'

/**
 * `selectReceivers` gives the open accounts of a user name, or of an e-mail address in any case, whose currency is the sender's: two at most.
 */
export async function selectReceivers(
  sql: Queryable,
  name: string,
  senderId: AccountId,
): Promise<AccountId[]> {
  const rows = await sql<{ id: AccountId }[]>`
    select id from accounts
     where ${name.includes('@') ? sql`lower(email) = lower(${name})` : sql`username = lower(${name})`}
       and status = 'active' and currency = (select currency from accounts where id = ${senderId})
     order by id limit 2`
  return rows.map(({ id }) => id)
}

/** `isClosed` tells whether an account is closed. */
export async function isClosed(sql: Queryable, id: AccountId): Promise<boolean> {
  const rows = await sql`select 1 from accounts where id = ${id} and status = 'closed'`
  return rows.length > 0
}

/** NewTransfer is what is written of a new transfer; the balances are those that it leaves. */
export interface NewTransfer extends Omit<Transfer, 'id' | 'sentId' | 'receivedId'> {
  keyId: number | null
  actor: string
  senderAfter: Micros
  receiverAfter: Micros
}

/** `insertTransfer` writes a transfer with both ledger entries and both balances, in one statement. The wallets must be locked. */
export async function insertTransfer(
  sql: Transaction,
  made: NewTransfer,
): Promise<{ id: TransferId; sentId: EntryId; receivedId: EntryId }> {
  const { senderId, receiverId, amount, description, createdAt } = made
  const [row] = await sql<{ id: TransferId; sentId: EntryId; receivedId: EntryId }[]>`
    with made as (
      insert into transfers (sender_id, receiver_id, currency, amount, description, sent_id, received_id, key_id,
                                     created_at)
      select s.account_id, r.account_id, ${made.currency}::text, ${amount}::bigint, ${description}::text,
             s.last_entry + 1, r.last_entry + 1, ${made.keyId}::int, ${createdAt}::timestamptz
        from wallets s, wallets r where s.account_id = ${senderId} and r.account_id = ${receiverId}
      returning id, sent_id, received_id
    ), sides as (
      select id, ${senderId}::int as account_id, sent_id as entry_id, 'send'::entry_kind as kind,
             ${made.senderAfter}::bigint as available_after from made
      union all
      select id, ${receiverId}::int, received_id, 'receive', ${made.receiverAfter}::bigint from made
    ), booked as (
      insert into ledger_entries (account_id, id, kind, amount, available_after, actor, note, created_at, transfer_id)
      select account_id, entry_id, kind, ${amount}, available_after, ${made.actor}, ${description}, ${createdAt}, id
        from sides
    ), balanced as (
      update wallets w set available = s.available_after, last_entry = s.entry_id from sides s where w.account_id = s.account_id
    ), noted as (
      insert into unchained_ledgers (accounts) select array[${senderId}::int, ${receiverId}::int] from made
    )
    select id, sent_id, received_id from made`.records()
  if (!row) throw new Error('a transfer between accounts was not written')
  return row
}

export interface TransferFilter extends Period {
  id?: TransferId | undefined
  direction?: 'sent' | 'received' | undefined
  /** `before` is the last id of the page before: only smaller ids are given. */
  before?: TransferId | undefined
  limit: number
}

type Side = 'sender_id' | 'receiver_id'

const sidesOf = ({ direction }: TransferFilter): Side[] =>
  direction === undefined
    ? ['sender_id', 'receiver_id']
    : [direction === 'sent' ? 'sender_id' : 'receiver_id']

/** `walked` is a part of what an account sent, or received, by both columns of its index: see `walked` of the orders. */
const walked = (
  sql: Queryable,
  accountId: AccountId,
  side: Side,
  { id, before, downTo }: Pick<TransferFilter, 'id' | 'before'> & { downTo?: TransferId | undefined },
) => sql`
  (${sql(side)}, id) >= (${accountId}, ${id ?? downTo ?? 0}::bigint)
  and (${sql(side)}, id) < (${accountId}, ${Math.min(before ?? Number.MAX_SAFE_INTEGER, id === undefined ? Number.MAX_SAFE_INTEGER : id + 1)}::bigint)`

/** `selectStop` gives the transfer at which `maxRows` have been looked at on one of the sides, newest first. */
export async function selectStop(
  sql: Queryable,
  accountId: AccountId,
  filter: TransferFilter,
  maxRows: number,
): Promise<Stop<TransferId> | undefined> {
  const stops = await Promise.all(
    sidesOf(filter).map((side) =>
      sql<{ id: TransferId; at: Date }[]>`
        select id, created_at as at from transfers where ${walked(sql, accountId, side, filter)}
         order by ${sql(side)} desc, id desc offset ${maxRows - 1} limit 1`.records(),
    ),
  )
  const [newest] = stops.flat().toSorted((one, other) => other.id - one.id)
  return newest
}

/** `selectTransfers` gives what the account sent or received (promise 6, own data only), newest first, with both as they are called now. */
export async function selectTransfers(
  sql: Queryable,
  accountId: AccountId,
  filter: TransferFilter & { downTo?: TransferId | undefined },
): Promise<(Transfer & { sender: Party; receiver: Party })[]> {
  const { from, to, limit } = filter
  const one = (side: Side) => sql`
    (select * from transfers
      where ${walked(sql, accountId, side, filter)}
        ${from === undefined ? sql`` : sql`and created_at >= ${from}`}
        ${to === undefined ? sql`` : sql`and created_at < ${to}`}
      order by ${sql(side)} desc, id desc limit ${limit})`
  const [first = 'sender_id', second] = sidesOf(filter)
  const rows = await sql<
    (Transfer & { senderName: string; senderEmail: string; receiverName: string; receiverEmail: string })[]
  >`
    select t.id, t.sender_id, t.receiver_id, t.currency, t.amount, t.description, t.sent_id, t.received_id, t.created_at,
           s.name as sender_name, s.email as sender_email, r.name as receiver_name, r.email as receiver_email
      from (${one(first)} ${second === undefined ? sql`` : sql`union all ${one(second)}`}) t
      join accounts s on s.id = t.sender_id
      join accounts r on r.id = t.receiver_id
     order by t.id desc limit ${limit}`.records()
  return rows.map(({ senderName, senderEmail, receiverName, receiverEmail, ...transfer }) => ({
    ...transfer,
    sender: { name: senderName, email: senderEmail },
    receiver: { name: receiverName, email: receiverEmail },
  }))
}
