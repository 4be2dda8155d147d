import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { Sql } from '../database/database.ts'

/** What `GET /metrics` tells a Prometheus server. */
export class Metrics {
  readonly #registry = new Registry()
  readonly #requests: Counter<'action' | 'outcome'>
  readonly #restRequests: Counter<'route' | 'outcome'>

  constructor(sql: Sql) {
    collectDefaultMetrics({ register: this.#registry })
    this.#requests = new Counter({
      name: 'imeigate_dhru_requests_total',
      help: 'Answered Dhru requests by action and outcome (ok, or the error code)',
      labelNames: ['action', 'outcome'],
      registers: [this.#registry],
    })
    this.#restRequests = new Counter({
      name: 'imeigate_rest_requests_total',
      help: 'Answered requests to the REST API by route and outcome (ok, or the error code)',
      labelNames: ['route', 'outcome'],
      registers: [this.#registry],
    })
    const open = new Gauge({
      name: 'imeigate_open_items',
      help: 'Items that have not ended, by state',
      labelNames: ['state'],
      registers: [this.#registry],
      async collect() {
        // While the database is away the process's own figures are still worth having.
        const rows = await sql<{ state: string; count: number }[]>`
          select 'pending' as state, count(*)::int as count from items where state = 'pending'
          union all
          select state::text, count(*)::int from items where state in ('processing', 'unknown') group by state`.catch(
          () => [],
        )
        open.reset()
        for (const { state, count } of rows) open.set({ state }, count)
      },
    })
    const reviews = new Gauge({
      name: 'imeigate_open_reviews',
      help: 'What waits for a person, by kind',
      labelNames: ['kind'],
      registers: [this.#registry],
      async collect() {
        const rows = await sql<{ kind: string; count: number }[]>`
          select kind::text, count(*)::int as count from reviews where resolved_at is null group by kind`.catch(
          () => [],
        )
        reviews.reset()
        for (const { kind, count } of rows) reviews.set({ kind }, count)
      },
    })
    const waiting = new Gauge({
      name: 'imeigate_webhook_events_waiting',
      help: 'Events that are still to be sent to webhooks',
      registers: [this.#registry],
      async collect() {
        const [row] = await sql<{ count: number }[]>`
          select count(*)::int as count from order_events where due_at is not null`.catch(() => [])
        if (row) waiting.set(row.count)
      },
    })
    const stopped = new Gauge({
      name: 'imeigate_webhooks_stopped',
      help: 'Webhooks that are sent nothing until they are resumed, by status (paused, gone)',
      labelNames: ['status'],
      registers: [this.#registry],
      async collect() {
        const rows = await sql<{ status: string; count: number }[]>`
          select status, count(*)::int as count from webhooks where status <> 'active' group by status`.catch(
          () => [],
        )
        stopped.reset()
        for (const { status, count } of rows) stopped.set({ status }, count)
      },
    })
    const suppliers = new Gauge({
      name: 'imeigate_supplier_open',
      help: 'Whether nothing is sent to a supplier because of its breaker (1), by supplier and cause',
      labelNames: ['supplier', 'why'],
      registers: [this.#registry],
      async collect() {
        const rows = await sql<{ supplier: string; why: string }[]>`
          select s.name as supplier, h.why from supplier_health h join suppliers s on s.id = h.supplier_id
           where h.open`.catch(() => [])
        suppliers.reset()
        for (const { supplier, why } of rows) suppliers.set({ supplier, why }, 1)
      },
    })
  }

  countRequest = (action: string, outcome: string): void => {
    this.#requests.inc({ action, outcome })
  }

  countRestRequest = (route: string, outcome: string): void => {
    this.#restRequests.inc({ route, outcome })
  }

  get contentType(): string {
    return this.#registry.contentType
  }

  read(): Promise<string> {
    return this.#registry.metrics()
  }
}
