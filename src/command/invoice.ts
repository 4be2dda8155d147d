import type { Command } from 'commander'
import { findAccount } from '../accounts/accounts.ts'
import type { Sql } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import { type Invoice, type InvoiceLine, nameOf, type Seller } from '../invoices/invoice.ts'
import { findInvoice, issueInvoice, linesOf, listInvoices } from '../invoices/invoices.ts'
import { findSeller, setSeller } from '../invoices/seller.ts'
import { formatMicros, formatMoney } from '../lib/money.ts'
import { because } from '../reasons.ts'
import { actor, withDatabase } from './connection.ts'
import { configuredLimit } from './input.ts'
import { type Answer, answering, counted, cutTo, keyValues, listed, MAX_CONFIGURED } from './output.ts'
import { writeWhole } from './whole-file.ts'

/** SHOWN is how many lines of an invoice the screen has. */
const SHOWN = 1000

export function register(program: Command): void {
  const seller = program.command('seller')
  seller
    .command('set')
    .description('change what is given and leave the rest')
    .option('--name <text>', 'of the shop or company; needed the first time')
    .option('--address <text>', 'may have several lines')
    .option('--tax-id <text>', 'such as a VAT number')
    .option('--contact <text>', 'such as an e-mail address')
    .option('--prefix <text>', 'what stands before the numbers of invoices')
    .action(answering(set))
  seller.command('show').description('what is set').action(answering(show))
  const invoice = program.command('invoice')
  invoice
    .command('issue <account> <month>')
    .description('make the invoice of an account for a month that has ended; it never changes')
    .action(answering(issue))
  invoice
    .command('list')
    .description('the newest first')
    .option('--account <id or username>', 'only of this account')
    .addOption(configuredLimit())
    .action(answering(list))
  invoice
    .command('show <number>')
    .description('one with its lines')
    .option('--out <file>', 'the whole of it as PDF')
    .action(answering(showOne))
}

async function set(given: Partial<Seller>): Promise<Answer> {
  if (Object.keys(given).length === 0) throw new Refusal('invalid_input', 'give what is to change', 'name')
  return sellerAnswer(await withDatabase(({ sql }) => setSeller(sql, given)))
}

async function show(): Promise<Answer> {
  const seller = await withDatabase(({ sql }) => findSeller(sql))
  if (!seller) throw because('not_found', 'seller_unsaid', {}, 'seller')
  return sellerAnswer(seller)
}

const sellerJson = ({ name, address, taxId, contact, prefix }: Seller) => ({
  ...{ name, address, tax_id: taxId, contact, prefix },
})

const sellerAnswer = (seller: Seller): Answer => ({
  json: sellerJson(seller),
  text: keyValues([
    ['name', seller.name],
    ['address', seller.address.replaceAll('\n', ', ')],
    ['tax id', seller.taxId],
    ['contact', seller.contact],
    ['prefix', seller.prefix],
  ]),
})

async function issue(account: string, month: string): Promise<Answer> {
  return await withDatabase(async ({ sql }) => {
    const { id } = await findAccount(sql, account)
    return invoices([await issueInvoice(sql, id, month, actor())])
  })
}

async function list({ account, limit }: { account?: string; limit: number }): Promise<Answer> {
  const all = await withDatabase(async ({ sql }) => {
    const of = account === undefined ? {} : { accountId: (await findAccount(sql, account)).id }
    return await listInvoices(sql, { ...of, limit: limit + 1 })
  })
  return cutTo(limit, all, invoices, MAX_CONFIGURED)
}

async function showOne(text: string, { out }: { out?: string }): Promise<Answer> {
  return await withDatabase(async ({ sql }) => {
    const invoice = await invoiceCalled(sql, text)
    if (out !== undefined) {
      const { invoicePdf } = await import('../invoices/pdf.ts')
      const { paperLogo } = await import('../brand/paper-logo.ts')
      const logo = await paperLogo(sql)
      await writeWhole(invoicePdf(invoice, linesOf(sql, invoice), logo), out, 'out')
      return { ...invoices([invoice]), text: `${out}: ${counted(invoice.lineCount, 'line')}` }
    }
    const lines: InvoiceLine[] = []
    for await (const piece of linesOf(sql, invoice)) {
      lines.push(...piece)
      if (lines.length >= SHOWN) break
    }
    const shown = lines.slice(0, SHOWN)
    return {
      json: { ...invoiceJson(invoice), lines: shown.map((line) => lineJson(line, invoice)) },
      text: `${invoices([invoice]).text}\n${linesAnswer(shown, invoice).text}`,
      ...(invoice.lineCount > SHOWN && { note: `${invoice.lineCount} lines in all: --out has every one` }),
    }
  })
}

/** `invoiceCalled` finds an invoice by its number, with or without what stands before it. */
async function invoiceCalled(sql: Sql, text: string): Promise<Invoice> {
  const [, digits] = /(\d{1,9})$/.exec(text) ?? []
  const invoice = digits === undefined ? undefined : await findInvoice(sql, Number(digits))
  if (invoice && (text === digits || text === nameOf(invoice))) return invoice
  throw new Refusal('not_found', `there is no invoice ${JSON.stringify(text)}`, 'number')
}

const invoiceJson = (invoice: Invoice) => ({
  number: invoice.number,
  name: nameOf(invoice),
  account: invoice.accountId,
  username: invoice.username,
  month: invoice.month,
  total: formatMicros(invoice.total, invoice.currency),
  currency: invoice.currency,
  line_count: invoice.lineCount,
  seller: sellerJson(invoice.seller),
  customer: {
    name: invoice.customer.name,
    email: invoice.customer.email,
    address: invoice.customer.address,
    tax_id: invoice.customer.taxId,
  },
  issued_by: invoice.actor,
  issued_at: invoice.issuedAt,
})

const lineJson = (
  { position, orderId, service, input, reference, amount, at }: InvoiceLine,
  of: Invoice,
) => ({
  ...{ position, order: orderId, service, input, reference, amount: formatMicros(amount, of.currency), at },
})

const invoices = (all: Invoice[]): Answer =>
  listed(all, {
    json: invoiceJson,
    columns: {
      number: nameOf,
      account: ({ username }) => username,
      month: ({ month }) => month,
      lines: ({ lineCount }) => lineCount,
      total: ({ total, currency }) => formatMoney(total, currency),
      issued: ({ issuedAt }) => issuedAt,
    },
    right: ['lines', 'total'],
    none: 'no invoices: imeigate invoice issue makes one',
  })

const linesAnswer = (lines: InvoiceLine[], { currency }: Invoice): Answer =>
  listed(lines, {
    json: (line) => line,
    columns: {
      order: ({ orderId }) => orderId,
      service: ({ service }) => service,
      for: ({ input, reference }) => [input, reference].filter(Boolean).join(' / '),
      amount: ({ amount }) => formatMoney(amount, currency),
    },
    right: ['amount'],
    none: 'no lines',
  })
