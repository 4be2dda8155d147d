import { createHmac, timingSafeEqual } from 'node:crypto'

/** TOLERANCE_SECONDS is how far the time of a signature may be from ours, so that what somebody recorded is of no use later. */
const TOLERANCE_SECONDS = 300

/**
 * `isSigned` tells whether `Stripe-Signature: t=<unix seconds>,v1=<hex>[,v1=<hex>]` signs these bytes with this secret. While a secret is
 * rolled there are several signatures: one that fits is enough.
 */
export function isSigned(body: Buffer, header: unknown, secret: string, now: Date): boolean {
  if (typeof header !== 'string' || header.length > 4096) return false
  const parts = header.split(',').map((part) => part.trim().split('=', 2))
  const time = parts.find(([name]) => name === 't')?.[1] ?? ''
  if (!/^\d{1,12}$/.test(time)) return false
  if (Math.abs(now.getTime() / 1000 - Number(time)) > TOLERANCE_SECONDS) return false
  const expected = createHmac('sha256', secret).update(`${time}.`).update(body).digest()
  return parts
    .filter(([name, value]) => name === 'v1' && /^[0-9a-f]{64}$/.test(value ?? ''))
    .some(([, value = '']) => timingSafeEqual(Buffer.from(value, 'hex'), expected))
}
