import { Refusal } from '../../../errors.ts'
import type { OrderState } from '../../../lib/states.ts'
import { type Order, parseOrderId } from '../../../orders/order.ts'
import { type Answer, API_VERSION, Keyed, Merged, succeed, type Value } from '../answer.ts'
import { type Action, type Call, checkRowCount } from '../call.ts'
import { idIn, readOrderIds } from '../order-fields.ts'
import { sayRefusal } from '../refusal.ts'
import { isReserved } from './place-orders.ts'

/** `statuses` has STATUS as in the contract's table, CODE's label, and a text for people. */
const statuses: Record<OrderState, { STATUS: string; CODE: string; MESSAGE: string }> = {
  pending: { STATUS: '0', CODE: 'pending', MESSAGE: 'Order pending' },
  processing: { STATUS: '1', CODE: 'processing', MESSAGE: 'Order in process' },
  success: { STATUS: '4', CODE: 'completed', MESSAGE: 'Order completed' },
  partial: { STATUS: '4', CODE: 'partial', MESSAGE: 'Order partially completed' },
  failed: { STATUS: '3', CODE: 'failed', MESSAGE: 'Order failed' },
  cancelled: { STATUS: '3', CODE: 'cancelled', MESSAGE: 'Order cancelled' },
}

function statusRow(call: Call, order: Order): Record<string, string> {
  const comments = commentsOf(order)
  const status = statuses[order.state]
  return {
    ...status,
    CODE: call.key.codeField === 'result' ? comments : status.CODE,
    REFERENCEID: String(order.id),
    IMEI: order.items[0]?.input ?? '',
    COMMENTS: comments,
  }
}

/** `commentsOf` gives the result or the reason; of an order of many items, one line each. */
function commentsOf({ items }: Order): string {
  const texts = items.map(({ input, result, reason }) => ({ input, text: result ?? reason ?? '' }))
  if (texts.length === 1) return texts[0]?.text ?? ''
  return texts
    .filter(({ text }) => text !== '')
    .map(({ input, text }) => `${input}: ${text}`)
    .join('\n')
}

async function readStatus(call: Call, text: string | undefined): Promise<Record<string, string> | Refusal> {
  if (!text) return new Refusal('order_id_required')
  const id = parseOrderId(text)
  const order = id && (await call.deps.orders.forBuyer(call.key.account.id).find(id))
  return order ? statusRow(call, order) : new Refusal('order_not_found', text.slice(0, 64), 'ID')
}

/** `statusList` answers with a list, in which an order that is not found is a row with ERROR. */
async function statusList(call: Call, ids: string[]): Promise<Answer | Refusal> {
  if (ids.length === 0) return new Refusal('order_id_required')
  const tooMany = checkRowCount(ids.length, call.deps.maxRows)
  if (tooMany) return tooMany
  const rows = await Promise.all(
    ids.map(async (id) => {
      const status = await readStatus(call, id)
      return status instanceof Refusal ? { REFERENCEID: id, ERROR: [sayRefusal(status)] } : status
    }),
  )
  return succeed(rows)
}

/** `orderstatus`, `getimeiorder`, `getserverorder`: one order; many when several ids are given. */
export const orderStatus: Action = async (call) => {
  const ids = readOrderIds(call.parameters, call.request.form)
  if (!Array.isArray(ids)) return new Refusal('malformed_parameters', ids.malformed)
  if (ids.length > 1) return await statusList(call, ids)
  const status = await readStatus(call, ids[0])
  return status instanceof Refusal ? status : succeed([status])
}

/** `orderstatusbulk`: always a list. */
export const orderStatuses: Action = async (call) => {
  const ids = readOrderIds(call.parameters, call.request.form)
  return Array.isArray(ids) ? await statusList(call, ids) : new Refusal('malformed_parameters', ids.malformed)
}

/** `getimeiorderbulk`, `getserverorderbulk`: rows under the caller's keys when `parameters` names the orders. */
export const orderStatusesByRow: Action = async (call) => {
  const { parameters } = call
  if (parameters.kind !== 'many') return await orderStatuses(call)
  const { rows } = parameters
  const tooMany = checkRowCount(rows.length, call.deps.maxRows)
  if (tooMany) return tooMany
  const entries = await Promise.all(
    rows
      .filter(({ key }) => !isReserved(key))
      .map(async (row): Promise<[string, Value]> => {
        const status = await readStatus(call, row.fields ? idIn(row.fields) : row.text)
        return [row.key, status instanceof Refusal ? { ERROR: [sayRefusal(status)] } : { SUCCESS: [status] }]
      }),
  )
  return new Merged([new Keyed('ROW', entries), { apiversion: API_VERSION }])
}
