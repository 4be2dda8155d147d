import ipaddr from 'ipaddr.js'
import { Refusal } from '../errors.ts'

type Address = ipaddr.IPv4 | ipaddr.IPv6
type Block = [network: Address, prefix: number]

/**
 * The normal text of a single address or CIDR block, IPv4 or IPv6: bits behind the prefix are cleared, and an
 * IPv4-mapped IPv6 block is its IPv4 block. Throws invalid_input.
 */
export function checkAllowedIp(text: string): string {
  const block = readBlock(text.trim())
  if (!block) {
    throw new Refusal('invalid_input', `${JSON.stringify(text)} is no IP address or CIDR block`, 'allow_ip')
  }
  const [address, prefix] = block
  const bits = address.kind() === 'ipv4' ? 32 : 128
  if (prefix === bits) return address.toString()
  const cidr = `${address.toString()}/${prefix}`
  const network =
    address.kind() === 'ipv4'
      ? ipaddr.IPv4.networkAddressFromCIDR(cidr)
      : ipaddr.IPv6.networkAddressFromCIDR(cidr)
  return `${network.toString()}/${prefix}`
}

/** A test of addresses against blocks as `checkAllowedIp` gave them; without blocks every address passes. */
export function allowedIps(blocks: string[]): (ip: string) => boolean {
  if (blocks.length === 0) return () => true
  const parsed = blocks.map(readBlock).filter((block) => block !== undefined)
  return (ip) => {
    const address = readAddress(ip)
    if (!address) return false
    return parsed.some(
      ([network, prefix]) => network.kind() === address.kind() && address.match(network, prefix),
    )
  }
}

/** An IPv4-mapped IPv6 address, as a socket of both families reports one, is the IPv4 address. */
function readAddress(text: string): Address | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text)
  if (!ipaddr.IPv6.isValid(text)) return undefined
  const address = ipaddr.IPv6.parse(text)
  return address.isIPv4MappedAddress() ? address.toIPv4Address() : address
}

function readBlock(text: string): Block | undefined {
  const [, name = '', length] = /^([^/%]+)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const address = readAddress(name)
  if (!address) return undefined
  const bits = address.kind() === 'ipv4' ? 32 : 128
  if (length === undefined) return [address, bits]
  // The prefix of a mapped block counts from the start of the IPv6 address.
  const prefix = Number(length) - (bits === 32 && name.includes(':') ? 96 : 0)
  return prefix >= 0 && prefix <= bits ? [address, prefix] : undefined
}
