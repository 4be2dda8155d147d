import { secretsSet, shownSettings } from '../integrations/kit/kind.ts'
import type { SupplierFault } from '../integrations/suppliers/supplier.ts'
import type { SupplierKind } from '../integrations/suppliers/supplier-kind.ts'
import type { Micros } from '../lib/money.ts'
import type { SupplierRow, SupplierViewRow } from './suppliers.sql.ts'

/** SupplierView is a supplier as operators see it; its settings are complete with the defaults. */
export interface SupplierView extends Omit<SupplierRow, 'secrets'> {
  /** `secrets` says which of the kind's secrets are set; null: they were sealed with another key than ours. */
  secrets: Record<string, boolean> | null
  health: SupplierHealth
  /** `openItems` were sent to it and have not ended. */
  openItems: number
  routes: number
}

interface SupplierHealth {
  /** `open` is the circuit breaker's: nothing is sent to the supplier while it is open. */
  open: boolean
  why: SupplierFault | null
  reason: string | null
  openedAt: Date | null
  /** `probeAt` is when the supplier is tried again. */
  probeAt: Date | null
  /** `balance` is what it last said of our account, in micros of its currency. */
  balance: Micros | null
  balanceAt: Date | null
}

/** `viewOf` leaves out what is kept of an earlier opening. `secrets` are the opened ones; undefined: they could not be opened. */
export function viewOf(
  { open, why, reason, openedAt, probeAt, balance, balanceAt, ...row }: SupplierViewRow,
  kind: SupplierKind,
  secrets: Record<string, string> | undefined,
): SupplierView {
  const opening = open
    ? { open, why, reason, openedAt, probeAt }
    : { open: false, why: null, reason: null, openedAt: null, probeAt: null }
  return {
    ...row,
    settings: shownSettings(kind, row.settings),
    secrets: secrets ? secretsSet(kind, secrets) : null,
    health: { ...opening, balance, balanceAt },
  }
}
