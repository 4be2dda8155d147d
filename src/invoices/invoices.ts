import { actAs } from '../audit/acting.ts'
import type { Queryable, Sql } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import type { AccountId } from '../lib/ids.ts'
import { micros } from '../lib/money.ts'
import { type Clock, systemClock } from '../lib/time.ts'
import { because } from '../reasons.ts'
import { parseMonth } from '../statements/month.ts'
import { entriesOf, isComplete } from '../statements/statements.ts'
import type { Invoice, InvoiceLine } from './invoice.ts'
import {
  insertInvoice,
  lockSeller,
  selectCustomer,
  selectInvoices,
  selectLines,
  selectNumberOf,
  selectSum,
} from './invoices.sql.ts'

const LINES_PER_READ = 1000

/**
 * `issueInvoice` bills what an account was charged in a month, less what was given back in it. Number and lines are written in one transaction,
 * one invoice at a time, so that no number is missing and nothing is billed twice. Throws invalid_input or conflict.
 */
export async function issueInvoice(
  sql: Sql,
  accountId: AccountId,
  month: string,
  actor: string,
  clock: Clock = systemClock,
): Promise<Invoice> {
  const { text, from, to } = parseMonth(month)
  const number = await sql.begin(async (transaction) => {
    await actAs(transaction, actor)
    const seller = await lockSeller(transaction)
    if (!seller) throw because('conflict', 'seller_unsaid', {}, 'seller')
    const customer = await selectCustomer(transaction, accountId)
    if (!customer) throw because('not_found', 'account_unknown', { account: accountId }, 'account')
    const issuedAt = clock.now()
    if (!isComplete({ text, from, to }, issuedAt))
      throw because('conflict', 'month_not_over', { month: text }, 'month')
    const earlier = await selectNumberOf(transaction, accountId, from)
    if (earlier !== undefined)
      throw because(
        'conflict',
        'month_invoiced',
        { month: text, number: `${seller.prefix}${earlier}` },
        'month',
      )
    const { after, last } = await entriesOf(transaction, accountId, { text, from, to })
    const billed = { accountId, after, last }
    const { count, total } = await selectSum(transaction, billed)
    if (count === 0) throw because('conflict', 'month_empty', { month: text }, 'month')
    const { currency, ...whom } = customer
    return await insertInvoice(transaction, billed, {
      ...{ firstDay: from, currency, seller, customer: whom, total: micros(total) },
      ...{ lineCount: count, actor, issuedAt },
    })
  })
  return await findInvoice(sql, number)
}

/** `findInvoice` throws not_found. */
export async function findInvoice(sql: Queryable, number: number): Promise<Invoice> {
  const [invoice] = await selectInvoices(sql, { number, limit: 1 })
  if (!invoice) throw new Refusal('not_found', `there is no invoice ${number}`, 'number')
  return invoice
}

/** `listInvoices` gives the newest first. */
export const listInvoices = (
  sql: Queryable,
  where: { accountId?: AccountId | undefined; before?: number | undefined; limit: number },
): Promise<Invoice[]> => selectInvoices(sql, where)

/** `listLines` gives lines of an invoice behind a position. */
export const listLines = (
  sql: Queryable,
  { number }: Pick<Invoice, 'number'>,
  page: { after: number; limit: number },
): Promise<InvoiceLine[]> => selectLines(sql, number, page)

/** `linesOf` gives all lines of an invoice, some at a time. */
export async function* linesOf(sql: Queryable, { number }: Invoice): AsyncGenerator<InvoiceLine[]> {
  for (let after = 0; ; ) {
    const lines = await selectLines(sql, number, { after, limit: LINES_PER_READ })
    if (lines.length > 0) yield lines
    if (lines.length < LINES_PER_READ) return
    after = lines.at(-1)?.position ?? after
  }
}
