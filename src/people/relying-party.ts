import { readAddress } from '../lib/ip.ts'

/** RelyingParty is what passkeys are bound to: the name of the server, and the only origin of the pages that may use them. */
export interface RelyingParty {
  id: string
  origin: string
}

/** `relyingPartyOf` gives that of the address at which people reach the server; undefined: browsers make no passkeys for it. */
export function relyingPartyOf(publicUrl: string | undefined): RelyingParty | undefined {
  if (publicUrl === undefined || !URL.canParse(publicUrl)) return undefined
  const { protocol, hostname, origin } = new URL(publicUrl)
  if (readAddress(hostname.replace(/^\[|\]$/g, ''))) return undefined
  // Browsers trust this machine without TLS.
  const isLocal = hostname === 'localhost' || hostname.endsWith('.localhost')
  return protocol === 'https:' || isLocal ? { id: hostname, origin } : undefined
}
