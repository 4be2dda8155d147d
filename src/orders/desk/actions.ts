import type { Micros } from '../../lib/money.ts'
import type { ListedOrder } from './order-rows.ts'

/** `orderActions` is what people may do to an order, and the permission that it takes. */
export const orderActions = {
  cancel: 'orders.act',
  ask: 'orders.act',
  resend: 'orders.act',
  decide: 'orders.read',
  answer: 'manual.answer',
  refund: 'orders.refund',
  reject: 'orders.refund',
  correct: 'orders.correct',
  deliver: 'orders.refund',
  verify: 'orders.act',
  resend_webhook: 'orders.act',
  note: 'orders.act',
} as const

export type OrderAction = keyof typeof orderActions

/** `whyNot` are the reasons for which an order in its state does not allow something. */
export const whyNot = [
  'nothing_open',
  'nothing_waits',
  'nothing_with_supplier',
  'nothing_to_decide',
  'nothing_by_hand',
  'nothing_charged',
  'nothing_ended',
  'nothing_given_back',
  'no_webhook',
  'webhook_paused',
] as const

/** AllowedAction is something that may be done to an order, or why it may not. */
export interface AllowedAction {
  name: OrderAction
  allowed: boolean
  /** `why`, null: it is allowed. */
  why: (typeof whyNot)[number] | null
  /** `items` counts those that it fits. */
  items: number
  /** `gives` is what it gives back at once, at most; null: it moves nothing by itself. */
  gives: Micros | null
}

/** `actionsOf` says what may be done to an order by who has some permissions: what these do not allow is not in it. Pure. */
export function actionsOf(
  order: Pick<ListedOrder, 'states' | 'reviews' | 'withPeople' | 'charged' | 'deliverable'>,
  webhook: { status: string } | undefined,
  may: (permission: string) => boolean,
): AllowedAction[] {
  const { pending = 0, processing = 0, unknown = 0, success = 0, failed = 0 } = order.states
  const withSupplier = processing + unknown - Math.min(order.withPeople, processing + unknown)
  const all: [OrderAction, number, AllowedAction['why'], (Micros | null)?][] = [
    // What it gives back is known by the attempts: see previewCancel.
    ['cancel', pending + processing + unknown, 'nothing_open'],
    ['ask', withSupplier, 'nothing_with_supplier'],
    ['resend', pending, 'nothing_waits'],
    ['decide', order.reviews, 'nothing_to_decide'],
    ['answer', order.withPeople, 'nothing_by_hand'],
    ['refund', success, 'nothing_charged', order.charged],
    ['reject', success, 'nothing_charged', order.charged],
    ['correct', success, 'nothing_charged'],
    ['deliver', order.deliverable, 'nothing_given_back'],
    ['verify', success + failed, 'nothing_ended'],
    ['resend_webhook', webhook?.status === 'active' ? 1 : 0, webhook ? 'webhook_paused' : 'no_webhook'],
    ['note', 1, null],
  ]
  return all
    .filter(([name]) => may(orderActions[name]))
    .map(([name, items, why, gives = null]) => {
      const allowed = items > 0
      return { name, allowed, why: allowed ? null : why, items, gives: allowed ? gives : null }
    })
}
