import { build } from '../database/build.ts'
import type { Queryable } from '../database/database.ts'
import type { DepositId, ProviderId } from '../lib/ids.ts'
import type { DepositEvent } from './deposit.ts'

/** `insertEvent` gives false when the event came before. */
export async function insertEvent(
  sql: Queryable,
  { id: eventId, ...event }: DepositEvent & { providerId: ProviderId; depositId: DepositId },
): Promise<boolean> {
  const inserted = await sql.run(
    build
      .insertInto('depositEvents')
      .values({ ...event, eventId })
      .onConflict((known) => known.doNothing()),
  )
  return inserted.count === 1
}

/** `selectEvents` lists a deposit's events, the oldest first. */
export const selectEvents = (sql: Queryable, id: DepositId): Promise<DepositEvent[]> =>
  sql.run(
    build
      .selectFrom('depositEvents')
      .select(['eventId as id', 'type', 'outcome', 'receivedAt'])
      .where('depositId', '=', id)
      .orderBy('receivedAt')
      .orderBy('eventId'),
  )
