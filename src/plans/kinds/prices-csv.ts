import { Type } from 'typebox'
import { orThrow } from '../../lib/fault.ts'
import { importPrices, readPriceFile } from '../../price-book/import.ts'
import { wholeKind } from '../plan-kind.ts'
import { belowCost, plannedPrices } from './price-rows.ts'

/** `pricesCsv` writes fixed prices as the rows of a file say. */
export const pricesCsv = wholeKind({
  name: 'prices.csv',
  what: 'Fixed prices of a CSV file',
  permissions: ['prices.edit'],
  reading: 'prices.read',
  undoneBy: 'prices.undo',
  input: Type.Object({ csv: Type.String({ minLength: 1 }) }, { additionalProperties: false }),
  confirmations: belowCost,
  carryOut: (work, { csv }, without) =>
    plannedPrices(work, async () =>
      orThrow(await importPrices(work.transaction, readPriceFile(csv), without)),
    ),
})
