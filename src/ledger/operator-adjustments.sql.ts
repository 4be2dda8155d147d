import type { Queryable } from '../database/database.ts'
import type { Stop } from '../database/walk.ts'
import type { AccountId, EntryId, OrderId } from '../lib/ids.ts'
import type { Micros } from '../lib/money.ts'
import type { Period } from '../lib/period.ts'
import type { EntryKind } from './entry.ts'

/** `adjustmentKinds` are the kinds of entries that people make: what is paid in or corrected by hand, refunds, what was charged anew, and what an account has moved in with. */
export const adjustmentKinds = [
  'deposit',
  'adjust_up',
  'adjust_down',
  'refund',
  'charge',
  'opening_up',
  'opening_down',
] as const satisfies EntryKind[]

type AdjustmentKind = (typeof adjustmentKinds)[number]

/** Place names an entry among those of all accounts, and says where it stands in their order: `at` is its time in microseconds since 1970. */
export interface Place {
  at: number
  accountId: AccountId
  id: EntryId
}

export interface AdjustmentFilter extends Period {
  accountId?: AccountId | undefined
  kind?: AdjustmentKind | undefined
  /** `amountGte` and `amountLte` bound what was moved, whether it was put on or taken, in the currency of each account. */
  amountGte?: Micros | undefined
  amountLte?: Micros | undefined
  /** `actors` are those of whom one did it, as the trail names them. */
  actors?: readonly string[] | undefined
  /** `before` is the last one of the page before. */
  before?: Place | undefined
}

/** AdjustmentRow is an entry; `id` is its place. */
export interface AdjustmentRow {
  id: Place
  username: string
  accountName: string
  currency: string
  kind: AdjustmentKind
  amount: Micros
  availableAfter: Micros
  actor: string | null
  note: string | null
  orderId: OrderId | null
  position: number | null
  reference: string | null
  createdAt: Date
}

/** Range is a part of the entries by time: from `first`, which is in it, to `below`, which is not. */
interface Range {
  accountId: AccountId | undefined
  first: Place
  below: Place
}

const edge = (at: number): Place => ({ at, accountId: 0 as AccountId, id: 0 as EntryId })

const microsOf = (time: Date): number => Math.min(time.getTime() * 1000, Number.MAX_SAFE_INTEGER)

/** `rangeOf` gives the entries of a period that are older than `before`, down to `downTo`. */
function rangeOf({ accountId, from, to, before }: AdjustmentFilter, downTo?: Place): Range {
  return {
    accountId,
    first: downTo ?? edge(from ? microsOf(from) : 0),
    below: before ?? edge(to ? microsOf(to) : Number.MAX_SAFE_INTEGER),
  }
}

/** `byHand` is the condition of both indexes: a deposit of a gateway, or one that was confirmed, is none of these. */
const byHand = (sql: Queryable) => sql`
  deposit_id is null and kind in ('deposit', 'adjust_up', 'adjust_down', 'refund', 'charge', 'opening_up', 'opening_down')`

const moment = (sql: Queryable, at: number) =>
  sql`(timestamptz 'epoch' + ${at}::bigint * interval '1 microsecond')`

/** `walked` is a range by all columns of one index, which is walked through whatever the tables held when the plan was made. */
const walked = (sql: Queryable, { accountId, first, below }: Range) => sql`
  ${byHand(sql)} and ${
    accountId === undefined
      ? sql`(created_at, account_id, id) >= (${moment(sql, first.at)}, ${first.accountId}::int, ${first.id}::bigint)
            and (created_at, account_id, id) < (${moment(sql, below.at)}, ${below.accountId}::int, ${below.id}::bigint)`
      : sql`(account_id, created_at, id) >= (${accountId}::int, ${moment(sql, first.at)}, ${first.id}::bigint)
            and (account_id, created_at, id) < (${accountId}::int, ${moment(sql, below.at)}, ${below.id}::bigint)`
  }`

const newestFirst = (sql: Queryable, { accountId }: Range) =>
  accountId === undefined
    ? sql`created_at desc, account_id desc, id desc`
    : sql`account_id desc, created_at desc, id desc`

/** `fitting` is what no index finds: it is looked for in a bounded part of those that `walked` gives. */
const fitting = (sql: Queryable, { kind, amountGte, amountLte, actors }: AdjustmentFilter) => sql`
  ${kind === undefined ? sql`` : sql`and kind = ${kind}::text::entry_kind`}
  ${amountGte === undefined ? sql`` : sql`and amount >= ${amountGte}::bigint`}
  ${amountLte === undefined ? sql`` : sql`and amount <= ${amountLte}::bigint`}
  ${actors === undefined ? sql`` : sql`and actor = any(${actors}::text[])`}`

/** `selectStop` gives the entry at which `maxRows` have been looked at, newest first. */
export async function selectStop(
  sql: Queryable,
  filter: AdjustmentFilter,
  maxRows: number,
): Promise<Stop<Place> | undefined> {
  const range = rangeOf(filter)
  const [stop] = await sql<{ accountId: AccountId; id: EntryId; at: bigint }[]>`
    select account_id, id, (extract(epoch from created_at) * 1000000)::bigint as at from ledger_entries
     where ${walked(sql, range)} order by ${newestFirst(sql, range)} offset ${maxRows - 1} limit 1`.records()
  return stop && { id: { ...stop, at: Number(stop.at) } }
}

/** `selectAdjustments` gives entries of all accounts, the newest first. */
export async function selectAdjustments(
  sql: Queryable,
  { downTo, limit, ...filter }: AdjustmentFilter & { downTo: Place | undefined; limit: number },
): Promise<AdjustmentRow[]> {
  const range = rangeOf(filter, downTo)
  const rows = await sql<(Omit<AdjustmentRow, 'id'> & { accountId: AccountId; id: EntryId; at: bigint })[]>`
    select e.account_id, e.id, (extract(epoch from e.created_at) * 1000000)::bigint as at, a.username, a.name as account_name,
           a.currency, e.kind, e.amount, e.available_after, e.actor, e.note, e.order_id, e.position, e.reference, e.created_at
      from (select * from ledger_entries
             where ${walked(sql, range)} ${fitting(sql, filter)}
             order by ${newestFirst(sql, range)} limit ${limit}) e
      join accounts a on a.id = e.account_id
     order by e.created_at desc, e.account_id desc, e.id desc`.records()
  return rows.map(({ accountId, id, at, ...row }) => ({ ...row, id: { accountId, id, at: Number(at) } }))
}

/** AdjustmentSums are what entries of a currency come to. */
export interface AdjustmentSums {
  currency: string
  count: number
  cameIn: bigint
  wentOut: bigint
}

/** `selectSums` adds up entries by currency; undefined: more than `maxRows` would have to be looked at. */
export async function selectSums(
  sql: Queryable,
  filter: AdjustmentFilter,
  maxRows: number,
): Promise<AdjustmentSums[] | undefined> {
  const range = rangeOf(filter)
  // Sums may be larger than any bigint column.
  const rows = await sql<
    {
      looked: number
      currency: string | null
      count: number | null
      cameIn: string | null
      wentOut: string | null
    }[]
  >`
    with looked as materialized (
      select account_id, kind, amount, actor from ledger_entries
       where ${walked(sql, range)} order by ${newestFirst(sql, range)} limit ${maxRows + 1}
    )
    select n.looked, s.currency, s.count, s.came_in, s.went_out
      from (select count(*)::int as looked from looked) n
      left join (
        select a.currency, count(*)::int as count,
               coalesce(sum(amount) filter (where kind not in ('adjust_down', 'charge', 'opening_down')), 0)::text as came_in,
               coalesce(sum(amount) filter (where kind in ('adjust_down', 'charge', 'opening_down')), 0)::text as went_out
          from looked join accounts a on a.id = account_id
         where true ${fitting(sql, filter)}
         group by a.currency
      ) s on true
     order by s.currency`.records()
  if (rows.some(({ looked }) => looked > maxRows)) return undefined
  return rows.flatMap(({ currency, count, cameIn, wentOut }) =>
    currency === null
      ? []
      : { currency, count: count ?? 0, cameIn: BigInt(cameIn ?? 0), wentOut: BigInt(wentOut ?? 0) },
  )
}
