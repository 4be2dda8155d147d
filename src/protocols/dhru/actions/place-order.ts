import { Refusal } from '../../../errors.ts'
import { orThrow } from '../../../lib/fault.ts'
import { succeed } from '../answer.ts'
import type { Action } from '../call.ts'
import { echo } from '../fields.ts'
import { onlyOrder } from '../parameters.ts'
import { placeWanted, readPurchase } from './purchase.ts'

/** PLACED is the contract's text. */
export const PLACED = 'Order Placed Successfully'

/** `placeOrder` places one order (`placeimeiorder`); ID and IMEI are echoed beside SUCCESS, which two public clients read. */
export const placeOrder: Action = async (call) => {
  const parameters = orThrow(call.parameters)
  if (parameters.kind === 'none') throw new Refusal('payload_required')
  if (parameters.kind === 'many' && parameters.rows.length !== 1) {
    throw new Refusal('malformed_parameters', 'one order expected, use placeimeiorderbulk for many')
  }
  const fields = onlyOrder(parameters)
  if (!fields) throw new Refusal('malformed_parameters', 'the order is not an object')
  const { catalogue, presence } = call.deps
  const current = presence.reading(() => catalogue.current())
  const snapshot = current instanceof Promise ? await current : current
  const wanted = readPurchase(call, snapshot, fields, call.idempotencyKey)
  const placed = await placeWanted(call, wanted, call.idempotencyKey)
  if (placed instanceof Refusal) throw placed
  call.report({ placed: placed.orderId })
  return succeed([{ MESSAGE: PLACED, REFERENCEID: String(placed.orderId) }], echo(fields))
}
