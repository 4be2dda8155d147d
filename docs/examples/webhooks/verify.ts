/**
 * Verifies a webhook of imeigate. In a receiver: `verify(request.headers, rawBody, secrets)`, with the body's bytes as they
 * came, before anything parsed them.
 *
 * To try it, with the headers as lines of `name: value`:
 *   WEBHOOK_SECRET=whsec_... API_SECRET=... node verify.ts headers.txt body.json
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { readFileSync } from 'node:fs'

/** Older than this, a delivery is one that somebody kept and sends again. */
const TOLERANCE_SECONDS = 300

interface Secrets {
  /** `whsec_...`: signs the whole body. */
  webhook: string
  /** The API key's own, after its first dot: signs the order's number and amount. */
  api: string
}

/** Gives the order; throws an Error when it is not from imeigate. `headers`: names in lower case. */
export function verify(
  headers: Record<string, string>,
  body: Buffer,
  secrets: Secrets,
): Record<string, unknown> {
  const id = headers['webhook-id'] ?? ''
  const timestamp = headers['webhook-timestamp'] ?? ''
  const age = Math.abs(Date.now() / 1000 - Number(timestamp))
  if (!(age <= TOLERANCE_SECONDS)) throw new Error('the timestamp is missing or too old')
  const key = Buffer.from(secrets.webhook.replace('whsec_', ''), 'base64')
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64')
  // While a secret is changed there are two, separated by a space.
  const signatures = (headers['webhook-signature'] ?? '').split(' ')
  if (!signatures.some((one) => same(one, `v1,${expected}`))) throw new Error('webhook-signature is wrong')

  const text = body.toString('utf8')
  // Not needed where webhook-signature is verified; what integrations of the older kind look at.
  if (!same(headers['x-signature'] ?? '', orderSignature(text, secrets.api)))
    throw new Error('x-signature is wrong')
  return JSON.parse(text) as Record<string, unknown>
}

function orderSignature(text: string, secret: string): string {
  const { order_id, status } = JSON.parse(text) as { order_id: number; status: string }
  // The amount as it is written, which a number of JavaScript need not keep.
  const written = (name: string): string => new RegExp(`"${name}":(-?[\\d.]+)`).exec(text)?.[1] ?? ''
  const amount =
    status === 'pending'
      ? written('total_price')
      : status === 'failed' || status === 'cancelled'
        ? '0'
        : written('charged_amount')
  return createHmac('sha256', secret).update(`{"orderId":${order_id},"amount":"${amount}"}`).digest('hex')
}

/** Takes as long whatever differs. */
function same(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}

if (import.meta.main) {
  const [headersFile = '', bodyFile = ''] = process.argv.slice(2)
  const lines = readFileSync(headersFile, 'utf8').trim().split('\n')
  const headers = Object.fromEntries(
    lines.map((line) => [line.split(':')[0]?.trim().toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  )
  try {
    const { WEBHOOK_SECRET: webhook = '', API_SECRET: api = '' } = process.env
    const order = verify(headers, readFileSync(bodyFile), { webhook, api })
    process.stdout.write(`order ${order['order_id']} is ${order['status']}\n`)
  } catch (error) {
    process.stderr.write(`refused: ${(error as Error).message}\n`)
    process.exitCode = 1
  }
}
