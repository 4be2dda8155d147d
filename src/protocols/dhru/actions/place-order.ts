import { Refusal } from '../../../errors.ts'
import { succeed } from '../answer.ts'
import type { Action } from '../call.ts'
import { echo, placeRow } from './purchase.ts'

/** PLACED is the contract's text. */
export const PLACED = 'Order Placed Successfully'

/** `placeimeiorder`: one order; ID and IMEI are echoed beside SUCCESS, which two public clients read. */
export const placeOrder: Action = async (call) => {
  const { parameters } = call
  if (parameters.kind === 'none') return new Refusal('payload_required')
  if (parameters.kind === 'malformed') return new Refusal('malformed_parameters', parameters.why)
  if (parameters.kind === 'many' && parameters.rows.length !== 1) {
    return new Refusal('malformed_parameters', 'one order expected, use placeimeiorderbulk for many')
  }
  const fields = parameters.kind === 'one' ? parameters.fields : parameters.rows[0]?.fields
  if (!fields) return new Refusal('malformed_parameters', 'the order is not an object')
  const placed = await placeRow(call, await call.deps.catalogue.current(), fields, call.idempotencyKey)
  if (placed instanceof Refusal) return placed
  call.report({ placed: placed.orderId })
  return succeed([{ MESSAGE: PLACED, REFERENCEID: String(placed.orderId) }], echo(fields))
}
