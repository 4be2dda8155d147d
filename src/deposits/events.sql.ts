import type { Queryable } from '../database/database.ts'
import type { DepositId, ProviderId } from '../lib/ids.ts'
import type { DepositEvent } from './deposit.ts'

/** False: it came before. */
export async function insertEvent(
  sql: Queryable,
  event: {
    providerId: ProviderId
    id: string
    depositId: DepositId
    type: string
    outcome: string
    at: Date
  },
): Promise<boolean> {
  const inserted = await sql`
    insert into deposit_events (provider_id, event_id, deposit_id, type, outcome, received_at)
    values (${event.providerId}, ${event.id}, ${event.depositId}, ${event.type}, ${event.outcome}, ${event.at})
    on conflict do nothing`
  return inserted.count === 1
}

/** The oldest first. */
export async function selectEvents(sql: Queryable, id: DepositId): Promise<DepositEvent[]> {
  return await sql<DepositEvent[]>`
    select event_id as id, type, outcome, received_at as "receivedAt" from deposit_events
     where deposit_id = ${id} order by received_at, event_id`
}
