import { readAnswer } from '../rest/amounts.ts'
import type { Schemas } from '../rest/schema.ts'
import type { Reading } from '../rest/types.ts'
import { fromBase64, headerIn, isSigned, textOf, utf8, type WebhookHeaders } from './bytes.ts'
import { WebhookError } from './error.ts'

/** WebhookEvent is an order that has changed, as it is now. */
export interface WebhookEvent<Exact extends boolean = false> {
  /** `id` is the same each time that this event is sent, so that it can be handled once. */
  id: string
  /** `sentAt` is when this delivery was made. */
  sentAt: Date
  order: Reading<Schemas['Order'], Exact>
}

export interface VerifyOptions<Exact extends boolean = false> {
  /** `toleranceSeconds` is how far `webhook-timestamp` may be from now. 300 when left out. */
  toleranceSeconds?: number
  now?: Date
  /** `exactAmounts` makes amounts of the order decimal texts. */
  exactAmounts?: Exact
}

/**
 * `verifyWebhook` reads what was posted to a webhook, if it was signed with one of the webhook's signing secrets (`whsec_...`) as
 * Standard Webhooks has it: id, time and every byte of the body. `body` is the body as it came, not what a framework made of it.
 * Throws a WebhookError.
 */
export async function verifyWebhook<Exact extends boolean = false>(
  body: string | Uint8Array,
  headers: WebhookHeaders,
  secret: string | readonly string[],
  { toleranceSeconds = 300, now = new Date(), exactAmounts }: VerifyOptions<Exact> = {},
): Promise<WebhookEvent<Exact>> {
  const keys = (typeof secret === 'string' ? [secret] : secret).map(keyIn)
  if (keys.length === 0) throw new WebhookError('secret', 'there is no secret')
  const id = needed(headers, 'webhook-id')
  const timestamp = needed(headers, 'webhook-timestamp')
  const given = needed(headers, 'webhook-signature')
  const sentAt = timeIn(timestamp)
  const message = utf8(`${id}.${timestamp}.${textOf(body)}`)
  if (!(await anySigned(keys, given, message))) {
    throw new WebhookError('signature', 'it is signed with none of the secrets')
  }
  if (Math.abs(now.getTime() - sentAt.getTime()) > toleranceSeconds * 1000) {
    throw new WebhookError('time', `it was sent at ${sentAt.toISOString()}, and now is ${now.toISOString()}`)
  }
  return {
    id,
    sentAt,
    order: orderIn(textOf(body), exactAmounts === true) as Reading<Schemas['Order'], Exact>,
  }
}

/** `anySigned` accepts several signatures, divided by blanks: there is one for each secret while a secret is being replaced. */
async function anySigned(
  keys: Uint8Array<ArrayBuffer>[],
  given: string,
  message: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  for (const one of given.split(' ')) {
    const signature = one.startsWith('v1,') ? fromBase64(one.slice(3)) : undefined
    if (!signature) continue
    for (const key of keys) if (await isSigned(key, signature, message)) return true
  }
  return false
}

function keyIn(secret: string): Uint8Array<ArrayBuffer> {
  const key = fromBase64(secret.replace(/^whsec_/, ''))
  if (!key || key.length === 0) throw new WebhookError('secret', 'a secret must be whsec_ and base64')
  return key
}

function needed(headers: WebhookHeaders, name: string): string {
  const value = headerIn(headers, name)
  if (value === undefined || value === '') throw new WebhookError('headers', `the header ${name} is missing`)
  return value
}

function timeIn(seconds: string): Date {
  const time = new Date(/^\d{1,12}$/.test(seconds) ? Number(seconds) * 1000 : Number.NaN)
  if (Number.isNaN(time.getTime()))
    throw new WebhookError('headers', 'webhook-timestamp is no time in seconds')
  return time
}

/** `orderIn` throws a WebhookError for what is no order. */
export function orderIn(text: string, exact: boolean): unknown {
  let order: unknown
  try {
    order = readAnswer(text, exact)
  } catch {
    throw new WebhookError('body', 'the body is no JSON')
  }
  if (!Number.isSafeInteger((order as { order_id?: unknown } | null)?.order_id)) {
    throw new WebhookError('body', 'the body is no order')
  }
  return order
}
