import { Refusal } from '../../errors.ts'
import type { PlanKind } from '../plan-kind.ts'
import { accountsGroup } from './accounts-group.ts'
import { manualPaste } from './manual-paste.ts'
import { ordersBulk, ordersNote, ordersRefund, ordersResend } from './orders.ts'
import { ordersCorrect } from './orders-correct.ts'
import { ordersDeliver } from './orders-deliver.ts'
import { prices } from './prices.ts'
import { pricesCsv } from './prices-csv.ts'
import { reviewsBulk } from './reviews-bulk.ts'
import { servicesBulk } from './services-bulk.ts'
import { servicesCsv } from './services-csv.ts'
import { servicesRoute } from './services-route.ts'
import { supplierChanges } from './supplier-changes.ts'
import { supplierImport } from './supplier-import.ts'
import { accountsUndo, pricesUndo, servicesUndo } from './undo.ts'

/** `planKinds` are all kinds of plans: see ../plan-kind.ts for how another one is made. */
export const planKinds: PlanKind[] = [
  prices,
  pricesCsv,
  servicesBulk,
  servicesCsv,
  servicesRoute,
  supplierImport,
  supplierChanges,
  manualPaste,
  reviewsBulk,
  ordersBulk,
  ordersRefund,
  ordersResend,
  ordersCorrect,
  ordersDeliver,
  ordersNote,
  accountsGroup,
  pricesUndo,
  servicesUndo,
  accountsUndo,
]

/** `findKind` throws invalid_input. */
export function findKind(name: string): PlanKind {
  const kind = planKinds.find((one) => one.name === name)
  if (kind) return kind
  throw new Refusal('invalid_input', `there is no kind of plan ${JSON.stringify(name)}`, 'kind')
}
