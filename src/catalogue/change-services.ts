import type { Transaction } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import { selectOpened, updateServices } from './services.sql.ts'

/**
 * `writeServices` writes services as they are now. Throws permission_denied where results would be secret no more by somebody who may not look at
 * them: else who may edit services could read every result, and no line of the trail would say which.
 */
export async function writeServices(
  transaction: Transaction,
  rows: Parameters<typeof updateServices>[1],
): Promise<void> {
  const opened = await selectOpened(transaction, rows)
  if (opened !== undefined)
    throw new Refusal(
      'permission_denied',
      `you may not results.reveal_secret, which it takes to open the results of ${opened}`,
      'secretResults',
    )
  await updateServices(transaction, rows)
}
