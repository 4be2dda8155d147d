import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { GaugeSource } from '../runtime/gauge.ts'

/** KEPT_MS is how long a figure of the database counts, however often it is asked for: a count of many rows is work. */
const KEPT_MS = 10_000

/** TEXT_MS is how long the text of all figures counts: to collect them costs some milliseconds in which nobody else is answered. */
const TEXT_MS = 1000

/** `kept` reads again only when what was read is older than `keptMs`; those who ask meanwhile wait for the same answer. */
function kept<Value>(read: () => Promise<Value>, keptMs: number, now: () => number): () => Promise<Value> {
  let asked: Promise<Value> | undefined
  let askedAt = 0
  return () => {
    const at = now()
    if (!asked || at - askedAt > keptMs) {
      askedAt = at
      asked = read()
    }
    return asked
  }
}

/** Figure is a gauge with its values. */
export interface Figure extends Pick<GaugeSource, 'name' | 'help'> {
  values: Awaited<ReturnType<GaugeSource['read']>>
}

/** Metrics is what `GET /metrics` gives a Prometheus server: what this process counts, and the gauges of the rooms. */
export class Metrics {
  readonly #registry = new Registry()
  readonly #now: () => number
  readonly countRequest = this.#counter('imeigate_dhru_requests_total', 'Dhru requests', 'action')
  readonly countRestRequest = this.#counter(
    'imeigate_rest_requests_total',
    'requests to the REST API',
    'route',
  )

  readonly countOperatorRequest = this.#counter(
    'imeigate_operator_requests_total',
    'requests to the operator API',
    'route',
  )

  readonly countPortalRequest = this.#counter(
    'imeigate_portal_requests_total',
    "requests to the portal's own API",
    'route',
  )

  readonly #refusals = new Counter({
    name: 'imeigate_refusals_total',
    help: 'Refused requests by protocol (dhru, rest, operator, portal, hook; http: none was reached) and reason (the error code)',
    labelNames: ['protocol', 'reason'],
    registers: [this.#registry],
  })
  readonly countRefusal = (protocol: string, reason: string): void => this.#refusals.inc({ protocol, reason })

  readonly #figures: { name: string; help: string; read: () => ReturnType<GaugeSource['read']> }[] = []
  /** `read` gives the text of all figures. */
  readonly read: () => Promise<string>

  /** `now` is a clock that is never set back, in milliseconds. */
  constructor(now = () => performance.now()) {
    this.#now = now
    this.read = kept(() => this.#registry.metrics(), TEXT_MS, now)
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
    const readOnce = kept(() => read().catch(() => []), KEPT_MS, this.#now)
    this.#figures.push({ name, help, read: readOnce })
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

  /** `figures` gives the gauges of the rooms with their values. */
  async figures(): Promise<Figure[]> {
    return await Promise.all(
      this.#figures.map(async ({ name, help, read }) => ({ name, help, values: await read() })),
    )
  }

  get contentType(): string {
    return this.#registry.contentType
  }
}
