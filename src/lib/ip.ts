import ipaddr from 'ipaddr.js'
import { invalid, ok, type Result } from './fault.ts'
import { whys } from './whys.ts'

/** Address is an IP address of version 4 or 6. This file is the only place that reads addresses and networks (CIDR blocks). */
type Address = ipaddr.IPv4 | ipaddr.IPv6

/** Network is a single address, or all addresses that begin with the first `prefix` bits of one. */
export type Network = readonly [address: Address, prefix: number]

/**
 * `readAddress` reads one address. An IPv4-mapped IPv6 address, as a socket of both families reports one, is the IPv4 address:
 * that is where a connection to it goes.
 */
export function readAddress(text: string): Address | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text)
  if (!ipaddr.IPv6.isValid(text)) return undefined
  const address = ipaddr.IPv6.parse(text)
  return address.isIPv4MappedAddress() ? address.toIPv4Address() : address
}

/** `readNetwork` reads an address or a CIDR block. */
function readNetwork(text: string): Network | undefined {
  const [, name = '', length] = /^([^/%]+)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const address = readAddress(name)
  if (!address) return undefined
  const bits = bitsOf(address)
  if (length === undefined) return [address, bits]
  // The prefix of a mapped block counts from the start of the IPv6 address.
  const prefix = Number(length) - (bits === 32 && name.includes(':') ? 96 : 0)
  return prefix >= 0 && prefix <= bits ? [address, prefix] : undefined
}

/** `networksFrom` reads texts of networks. Throws an Error that names the first one that is none. */
export const networksFrom = (texts: readonly string[]): Network[] =>
  texts.map((text) => {
    const network = readNetwork(text)
    if (!network) throw new Error(`${JSON.stringify(text)} is no IP address or CIDR block`)
    return network
  })

/** `parseNetworks` splits a comma-separated list of networks. Throws an Error that names the first one that is none. */
export function parseNetworks(text: string): string[] {
  const texts = text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)
  networksFrom(texts)
  return texts
}

export const contains = ([network, prefix]: Network, address: Address): boolean =>
  network.kind() === address.kind() && address.match(network, prefix)

/** `networkText` is the normal text of a network: bits behind the prefix are cleared. */
function networkText([address, prefix]: Network): string {
  if (prefix === bitsOf(address)) return address.toString()
  const cidr = `${address.toString()}/${prefix}`
  const network =
    address.kind() === 'ipv4'
      ? ipaddr.IPv4.networkAddressFromCIDR(cidr)
      : ipaddr.IPv6.networkAddressFromCIDR(cidr)
  return `${network.toString()}/${prefix}`
}

const bitsOf = (address: Address): number => (address.kind() === 'ipv4' ? 32 : 128)

/** `readAllowedIp` gives the normal text of one entry of an API key's IP list. */
export function readAllowedIp(text: string): Result<string> {
  const network = readNetwork(text.trim())
  if (network) return ok(networkText(network))
  return invalid('allow_ip', whys.noAddress(text))
}

/** `allowedIps` is a test of addresses against the networks of a list; with an empty list every address passes. */
export function allowedIps(list: string[]): (ip: string) => boolean {
  if (list.length === 0) return () => true
  const networks = list.map(readNetwork).filter((network) => network !== undefined)
  return (ip) => {
    const address = readAddress(ip)
    return address !== undefined && networks.some((network) => contains(network, address))
  }
}

/**
 * `addressGroup` is whose address one is, where callers are counted: an IPv4 address is itself, and of IPv6 the first 64 bits count, because a
 * caller has all the addresses behind them.
 */
export function addressGroup(text: string): string {
  if (!text.includes(':')) return text
  const address = readAddress(text)
  if (!address) return text
  return address.kind() === 'ipv4' ? address.toString() : networkText([address, 64])
}

/** `isLoopback` tells whether a text is an address of this machine that no other one reaches. */
export const isLoopback = (text: string): boolean => readAddress(text)?.range() === 'loopback'

const NAT64 = ipaddr.IPv6.parse('64:ff9b::')
/** GLOBAL_UNICAST is all of IPv6 that is given out for the public internet. */
const GLOBAL_UNICAST = ipaddr.IPv6.parse('2000::')

/**
 * `isPublic` is false for what is not known to be public: every special range, and in IPv6 whatever is outside of the block that is
 * given out (IPv4-compatible addresses among them). 6to4 and Teredo, which wrap an IPv4 address, are special ranges.
 */
export function isPublic(address: Address): boolean {
  if (address.kind() === 'ipv4') return address.range() === 'unicast'
  const wide = address as ipaddr.IPv6
  // In a network without IPv4 every IPv4 host looks like this.
  if (wide.match(NAT64, 96)) return isPublic(new ipaddr.IPv4(wide.toByteArray().slice(12)))
  return wide.range() === 'unicast' && wide.match(GLOBAL_UNICAST, 3)
}
