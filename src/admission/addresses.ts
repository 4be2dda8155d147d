import { addressGroup, allowedIps, isLoopback } from '../lib/ip.ts'
import type { Caller } from './caller.ts'

/**
 * Addresses counts what each client address does. Nothing is counted of this machine itself, and no connections of a trusted proxy: those
 * are everybody's.
 */
export class Addresses {
  readonly #callers = new Map<string, Caller>()
  readonly #isProxy: (ip: string) => boolean

  /** `proxies` are the addresses and networks of the proxies that are trusted. */
  constructor(proxies: string[]) {
    this.#isProxy = proxies.length > 0 ? allowedIps(proxies) : () => false
  }

  /** `peer` gives who has opened a connection; undefined: it is not counted. */
  peer(ip: string | undefined): Caller | undefined {
    return ip === undefined || this.#isProxy(ip) ? undefined : this.caller(ip)
  }

  /** `caller` gives who sends a request; undefined: it is not counted. */
  caller(ip: string): Caller | undefined {
    if (ip === '127.0.0.1' || isLoopback(ip)) return undefined
    const address = addressGroup(ip)
    let caller = this.#callers.get(address)
    if (!caller) {
      caller = { address, connections: new Set(), requests: 0, spentUntil: 0 }
      this.#callers.set(address, caller)
    }
    return caller
  }

  /** `forget` forgets those of whom nothing is left to count. */
  forget(now: number): void {
    for (const [address, { connections, requests, spentUntil }] of this.#callers) {
      if (connections.size === 0 && requests === 0 && spentUntil <= now) this.#callers.delete(address)
    }
  }
}
