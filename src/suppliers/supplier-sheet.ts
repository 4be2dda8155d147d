import { completeSettings, secretsSet } from '../integrations/kit/kind.ts'
import type { SupplierFault } from '../integrations/suppliers/supplier.ts'
import type { SupplierKind } from '../integrations/suppliers/supplier-kind.ts'
import type { SupplierId } from '../lib/ids.ts'
import { type Micros, micros } from '../lib/money.ts'
import type { SupplierSheetRow } from './suppliers.sql.ts'

/** A supplier as operators see it. */
export interface SupplierSheet {
  id: SupplierId
  kind: string
  name: string
  url: string | null
  currency: string
  /** Complete with the defaults. */
  settings: Record<string, unknown>
  /** The kind's secrets, and which of them are set; null: they were sealed with another key than ours. */
  secrets: Record<string, boolean> | null
  enabled: boolean
  concurrency: number
  /** null: no limit. */
  ratePerSecond: number | null
  showsReasons: boolean
  createdAt: Date
  updatedAt: Date
  health: SupplierHealth
  /** Items that it was sent and that have not ended. */
  openItems: number
  routes: number
}

interface SupplierHealth {
  /** Of the circuit breaker: nothing is sent to it while it is open. */
  open: boolean
  why: SupplierFault | null
  reason: string | null
  openedAt: Date | null
  /** When it is tried again. */
  probeAt: Date | null
  /** What it last said of our account, in micros of its currency. */
  balance: Micros | null
  balanceAt: Date | null
}

/** `secrets` are the opened ones; undefined: they could not be opened. */
export function sheetOf(
  row: SupplierSheetRow,
  kind: SupplierKind,
  secrets: Record<string, string> | undefined,
): SupplierSheet {
  return {
    id: row.id,
    kind: row.kind,
    name: row.name,
    url: row.url,
    currency: row.currency,
    settings: settingsOf(row, kind),
    secrets: secrets ? secretsSet(kind, secrets) : null,
    enabled: row.enabled,
    concurrency: row.concurrency,
    ratePerSecond: row.rate_per_second,
    showsReasons: row.shows_reasons,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    health: {
      ...(row.open ? openOf(row) : { open: false, why: null, reason: null, openedAt: null, probeAt: null }),
      balance: row.balance === null ? null : micros(row.balance),
      balanceAt: row.balance_at,
    },
    openItems: row.open_items,
    routes: row.routes,
  }
}

/** What is kept of an earlier opening is not for people. */
const openOf = ({ why, reason, opened_at, probe_at }: SupplierSheetRow) => ({
  open: true,
  why,
  reason,
  openedAt: opened_at,
  probeAt: probe_at,
})

/** Settings that are none of the kind any more are shown as they stand, so that they can be corrected. */
function settingsOf({ settings }: SupplierSheetRow, kind: SupplierKind): Record<string, unknown> {
  try {
    return completeSettings('supplier', kind, settings)
  } catch {
    return settings
  }
}
