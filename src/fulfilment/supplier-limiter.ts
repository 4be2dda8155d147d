import type { SupplierId } from '../lib/ids.ts'
import type { ConnectedSupplier, SupplierDirectory } from '../suppliers/directory.ts'

/** BURST is how much of a second's calls may go at once: a process looks for work four times a second at least. */
const BURST = 0.25

/**
 * SupplierLimiter bounds the calls of this process to one supplier: how many run at a time, and how many begin in a second. Polls take
 * at most half of the calls, so that items go on being sent.
 */
export class SupplierLimiter {
  connected: ConnectedSupplier
  #calls = 0
  #asks = 0
  #tokens: number
  #filledAt = performance.now()

  constructor(connected: ConnectedSupplier) {
    this.connected = connected
    this.#tokens = this.#burst()
  }

  /** `sendRoom` is how many items may be sent now. */
  sendRoom(): number {
    return this.#room(this.connected.concurrency - this.#calls) * this.connected.supplier.sendAtOnce
  }

  /** `askRoom` is how many items may be asked about now. */
  askRoom(): number {
    const half = Math.ceil(this.connected.concurrency / 2)
    return (
      this.#room(Math.min(this.connected.concurrency - this.#calls, half - this.#asks)) *
      this.connected.supplier.askAtOnce
    )
  }

  /** `recheck` gives how long after an attempt has ended it is asked about once more, in seconds, ascending. */
  recheck(): number[] {
    const { recheck } = this.connected.config.settings
    return Array.isArray(recheck) ? recheck.map(Number).sort((a, b) => a - b) : []
  }

  /** `begin` counts a call as begun; the function that it gives counts it as ended. */
  begin(call: 'send' | 'ask'): () => void {
    this.#calls++
    if (call === 'ask') this.#asks++
    // Calls that were free do not count against a rate that is set later.
    if (this.connected.ratePerSecond !== null) this.#tokens--
    return () => {
      this.#calls--
      if (call === 'ask') this.#asks--
    }
  }

  /** `reserve` keeps room for calls that are to begin soon; the function that it gives releases it, just before they begin. */
  reserve(calls: number): () => void {
    this.#calls += calls
    this.#tokens -= calls
    return () => {
      this.#calls -= calls
      this.#tokens += calls
    }
  }

  #room(calls: number): number {
    const { ratePerSecond } = this.connected
    if (ratePerSecond === null) return Math.max(0, calls)
    const now = performance.now()
    this.#tokens = Math.min(this.#burst(), this.#tokens + ((now - this.#filledAt) / 1000) * ratePerSecond)
    this.#filledAt = now
    return Math.max(0, Math.min(calls, Math.floor(this.#tokens)))
  }

  #burst(): number {
    return Math.max(1, (this.connected.ratePerSecond ?? 0) * BURST)
  }
}

/** SupplierLimiters holds the limiters of all suppliers that this process knows. */
export class SupplierLimiters {
  readonly #directory: Pick<SupplierDirectory, 'current'>
  #limiters = new Map<SupplierId, SupplierLimiter>()

  constructor(directory: Pick<SupplierDirectory, 'current'>) {
    this.#directory = directory
  }

  async current(): Promise<ReadonlyMap<SupplierId, SupplierLimiter>> {
    const suppliers = await this.#directory.current()
    for (const [id, connected] of suppliers) {
      const limiter = this.#limiters.get(id)
      if (limiter) limiter.connected = connected
      else this.#limiters.set(id, new SupplierLimiter(connected))
    }
    for (const id of this.#limiters.keys()) if (!suppliers.has(id)) this.#limiters.delete(id)
    return new Map(this.#limiters)
  }
}
