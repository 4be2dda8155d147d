import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'

/** `bulkActions` are what is done to many orders, and the permission that each takes. */
export const bulkActions = {
  ask: 'orders.act',
  cancel: 'orders.act',
  verify: 'orders.act',
  resend_webhook: 'orders.act',
  resend: 'orders.act',
  correct: 'orders.correct',
  refund: 'orders.refund',
  deliver: 'orders.refund',
  note: 'orders.act',
} as const
export type BulkAction = keyof typeof bulkActions

/** `isUsual` tells which are buttons; the others stand in a menu, so that the bar keeps to one line. */
export const isUsual = (action: BulkAction): boolean => ['ask', 'cancel', 'refund', 'note'].includes(action)

export const bulkWords: Record<BulkAction, MessageDescriptor> = {
  ask: msg`Ask now`,
  cancel: msg`Cancel…`,
  verify: msg`Have verified…`,
  resend_webhook: msg`Send webhooks again`,
  resend: msg`Another route…`,
  correct: msg`Correct…`,
  refund: msg`Refund…`,
  deliver: msg`Deliver after all…`,
  note: msg`Note…`,
}
