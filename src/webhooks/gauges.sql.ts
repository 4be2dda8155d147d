import type { Queryable } from '../database/database.ts'
import type { GaugeSource } from '../runtime/gauge.ts'

export const webhookGauges = (sql: Queryable): GaugeSource[] => [
  {
    name: 'imeigate_webhook_events_waiting',
    help: 'Events that are still to be sent to webhooks',
    labels: [],
    read: async () => {
      const rows = await sql<{ count: number }[]>`
        select count(*)::int as count from order_events where due_at is not null`
      return rows.map(({ count }) => ({ labels: {}, value: count }))
    },
  },
  {
    name: 'imeigate_webhooks_stopped',
    help: 'Webhooks that are sent nothing until they are resumed, by status (paused, gone)',
    labels: ['status'],
    read: async () => {
      const rows = await sql<{ status: string; count: number }[]>`
        select status, count(*)::int as count from webhooks where status <> 'active' group by status`
      return rows.map(({ status, count }) => ({ labels: { status }, value: count }))
    },
  },
]
