import type { ChangeListener } from '../database/change-notifier.ts'
import type { Queryable, Sql } from '../database/database.ts'
import { KeptCopy } from '../database/kept-copy.ts'
import { findSeller } from '../invoices/seller.ts'
import { type BothColours, coloursOf } from './accent.ts'
import { type ShopTexts, selectShopTexts } from './brand.sql.ts'
import { type Brand, findBrand, NO_BRAND } from './brand.ts'
import type { Logo } from './logo.ts'

/** PROGRAM is the name where nobody has said who sells. */
const PROGRAM = 'imeigate'

/** Contact is where a shop is reached: what people read, and where it leads. */
export interface Contact {
  kind: 'website' | 'email' | 'telegram' | 'whatsapp'
  text: string
  url: string
}

/** ShownBrand is a brand as pages and mails show it. */
export interface ShownBrand {
  name: string
  logo: Logo | null
  /** `colours`, null: the program's own. */
  colours: BothColours | null
  contacts: Contact[]
  saysProgram: boolean
}

/** `shownBrand` gives a brand as it is shown; `seller` is the name of who sells, empty where nobody has said. */
export const shownBrand = (brand: Brand, seller: string): ShownBrand => ({
  name: brand.name || seller || PROGRAM,
  logo: brand.logo,
  colours: brand.accent === '' ? null : coloursOf(brand.accent),
  contacts: contactsOf(brand),
  // Where nothing is the shop's own, the name already says it.
  saysProgram: brand.saysProgram && (brand.name || seller || PROGRAM) !== PROGRAM,
})

const contactsOf = ({ website, email, telegram, whatsapp }: ShopTexts): Contact[] =>
  [
    { kind: 'website' as const, text: website.replace(/^https?:\/\/|\/$/g, ''), url: website },
    { kind: 'email' as const, text: email, url: `mailto:${email}` },
    { kind: 'telegram' as const, text: `@${telegram}`, url: `https://t.me/${telegram}` },
    { kind: 'whatsapp' as const, text: `+${whatsapp}`, url: `https://wa.me/${whatsapp}` },
  ].filter(({ kind }) => ({ website, email, telegram, whatsapp })[kind] !== '')

/** `readSigned` reads the name and the contacts of the shop, which stand in every message of it and on statements. */
export async function readSigned(sql: Queryable): Promise<Pick<ShownBrand, 'name' | 'contacts'>> {
  const [texts, seller] = [(await selectShopTexts(sql)) ?? NO_BRAND, await findSeller(sql)]
  return { name: texts.name || seller?.name || PROGRAM, contacts: contactsOf(texts) }
}

async function readShownBrand(sql: Queryable): Promise<ShownBrand> {
  const [brand, seller] = [await findBrand(sql), await findSeller(sql)]
  return shownBrand(brand, seller?.name ?? '')
}

/** BrandReader keeps it in memory, since every page shows it. */
export class BrandReader {
  readonly #copy: KeptCopy<ShownBrand>
  #last = shownBrand(NO_BRAND, '')

  constructor(sql: Sql, notifier: ChangeListener) {
    this.#copy = new KeptCopy('brand', notifier, this.#last, () => readShownBrand(sql))
  }

  /** `now` gives the brand; while the database is away, as it was last. */
  async now(): Promise<ShownBrand> {
    this.#last = await this.#copy.current().catch(() => this.#last)
    return this.#last
  }
}
