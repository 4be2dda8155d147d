import { isIP } from 'node:net'
import { Refusal } from '../errors.ts'
import { Destinations } from '../outbound/destinations.ts'

const MAX_URL_LENGTH = 2000

/**
 * The URL in the form in which it is called. Throws invalid_input unless it is https and public, or at an address of
 * `allow` (the networks of OUTBOUND_ALLOW), where http will do. Where a name leads is looked at each time it is called.
 */
export function checkWebhookUrl(text: string, allow: string[]): string {
  const url = URL.parse(text.trim())
  if (!url || !['https:', 'http:'].includes(url.protocol)) return refuse('is no https URL')
  if (url.href.length > MAX_URL_LENGTH) return refuse(`has more than ${MAX_URL_LENGTH} characters`)
  if (url.username !== '' || url.password !== '') return refuse('must have no user or password in it')
  if (text.includes('#')) return refuse('must have no fragment (#) in it')
  const host = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
  const address = host === 'localhost' || host.endsWith('.localhost') ? '127.0.0.1' : host
  if (isIP(address)) {
    const destinations = new Destinations(allow)
    if (!destinations.permits(address, true)) return refuse(NOT_PUBLIC)
    if (!destinations.permits(address, url.protocol === 'https:')) return refuse('must begin with https://')
  } else if (url.protocol === 'http:' && allow.length === 0) {
    return refuse('must begin with https://')
  }
  return url.href
}

const NOT_PUBLIC = 'is at no public address, and at none of OUTBOUND_ALLOW'

/** Nothing of the URL is repeated: there may be a secret in it. */
function refuse(why: string): never {
  throw new Refusal('invalid_input', `the webhook URL ${why}`, 'webhook_url')
}
