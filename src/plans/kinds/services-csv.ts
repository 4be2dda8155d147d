import { Type } from 'typebox'
import { importServices } from '../../catalogue/import.ts'
import { orThrow } from '../../lib/fault.ts'
import { type PlanRow, wholeKind } from '../plan-kind.ts'
import { belowCost, priceRows } from './price-rows.ts'
import { serviceKey, serviceRowsOf } from './service-rows.ts'

/** `servicesCsv` makes and changes services, and prices for everyone, as a file says. */
export const servicesCsv = wholeKind({
  name: 'services.csv',
  what: 'Services of a CSV or JSON file, with their prices for everyone',
  permissions: ['catalogue.edit', 'prices.edit'],
  reading: 'catalogue.read',
  undoneBy: 'services.undo',
  input: Type.Object(
    {
      text: Type.String({ minLength: 1 }),
      format: Type.Optional(Type.Union([Type.Literal('csv'), Type.Literal('json')], { default: 'csv' })),
    },
    { additionalProperties: false },
  ),
  confirmations: belowCost,
  async carryOut(work, { text, format = 'csv' }, without) {
    const rowOf = await serviceRowsOf(work.transaction)
    const rows: PlanRow[] = []
    const left = new Set([...without].filter((key) => key.startsWith(serviceKey(''))))
    const codes = new Set([...left].map((key) => key.slice(serviceKey('').length)))
    const done = await priceRows(work, async () =>
      orThrow(
        await importServices(work.sql, text, format, {
          without: codes,
          onService: ({ before, after, suppliers }) => {
            const row = rowOf(before, after, suppliers)
            if (row) rows.push(row)
          },
        }),
      ),
    )
    const { created, updated } = done.value
    // The id of a service that is new is not the same when the plan is applied.
    const priced = done.rows.map((row) => withoutNewId(row, rows))
    return {
      rows: [...rows, ...priced],
      summary: { created, updated, prices: done.summary.changed, below_cost: done.summary.below_cost },
      needs: done.needs,
    }
  },
})

function withoutNewId(row: PlanRow, services: readonly PlanRow[]): PlanRow {
  const code = String(row.subject['service_code'])
  const isNew = services.some(({ key, verdict }) => key === serviceKey(code) && verdict === 'new')
  if (!isNew) return row
  return { ...row, key: `${code} ${row.subject['currency']}`, subject: { ...row.subject, service: null } }
}
