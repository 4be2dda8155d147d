import { build, literal } from '../database/build.ts'
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

/** Told counts the transfers of a deposit that a bank's statement, and a hook, have told of. */
export interface Told {
  statement: number
  hook: number
}

/** `selectTold` leaves out deposits of which neither has told. */
export async function selectTold(sql: Queryable, ids: readonly DepositId[]): Promise<Map<DepositId, Told>> {
  const rows = await sql.run(
    build
      .selectFrom('depositEvents')
      .select([
        'depositId',
        literal<number>`(count(*) filter (where type = 'statement'))::int`.as('statement'),
        literal<number>`(count(*) filter (where type = 'hook'))::int`.as('hook'),
      ])
      .where(literal<boolean>`deposit_id = any(${ids}::bigint[])`)
      .groupBy('depositId'),
  )
  return new Map(rows.map(({ depositId, ...told }) => [depositId, told]))
}

/**
 * `isTwin` tells whether a transfer that one of both tells of is one that the other has told of before. They give a payment two names, so that they are only counted: the
 * first that a statement has of a deposit is the first that a hook had.
 */
export const isTwin = (told: Told | undefined, by: keyof Told): boolean =>
  told !== undefined && told[by === 'hook' ? 'statement' : 'hook'] > told[by]

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
