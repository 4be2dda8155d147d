import type { Sql } from '../database/database.ts'
import type { AccountId, EventId } from '../lib/ids.ts'
import { jsonWithAmounts } from '../lib/money-json.ts'
import { receiptAsPlaced, receiptOf } from '../orders/read/receipt.ts'
import type { Receipts } from '../orders/read/receipts.ts'
import { keepRendered, type LeasedEvent, type Rendered } from './deliveries.sql.ts'
import { signedAmount } from './signature.ts'

/**
 * What is sent of each event. It is made for the first attempt, since the transaction that writes an event has no time
 * for it, and kept before it is sent: every attempt sends the same bytes. What has no order any more is left out.
 */
export async function renderAll(
  { sql, receipts }: { sql: Sql; receipts: Receipts },
  events: LeasedEvent[],
): Promise<Map<EventId, Rendered>> {
  const rendered = new Map<EventId, Rendered>()
  const made: (Rendered & { accountId: AccountId; id: EventId })[] = []
  await Promise.all(
    events.map(async ({ id, accountId, orderId, state, rendered: before }) => {
      if (before) {
        rendered.set(id, before)
        return
      }
      const bought = await receipts.find(accountId, orderId)
      if (!bought) return
      // It may have ended since: that is the next event.
      const receipt = state === 'processing' ? receiptAsPlaced(bought) : receiptOf(bought)
      made.push({ accountId, id, body: jsonWithAmounts(receipt), amount: signedAmount(receipt) })
    }),
  )
  if (made.length > 0) for (const [id, kept] of await keepRendered(sql, made)) rendered.set(id, kept)
  return rendered
}
