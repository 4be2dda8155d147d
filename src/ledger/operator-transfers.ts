import type { Sql } from '../database/database.ts'
import { MAX_SCANNED_ROWS } from '../database/walk.ts'
import type { TransferId } from '../lib/ids.ts'
import { type Page, pageOf } from '../lib/page.ts'
import {
  type OperatorTransfer,
  type OperatorTransferFilter,
  selectOperatorTransfers,
  selectRange,
  selectTransferSums,
  type TransferSum,
} from './operator-transfers.sql.ts'

export type { OperatorTransfer } from './operator-transfers.sql.ts'

/** `listOperatorTransfers` gives a page of what accounts sent to each other, the newest first. */
export async function listOperatorTransfers(
  sql: Sql,
  { limit, ...filter }: OperatorTransferFilter & { limit: number },
): Promise<Page<OperatorTransfer, TransferId>> {
  const range = await selectRange(sql, filter)
  const found = await selectOperatorTransfers(sql, { ...filter, limit: limit + 1 }, range)
  return pageOf(found, limit, ({ id }) => id)
}

/** `sumTransfers` adds them up by currency; undefined: there are more than can be looked at. */
export async function sumTransfers(
  sql: Sql,
  filter: Omit<OperatorTransferFilter, 'before'>,
  maxRows: number = MAX_SCANNED_ROWS.operator,
): Promise<TransferSum[] | undefined> {
  const range = await selectRange(sql, filter)
  const sums = await selectTransferSums(sql, { ...filter, limit: maxRows + 1 }, range)
  return sums.reduce((all, { count }) => all + count, 0) > maxRows ? undefined : sums
}
