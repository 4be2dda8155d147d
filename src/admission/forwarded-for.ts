import { isIP } from 'node:net'

/** MAX_HOPS bounds the proxies that a request may have come through. */
const MAX_HOPS = 20

/**
 * `forwardedFor` leaves of an X-Forwarded-For what can be believed: the addresses behind the last word that is none. A proxy writes what
 * it saw at the end, so whatever stands before nonsense is the caller's own invention. Ports, which some proxies add, are left out.
 */
export function forwardedFor(header: string): string {
  const addresses: string[] = []
  for (const word of header.slice(-2000).split(',').slice(-MAX_HOPS).reverse()) {
    const [, ipv6, ipv4] = /^(?:\[([^\]]+)\](?::\d+)?|([\d.]+):\d+)$/.exec(word.trim()) ?? []
    const address = ipv6 ?? ipv4 ?? word.trim()
    if (isIP(address) === 0) break
    addresses.unshift(address)
  }
  return addresses.join(', ')
}
