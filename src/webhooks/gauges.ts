import type { Queryable } from '../database/database.ts'
import type { GaugeSource } from '../runtime/gauge.ts'
import { countStoppedWebhooks, countWaitingEvents } from './gauges.sql.ts'

export const webhookGauges = (sql: Queryable): GaugeSource[] => [
  {
    name: 'imeigate_webhook_events_waiting',
    help: 'Events that are still to be sent to webhooks',
    labels: [],
    read: async () => [{ labels: {}, value: await countWaitingEvents(sql) }],
  },
  {
    name: 'imeigate_webhooks_stopped',
    help: 'Webhooks that are sent nothing until they are resumed, by status (paused, gone)',
    labels: ['status'],
    read: async () =>
      (await countStoppedWebhooks(sql)).map(({ status, count }) => ({ labels: { status }, value: count })),
  },
]
