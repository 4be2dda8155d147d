import type { Queryable } from '../database/database.ts'
import type { ProviderId } from '../lib/ids.ts'
import { micros } from '../lib/money.ts'
import { isStorable } from '../lib/text.ts'
import type { Provider } from './provider.ts'

interface ProviderRow {
  id: ProviderId
  code: string
  kind: string
  name: string
  currency: string
  min_amount: bigint
  max_amount: bigint | null
  fee_percent: number
  fee_flat: bigint
  settings: Record<string, unknown>
  secrets: Buffer | null
  enabled: boolean
  created_at: Date
  updated_at: Date
}

const providerOf = (row: ProviderRow): Provider => ({
  id: row.id,
  code: row.code,
  kind: row.kind,
  name: row.name,
  currency: row.currency,
  minAmount: micros(row.min_amount),
  maxAmount: row.max_amount === null ? null : micros(row.max_amount),
  feePercent: row.fee_percent,
  feeFlat: micros(row.fee_flat),
  settings: row.settings,
  secrets: row.secrets,
  enabled: row.enabled,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
})

/** What an operator writes of a provider that is there. */
export type ProviderWrite = Pick<
  Provider,
  'name' | 'minAmount' | 'maxAmount' | 'feePercent' | 'feeFlat' | 'settings' | 'enabled'
>

/** By id, from `after` on; those of one currency, or all. */
export async function selectProviders(
  sql: Queryable,
  { currency = null, enabled = null, after = 0, limit }: ProviderFilter & { limit: number },
): Promise<Provider[]> {
  const rows = await sql<ProviderRow[]>`
    select * from deposit_providers
     where id > ${after}::bigint and (${currency}::text is null or currency = ${currency})
       and (${enabled}::boolean is null or enabled = ${enabled})
     order by id limit ${limit}`
  return rows.map(providerOf)
}

export interface ProviderFilter {
  currency?: string | null
  enabled?: boolean | null
  after?: number
}

export async function selectProvider(
  sql: Queryable,
  by: { code: string } | { id: ProviderId },
): Promise<Provider | undefined> {
  if ('code' in by && !isStorable(by.code)) return undefined
  const [row] = await sql<ProviderRow[]>`
    select * from deposit_providers where ${'id' in by ? sql`id = ${by.id}` : sql`code = ${by.code}`}`
  return row && providerOf(row)
}

/** No other transaction changes it until this one ends. */
export async function lockProvider(sql: Queryable, id: ProviderId): Promise<Provider | undefined> {
  const [row] = await sql<ProviderRow[]>`select * from deposit_providers where id = ${id} for no key update`
  return row && providerOf(row)
}

/** Gives undefined when the code is taken. */
export async function insertProvider(
  sql: Queryable,
  provider: ProviderWrite & Pick<Provider, 'code' | 'kind' | 'currency'>,
  at: Date,
): Promise<ProviderId | undefined> {
  const [row] = await sql<{ id: ProviderId }[]>`
    insert into deposit_providers (code, kind, name, currency, min_amount, max_amount, fee_percent, fee_flat, settings,
                                   enabled, created_at, updated_at)
    values (${provider.code}, ${provider.kind}, ${provider.name}, ${provider.currency}, ${provider.minAmount},
            ${provider.maxAmount}, ${provider.feePercent}, ${provider.feeFlat},
            ${JSON.stringify(provider.settings)}::text::jsonb, ${provider.enabled}, ${at}, ${at})
    on conflict (code) do nothing
    returning id`
  return row?.id
}

export async function updateProvider(
  sql: Queryable,
  id: ProviderId,
  write: ProviderWrite,
  at: Date,
): Promise<void> {
  await sql`
    update deposit_providers
       set name = ${write.name}, min_amount = ${write.minAmount}, max_amount = ${write.maxAmount},
           fee_percent = ${write.feePercent}, fee_flat = ${write.feeFlat},
           settings = ${JSON.stringify(write.settings)}::text::jsonb, enabled = ${write.enabled}, updated_at = ${at}
     where id = ${id}`
}

export async function updateProviderSecrets(
  sql: Queryable,
  id: ProviderId,
  sealed: Buffer | null,
): Promise<void> {
  await sql`update deposit_providers set secrets = ${sealed} where id = ${id}`
}
