import type { ProviderId } from '../lib/ids.ts'
import type { Micros } from '../lib/money.ts'

/** Provider is a way to pay in, in one currency. */
export interface Provider {
  id: ProviderId
  /** `code` is what callers name it by. */
  code: string
  kind: string
  name: string
  currency: string
  /** `minAmount` and `maxAmount` bound what is credited; null: no upper bound. */
  minAmount: Micros
  maxAmount: Micros | null
  /** `feePercent` is in hundredths of a percent of what is credited. */
  feePercent: number
  feeFlat: Micros
  /** `settings` are what an operator has set; the rest are the kind's defaults. */
  settings: Record<string, unknown>
  /** `secrets` are sealed for the owner `deposit provider <id>`. */
  secrets: Buffer | null
  enabled: boolean
  createdAt: Date
  updatedAt: Date
}
