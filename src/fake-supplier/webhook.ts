import { setTimeout as sleep } from 'node:timers/promises'
import type { FakeDeps } from './deps.ts'
import type { Order } from './order.ts'
import { sayOrder, signatureOf } from './rest-order.ts'

const MAX_TRIES = 5
const BETWEEN_TRIES_MS = 1000
const MAX_ANSWER_MS = 5000

/** Webhook posts each REST order to a URL when it ends, and when its end changes. */
export class Webhook {
  readonly #deps: FakeDeps
  readonly #url: string
  readonly #secret: string
  readonly #stopping = new AbortController()

  constructor(deps: FakeDeps, url: string, secret: string) {
    this.#deps = deps
    this.#url = url
    this.#secret = secret
    for (const order of deps.orders.all()) this.#watch(order)
    deps.orders.onBought = (order) => this.#watch(order)
  }

  stop(): void {
    this.#stopping.abort()
  }

  #watch(order: Order): void {
    if (order.via !== 'rest') return
    const times = order.items.map((item) => this.#deps.orders.changesAt(order, item))
    const next = Math.min(...times.filter((time) => time !== undefined))
    if (next === Number.POSITIVE_INFINITY) return
    this.#postAt(order, next).catch(() => {
      // It is stopping.
    })
  }

  async #postAt(order: Order, time: number): Promise<void> {
    const { signal } = this.#stopping
    // A timer may be a millisecond early by the clock.
    do await sleep(Math.max(1, time - Date.now()), undefined, { signal, ref: false })
    while (Date.now() < time)
    const written = sayOrder(this.#deps, order)
    const body = JSON.stringify(written)
    const headers = {
      'content-type': 'application/json',
      'x-webhook-event': 'dispatch.webhook.order',
      'x-signature': signatureOf(written, this.#secret),
    }
    for (let tries = 1; tries <= MAX_TRIES; tries++) {
      if (await this.#post(headers, body)) break
      await sleep(BETWEEN_TRIES_MS, undefined, { signal, ref: false })
    }
    this.#watch(order)
  }

  /** `#post` tells whether the order was taken: whether the answer is a 2xx. */
  async #post(headers: Record<string, string>, body: string): Promise<boolean> {
    const signal = AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(MAX_ANSWER_MS)])
    try {
      const reply = await fetch(this.#url, { method: 'POST', headers, body, signal })
      await reply.arrayBuffer()
      return reply.ok
    } catch {
      return false
    }
  }
}
