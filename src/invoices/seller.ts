import type { Queryable, Sql } from '../database/database.ts'
import { fault, orThrow, resultOf } from '../lib/fault.ts'
import { lineFault, textFault } from '../lib/text.ts'
import { checkVersion, versionOf } from '../lib/version.ts'
import type { Seller } from './invoice.ts'
import { lockSeller, selectSeller, upsertSeller } from './invoices.sql.ts'

const NOBODY: Seller = { name: '', address: '', taxId: '', contact: '', prefix: '' }

/** `findSeller` gives undefined where nobody has said who sells. */
export const findSeller = (sql: Queryable): Promise<Seller | undefined> => selectSeller(sql)

/** `sellerVersion` names how the seller stands. */
export const sellerVersion = (seller: Seller | undefined): string =>
  versionOf(seller ? [seller.name, seller.address, seller.taxId, seller.contact, seller.prefix] : [])

/** `setSeller` changes what is given. Throws version_conflict, or invalid_input that names the value at fault. */
export async function setSeller(sql: Sql, given: Partial<Seller>, seen?: string): Promise<Seller> {
  return await sql.begin(async (transaction) => {
    const existing = await lockSeller(transaction)
    checkVersion(seen, sellerVersion(existing))
    const seller = { ...NOBODY, ...existing, ...given }
    const { name, address, taxId, contact, prefix } = seller
    orThrow(
      resultOf(seller, [
        name === '' ? fault('name', 'must not be empty') : lineFault('name', name, 200),
        textFault('address', address, 500),
        lineFault('tax_id', taxId, 100),
        lineFault('contact', contact, 200),
        lineFault('prefix', prefix, 20),
      ]),
    )
    await upsertSeller(transaction, seller)
    return seller
  })
}
