import type { Sql } from '../../database/database.ts'
import type { AccountId } from '../../lib/ids.ts'
import { newestDownTo } from '../read/order-list.ts'
import type { OrderName } from '../read/orders.sql.ts'
import { type FoundLine, selectNamed } from './find-lines.sql.ts'

/** LINES_PER_LOOK bounds the texts that one statement looks for: each costs a look into the index of every account. */
const LINES_PER_LOOK = 50

/** OWN_LINES_PER_LOOK is more where one account is looked at: each statement goes through its newest items once. */
const OWN_LINES_PER_LOOK = 1_000

/** NamedOrder is an order that a text names whole, and by what. */
export interface NamedOrder extends OrderName {
  by: FoundLine['by']
}

/**
 * `findNamed` gives of each text the orders that it names whole, of all accounts or of one, the newest first, each once. An IMEI may be written
 * with blanks, dashes or dots between its digits.
 */
export async function findNamed(
  sql: Sql,
  texts: readonly string[],
  accountId: AccountId | null = null,
): Promise<NamedOrder[][]> {
  const own = accountId && { accountId, newestDownTo: await newestDownTo(sql, accountId) }
  const perLook = own ? OWN_LINES_PER_LOOK : LINES_PER_LOOK
  const found = texts.map(() => new Map<number, NamedOrder>())
  for (let at = 0; at < texts.length; at += perLook) {
    const some = texts.slice(at, at + perLook).map(wholeName)
    for (const { line, accountId: of, id, by } of await selectNamed(sql, some, own)) {
      const orders = found[at + line - 1]
      if (orders && !orders.has(id)) orders.set(id, { accountId: of, id, by })
    }
  }
  return found.map((orders) => [...orders.values()].sort((a, b) => b.id - a.id))
}

/** `wholeName` makes of an IMEI as people write it what orders have. */
export function wholeName(text: string): string {
  const digits = text.replace(/[\s./-]/g, '')
  return /^\d{14,16}$/.test(digits) ? digits : text.trim()
}
