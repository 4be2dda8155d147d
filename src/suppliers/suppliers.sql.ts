import { build, literal } from '../database/build.ts'
import type { Queryable } from '../database/database.ts'
import type { SupplierAccount } from '../integrations/suppliers/supplier.ts'
import type { SupplierId } from '../lib/ids.ts'
import { isStorable } from '../lib/text.ts'
import type { SupplierRow, SupplierView, SupplierWrite } from './attributes.ts'

const suppliers = () =>
  build.selectFrom('suppliers as s').selectAll('s').$narrowType<Pick<SupplierRow, 'settings'>>()

/** `selectSuppliers` lists them by id. It is not built, since every start asks it: Kysely would take an eighth of a start. */
export const selectSuppliers = (sql: Queryable): Promise<SupplierRow[]> =>
  sql<SupplierRow[]>`select * from suppliers order by id`.records()

/** SupplierViewRow is a supplier with its health and the counts of what depends on it. */
export interface SupplierViewRow
  extends SupplierRow,
    Omit<SupplierView, keyof SupplierRow | 'open' | 'daysLeft'> {
  /** `open` is null where nothing has ever happened to the circuit breaker. */
  open: boolean | null
}

/** MAX_COUNTED is how many open items of a supplier are counted. */
const MAX_COUNTED = 10_000

const views = () =>
  suppliers()
    .leftJoin('supplierHealth as h', 'h.supplierId', 's.id')
    .select(['h.open', 'h.why', 'h.reason', 'h.openedAt', 'h.probeAt', 'h.balance', 'h.balanceAt'])
    .select([
      literal<number>`(select count(*)::integer
                         from (select from items i where i.supplier_id = s.id and i.state in ('processing', 'unknown')
                                limit ${MAX_COUNTED}) open)`.as('openItems'),
      literal<number>`(select count(*)::integer from supplier_routes r where r.supplier_id = s.id)`.as(
        'routes',
      ),
    ])
    .$narrowType<Pick<SupplierViewRow, 'why'>>()

/** `selectSupplierViews` gives all suppliers by id, or the one of this id. */
export const selectSupplierViews = (sql: Queryable, id?: SupplierId): Promise<SupplierViewRow[]> =>
  sql.run((id === undefined ? views() : views().where('s.id', '=', id)).orderBy('s.id'))

/** `selectSupplier` prefers a name to an id that looks the same. */
export async function selectSupplier(sql: Queryable, idOrName: string): Promise<SupplierRow | undefined> {
  if (!isStorable(idOrName)) return undefined
  const id = (/^\d{1,9}$/.test(idOrName) ? Number(idOrName) : 0) as SupplierId
  const isNamed = literal<boolean>`lower(s.name) = lower(${idOrName})`
  const [row] = await sql.run(
    suppliers()
      .where((supplier) => supplier.or([isNamed, supplier('s.id', '=', id)]))
      .orderBy(isNamed, 'desc')
      .limit(1),
  )
  return row
}

/** `lockSupplier` keeps other transactions from changing the supplier until this one ends. */
export async function lockSupplier(sql: Queryable, id: SupplierId): Promise<SupplierRow | undefined> {
  const [row] = await sql.run(suppliers().where('s.id', '=', id).forUpdate())
  return row
}

export async function insertSupplier(sql: Queryable, kind: string, row: SupplierWrite): Promise<SupplierId> {
  const [made] = await sql.run(
    build
      .insertInto('suppliers')
      .values({ ...row, kind, settings: JSON.stringify(row.settings) })
      .returning('id'),
  )
  return made?.id as SupplierId
}

/** `updateSupplierRow` writes what is given. */
export async function updateSupplierRow(
  sql: Queryable,
  id: SupplierId,
  { settings, ...row }: Partial<SupplierWrite & Pick<SupplierRow, 'secrets' | 'enabled'>>,
): Promise<void> {
  await sql.run(
    build
      .updateTable('suppliers')
      .set({ ...row, ...(settings && { settings: JSON.stringify(settings) }) })
      .set({ updatedAt: literal<Date>`now()` })
      .where('id', '=', id),
  )
}

/** `recordBalance` keeps the balance that the supplier has just named, if it named one, for operators to see. */
export async function recordBalance(
  sql: Queryable,
  supplierId: SupplierId,
  { balance }: SupplierAccount,
  balanceAt: Date,
): Promise<void> {
  if (balance === null) return
  await sql.run(
    build
      .insertInto('supplierHealth')
      .values({ supplierId, balance, balanceAt })
      .onConflict((known) => known.column('supplierId').doUpdateSet({ balance, balanceAt })),
  )
}
