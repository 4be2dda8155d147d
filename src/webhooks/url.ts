import { isIP } from 'node:net'
import { invalid, ok, type Refused, type Result } from '../lib/fault.ts'
import { Destinations } from '../outbound/destinations.ts'
import { type Said, say } from '../reasons.ts'

const MAX_URL_LENGTH = 2000

/**
 * `readWebhookUrl` gives a URL in the form in which it is called. It must be https and public, or http or https at an address of `allow`
 * (the networks of OUTBOUND_ALLOW). Addresses of names are checked at each call, not here.
 */
export function readWebhookUrl(text: string, allow: string[]): Result<string> {
  const url = URL.parse(text.trim())
  if (!url || !['https:', 'http:'].includes(url.protocol)) return wrong(say('webhook_no_url', {}))
  if (url.href.length > MAX_URL_LENGTH) return wrong(say('webhook_long', { limit: MAX_URL_LENGTH }))
  if (url.username !== '' || url.password !== '') return wrong(say('webhook_user', {}))
  if (text.includes('#')) return wrong(say('webhook_fragment', {}))
  const host = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
  const address = host === 'localhost' || host.endsWith('.localhost') ? '127.0.0.1' : host
  if (isIP(address)) {
    const destinations = new Destinations(allow)
    if (!destinations.permits(address, true)) return wrong(say('webhook_not_public', {}))
    if (!destinations.permits(address, url.protocol === 'https:')) return wrong(say('webhook_plain', {}))
  } else if (url.protocol === 'http:' && allow.length === 0) {
    return wrong(say('webhook_plain', {}))
  }
  return ok(url.href)
}

/** `wrong` repeats nothing of the URL: there may be a secret in it. */
const wrong = (why: Said): Refused => invalid('webhook_url', why)
