import type { RowOf } from '../database/column-types.ts'
import type { DepositProviders } from '../database/types.ts'

/** Provider is a way to pay in, in one currency, as its table has it. `secrets` are sealed. */
export interface Provider extends Omit<RowOf<DepositProviders>, 'settings'> {
  /** `settings` are what an operator has set; the rest are the kind's defaults. */
  settings: Record<string, unknown>
}
