import type { Sql } from '../../database/database.ts'
import { Refusal } from '../../errors.ts'
import type { OrderId, ReviewId } from '../../lib/ids.ts'
import { type Clock, systemClock } from '../../lib/time.ts'
import { insertNote } from '../../orders/desk/notes.ts'
import { mustNameOrder } from '../../orders/desk/order-name.ts'
import { because } from '../../reasons.ts'
import { type KeptExchange, selectExchanges } from './kept-exchanges.sql.ts'
import { selectReviewWords, selectSecret } from './reveal.sql.ts'

/** Revealed is what is secret of an item. */
interface Revealed {
  /** `result`, null: it has none. */
  result: string | null
  /** `reviews` are those of the item, with what suppliers said. */
  reviews: { id: ReviewId; detail: string }[]
  exchanges: KeptExchange[]
}

/**
 * `revealResult` gives what is secret of an item, and notes who looked at it, which the trail has. Throws order_not_found, or conflict where the
 * results of its service are not secret.
 */
export async function revealResult(
  sql: Sql,
  orderId: OrderId,
  position: number,
  actor: string,
  clock: Clock = systemClock,
): Promise<Revealed> {
  const { accountId } = await mustNameOrder(sql, orderId)
  const name = { accountId, orderId, position }
  const found = await selectSecret(sql, name)
  if (!found) throw new Refusal('order_not_found', `order ${orderId} has no item ${position}`, 'item')
  if (!found.secretResults) throw because('conflict', 'results_not_secret', {}, 'item')
  const [reviews, exchanges] = await Promise.all([
    selectReviewWords(sql, name),
    selectExchanges(sql, name),
    insertNote(sql, name, { at: clock.now(), actor, kind: 'look', text: `item ${position}` }),
  ])
  return { result: found.result, reviews, exchanges }
}
