import { type Queryable, type Sql, within } from '../database/database.ts'
import { orThrow, resultOf } from '../lib/fault.ts'
import { emptyFault, plainLineFault } from '../lib/text.ts'
import { actFor } from './acting.sql.ts'

export { actAgain, actAs, actByPlan } from './acting.sql.ts'

/** MAX_REASON is how many characters a reason may have. */
const MAX_REASON = 500

/** `reasonOf` gives a reason as the trail has it. Throws invalid_input where it is empty, too long, or no plain line. */
export function reasonOf(given: string): string {
  const words = given.trim()
  return orThrow(resultOf(words, [emptyFault('why', words) ?? plainLineFault('why', words, MAX_REASON)]))
}

/** `actBecause` has the trail name the reason for what this transaction changes; undefined: none is given. Throws as `reasonOf` does. */
export async function actBecause(sql: Queryable, why: string | undefined): Promise<void> {
  if (why !== undefined) await actFor(sql, reasonOf(why))
}

/** `changeBecause` makes a change in a transaction of its own, for a reason; undefined: none is given. Throws as `reasonOf` does. */
export const changeBecause = <Made>(
  sql: Sql,
  why: string | undefined,
  change: (transaction: Sql) => Promise<Made>,
): Promise<Made> =>
  sql.begin(async (transaction) => {
    await actBecause(transaction, why)
    return await change(within(transaction))
  })
