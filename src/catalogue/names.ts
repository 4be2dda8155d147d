import type { Queryable } from '../database/database.ts'
import type { PriceGroupId } from '../lib/ids.ts'
import type { NamedSupplier, Names } from './complete-service.ts'
import { selectGroupNames, selectSupplierNames } from './services.sql.ts'

/** `loadNames` gives price groups and suppliers by name and by id, as operators name them. A name wins over an id that looks the same. */
export async function loadNames(sql: Queryable): Promise<Names> {
  // All kinds of suppliers are much to load for the commands that only read services.
  const { supplierKinds } = await import('../integrations/suppliers/index.ts')
  const [groups, suppliers] = await Promise.all([selectGroupNames(sql), selectSupplierNames(sql)])
  const named = suppliers.map(({ id, kind, name }) => ({
    id,
    name,
    hasServices: supplierKinds.get(kind).hasServices ?? false,
  }))
  return {
    groups: new Map([
      ...groups.map(({ id }): [string, PriceGroupId] => [String(id), id]),
      ...groups.map(({ id, name }): [string, PriceGroupId] => [name.toLowerCase(), id]),
    ]),
    suppliers: new Map([
      ...named.map((supplier): [string, NamedSupplier] => [String(supplier.id), supplier]),
      ...named.map((supplier): [string, NamedSupplier] => [supplier.name.toLowerCase(), supplier]),
    ]),
  }
}
