import { readServices, writeServices } from '../catalogue/services.ts'
import type { Queryable, Transaction } from '../database/database.ts'
import { type ChangedThere, lockThese, selectChangedThere, writeMade } from './details.sql.ts'
import { type DetailChange, type Following, follow } from './details.ts'
import type { ListedSupplier } from './remote-list.ts'

export type { DetailChange } from './details.ts'

/** `findFollowing` says which details of imported services the staged list changes. It is called before the list is kept. */
export async function findFollowing(sql: Queryable, { id }: ListedSupplier): Promise<DetailChange[]> {
  const following = await followAll(sql, await selectChangedThere(sql, id))
  return following.flatMap(({ changes }) => changes)
}

/** `followList` has imported services follow the staged list. Orders that are open keep what they were placed with. */
export async function followList(transaction: Transaction, { id }: ListedSupplier): Promise<DetailChange[]> {
  const rows = await selectChangedThere(transaction, id)
  if (rows.length === 0) return []
  await lockThese(
    transaction,
    rows.map((row) => row.service_id),
  )
  const following = await followAll(transaction, rows)
  const changed = following.flatMap((one) => one.changed ?? [])
  if (changed.length > 0) await writeServices(transaction, changed)
  await writeMade(
    transaction,
    following.flatMap(({ row, made, theirs }) =>
      theirs ? [{ service_id: row.service_id, made, names: Object.fromEntries(theirs) }] : [],
    ),
  )
  return following.flatMap(({ changes }) => changes)
}

async function followAll(
  sql: Queryable,
  rows: ChangedThere[],
): Promise<(Following & { row: ChangedThere })[]> {
  if (rows.length === 0) return []
  const services = new Map((await readServices(sql)).map(({ service }) => [service.id, service]))
  return rows.flatMap((row) => {
    const service = services.get(row.service_id)
    return service ? [{ row, ...follow(service, row.made, row) }] : []
  })
}
