import { contains, isPublic, type Network, networksFrom, readAddress } from '../lib/ip.ts'

/**
 * Destinations are the addresses that we let ourselves be sent to. A URL is an operator's or a reseller's word; without this it could
 * point at a database, a metadata service or a router that only this machine can reach.
 */
export class Destinations {
  readonly #allowed: readonly Network[]

  /** The constructor throws an Error that names the first text that is no network. */
  constructor(allowed: readonly string[]) {
    this.#allowed = networksFrom(allowed)
  }

  /** `permits` public addresses with TLS, and those of allowed networks with and without. */
  permits(text: string, withTls: boolean): boolean {
    const address = readAddress(text)
    if (!address) return false
    return (withTls && isPublic(address)) || this.#allowed.some((network) => contains(network, address))
  }
}
