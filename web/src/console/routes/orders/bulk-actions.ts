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
} as const
export type BulkAction = keyof typeof bulkActions

export const bulkWords: Record<BulkAction, MessageDescriptor> = {
  ask: msg`Ask now`,
  cancel: msg`Cancel…`,
  verify: msg`Have verified…`,
  resend_webhook: msg`Send webhooks again`,
  resend: msg`Another route…`,
  correct: msg`Correct…`,
  refund: msg`Refund…`,
}
