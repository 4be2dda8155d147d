import type { Queryable } from '../database/database.ts'
import type { SupplierFault } from '../integrations/suppliers/supplier.ts'
import type { SupplierId } from '../lib/ids.ts'
import { isStorable } from '../lib/text.ts'

/** A supplier as its table has it. */
export interface SupplierRow {
  id: SupplierId
  kind: string
  name: string
  url: string | null
  currency: string
  /** What an operator has set; the rest are the kind's defaults. */
  settings: Record<string, unknown>
  /** Sealed for the owner `supplier <id>`. */
  secrets: Buffer | null
  enabled: boolean
  concurrency: number
  rate_per_second: number | null
  shows_reasons: boolean
  created_at: Date
  updated_at: Date
}

/** What an operator writes of a supplier. */
export type SupplierWrite = Pick<
  SupplierRow,
  'name' | 'url' | 'currency' | 'settings' | 'concurrency' | 'rate_per_second' | 'shows_reasons'
>

const columns = (sql: Queryable) => sql`
  s.id, s.kind, s.name, s.url, s.currency, s.settings, s.secrets, s.enabled, s.concurrency, s.rate_per_second,
  s.shows_reasons, s.created_at, s.updated_at`

export async function selectSuppliers(sql: Queryable): Promise<SupplierRow[]> {
  return sql<SupplierRow[]>`select ${columns(sql)} from suppliers s order by s.id`
}

/** A supplier with how it fares. */
export interface SupplierSheetRow extends SupplierRow {
  /** The circuit breaker: null where nothing has ever happened to it. */
  open: boolean | null
  why: SupplierFault | null
  reason: string | null
  opened_at: Date | null
  probe_at: Date | null
  /** Micros of the supplier's currency. */
  balance: bigint | null
  balance_at: Date | null
  open_items: number
  routes: number
}

/** All suppliers, or the one of this id. */
export async function selectSupplierSheets(
  sql: Queryable,
  id: SupplierId | null = null,
): Promise<SupplierSheetRow[]> {
  return sql<SupplierSheetRow[]>`
    select ${columns(sql)}, h.open, h.why, h.reason, h.opened_at, h.probe_at, h.balance, h.balance_at,
           (select count(*)::integer from items i
             where i.supplier_id = s.id and i.state in ('processing', 'unknown')) as open_items,
           (select count(*)::integer from supplier_routes r where r.supplier_id = s.id) as routes
      from suppliers s left join supplier_health h on h.supplier_id = s.id
     where ${id}::int is null or s.id = ${id}::int
     order by s.id`
}

/** A name wins over an id that looks the same. */
export async function selectSupplier(sql: Queryable, idOrName: string): Promise<SupplierRow | undefined> {
  if (!isStorable(idOrName)) return undefined
  const id = /^\d{1,9}$/.test(idOrName) ? Number(idOrName) : 0
  const [row] = await sql<SupplierRow[]>`
    select ${columns(sql)} from suppliers s where lower(s.name) = lower(${idOrName}) or s.id = ${id}
     order by lower(s.name) = lower(${idOrName}) desc limit 1`
  return row
}

/** No other transaction changes it until this one ends. */
export async function lockSupplier(sql: Queryable, id: SupplierId): Promise<SupplierRow | undefined> {
  const [row] = await sql<SupplierRow[]>`
    select ${columns(sql)} from suppliers s where s.id = ${id} for update`
  return row
}

export async function insertSupplier(sql: Queryable, kind: string, row: SupplierWrite): Promise<SupplierId> {
  const [made] = await sql<{ id: SupplierId }[]>`
    insert into suppliers (kind, name, url, currency, settings, concurrency, rate_per_second, shows_reasons)
    values (${kind}, ${row.name}, ${row.url}, ${row.currency}, ${JSON.stringify(row.settings)}::text::jsonb,
            ${row.concurrency}, ${row.rate_per_second}, ${row.shows_reasons})
    returning id`
  return made?.id as SupplierId
}

export async function updateSupplierRow(sql: Queryable, id: SupplierId, row: SupplierWrite): Promise<void> {
  await sql`
    update suppliers
       set name = ${row.name}, url = ${row.url}, currency = ${row.currency},
           settings = ${JSON.stringify(row.settings)}::text::jsonb, concurrency = ${row.concurrency},
           rate_per_second = ${row.rate_per_second}, shows_reasons = ${row.shows_reasons}, updated_at = now()
     where id = ${id}`
}

export async function updateSecrets(sql: Queryable, id: SupplierId, sealed: Buffer | null): Promise<void> {
  await sql`update suppliers set secrets = ${sealed}, updated_at = now() where id = ${id}`
}

export async function updateEnabled(sql: Queryable, id: SupplierId, enabled: boolean): Promise<void> {
  await sql`
    update suppliers set enabled = ${enabled}, updated_at = now() where id = ${id} and enabled <> ${enabled}`
}

/** What the supplier has just said of our account there, in micros of its currency. */
export async function upsertBalance(
  sql: Queryable,
  id: SupplierId,
  balance: bigint,
  at: Date,
): Promise<void> {
  await sql`
    insert into supplier_health (supplier_id, balance, balance_at) values (${id}, ${balance.toString()}, ${at})
    on conflict (supplier_id) do update set balance = excluded.balance, balance_at = excluded.balance_at`
}
