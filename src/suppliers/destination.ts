import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { Destinations } from '../outbound/destinations.ts'

/**
 * `destinationFault` says why nothing is ever sent to a URL, so that an operator can act on it; undefined: it may be called, or its
 * name has no address now. `allow` has the networks of OUTBOUND_ALLOW.
 */
export async function destinationFault(url: string, allow: string[]): Promise<string | undefined> {
  const { protocol, hostname } = new URL(url)
  const host = hostname.replace(/^\[|\]$/g, '')
  const addresses = isIP(host) ? [host] : await addressesOf(host)
  const [address] = addresses
  const destinations = new Destinations(allow)
  const withTls = protocol === 'https:'
  if (address === undefined || addresses.some((one) => destinations.permits(one, withTls))) return undefined
  const network = /^127\./.test(address) ? '127.0.0.0/8' : address
  const where = host === address ? host : `${host} (${address})`
  return destinations.permits(address, true)
    ? `${where} is reached without TLS, which is refused: use https, or add ${network} to OUTBOUND_ALLOW`
    : `${where} is not public, and calls to it are refused: add ${network} to OUTBOUND_ALLOW`
}

async function addressesOf(name: string): Promise<string[]> {
  try {
    return (await lookup(name, { all: true })).map(({ address }) => address)
  } catch {
    return []
  }
}
