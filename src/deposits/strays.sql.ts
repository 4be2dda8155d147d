import { build, literal } from '../database/build.ts'
import type { Queryable } from '../database/database.ts'
import type { ProviderId, StrayId } from '../lib/ids.ts'
import type { Micros } from '../lib/money.ts'
import type { Stray } from './stray.ts'

const strays = () =>
  build
    .selectFrom('strayPayments as s')
    .innerJoin('depositProviders as p', 'p.id', 's.providerId')
    .select([
      's.id',
      'p.code as providerCode',
      's.paymentId',
      's.amount',
      's.currency',
      's.paidAt',
      's.words',
    ])
    .select(literal<string>`coalesce(p.settings ->> 'time_zone', 'UTC')`.as('timeZone'))
    .select(['s.fitting', 's.receivedAt', 's.closedAt', 's.closedBy', 's.note'])

/** `insertStray` gives false when the payment is known. */
export async function insertStray(
  sql: Queryable,
  stray: Pick<Stray, 'paymentId' | 'currency' | 'paidAt' | 'words' | 'fitting' | 'receivedAt'> & {
    providerId: ProviderId
    amount: Micros
  },
): Promise<boolean> {
  const inserted = await sql.run(
    build
      .insertInto('strayPayments')
      .values(stray)
      .onConflict((known) => known.doNothing()),
  )
  return inserted.count === 1
}

/** `selectKnown` gives those of the payments of a provider that were told of before. */
export async function selectKnown(
  sql: Queryable,
  providerId: ProviderId,
  ids: readonly string[],
): Promise<Set<string>> {
  const [events, kept] = await Promise.all([
    sql.run(
      build
        .selectFrom('depositEvents')
        .select('eventId as id')
        .where('providerId', '=', providerId)
        .where(literal<boolean>`event_id = any(${ids}::text[])`),
    ),
    sql.run(
      build
        .selectFrom('strayPayments')
        .select('paymentId as id')
        .where('providerId', '=', providerId)
        .where(literal<boolean>`payment_id = any(${ids}::text[])`),
    ),
  ])
  return new Set([...events, ...kept].map(({ id }) => id))
}

/** `selectOpenStrays` gives those that nobody has closed, the oldest first. */
export async function selectOpenStrays(sql: Queryable, limit: number): Promise<Stray[]> {
  return await sql.run(strays().where('s.closedAt', 'is', null).orderBy('s.id').limit(limit))
}

/** `selectStraysOf` gives those of a provider with one of some amounts, open and closed, the oldest first. */
export async function selectStraysOf(
  sql: Queryable,
  providerId: ProviderId,
  amounts: readonly bigint[],
): Promise<Stray[]> {
  const found = strays()
    .where('s.providerId', '=', providerId)
    .where(literal<boolean>`s.amount = any(${amounts}::bigint[])`)
    .orderBy('s.id')
  return await sql.run(found)
}

/** StraySum is what nobody has closed of one currency. */
export interface StraySum {
  currency: string
  count: number
  amount: Micros
  newestId: StrayId
  oldest: Date
}

export const selectStraySums = (sql: Queryable): Promise<StraySum[]> =>
  sql.run(
    build
      .selectFrom('strayPayments')
      .select([
        'currency',
        literal<number>`count(*)::int`.as('count'),
        literal<Micros>`sum(amount)::bigint`.as('amount'),
        literal<StrayId>`max(id)`.as('newestId'),
        literal<Date>`min(received_at)`.as('oldest'),
      ])
      .where('closedAt', 'is', null)
      .groupBy('currency')
      .orderBy('currency'),
  )

export async function selectStray(sql: Queryable, id: StrayId): Promise<Stray | undefined> {
  const [stray] = await sql.run(strays().where('s.id', '=', id))
  return stray
}

/** `closeStray` gives false when it is closed, or not there. */
export async function closeStray(
  sql: Queryable,
  id: StrayId,
  change: { closedAt: Date; closedBy: string; note: string | null },
): Promise<boolean> {
  const closed = await sql.run(
    build.updateTable('strayPayments').set(change).where('id', '=', id).where('closedAt', 'is', null),
  )
  return closed.count === 1
}

/** StrayCount is how many payments fit no deposit, and since when the oldest of them is known. */
export interface StrayCount {
  count: number
  oldest: Date | null
}

export async function countStrays(sql: Queryable): Promise<StrayCount> {
  const [row] = await sql<StrayCount[]>`
    select count(*)::int as count, min(received_at) as oldest from stray_payments where closed_at is null`
  return row as StrayCount
}
