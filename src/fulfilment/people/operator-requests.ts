import type { Sql } from '../../database/database.ts'
import { Refusal } from '../../errors.ts'
import type { OrderId } from '../../lib/ids.ts'
import { type Clock, systemClock } from '../../lib/time.ts'
import { type OperatorOrder, OperatorOrders } from '../../orders/read/operator-orders.ts'
import { because } from '../../reasons.ts'
import { type CancelAnswer, cancelByOperator, requestVerify, type VerifyAnswer } from './cancel-verify.ts'

/** `mustFindOrder` throws order_not_found. */
export async function mustFindOrder(sql: Sql, id: OrderId): Promise<OperatorOrder> {
  const found = await new OperatorOrders(sql).find(id)
  if (!found) throw new Refusal('order_not_found', String(id), 'id')
  return found
}

/** `cancelOrder` is `cancelByOperator` of an order of any account. Throws order_not_found, conflict where nothing can be cancelled, or invalid_input. */
export async function cancelOrder(
  sql: Sql,
  orderId: OrderId,
  by: { actor: string; why?: string | undefined },
  clock: Clock = systemClock,
): Promise<CancelAnswer> {
  const { order } = await mustFindOrder(sql, orderId)
  const answer = await cancelByOperator(sql, { accountId: order.accountId, orderId }, by, clock)
  if (answer.cancelled + answer.asked > 0) return answer
  throw because('conflict', 'nothing_to_cancel', { order: orderId, state: order.state }, 'id')
}

/** `verifyOrder` is `requestVerify` of an order of any account. Throws order_not_found, or conflict where nothing has an answer. */
export async function verifyOrder(
  sql: Sql,
  orderId: OrderId,
  actor: string,
  clock: Clock = systemClock,
): Promise<VerifyAnswer> {
  const { order } = await mustFindOrder(sql, orderId)
  const name = { accountId: order.accountId, orderId }
  const answer = await requestVerify(sql, name, actor, clock, { asOperator: true })
  if (answer.asked > 0) return answer
  throw because('conflict', 'nothing_answered', { order: orderId, state: order.state }, 'id')
}
