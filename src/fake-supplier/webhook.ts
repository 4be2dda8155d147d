import { setTimeout as sleep } from 'node:timers/promises'
import type { Order } from './order.ts'
import type { Parts } from './parts.ts'
import { sayOrder, signatureOf } from './rest-order.ts'

const MAX_TRIES = 5
const BETWEEN_TRIES_MS = 1000
const ANSWER_WITHIN_MS = 5000

/** Tells a URL of each REST order when it ends, and when it changes its mind. */
export class Webhook {
  readonly #parts: Parts
  readonly #url: string
  readonly #secret: string
  readonly #stopping = new AbortController()

  constructor(parts: Parts, url: string, secret: string) {
    this.#parts = parts
    this.#url = url
    this.#secret = secret
    for (const order of parts.orders.all()) this.#watch(order)
    parts.orders.onBought = (order) => this.#watch(order)
  }

  stop(): void {
    this.#stopping.abort()
  }

  #watch(order: Order): void {
    if (order.via !== 'rest') return
    const times = order.items.map((item) => this.#parts.orders.changesAt(order, item))
    const next = Math.min(...times.filter((time) => time !== undefined))
    if (next === Number.POSITIVE_INFINITY) return
    this.#tellAt(order, next).catch(() => {
      // It is stopping.
    })
  }

  async #tellAt(order: Order, time: number): Promise<void> {
    const { signal } = this.#stopping
    // A timer may be a millisecond early by the clock.
    do await sleep(Math.max(1, time - Date.now()), undefined, { signal, ref: false })
    while (Date.now() < time)
    const said = sayOrder(this.#parts, order)
    const body = JSON.stringify(said)
    const headers = {
      'content-type': 'application/json',
      'x-webhook-event': 'dispatch.webhook.order',
      'x-signature': signatureOf(said, this.#secret),
    }
    for (let tries = 1; tries <= MAX_TRIES; tries++) {
      if (await this.#post(headers, body)) break
      await sleep(BETWEEN_TRIES_MS, undefined, { signal, ref: false })
    }
    this.#watch(order)
  }

  /** Whether it was taken: any 2xx is a yes. */
  async #post(headers: Record<string, string>, body: string): Promise<boolean> {
    const signal = AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(ANSWER_WITHIN_MS)])
    try {
      const reply = await fetch(this.#url, { method: 'POST', headers, body, signal })
      await reply.arrayBuffer()
      return reply.ok
    } catch {
      return false
    }
  }
}
