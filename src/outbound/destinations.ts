import ipaddr from 'ipaddr.js'

type Address = ipaddr.IPv4 | ipaddr.IPv6
type Network = [address: Address, prefix: number]

/**
 * Reads comma-separated CIDR blocks and single addresses, IPv4 or IPv6. Throws an Error that names the first one
 * that is neither.
 */
export function parseNetworks(text: string): string[] {
  const networks = text
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean)
  for (const network of networks) readNetwork(network)
  return networks
}

/**
 * Where we let ourselves be sent. A URL is an operator's or a reseller's word; without this it could point at
 * a database, a metadata service or a router that only this machine can reach.
 */
export class Destinations {
  readonly #allowed: Network[]

  /** Throws an Error that names the first one that is no network. */
  constructor(allowed: string[]) {
    this.#allowed = allowed.map(readNetwork)
  }

  /** Public addresses with TLS; those of allowed networks with and without. */
  permits(text: string, withTls: boolean): boolean {
    const address = readAddress(text)
    if (!address) return false
    return (withTls && isPublic(address)) || this.#allowed.some((network) => contains(network, address))
  }
}

const NAT64 = ipaddr.IPv6.parse('64:ff9b::')
/** All that is given out for the public internet. */
const GLOBAL_UNICAST = ipaddr.IPv6.parse('2000::')

/**
 * What is not known to be public is not: every special range, and in IPv6 whatever is outside of the block that is
 * given out (IPv4-compatible addresses among them). 6to4 and Teredo, which wrap an IPv4 address, are special ranges.
 */
function isPublic(address: Address): boolean {
  if (address.kind() === 'ipv4') return address.range() === 'unicast'
  const wide = address as ipaddr.IPv6
  // In a network without IPv4 every IPv4 host looks like this.
  if (wide.match(NAT64, 96)) return isPublic(new ipaddr.IPv4(wide.toByteArray().slice(12)))
  return wide.range() === 'unicast' && wide.match(GLOBAL_UNICAST, 3)
}

const contains = ([network, prefix]: Network, address: Address): boolean =>
  network.kind() === address.kind() && address.match(network, prefix)

/** An IPv4-mapped IPv6 address is the IPv4 address: that is where a connection to it goes. */
function readAddress(text: string): Address | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text)
  if (!ipaddr.IPv6.isValid(text)) return undefined
  const address = ipaddr.IPv6.parse(text)
  return address.isIPv4MappedAddress() ? address.toIPv4Address() : address
}

function readNetwork(text: string): Network {
  const [, name = '', length] = /^([^/%]+)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const address = readAddress(name)
  if (address) {
    const bits = address.kind() === 'ipv4' ? 32 : 128
    if (length === undefined) return [address, bits]
    // The prefix of a mapped block counts from the start of the IPv6 address.
    const prefix = Number(length) - (bits === 32 && name.includes(':') ? 96 : 0)
    if (prefix >= 0 && prefix <= bits) return [address, prefix]
  }
  throw new Error(`${JSON.stringify(text)} is no IP address or CIDR block`)
}
