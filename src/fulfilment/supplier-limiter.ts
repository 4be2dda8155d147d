import type { SupplierId } from '../lib/ids.ts'
import type { ConnectedSupplier } from '../suppliers/directory.ts'

/** How much of a second's calls may go at once: a process looks for work four times a second at least. */
const BURST = 0.25

/**
 * What this process has under way with one supplier: at most so many calls at a time, and so many begun in a second.
 * Questions take at most half of the calls, so that items go on being sent.
 */
export class SupplierLimiter {
  live: ConnectedSupplier
  #calls = 0
  #asks = 0
  #tokens: number
  #filledAt = performance.now()

  constructor(live: ConnectedSupplier) {
    this.live = live
    this.#tokens = this.#burst()
  }

  /** How many items may be sent now. */
  sendRoom(): number {
    return this.#room(this.live.concurrency - this.#calls) * this.live.supplier.sendAtOnce
  }

  /** How many items may be asked about now. */
  askRoom(): number {
    const half = Math.ceil(this.live.concurrency / 2)
    return (
      this.#room(Math.min(this.live.concurrency - this.#calls, half - this.#asks)) *
      this.live.supplier.askAtOnce
    )
  }

  /** How long after an attempt has ended to ask once more, in seconds, ascending. */
  recheck(): number[] {
    const { recheck } = this.live.config.settings
    return Array.isArray(recheck) ? recheck.map(Number).sort((a, b) => a - b) : []
  }

  /** A call begins; to be ended by the function that this gives. */
  begin(call: 'send' | 'ask'): () => void {
    this.#calls++
    if (call === 'ask') this.#asks++
    this.#tokens--
    return () => {
      this.#calls--
      if (call === 'ask') this.#asks--
    }
  }

  /** Keeps room for calls that are to begin soon; to be let go by the function that this gives, just before. */
  reserve(calls: number): () => void {
    this.#calls += calls
    this.#tokens -= calls
    return () => {
      this.#calls -= calls
      this.#tokens += calls
    }
  }

  #room(calls: number): number {
    const { ratePerSecond } = this.live
    if (ratePerSecond === null) return Math.max(0, calls)
    const now = performance.now()
    this.#tokens = Math.min(this.#burst(), this.#tokens + ((now - this.#filledAt) / 1000) * ratePerSecond)
    this.#filledAt = now
    return Math.max(0, Math.min(calls, Math.floor(this.#tokens)))
  }

  #burst(): number {
    return Math.max(1, (this.live.ratePerSecond ?? 0) * BURST)
  }
}

/** The lanes of all suppliers that this process knows. */
export class SupplierLimiters {
  readonly #directory: { current(): Promise<ReadonlyMap<SupplierId, ConnectedSupplier>> }
  #lanes = new Map<SupplierId, SupplierLimiter>()

  constructor(directory: { current(): Promise<ReadonlyMap<SupplierId, ConnectedSupplier>> }) {
    this.#directory = directory
  }

  async current(): Promise<ReadonlyMap<SupplierId, SupplierLimiter>> {
    const suppliers = await this.#directory.current()
    for (const [id, live] of suppliers) {
      const lane = this.#lanes.get(id)
      if (lane) lane.live = live
      else this.#lanes.set(id, new SupplierLimiter(live))
    }
    for (const id of this.#lanes.keys()) if (!suppliers.has(id)) this.#lanes.delete(id)
    return new Map(this.#lanes)
  }
}
