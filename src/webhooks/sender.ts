import { failure } from '../lib/failures.ts'
import { standardHeaders } from '../lib/standard-webhooks.ts'
import type { Clock } from '../lib/time.ts'
import type { Outbound, OutboundClient, OutboundRequest } from '../outbound/outbound.ts'
import type { DeliveryResult, LeasedEvent, Rendered } from './deliveries.sql.ts'
import { retryAt } from './schedule.ts'
import { orderSignature } from './signature.ts'
import { wireId } from './webhook.ts'

/** MAX_ANSWER_MS is the longest time from the first byte to the answer. */
const MAX_ANSWER_MS = 15_000
/** LEASE_MS is longer than any delivery, so that nobody else sends an event at the same time. */
export const LEASE_MS = 30_000
/** RECORDING_MS must be left of the lease after a delivery, so that its answer can be recorded. */
const RECORDING_MS = 2_000
/** MAX_ANSWER_BYTES of an answer are read, so that the connection can be used again; only the status counts. */
const MAX_ANSWER_BYTES = 65_536
const CONNECTIONS = 64

export interface Addressee {
  url: string
  /** `key` is the API key's own secret. */
  key: string
  /** `signing` are the signing secrets, the newest first. */
  signing: string[]
}

/** Sender makes one delivery of an event. It never throws. */
export class Sender {
  readonly #client: OutboundClient
  readonly #clock: Clock

  constructor(outbound: Outbound, clock: Clock) {
    this.#client = outbound.open({
      totalTimeoutMs: MAX_ANSWER_MS,
      maxBytes: MAX_ANSWER_BYTES,
      connections: CONNECTIONS,
    })
    this.#clock = clock
  }

  /** `send` sends an event. `rendered` is undefined when there is no such order; `leasedAt` is by performance.now(). */
  async send(
    to: Addressee,
    event: LeasedEvent,
    rendered: Rendered | undefined,
    leasedAt: number,
    cut: AbortSignal,
  ): Promise<DeliveryResult> {
    const startedAt = performance.now()
    const done = (result: Partial<DeliveryResult>): DeliveryResult => ({
      event,
      delivered: false,
      ms: Math.round(performance.now() - startedAt),
      status: null,
      error: null,
      retryAt: null,
      ofEndpoint: true,
      ...result,
    })
    if (!rendered) return done({ error: failure('no_order', {}), ofEndpoint: false })
    const now = (): Date => this.#clock.now()
    const left = leasedAt + LEASE_MS - RECORDING_MS - startedAt
    // This process, or its database, stood still since the lease began.
    if (left < MAX_ANSWER_MS / 2)
      return done({ error: failure('not_in_time', {}), ofEndpoint: false, retryAt: now() })
    try {
      const status = await this.#post(to, event, rendered, Math.min(left, MAX_ANSWER_MS), cut)
      const error = failureOf(status)
      if (error === null) return done({ status, delivered: true })
      return done({ status, error, retryAt: retryAt(event.tries + 1, now()) })
    } catch (error) {
      if (cut.aborted) return done({ error: failure('cut_off', {}), ofEndpoint: false, retryAt: now() })
      return done({ error: (error as Error).message, retryAt: retryAt(event.tries + 1, now()) })
    }
  }

  close(): Promise<void> {
    return this.#client.close()
  }

  async #post(
    { url, key, signing }: Addressee,
    event: LeasedEvent,
    { body, amount }: Rendered,
    totalTimeoutMs: number,
    signal: AbortSignal,
  ): Promise<number> {
    const headers = {
      'x-webhook-event': 'dispatch.webhook.order',
      'x-signature': orderSignature(key, event.orderId, amount),
      ...standardHeaders(signing, { id: wireId(event.id), body, at: this.#clock.now() }),
    }
    return await post(this.#client, url, { headers, body, totalTimeoutMs, signal })
  }
}

/** `post` sends a body, and gives the status of the answer. Throws NotSent or Broken. */
export async function post(
  client: OutboundClient,
  url: string,
  request: Pick<OutboundRequest, 'headers' | 'body' | 'signal' | 'totalTimeoutMs'>,
): Promise<number> {
  const reply = await client.stream({
    totalTimeoutMs: MAX_ANSWER_MS,
    maxBytes: MAX_ANSWER_BYTES,
    ...request,
    ...{ method: 'POST', url },
    headers: { 'content-type': 'application/json', 'accept-encoding': 'identity', ...request.headers },
  })
  try {
    for await (const _chunk of reply.body);
  } catch {
    // Only the status counts.
  }
  return reply.status
}

/** `failureOf` says why an answer is none that an event has arrived by; null: it has. */
export function failureOf(status: number): string | null {
  if (status >= 200 && status < 300) return null
  const redirected = status >= 300 && status < 400
  return failure(redirected ? 'redirected' : 'answered', { status })
}
