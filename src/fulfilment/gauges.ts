import type { Queryable } from '../database/database.ts'
import type { GaugeSource } from '../runtime/gauge.ts'
import { countOpenItems, countOpenReviews, selectPausedSuppliers } from './people/health-issues.sql.ts'

export const fulfilmentGauges = (sql: Queryable): GaugeSource[] => [
  {
    name: 'imeigate_open_items',
    help: 'Items that have not ended, by state',
    labels: ['state'],
    read: async () =>
      (await countOpenItems(sql)).map(({ state, count }) => ({ labels: { state }, value: count })),
  },
  {
    name: 'imeigate_open_reviews',
    help: 'What waits for a person, by kind',
    labels: ['kind'],
    read: async () =>
      (await countOpenReviews(sql)).map(({ kind, count }) => ({ labels: { kind }, value: count })),
  },
  {
    name: 'imeigate_supplier_open',
    help: 'Whether nothing is sent to a supplier because of its breaker (1), by supplier and cause',
    labels: ['supplier', 'why'],
    read: async () =>
      (await selectPausedSuppliers(sql)).map(({ supplier, why }) => ({
        labels: { supplier, why },
        value: 1,
      })),
  },
]
