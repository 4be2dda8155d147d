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

/** TURN_MS is how long one webhook has its turn before others have theirs. */
const TURN_MS = 20_000
/** GRACE_MS is how long a stop waits for what is being sent. What is cut off is sent again by the next process. */
const GRACE_MS = 500

export interface DelivererDeps {
  /** A pool with steady plans. */
  sql: Sql
  outbound: Outbound
  sealer: () => Promise<Sealer>
  orders: Pick<OrderReader, 'forBuyer'>
  clock: Clock
  log: Logger
}

/**
 * Deliverer sends what waits for webhooks. A process has what it sends under a lease, so it does not matter how often, or by how
 * many processes, the same webhook is looked at.
 */
export class Deliverer implements RuntimeService {
  readonly name = 'webhooks'
  readonly #parts: DelivererDeps
  readonly #sender: Sender
  readonly #book: DeliveryRecorder
  readonly #busy = new Set<WebhookId>()
  /** Busy ones that there may be something new for. */
  readonly #again = new Set<WebhookId>()
  #sealer: Promise<Sealer> | undefined

  constructor(parts: DelivererDeps) {
    this.#parts = parts
    this.#sender = new Sender(parts.outbound, parts.clock)
    this.#book = new DeliveryRecorder(parts.sql, parts.clock, parts.log)
  }

  /** `deliver` sends all that is due, for as long as it is its turn, and sees to it that it is looked at again. */
  async deliver(id: WebhookId, stopping: AbortSignal): Promise<void> {
    if (this.#busy.has(id)) {
      this.#again.add(id)
      return
    }
    this.#busy.add(id)
    const cut = new AbortController()
    const cutSoon = (): void => void setTimeout(() => cut.abort(), GRACE_MS)
    stopping.addEventListener('abort', cutSoon, { once: true })
    const endsAt = performance.now() + TURN_MS
    const goesOn = (): boolean => !stopping.aborted && performance.now() < endsAt
    const round = new DeliveryRun(this.#parts, this.#openSealer, this.#sender, this.#book, id)
    try {
      do {
        this.#again.delete(id)
        await round.run(goesOn, cut.signal)
      } while (this.#again.has(id) && goesOn())
    } finally {
      stopping.removeEventListener('abort', cutSoon)
      // Before it looks what is next: a job that comes from now on is not taken for part of this one.
      this.#busy.delete(id)
    }
    // Who found nothing to take changed nothing: whoever took it last has seen to what is next.
    if ((round.tookAny || this.#again.has(id)) && !stopping.aborted) await this.#lookAgain(id)
  }

  async stop(): Promise<void> {
    await this.#sender.close()
  }

  readonly #openSealer = (): Promise<Sealer> => {
    this.#sealer ??= this.#parts.sealer().catch((error: unknown) => {
      this.#sealer = undefined
      throw error
    })
    return this.#sealer
  }

  async #lookAgain(id: WebhookId): Promise<void> {
    const runAt = await selectNextDue(this.#parts.sql, id)
    if (runAt) await addJob(this.#parts.sql, DELIVER, { webhook: id }, { runAt, key: `${DELIVER}:${id}` })
  }
}
