import type { Queryable, Sql } from '../database/database.ts'
import { invalid, orThrow } from '../lib/fault.ts'
import { checkVersion, versionOf } from '../lib/version.ts'
import {
  type GroupPlace,
  lockGroups,
  type ServiceGroup,
  selectGroups,
  upsertGroups,
} from './service-groups.sql.ts'
import { lockCatalogue } from './services.sql.ts'

export { type GroupPlace, places, type ServiceGroup } from './service-groups.sql.ts'

/** `listServiceGroups` gives the groups in the order of lists. */
export const listServiceGroups = (sql: Queryable): Promise<ServiceGroup[]> => selectGroups(sql)

/** `groupsVersion` names how the groups stand. */
export const groupsVersion = (groups: readonly ServiceGroup[]): string =>
  versionOf(groups.map(({ name, shown }) => [name, shown]))

/** `arrangeGroups` puts the groups in order, and says where each is listed. Throws version_conflict, or invalid_input where they are not all groups, each once. */
export async function arrangeGroups(
  sql: Sql,
  given: readonly GroupPlace[],
  seen?: string,
): Promise<ServiceGroup[]> {
  return await sql.begin(async (transaction) => {
    // Services first: who changes many of them has them locked when their groups follow.
    await lockCatalogue(transaction)
    await lockGroups(transaction)
    const groups = await selectGroups(transaction)
    checkVersion(seen, groupsVersion(groups))
    const names = new Set(given.map(({ name }) => name))
    const isWhole = groups.length === given.length && groups.every(({ name }) => names.has(name))
    if (!isWhole) orThrow(invalid('groups', 'must be all groups that there are, each once'))
    await upsertGroups(transaction, given)
    return await selectGroups(transaction)
  })
}
