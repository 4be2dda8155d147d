import { Refusal } from '../../../errors.ts'
import { ok, orThrow, type Refused, type Result, refusalFor, refused } from '../../../lib/fault.ts'
import type { OrderId } from '../../../lib/ids.ts'
import type { OrderState } from '../../../lib/states.ts'
import { type Order, parseOrderId } from '../../../orders/order.ts'
import { type Answer, API_VERSION, Keyed, Merged, succeed, type Value } from '../answer.ts'
import { type Action, type Call, checkRowCount } from '../call.ts'
import { idIn, readOrderIds } from '../order-fields.ts'
import { type RefusalRow, sayRefusal } from '../refusal.ts'
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

interface Status {
  id: OrderId
  state: OrderState
  input: string
  /** `text` is the result or the reason. */
  text: string
}

function statusRow(call: Call, { id, state, input, text }: Status): Record<string, string> {
  const row = { ...statuses[state], REFERENCEID: String(id), IMEI: input }
  // Clients of panels show CODE, and COMMENTS behind it.
  return call.key.dialect === 'panel' ? { ...row, CODE: text, COMMENTS: '' } : { ...row, COMMENTS: text }
}

/** `resultsOf` gives the result or the reason; of an order of many items, one line each. */
function resultsOf({ items }: Order): string {
  const texts = items.map(({ input, result, reason }) => ({ input, text: result ?? reason ?? '' }))
  if (texts.length === 1) return texts[0]?.text ?? ''
  return texts
    .filter(({ text }) => text !== '')
    .map(({ input, text }) => `${input}: ${text}`)
    .join('\n')
}

async function readStatus(call: Call, text: string | undefined): Promise<Result<Record<string, string>>> {
  if (!text) return refused('order_id_required')
  const id = parseOrderId(text)
  const status = id && (await statusOf(call, id))
  return status ? ok(statusRow(call, status)) : refused('order_not_found', 'ID', text.slice(0, 64))
}

/** `statusOf` looks for an order that was placed here, and then for one of the panel that the account has come from. */
async function statusOf({ deps, key, request }: Call, id: OrderId): Promise<Status | undefined> {
  const { account } = key
  const order = await deps.orders.forBuyer(account.id).find(id)
  if (order) return { id, state: order.state, input: order.items[0]?.input ?? '', text: resultsOf(order) }
  const type = request.action.startsWith('getserver') ? 'server' : 'imei'
  const former = await deps.formerOrders.find(account.id, id, type)
  return former && { id, state: former.state, input: former.input, text: former.answer }
}

/** `statusList` gives a row for each order; that of an order that is not found has ERROR. */
async function statusList(call: Call, ids: string[]): Promise<Answer> {
  if (ids.length === 0) throw new Refusal('order_id_required')
  checkRowCount(ids.length, call.deps.maxRows)
  const rows = await Promise.all(
    ids.map(async (id) => {
      const status = await readStatus(call, id)
      return status.ok ? status.value : { REFERENCEID: id, ERROR: [refusalRow(call, status)] }
    }),
  )
  return succeed(rows)
}

const refusalRow = (call: Call, why: Refused): RefusalRow => sayRefusal(refusalFor(why), call.key.dialect)

/**
 * `orderStatus` answers `orderstatus`, `getimeiorder` and `getserverorder`: one order; many when several ids are given. Panels repeat the
 * ID that they were sent beside SUCCESS.
 */
export const orderStatus: Action = async (call) => {
  const ids = orThrow(readOrderIds(call.parameters, call.request.form))
  if (ids.length > 1) return await statusList(call, ids)
  const status = orThrow(await readStatus(call, ids[0]))
  return succeed([status], call.key.dialect === 'panel' ? { ID: ids[0] ?? '' } : {})
}

/** `orderStatuses` answers `orderstatusbulk`: always a list. */
export const orderStatuses: Action = async (call) =>
  await statusList(call, orThrow(readOrderIds(call.parameters, call.request.form)))

/** `orderStatusesByRow` answers `getimeiorderbulk` and `getserverorderbulk`: rows under the caller's keys when `parameters` names the orders. */
export const orderStatusesByRow: Action = async (call) => {
  const { parameters } = call
  if (!parameters.ok || parameters.value.kind !== 'many') return await orderStatuses(call)
  const { rows } = parameters.value
  checkRowCount(rows.length, call.deps.maxRows)
  const entries = await Promise.all(
    rows
      .filter(({ key }) => !isReserved(key))
      .map(async (row): Promise<[string, Value]> => {
        const status = await readStatus(call, row.fields ? idIn(row.fields) : row.text)
        return [row.key, status.ok ? { SUCCESS: [status.value] } : { ERROR: [refusalRow(call, status)] }]
      }),
  )
  return new Merged([new Keyed('ROW', entries), { apiversion: API_VERSION }])
}
