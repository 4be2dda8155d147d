import type { StrayId } from '../lib/ids.ts'
import type { Micros } from '../lib/money.ts'

/** Stray is a payment that a hook told of and that fits no deposit by its amount, or several. */
export interface Stray {
  id: StrayId
  providerCode: string
  /** `paymentId` is the payment's own name, as the hook gave it. */
  paymentId: string
  amount: Micros
  currency: string
  /** `paidAt` is on the wall of the provider's time zone. */
  paidAt: string
  timeZone: string
  words: string
  /** `fitting` is how many deposits it fits. */
  fitting: number
  receivedAt: Date
  closedAt: Date | null
  closedBy: string | null
  note: string | null
}
