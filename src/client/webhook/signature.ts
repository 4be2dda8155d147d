import type { Schemas } from '../rest/schema.ts'
import type { Reading } from '../rest/types.ts'
import { fromHex, isSigned, textOf, utf8 } from './bytes.ts'
import { WebhookError } from './error.ts'
import { orderIn } from './verify.ts'

const HMAC_SHA256_BYTES = 32

/**
 * `verifySignature` reads what was posted to a webhook, if its `X-Signature` was made with the secret of the API key that placed the
 * order; `apiKey` is the key, or its secret alone. It is for integrations that exist already: this signature covers the order's number
 * and an amount, but no result and no time, so that somebody who saw one can send it again with another result. `verifyWebhook` covers
 * everything. Throws a WebhookError.
 */
export async function verifySignature<Exact extends boolean = false>(
  body: string | Uint8Array,
  signature: string | null | undefined,
  apiKey: string,
  { exactAmounts }: { exactAmounts?: Exact } = {},
): Promise<Reading<Schemas['Order'], Exact>> {
  const secret = apiKey.slice(apiKey.indexOf('.') + 1)
  if (secret === '') throw new WebhookError('secret', 'there is no secret')
  const given = fromHex(signature?.trim() ?? '', HMAC_SHA256_BYTES)
  if (!given) throw new WebhookError('headers', 'X-Signature is missing, or is no HMAC-SHA256 in hex')
  const text = textOf(body)
  const exact = orderIn(text, true) as Reading<Schemas['Order'], true>
  const amount = JSON.stringify(signedAmount(exact))
  const message = `{"orderId":${exact.order_id},"amount":${amount}}`
  if (!(await isSigned(utf8(secret), given, utf8(message)))) {
    throw new WebhookError('signature', 'it is signed with another secret, or was changed')
  }
  return (exactAmounts === true ? exact : orderIn(text, false)) as Reading<Schemas['Order'], Exact>
}

/** `signedAmount` gives the order's price while it is open, and what was charged once it has ended, as written in the body. */
function signedAmount({ status, total_price, charged_amount }: Reading<Schemas['Order'], true>): string {
  if (status === 'pending') return total_price
  return status === 'failed' || status === 'cancelled' ? '0' : charged_amount
}
