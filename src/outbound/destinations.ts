import { contains, isPublic, type Network, networksFrom, readAddress } from '../lib/ip.ts'

/**
 * Destinations says which addresses may be called. Operators and resellers give URLs, which could otherwise lead to a database, a metadata
 * service or a router that only this machine can reach.
 */
export class Destinations {
  readonly #allowed: readonly Network[]

  /** The constructor throws an Error that names the first text that is no network. */
  constructor(allowed: readonly string[]) {
    this.#allowed = networksFrom(allowed)
  }

  /** `permits` allows public addresses with TLS, and those of allowed networks with and without. */
  permits(text: string, withTls: boolean): boolean {
    const address = readAddress(text)
    if (!address) return false
    return (withTls && isPublic(address)) || this.#allowed.some((network) => contains(network, address))
  }
}
