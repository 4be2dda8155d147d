import type { Queryable } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import type { PriceGroupId } from './service.ts'
import type { Names } from './service-input.ts'
import { selectGroupNames, selectSuppliers } from './services.sql.ts'

/** Price groups by name and by id, and suppliers by name, as operators name them. */
export async function loadNames(sql: Queryable): Promise<Names> {
  const [groups, suppliers] = await Promise.all([selectGroupNames(sql), selectSuppliers(sql)])
  return {
    groups: new Map([
      // A name wins over an id that looks the same.
      ...groups.map(({ id }): [string, PriceGroupId] => [String(id), id]),
      ...groups.map(({ id, name }): [string, PriceGroupId] => [name.toLowerCase(), id]),
    ]),
    suppliers: new Map(suppliers.map(({ id, name }) => [name.toLowerCase(), id])),
  }
}

/** Throws invalid_input when there is no such price group. */
export async function findPriceGroup(sql: Queryable, nameOrId: string): Promise<PriceGroupId> {
  const id = (await loadNames(sql)).groups.get(nameOrId.trim().toLowerCase())
  if (id === undefined) throw new Refusal('invalid_input', `there is no price group ${nameOrId}`, 'group')
  return id
}
