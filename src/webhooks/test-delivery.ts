import { randomBytes } from 'node:crypto'
import type { Sql } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import type { OrderId, WebhookId } from '../lib/ids.ts'
import { standardHeaders } from '../lib/standard-webhooks.ts'
import type { Clock } from '../lib/time.ts'
import type { Outbound } from '../outbound/outbound.ts'
import { because } from '../reasons.ts'
import type { Sealer } from '../secrets/sealer.ts'
import { type Addressee, failureOf, post } from './sender.ts'
import { orderSignature } from './signature.ts'
import { selectTarget } from './webhooks.sql.ts'
import { secretsAt } from './webhooks.ts'

/** TestDelivery is what came of a test. */
export interface TestDelivery {
  id: WebhookId
  url: string
  /** `status` is the answer's; null: there was none. */
  status: number | null
  milliseconds: number
  /** `problem` says why an event would not have arrived; null: it would have. */
  problem: string | null
}

interface TestDeps {
  sql: Sql
  sealer: () => Promise<Sealer>
  outbound: Outbound
  clock: Clock
}

/**
 * `testWebhook` sends a webhook something that is signed as an event is, and tells of no order. Nothing is written of it: neither a delivery, nor
 * how the webhook fares. Throws not_found, and conflict for a webhook whose key or account is gone.
 */
export async function testWebhook(
  { sql, sealer, outbound, clock }: TestDeps,
  id: WebhookId,
): Promise<TestDelivery> {
  const target = await selectTarget(sql, id)
  if (!target) throw new Refusal('not_found', `there is no webhook ${id}`, 'webhook')
  if (target.orphaned) throw because('conflict', 'webhook_key_ended', {}, 'webhook')
  const at = clock.now()
  const { url } = target
  const to: Addressee = { url, ...secretsAt(target, await sealer(), at) }
  const client = outbound.open({ connections: 1 })
  const from = performance.now()
  const took = (): number => Math.round(performance.now() - from)
  try {
    const status = await post(client, to.url, testOf(to, at))
    return { id, url, status, milliseconds: took(), problem: failureOf(status) }
  } catch (error) {
    return { id, url, status: null, milliseconds: took(), problem: (error as Error).message }
  } finally {
    await client.close()
  }
}

/** `testOf` makes the headers and the body: those who verify X-Signature find in it what that covers. */
function testOf({ key, signing }: Addressee, at: Date): { headers: Record<string, string>; body: string } {
  const body = JSON.stringify({
    ...{ test: true, order_id: 0, status: 'test', total_price: 0, charged_amount: 0, sent_at: at },
  })
  return {
    headers: {
      'x-webhook-event': 'test',
      'x-signature': orderSignature(key, 0 as OrderId, '0'),
      ...standardHeaders(signing, { id: `test_${randomBytes(8).toString('hex')}`, body, at }),
    },
    body,
  }
}
