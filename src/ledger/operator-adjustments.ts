import type { Sql } from '../database/database.ts'
import { isGiven, MAX_SCANNED_ROWS, type WalkedPage, walkPage } from '../database/walk.ts'
import {
  type AdjustmentFilter,
  type AdjustmentRow,
  type AdjustmentSums,
  type Place,
  selectAdjustments,
  selectStop,
  selectSums,
} from './operator-adjustments.sql.ts'

export {
  type AdjustmentFilter,
  type AdjustmentRow,
  adjustmentKinds,
  type Place,
} from './operator-adjustments.sql.ts'

/** `listAdjustments` gives a page of what people did to the balances of all accounts, the newest first. */
export const listAdjustments = (
  sql: Sql,
  { limit, ...filter }: AdjustmentFilter & { limit: number },
  maxRows: number = MAX_SCANNED_ROWS.operator,
): Promise<WalkedPage<AdjustmentRow, Place>> =>
  walkPage({
    limit,
    // An index finds all else that a list is narrowed to.
    isNarrowed: isGiven(filter.kind, filter.amountGte, filter.amountLte, filter.actors),
    selectStop: () => selectStop(sql, filter, maxRows),
    select: (part) => selectAdjustments(sql, { ...filter, ...part }),
  })

/** `sumAdjustments` adds them up by currency; undefined: there are more than can be looked at. */
export const sumAdjustments = (
  sql: Sql,
  filter: Omit<AdjustmentFilter, 'before'>,
  maxRows: number = MAX_SCANNED_ROWS.operator,
): Promise<AdjustmentSums[] | undefined> => selectSums(sql, filter, maxRows)
