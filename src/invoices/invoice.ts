import type { AccountId, OrderId } from '../lib/ids.ts'
import type { Micros } from '../lib/money.ts'

/** Seller is who sells, as statements and invoices say it. Texts that are not set are empty. */
export interface Seller {
  name: string
  /** `address` may have several lines. */
  address: string
  taxId: string
  contact: string
  /** `prefix` stands before the numbers of invoices. */
  prefix: string
}

/** Customer is whom an invoice is for. */
export interface Customer {
  name: string
  username: string
  email: string
  address: string
  taxId: string
}

/** Invoice is what an account was charged in a month, less what was given back in it. */
export interface Invoice {
  number: number
  accountId: AccountId
  username: string
  /** `accountName` is what the account is called now; the customer of the invoice stays as it was. */
  accountName: string
  /** `month` is such as "2026-05". */
  month: string
  currency: string
  seller: Seller
  customer: Customer
  total: Micros
  lineCount: number
  actor: string
  issuedAt: Date
}

/** InvoiceLine is a charge, or (below 0) what was given back of one. */
export interface InvoiceLine {
  position: number
  orderId: OrderId
  service: string
  input: string
  reference: string | null
  amount: Micros
  at: Date
}

/** `nameOf` is what an invoice is called on paper. */
export const nameOf = ({ number, seller: { prefix } }: Pick<Invoice, 'number' | 'seller'>): string =>
  `${prefix}${number}`
