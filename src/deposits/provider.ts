import type { ProviderId } from '../lib/ids.ts'
import type { Micros } from '../lib/money.ts'

/** A way to pay in, in one currency. */
export interface Provider {
  id: ProviderId
  /** What callers name it by. */
  code: string
  kind: string
  name: string
  currency: string
  /** Bounds of what is credited; null: no upper one. */
  minAmount: Micros
  maxAmount: Micros | null
  /** Hundredths of a percent of what is credited. */
  feePercent: number
  feeFlat: Micros
  /** What an operator has set; the rest are the kind's defaults. */
  settings: Record<string, unknown>
  /** Sealed for the owner `deposit provider <id>`. */
  secrets: Buffer | null
  enabled: boolean
  createdAt: Date
  updatedAt: Date
}
