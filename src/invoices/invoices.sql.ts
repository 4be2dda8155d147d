import type { Queryable, Transaction } from '../database/database.ts'
import type { AccountId, EntryId } from '../lib/ids.ts'
import type { Customer, Invoice, InvoiceLine, Seller } from './invoice.ts'

/** `selectSeller` gives undefined where none is set. */
export async function selectSeller(sql: Queryable): Promise<Seller | undefined> {
  const [row] = await sql<Seller[]>`select name, address, tax_id, contact, prefix from seller`.records()
  return row
}

/** `lockSeller` keeps others from making an invoice until this transaction ends: its number is the next, whatever becomes of it. */
export async function lockSeller(transaction: Transaction): Promise<Seller | undefined> {
  const [row] = await transaction<Seller[]>`
    select name, address, tax_id, contact, prefix from seller for update`.records()
  return row
}

export async function upsertSeller(
  sql: Queryable,
  { name, address, taxId, contact, prefix }: Seller,
): Promise<void> {
  await sql`
    insert into seller (name, address, tax_id, contact, prefix)
    values (${name}, ${address}, ${taxId}, ${contact}, ${prefix})
    on conflict (id) do update set name = excluded.name, address = excluded.address, tax_id = excluded.tax_id,
                                   contact = excluded.contact, prefix = excluded.prefix`
}

export async function selectCustomer(
  sql: Queryable,
  id: AccountId,
): Promise<(Customer & { currency: string }) | undefined> {
  const [row] = await sql<(Customer & { currency: string })[]>`
    select name, username, email, address, tax_id, currency from accounts where id = ${id}`.records()
  return row
}

/** Billed are the entries of an account that an invoice bills: after one and up to another. */
export interface Billed {
  accountId: AccountId
  after: EntryId
  last: EntryId
}

/** `selectSum` adds up what an invoice of these entries comes to. */
export async function selectSum(
  sql: Queryable,
  { accountId, after, last }: Billed,
): Promise<{ count: number; total: bigint }> {
  const [row] = await sql<{ count: number; total: string }[]>`
    select count(*)::int as count, coalesce(sum(case kind when 'refund' then -amount else amount end), 0)::text as total
      from ledger_entries
     where account_id = ${accountId} and id > ${after} and id <= ${last} and kind in ('capture', 'refund', 'charge')`
  return { count: row?.count ?? 0, total: BigInt(row?.total ?? '0') }
}

/** `insertInvoice` makes an invoice and its lines; its number is the one behind the last. The seller must be locked. */
export async function insertInvoice(
  transaction: Transaction,
  { accountId, after, last }: Billed,
  invoice: Omit<Invoice, 'number' | 'accountId' | 'username' | 'accountName' | 'month'> & { firstDay: Date },
): Promise<number> {
  const { firstDay, currency, seller, customer, total, lineCount, actor, issuedAt } = invoice
  const [row] = await transaction<{ number: number }[]>`
    insert into invoices (number, account_id, month, currency, after_entry, last_entry, seller, customer, total, line_count,
                          actor, issued_at)
    values ((select coalesce(max(number), 0) + 1 from invoices), ${accountId}, (${firstDay}::timestamptz at time zone 'UTC')::date,
            ${currency}, ${after}, ${last}, ${JSON.stringify(seller)}::text::jsonb, ${JSON.stringify(customer)}::text::jsonb, ${total},
            ${lineCount}, ${actor}, ${issuedAt})
    returning number`
  const number = row?.number as number
  await transaction`
    insert into invoice_lines (number, position, account_id, entry_id, order_id, service, input, reference, amount, at)
    select ${number}::int, row_number() over (order by e.id), e.account_id, e.id, e.order_id, s.name, i.input, o.reference,
           case e.kind when 'refund' then -e.amount else e.amount end, e.created_at
      from ledger_entries e
      join orders o on o.account_id = e.account_id and o.id = e.order_id
      join items i on i.account_id = e.account_id and i.order_id = e.order_id and i.position = e.position
      join services s on s.id = o.service_id
     where e.account_id = ${accountId} and e.id > ${after} and e.id <= ${last} and e.kind in ('capture', 'refund', 'charge')`
  return number
}

/** `selectInvoices` gives the newest first. */
export const selectInvoices = (
  sql: Queryable,
  where: { number?: number; accountId?: AccountId | undefined; before?: number | undefined; limit: number },
): Promise<Invoice[]> =>
  sql<Invoice[]>`
    select v.number, v.account_id, a.username, a.name as account_name, to_char(v.month, 'YYYY-MM') as month, v.currency, v.seller, v.customer, v.total,
           v.line_count, v.actor, v.issued_at
      from invoices v join accounts a on a.id = v.account_id
     where (${where.number ?? null}::int is null or v.number = ${where.number ?? null}::int)
       and (${where.accountId ?? null}::int is null or v.account_id = ${where.accountId ?? null}::int)
       and (${where.before ?? null}::int is null or v.number < ${where.before ?? null}::int)
     order by v.number desc limit ${where.limit}`.records()

/** `selectNumberOf` gives the number of an account's invoice of a month. */
export async function selectNumberOf(
  sql: Queryable,
  accountId: AccountId,
  firstDay: Date,
): Promise<number | undefined> {
  const [row] = await sql<{ number: number }[]>`
    select number from invoices
     where account_id = ${accountId} and month = (${firstDay}::timestamptz at time zone 'UTC')::date`
  return row?.number
}

/** `selectLines` gives the lines of an invoice behind a position. */
export const selectLines = (
  sql: Queryable,
  number: number,
  { after, limit }: { after: number; limit: number },
): Promise<InvoiceLine[]> =>
  sql<InvoiceLine[]>`
    select position, order_id, service, input, reference, amount, at from invoice_lines
     where number = ${number} and position > ${after} order by position limit ${limit}`.records()
