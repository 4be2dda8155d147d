import type { Logger } from 'pino'
import type { Sql } from '../database/database.ts'
import { addJob } from '../jobs/jobs.ts'
import type { WebhookId } from '../lib/ids.ts'
import type { Clock } from '../lib/time.ts'
import type { OrderReader } from '../orders/read/order-reader.ts'
import type { Outbound } from '../outbound/outbound.ts'
import type { RuntimeService } from '../runtime/runtime-service.ts'
import type { Sealer } from '../secrets/sealer.ts'
import { selectNextDue } from './deliveries.sql.ts'
import { DeliveryRecorder } from './delivery-recorder.ts'
import { DeliveryRun } from './delivery-run.ts'
import { Sender } from './sender.ts'

/** DELIVER is the job that sends what is due for one webhook. */
export const DELIVER = 'webhook_deliver'

/** MAX_TURN_MS is how long one webhook is sent to before others have their turn. */
const MAX_TURN_MS = 20_000
/** GRACE_MS is how long a stop waits for what is being sent. What is cut off is sent again by the next process. */
const GRACE_MS = 500

interface DelivererDeps {
  /** `sql` is a pool with steady plans. */
  sql: Sql
  outbound: Outbound
  sealer: () => Promise<Sealer>
  orders: Pick<OrderReader, 'forBuyer'>
  clock: Clock
  log: Logger
}

/**
 * Deliverer sends the events that wait for webhooks. Events are sent under a lease, so any number of jobs and processes may work for the
 * same webhook.
 */
export class Deliverer implements RuntimeService {
  readonly name = 'webhooks'
  readonly #deps: DelivererDeps
  readonly #sender: Sender
  readonly #recorder: DeliveryRecorder
  readonly #busy = new Set<WebhookId>()
  /** `#again` are the busy webhooks for which another job has come. */
  readonly #again = new Set<WebhookId>()
  #sealer: Promise<Sealer> | undefined

  constructor(deps: DelivererDeps) {
    this.#deps = deps
    this.#sender = new Sender(deps.outbound, deps.clock)
    this.#recorder = new DeliveryRecorder(deps.sql, deps.clock, deps.log)
  }

  /** `deliver` sends what is due for a webhook, for 20 s at most, and queues the job for what is due later. */
  async deliver(id: WebhookId, stopping: AbortSignal): Promise<void> {
    if (this.#busy.has(id)) {
      this.#again.add(id)
      return
    }
    this.#busy.add(id)
    const cut = new AbortController()
    const cutSoon = (): void => void setTimeout(() => cut.abort(), GRACE_MS)
    stopping.addEventListener('abort', cutSoon, { once: true })
    const endsAt = performance.now() + MAX_TURN_MS
    const goesOn = (): boolean => !stopping.aborted && performance.now() < endsAt
    const { sql, orders, clock } = this.#deps
    const run = new DeliveryRun(id, {
      ...{ sql, orders, clock, sealer: this.#openSealer, sender: this.#sender, recorder: this.#recorder },
    })
    try {
      do {
        this.#again.delete(id)
        await run.deliver(goesOn, cut.signal)
      } while (this.#again.has(id) && goesOn())
    } finally {
      stopping.removeEventListener('abort', cutSoon)
      // Before the next time is read: a job that comes from now on is not taken for part of this one.
      this.#busy.delete(id)
    }
    // A run that leased nothing changed nothing: the one that leased last has queued the next job.
    if ((run.leasedAny || this.#again.has(id)) && !stopping.aborted) await this.#queueNext(id)
  }

  async stop(): Promise<void> {
    await this.#sender.close()
  }

  readonly #openSealer = (): Promise<Sealer> => {
    this.#sealer ??= this.#deps.sealer().catch((error: unknown) => {
      this.#sealer = undefined
      throw error
    })
    return this.#sealer
  }

  async #queueNext(id: WebhookId): Promise<void> {
    const runAt = await selectNextDue(this.#deps.sql, id)
    if (runAt) await addJob(this.#deps.sql, DELIVER, { webhook: id }, { runAt, key: `${DELIVER}:${id}` })
  }
}
