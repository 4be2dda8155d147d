import { isIP } from 'node:net'
import { invalid, ok, type Refused, type Result } from '../lib/fault.ts'
import { Destinations } from '../outbound/destinations.ts'

const MAX_URL_LENGTH = 2000

/**
 * `readWebhookUrl` gives a URL in the form in which it is called. It must be https and public, or http or https at an address of `allow`
 * (the networks of OUTBOUND_ALLOW). Addresses of names are checked at each call, not here.
 */
export function readWebhookUrl(text: string, allow: string[]): Result<string> {
  const url = URL.parse(text.trim())
  if (!url || !['https:', 'http:'].includes(url.protocol)) return wrong('is no https URL')
  if (url.href.length > MAX_URL_LENGTH) return wrong(`has more than ${MAX_URL_LENGTH} characters`)
  if (url.username !== '' || url.password !== '') return wrong('must have no user or password in it')
  if (text.includes('#')) return wrong('must have no fragment (#) in it')
  const host = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
  const address = host === 'localhost' || host.endsWith('.localhost') ? '127.0.0.1' : host
  if (isIP(address)) {
    const destinations = new Destinations(allow)
    if (!destinations.permits(address, true)) return wrong(NOT_PUBLIC)
    if (!destinations.permits(address, url.protocol === 'https:')) return wrong('must begin with https://')
  } else if (url.protocol === 'http:' && allow.length === 0) {
    return wrong('must begin with https://')
  }
  return ok(url.href)
}

const NOT_PUBLIC = 'is at no public address, and at none of OUTBOUND_ALLOW'

/** `wrong` repeats nothing of the URL: there may be a secret in it. */
const wrong = (why: string): Refused => invalid('webhook_url', why)
