import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { GaugeSource } from '../runtime/gauge.ts'

/** Metrics is what `GET /metrics` gives a Prometheus server: what this process counts, and the gauges of the rooms. */
export class Metrics {
  readonly #registry = new Registry()
  readonly #requests: Counter<'action' | 'outcome'>
  readonly #restRequests: Counter<'route' | 'outcome'>

  constructor(gauges: readonly GaugeSource[]) {
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
    for (const source of gauges) this.#add(source)
  }

  #add({ name, help, labels, read }: GaugeSource): void {
    new Gauge({
      name,
      help,
      labelNames: labels,
      registers: [this.#registry],
      async collect() {
        // While the database is away the process's own figures are still worth having.
        const values = await read().catch(() => [])
        // One without labels would be 0, which is not known.
        if (labels.length > 0) this.reset()
        for (const { labels: given, value } of values) this.set(given, value)
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
