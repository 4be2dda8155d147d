import type { Transaction } from '../database/database.ts'
import { insertAttached, selectOurs, selectTheirs } from './attach.sql.ts'
import { type AttachBy, type Matches, matchServices } from './attach-matches.ts'
import { lockServices } from './import.sql.ts'
import type { ListedSupplier } from './remote-list.ts'

export type { AttachBy, Match, Matches, Unmatched } from './attach-matches.ts'

/** `findMatches` says which services of ours would get a route to which of the staged list. */
export async function findMatches(
  transaction: Transaction,
  { id }: ListedSupplier,
  by: AttachBy,
): Promise<Matches> {
  return matchServices(await selectOurs(transaction, id), await selectTheirs(transaction, id), by)
}

/** `attachMatches` gives services of ours their routes, with the costs of the list. */
export async function attachMatches(
  transaction: Transaction,
  supplier: ListedSupplier,
  by: AttachBy,
): Promise<Matches> {
  await lockServices(transaction)
  const found = await findMatches(transaction, supplier, by)
  if (found.matches.length > 0) await insertAttached(transaction, supplier.id, found.matches)
  return found
}
