import type { Queryable, Sql } from '../database/database.ts'
import { fault, faultsIn, orThrow, type Result, resultOf } from '../lib/fault.ts'
import { plainLineFault } from '../lib/text.ts'
import { checkVersion, versionOf } from '../lib/version.ts'
import { ACCENT } from './accent.ts'
import { lockBrand, selectBrand, upsertBrand } from './brand.sql.ts'
import { type Logo, readLogo } from './logo.ts'

/** Brand is what resellers and their customers see of the shop. */
export interface Brand {
  /** `name`, empty: the seller's. */
  name: string
  /** `accent` is `#rrggbb`; empty: the program's own. */
  accent: string
  website: string
  email: string
  /** `telegram` is a user name without `@`, `whatsapp` a number with its country, in digits. */
  telegram: string
  whatsapp: string
  /** `saysProgram`: pages say at their foot what they run on. */
  saysProgram: boolean
  logo: Logo | null
}

/** BrandChanges are what is set of it. `logo` is a picture in base64; null: none. */
export type BrandChanges = Partial<Omit<Brand, 'logo'> & { logo: string | null }>

export const NO_BRAND: Brand = {
  ...{ name: '', accent: '', website: '', email: '', telegram: '', whatsapp: '' },
  saysProgram: true,
  logo: null,
}

export const findBrand = async (sql: Queryable): Promise<Brand> => (await selectBrand(sql)) ?? NO_BRAND

/** `brandVersion` names how the brand stands. */
export const brandVersion = ({ logo, ...brand }: Brand): string =>
  versionOf([...Object.entries(brand).sort(), logo?.hash ?? null])

/** `setBrand` changes what is given. Throws version_conflict, or invalid_input that names the value at fault. */
export async function setBrand(sql: Sql, given: BrandChanges, seen?: string): Promise<Brand> {
  return await sql.begin(async (transaction) => {
    const existing = (await lockBrand(transaction)) ?? NO_BRAND
    checkVersion(seen, brandVersion(existing))
    const brand = orThrow(changed(existing, given))
    await upsertBrand(transaction, brand)
    return brand
  })
}

/** `changed` gives a brand with what is set of it, as it would be kept. */
export function changed(brand: Brand, { logo, ...given }: BrandChanges): Result<Brand> {
  const read = typeof logo === 'string' ? readLogo(logo) : undefined
  const set: Brand = {
    ...brand,
    ...given,
    ...(given.accent !== undefined && { accent: given.accent.trim().toLowerCase() }),
    ...(given.telegram !== undefined && { telegram: telegramName(given.telegram) }),
    ...(given.whatsapp !== undefined && { whatsapp: given.whatsapp.replace(/[\s()+.-]/g, '') }),
    ...(logo === null && { logo: null }),
    ...(read?.ok && { logo: read.value }),
  }
  const { name, accent, website, email, telegram, whatsapp } = set
  const must = (field: string, value: string, pattern: RegExp, words: string) =>
    value === '' || pattern.test(value) ? undefined : fault(field, words)
  return resultOf(set, [
    plainLineFault('name', name, 100),
    must('accent', accent, ACCENT, 'must be a colour such as #0b5d6b'),
    plainLineFault('website', website, 200) ??
      must('website', website, WEBSITE, 'must be an address such as https://shop.example.com'),
    plainLineFault('email', email, 254) ?? must('email', email, EMAIL, 'must be an e-mail address'),
    must('telegram', telegram, /^\w{4,32}$/, 'must be a user name such as @corner_phones'),
    must(
      'whatsapp',
      whatsapp,
      /^[1-9]\d{6,14}$/,
      'must be a number with its country, such as +62 812 3456 7890',
    ),
    ...(read ? faultsIn(read) : []),
  ])
}

const WEBSITE = /^https?:\/\/[^\s/?#@"'<>\\]+(?:[/?#][^\s"'<>\\]*)?$/
const EMAIL = /^[^\s@<>"'&]+@[^\s@<>"'&]+\.[^\s@<>"'&]+$/

/** `telegramName` takes a user name with or without `@`, or its link. */
const telegramName = (text: string): string =>
  text
    .trim()
    .replace(/^(?:https:\/\/)?t\.me\//i, '')
    .replace(/^@/, '')
