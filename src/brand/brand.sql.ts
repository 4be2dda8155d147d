import type { Queryable, Transaction } from '../database/database.ts'
import type { Brand } from './brand.ts'
import type { Logo } from './logo.ts'

interface Row extends Omit<Brand, 'logo'> {
  content: Buffer | null
  mediaType: Logo['mediaType'] | null
  hash: string | null
}

const brandOf = ({ content, mediaType, hash, ...brand }: Row): Brand => ({
  ...brand,
  logo: content && mediaType && hash !== null ? { content, mediaType, hash } : null,
})

/** `selectBrand` gives undefined where nothing is set. */
export async function selectBrand(sql: Queryable): Promise<Brand | undefined> {
  const [row] = await sql<Row[]>`
    select name, accent, website, email, telegram, whatsapp, says_program, logo as content, logo_type as media_type, logo_hash as hash
      from brand`.records()
  return row && brandOf(row)
}

/** ShopTexts is what messages say of the shop. */
export type ShopTexts = Pick<Brand, 'name' | 'website' | 'email' | 'telegram' | 'whatsapp'>

/** `selectShopTexts` reads no logo. It gives undefined where nothing is set. */
export async function selectShopTexts(sql: Queryable): Promise<ShopTexts | undefined> {
  const [row] = await sql<ShopTexts[]>`select name, website, email, telegram, whatsapp from brand`.records()
  return row
}

/** `lockBrand` keeps others from changing it until the transaction ends, also while nothing is set. */
export async function lockBrand(transaction: Transaction): Promise<Brand | undefined> {
  await transaction`lock table brand in share row exclusive mode`
  return await selectBrand(transaction)
}

export async function upsertBrand(
  sql: Queryable,
  { name, accent, website, email, telegram, whatsapp, saysProgram, logo }: Brand,
): Promise<void> {
  await sql`
    insert into brand (name, accent, website, email, telegram, whatsapp, says_program, logo, logo_type, logo_hash)
    values (${name}, ${accent}, ${website}, ${email}, ${telegram}, ${whatsapp}, ${saysProgram}, ${logo?.content ?? null},
            ${logo?.mediaType ?? null}, ${logo?.hash ?? null})
    on conflict (id) do update set name = excluded.name, accent = excluded.accent, website = excluded.website, email = excluded.email,
                                   telegram = excluded.telegram, whatsapp = excluded.whatsapp, says_program = excluded.says_program,
                                   logo = excluded.logo, logo_type = excluded.logo_type, logo_hash = excluded.logo_hash`
}
