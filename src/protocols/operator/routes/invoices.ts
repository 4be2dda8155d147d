import { Readable } from 'node:stream'
import { type Static, Type } from 'typebox'
import { findAccount } from '../../../accounts/accounts.ts'
import { paperLogo } from '../../../brand/paper-logo.ts'
import { type Invoice, type InvoiceLine, nameOf, type Seller } from '../../../invoices/invoice.ts'
import { findInvoice, issueInvoice, linesOf, listInvoices, listLines } from '../../../invoices/invoices.ts'
import { findSeller, sellerVersion, setSeller } from '../../../invoices/seller.ts'
import { MAX_ID } from '../../../lib/ids.ts'
import { MUST } from '../../../lib/json-schema.ts'
import { formatMicros } from '../../../lib/money.ts'
import { pageOf as pageOfFound } from '../../../lib/page.ts'
import { whys } from '../../../lib/whys.ts'
import { cursorText, readCursor } from '../../kit/cursors.ts'
import {
  amount,
  bodyOf,
  changesOf,
  id,
  orNull,
  pageOf,
  pageQuery,
  text,
  time,
  version,
} from '../../kit/shapes.ts'
import type { OperatorDeps } from '../deps.ts'
import { route } from '../route.ts'

const section = 'Invoices'
const access = 'money.read'

const sellerFields = {
  name: Type.String({ description: 'Of the shop or company' }),
  address: Type.String({ description: 'May have several lines' }),
  tax_id: Type.String({ description: 'Such as a VAT number' }),
  contact: Type.String({ description: 'Such as an e-mail address' }),
  prefix: Type.String({ description: 'What stands before the numbers of invoices' }),
}

const seller = Type.Object({ ...sellerFields, version })

const wireSeller = ({ name, address, taxId, contact, prefix }: Seller) => ({
  ...{ name, address, tax_id: taxId, contact, prefix },
})

const invoice = Type.Object({
  number: id,
  name: Type.String({ description: 'The number with the prefix of its time, as on paper' }),
  account: id,
  username: Type.String(),
  account_name: Type.String({ description: 'What the account is called now' }),
  month: Type.String({ description: 'YYYY-MM, in UTC' }),
  total: amount(),
  currency: Type.String(),
  line_count: Type.Integer(),
  seller: Type.Object(sellerFields),
  customer: Type.Object({
    ...{ name: Type.String(), email: Type.String(), address: Type.String(), tax_id: Type.String() },
  }),
  issued_by: Type.String(),
  issued_at: time(),
})

const wireInvoice = (one: Invoice): Static<typeof invoice> => ({
  ...{ number: one.number, name: nameOf(one), account: one.accountId, username: one.username },
  account_name: one.accountName,
  ...{ month: one.month, total: formatMicros(one.total, one.currency), currency: one.currency },
  ...{ line_count: one.lineCount, seller: wireSeller(one.seller) },
  customer: {
    ...{ name: one.customer.name, email: one.customer.email },
    ...{ address: one.customer.address, tax_id: one.customer.taxId },
  },
  ...{ issued_by: one.actor, issued_at: one.issuedAt },
})

const line = Type.Object({
  position: Type.Integer(),
  order: Type.Integer(),
  service: Type.String(),
  input: Type.String(),
  reference: orNull(Type.String(), "The reseller's own"),
  amount: amount('What was charged; below 0: what was given back'),
  at: time(),
})

const wireLine = (one: InvoiceLine, currency: string): Static<typeof line> => ({
  ...{ position: one.position, order: one.orderId, service: one.service, input: one.input },
  ...{ reference: one.reference, amount: formatMicros(one.amount, currency), at: one.at },
})

const numberParams = Type.Object({ number: id })

export const invoiceRoutes = ({ clock }: Pick<OperatorDeps, 'clock'>) => [
  route({
    method: 'GET',
    path: '/seller',
    name: 'getSeller',
    section,
    summary: 'Who sells, as statements and invoices say it',
    description: 'Every text is empty where nobody has said it yet.',
    command: 'seller show',
    access,
    answer: seller,
    handle: async ({ desk }) => {
      const found = await findSeller(desk.read)
      const nobody = { name: '', address: '', taxId: '', contact: '', prefix: '' }
      return { ...wireSeller(found ?? nobody), version: sellerVersion(found) }
    },
  }),
  route({
    method: 'PATCH',
    path: '/seller',
    name: 'changeSeller',
    section,
    summary: 'Change what is given of who sells, and leave the rest',
    description: 'Invoices that are issued stay as they are.',
    command: 'seller set',
    access: 'settings.edit',
    needsVersion: true,
    body: changesOf(sellerFields),
    answer: seller,
    refusals: ['invalid_input'],
    handle: async ({ desk, body: { tax_id: taxId, ...given }, version: seen }) => {
      const changes = { ...given, ...(taxId !== undefined && { taxId }) }
      const set = await setSeller(desk.change, changes, seen)
      return { ...wireSeller(set), version: sellerVersion(set) }
    },
  }),
  route({
    method: 'GET',
    path: '/invoices',
    name: 'listInvoices',
    exported: 'invoices',
    section,
    summary: 'Invoices, the newest first',
    command: 'invoice list',
    access,
    query: Type.Object({
      ...pageQuery,
      account: Type.Optional(text(64, { description: 'Id or user name' })),
    }),
    answer: pageOf(invoice),
    refusals: ['not_found'],
    handle: async ({ desk, query: { limit, cursor, ...filter } }) => {
      const before = readCursor(cursor, filter, MAX_ID)
      const { account } = filter
      const accountId = account === undefined ? undefined : (await findAccount(desk.read, account)).id
      const found = await listInvoices(desk.read, { accountId, before, limit: limit + 1 })
      const { items, next } = pageOfFound(found, limit, (last) => last.number)
      return { page: { items: items.map(wireInvoice), next_cursor: cursorText(next, filter) } }
    },
  }),
  route({
    method: 'POST',
    path: '/invoices',
    name: 'issueInvoice',
    section,
    summary: 'Make the invoice of an account for a month that has ended; it never changes',
    command: 'invoice issue',
    access: 'invoices.issue',
    needsKey: true,
    body: bodyOf({
      account: text(64, { description: 'Id or user name' }),
      month: Type.String({
        pattern: '^\\d{4}-\\d{2}$',
        [MUST]: whys.month(),
        description: 'YYYY-MM, in UTC',
      }),
    }),
    answer: invoice,
    refusals: ['not_found', 'conflict', 'invalid_input'],
    handle: async ({ desk, body: { account, month } }) => {
      const { id: accountId } = await findAccount(desk.change, account)
      return wireInvoice(await issueInvoice(desk.change, accountId, month, desk.actor, clock))
    },
  }),
  route({
    method: 'GET',
    path: '/invoices/:number',
    name: 'getInvoice',
    section,
    summary: 'One invoice, by its number without the prefix',
    command: 'invoice show',
    access,
    params: numberParams,
    answer: invoice,
    refusals: ['not_found'],
    handle: async ({ desk, params }) => wireInvoice(await findInvoice(desk.read, params.number)),
  }),
  route({
    method: 'GET',
    path: '/invoices/:number/lines',
    name: 'listInvoiceLines',
    section,
    summary: 'What an invoice charges and gives back, in its order',
    command: 'invoice show',
    access,
    params: numberParams,
    query: Type.Object(pageQuery),
    answer: pageOf(line),
    refusals: ['not_found'],
    handle: async ({ desk, params, query: { limit, cursor } }) => {
      const named = { number: params.number }
      const after = readCursor(cursor, named, MAX_ID) ?? 0
      const { currency } = await findInvoice(desk.read, params.number)
      const found = await listLines(desk.read, named, { after, limit: limit + 1 })
      const { items, next } = pageOfFound(found, limit, (last) => last.position)
      return {
        page: { items: items.map((one) => wireLine(one, currency)), next_cursor: cursorText(next, named) },
      }
    },
  }),
  route({
    method: 'GET',
    path: '/invoices/:number/pdf',
    name: 'getInvoicePdf',
    section,
    summary: 'An invoice on paper',
    command: 'invoice show',
    access,
    params: numberParams,
    answer: Type.Object({}, { description: 'The file' }),
    media: { 'application/pdf': Type.String({ format: 'binary' }) },
    refusals: ['not_found'],
    handle: async ({ desk, params, reply }) => {
      const found = await findInvoice(desk.read, params.number)
      const { invoicePdf } = await import('../../../invoices/pdf.ts')
      const logo = await paperLogo(desk.read)
      reply.type('application/pdf')
      reply.header('content-disposition', `attachment; filename="invoice-${found.number}.pdf"`)
      return reply.send(
        Readable.from(invoicePdf(found, linesOf(desk.read, found), logo), { objectMode: false }),
      ) as object
    },
  }),
]
