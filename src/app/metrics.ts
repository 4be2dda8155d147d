import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { GaugeSource } from '../runtime/gauge.ts'

/** KEPT_MS is how long a figure of the database counts, however often it is asked for: a count of many rows is work. */
const KEPT_MS = 10_000

/** `kept` reads again only when what was read is too old; those who ask meanwhile wait for the same answer. */
function kept<Value>(read: () => Promise<Value>): () => Promise<Value> {
  let asked: Promise<Value> | undefined
  let askedAt = 0
  return () => {
    const now = performance.now()
    if (!asked || now - askedAt > KEPT_MS) {
      askedAt = now
      asked = read()
    }
    return asked
  }
}

/** Metrics is what `GET /metrics` gives a Prometheus server: what this process counts, and the gauges of the rooms. */
export class Metrics {
  readonly #registry = new Registry()
  readonly countRequest = this.#counter('imeigate_dhru_requests_total', 'Dhru requests', 'action')
  readonly countRestRequest = this.#counter(
    'imeigate_rest_requests_total',
    'requests to the REST API',
    'route',
  )

  readonly #refusals = new Counter({
    name: 'imeigate_refusals_total',
    help: 'Refused requests by protocol (dhru, rest, hook; http: none was reached) and reason (the error code)',
    labelNames: ['protocol', 'reason'],
    registers: [this.#registry],
  })
  readonly countRefusal = (protocol: string, reason: string): void => this.#refusals.inc({ protocol, reason })

  constructor() {
    collectDefaultMetrics({ register: this.#registry })
  }

  /** `show` adds the gauges of the rooms. */
  show(gauges: readonly GaugeSource[]): void {
    for (const source of gauges) this.#add(source)
  }

  /** `#counter` makes a function that counts answers; `what` is the label of what was asked for. */
  #counter(name: string, requests: string, what: string): (asked: string, outcome: string) => void {
    const counter = new Counter({
      name,
      help: `Answered ${requests} by ${what} and outcome (ok, or the error code)`,
      labelNames: [what, 'outcome'],
      registers: [this.#registry],
    })
    return (asked, outcome) => counter.inc({ [what]: asked, outcome })
  }

  #add({ name, help, labels, read }: GaugeSource): void {
    // While the database is away the process's own figures are still worth having.
    const readOnce = kept(() => read().catch(() => []))
    new Gauge({
      name,
      help,
      labelNames: labels,
      registers: [this.#registry],
      async collect() {
        const values = await readOnce()
        // One without labels would be 0, which is not known.
        if (labels.length > 0) this.reset()
        for (const { labels: given, value } of values) this.set(given, value)
      },
    })
  }

  get contentType(): string {
    return this.#registry.contentType
  }

  read(): Promise<string> {
    return this.#registry.metrics()
  }
}
