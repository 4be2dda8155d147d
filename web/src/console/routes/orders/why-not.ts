import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'

/** `whyNot` says why the state of an order does not allow an action, or why a plan has left it out. */
export const whyNot: Readonly<Record<string, MessageDescriptor>> = {
  nothing_open: msg`Everything has ended.`,
  nothing_waits: msg`Nothing waits to be sent.`,
  nothing_with_supplier: msg`No supplier has any of it.`,
  nothing_to_decide: msg`There is nothing to decide.`,
  nothing_by_hand: msg`None of it is done by hand.`,
  nothing_charged: msg`Nothing of it is charged.`,
  nothing_ended: msg`Nothing has ended.`,
  nothing_given_back: msg`Nothing of it was given back, or it was charged anew before.`,
  no_webhook: msg`The key of the order has no webhook.`,
  webhook_paused: msg`The webhook is paused.`,
  same: msg`It has this result already.`,
  twice: msg`It is there twice.`,
  ambiguous: msg`It has several items: say which.`,
  no_fit: msg`There is no such order or item.`,
  unreadable: msg`This line names no order with a result.`,
  insufficient_balance: msg`The balance does not cover the price.`,
  no_route: msg`Its service has no route to this supplier.`,
  changed: msg`It has changed since it was shown.`,
}
