import { createHmac, randomBytes } from 'node:crypto'

const PREFIX = 'whsec_'
/** SECRET_BYTES is within the 24 to 64 that Standard Webhooks asks for. */
const SECRET_BYTES = 32

/** SIGNING_SECRET is the form of a signing secret, as `newSigningSecret` makes it: 24 to 64 bytes. */
export const SIGNING_SECRET = '^whsec_[A-Za-z0-9+/]{32,86}={0,2}$'

/** `newSigningSecret` makes a secret in the form in which its owner gets it: `whsec_` and base64. */
export const newSigningSecret = (): string => PREFIX + randomBytes(SECRET_BYTES).toString('base64')

/** `standardHeaders` gives the headers of Standard Webhooks, with one signature for each signing secret, the newest first. */
export function standardHeaders(
  secrets: string[],
  { id, body, at }: { id: string; body: string; at: Date },
): Record<string, string> {
  const timestamp = String(Math.floor(at.getTime() / 1000))
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(PREFIX.length), 'base64')
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`
  })
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') }
}
