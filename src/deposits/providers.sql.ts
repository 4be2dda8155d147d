import { build } from '../database/build.ts'
import type { Queryable } from '../database/database.ts'
import type { ProviderId } from '../lib/ids.ts'
import { isStorable } from '../lib/text.ts'
import type { Provider } from './provider.ts'
import type { ProviderWrite } from './provider-attributes.ts'

const providers = () =>
  build.selectFrom('depositProviders').selectAll().$narrowType<Pick<Provider, 'settings'>>()

/** ProviderFilter chooses the providers of one currency, those that are enabled, and those behind the id `after`. */
export interface ProviderFilter {
  currency?: string
  enabled?: boolean
  after?: ProviderId | undefined
}

/** `selectProviders` lists providers by id. */
export async function selectProviders(
  sql: Queryable,
  { currency, enabled, after, limit }: ProviderFilter & { limit: number },
): Promise<Provider[]> {
  let chosen = providers().orderBy('id').limit(limit)
  if (currency !== undefined) chosen = chosen.where('currency', '=', currency)
  if (enabled !== undefined) chosen = chosen.where('enabled', '=', enabled)
  if (after !== undefined) chosen = chosen.where('id', '>', after)
  return await sql.run(chosen)
}

export async function selectProvider(
  sql: Queryable,
  by: { code: string } | { id: ProviderId },
): Promise<Provider | undefined> {
  if ('code' in by && !isStorable(by.code)) return undefined
  const chosen = 'id' in by ? providers().where('id', '=', by.id) : providers().where('code', '=', by.code)
  const [provider] = await sql.run(chosen)
  return provider
}

/** `lockProvider` keeps other transactions from changing the provider until this one ends. */
export async function lockProvider(sql: Queryable, id: ProviderId): Promise<Provider | undefined> {
  const [provider] = await sql.run(providers().where('id', '=', id).forNoKeyUpdate())
  return provider
}

/** `insertProvider` gives undefined when the code is taken. */
export async function insertProvider(
  sql: Queryable,
  provider: ProviderWrite & Pick<Provider, 'code' | 'kind' | 'currency'>,
  at: Date,
): Promise<ProviderId | undefined> {
  const settings = JSON.stringify(provider.settings)
  const [row] = await sql.run(
    build
      .insertInto('depositProviders')
      .values({ ...provider, settings, createdAt: at, updatedAt: at })
      .onConflict((taken) => taken.column('code').doNothing())
      .returning('id'),
  )
  return row?.id
}

/** `updateProvider` writes what is given. */
export async function updateProvider(
  sql: Queryable,
  id: ProviderId,
  { settings, ...write }: Partial<ProviderWrite & Pick<Provider, 'secrets' | 'updatedAt'>>,
): Promise<void> {
  await sql.run(
    build
      .updateTable('depositProviders')
      .set({ ...write, ...(settings && { settings: JSON.stringify(settings) }) })
      .where('id', '=', id),
  )
}
