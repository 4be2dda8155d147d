import { build, literal } from '../database/build.ts'
import type { Queryable } from '../database/database.ts'
import type { Stop } from '../database/walk.ts'
import type { AccountId, DepositId } from '../lib/ids.ts'
import { parseMicros } from '../lib/money.ts'
import type { Deposit, DepositState } from './deposit.ts'
import { depositOf, deposits } from './deposits.sql.ts'

export interface DepositFilter {
  accountId?: AccountId | undefined
  state?: DepositState | undefined
  /** `provider` is a provider's code. */
  provider?: string | undefined
  /** `from` and `to` bound when it was begun: then or later, and before. */
  from?: Date | undefined
  to?: Date | undefined
  /** `amount` is what is credited, or what is paid, in micros. */
  amount?: bigint | undefined
  /**
   * `text` is in what the payer wrote, in the gateway's name of the payment, or in the account's name or user name, in any case; or it is the deposit's number,
   * or an amount that is credited or paid.
   */
  text?: string | undefined
  /** `before` is the last id of the page before. */
  before?: DepositId | undefined
}

/**
 * `walked` is a part of the deposits by all columns of one index, which is walked through whatever the tables held when the plan was made: an
 * account's, or everybody's.
 */
const walked = ({ accountId, before }: DepositFilter, downTo: DepositId | undefined) => {
  const [first, below] = [downTo ?? 0, before ?? Number.MAX_SAFE_INTEGER]
  return accountId === undefined
    ? literal<boolean>`d.id >= ${first}::bigint and d.id < ${below}::bigint`
    : literal<boolean>`(d.account_id, d.id) >= (${accountId}::int, ${first}::bigint)
                       and (d.account_id, d.id) < (${accountId}::int, ${below}::bigint)`
}

const newestFirst = ({ accountId }: DepositFilter) =>
  accountId === undefined ? literal`d.id desc` : literal`d.account_id desc, d.id desc`

/** `selectStop` gives the deposit at which `maxRows` have been looked at, newest first. */
export async function selectStop(
  sql: Queryable,
  filter: DepositFilter,
  maxRows: number,
): Promise<Stop<DepositId> | undefined> {
  const walk = build
    .selectFrom('deposits as d')
    .select(['d.id', 'd.createdAt as at'])
    .where(walked(filter, undefined))
  const [stop] = await sql.run(
    walk
      .orderBy(newestFirst(filter))
      .offset(maxRows - 1)
      .limit(1),
  )
  return stop
}

/** `selectDeposits` lists deposits, the newest first. */
export async function selectDeposits(
  sql: Queryable,
  { downTo, limit, ...filter }: DepositFilter & { downTo: DepositId | undefined; limit: number },
): Promise<Deposit[]> {
  const chosen = narrowed(deposits().where(walked(filter, downTo)), filter)
  return (await sql.run(chosen.orderBy(newestFirst(filter)).limit(limit))).map(depositOf)
}

/** `narrowed` leaves the deposits that fit a filter. */
function narrowed(
  given: ReturnType<typeof deposits>,
  { state, provider, from, to, amount, text }: DepositFilter,
): ReturnType<typeof deposits> {
  let chosen = given
  if (state !== undefined) chosen = chosen.where('d.state', '=', state)
  if (provider !== undefined) {
    chosen = chosen.where(
      literal<boolean>`d.provider_id = (select id from deposit_providers where code = ${provider})`,
    )
  }
  if (from !== undefined) chosen = chosen.where(literal<boolean>`d.created_at >= ${from}::timestamptz`)
  if (to !== undefined) chosen = chosen.where(literal<boolean>`d.created_at < ${to}::timestamptz`)
  if (amount !== undefined)
    chosen = chosen.where(literal<boolean>`${amount}::bigint in (d.amount, d.total_pay)`)
  if (text !== undefined) {
    const money = parseMicros(text) ?? null
    chosen = chosen.where(
      literal<boolean>`(position(lower(${text}) in lower(d.proof)) > 0 or position(lower(${text}) in lower(d.reference)) > 0
                        or d.id::text = ${text} or ${money}::bigint in (d.amount, d.total_pay)
                        or position(lower(${text}) in a.username) > 0 or position(lower(${text}) in lower(a.name)) > 0)`,
    )
  }
  return chosen
}

/** `depositSorts` are the orders of the list beside the newest first: by when they were begun, or when they were settled; "-" is the latest first. */
export const depositSorts = ['begun', '-begun', 'settled', '-settled'] as const

export type DepositSort = (typeof depositSorts)[number]

/** DepositPlace is where a deposit stands in a sorted list. `at` is when it was settled, in microseconds since 1970; 0 where that does not count. */
export interface DepositPlace {
  at: number
  id: DepositId
}

const FIRST: DepositPlace = { at: 0, id: 0 as DepositId }
const LAST: DepositPlace = { at: 9_000_000_000_000_000, id: Number.MAX_SAFE_INTEGER as DepositId }

/** `sortedPart` is the part of a sorted list behind a place, up to another one, by all columns of one index. Only what was settled is sorted by that. */
const sortedPart = (
  { accountId }: DepositFilter,
  {
    sort,
    after,
    upTo,
  }: { sort: DepositSort; after: DepositPlace | undefined; upTo: DepositPlace | undefined },
) => {
  const isDown = sort.startsWith('-')
  const isSettled = sort.endsWith('settled')
  const time = (at: number) => literal`timestamptz 'epoch' + ${at}::bigint * interval '1 microsecond',`
  const place = ({
    at,
    id,
  }: DepositPlace) => literal`(${accountId === undefined ? literal`` : literal`${accountId}::int,`}
    ${isSettled ? time(at) : literal``} ${id}::bigint)`
  const key = literal`(${accountId === undefined ? literal`` : literal`d.account_id,`} ${isSettled ? literal`d.settled_at,` : literal``} d.id)`
  const settled = isSettled ? literal`d.settled_at is not null and` : literal``
  return isDown
    ? literal<boolean>`${settled} ${key} < ${place(after ?? LAST)} and ${key} >= ${place(upTo ?? FIRST)}`
    : literal<boolean>`${settled} ${key} > ${place(after ?? FIRST)} and ${key} <= ${place(upTo ?? LAST)}`
}

const sortedBy = ({ accountId }: DepositFilter, sort: DepositSort) => {
  const way = sort.startsWith('-') ? literal`desc` : literal`asc`
  const account = accountId === undefined ? literal`` : literal`d.account_id ${way},`
  return sort.endsWith('settled')
    ? literal`${account} d.settled_at ${way}, d.id ${way}`
    : literal`${account} d.id ${way}`
}

const settledMicros = () => literal<bigint>`coalesce(extract(epoch from d.settled_at) * 1000000, 0)::bigint`

/** `selectSortedStop` gives where `maxRows` have been looked at behind a place. */
export async function selectSortedStop(
  sql: Queryable,
  filter: DepositFilter,
  part: { sort: DepositSort; after: DepositPlace | undefined },
  maxRows: number,
): Promise<Stop<DepositPlace> | undefined> {
  const walk = build
    .selectFrom('deposits as d')
    .select(['d.id', settledMicros().as('at')])
    .where(sortedPart(filter, { ...part, upTo: undefined }))
    .orderBy(sortedBy(filter, part.sort))
  const [stop] = await sql.run(walk.offset(maxRows - 1).limit(1))
  return stop && { id: { id: stop.id, at: Number(stop.at) } }
}

/** `selectSorted` lists deposits in an order, each with its place. */
export async function selectSorted(
  sql: Queryable,
  filter: DepositFilter,
  part: { sort: DepositSort; after: DepositPlace | undefined; upTo: DepositPlace | undefined; limit: number },
): Promise<{ id: DepositPlace; deposit: Deposit }[]> {
  const chosen = narrowed(deposits().where(sortedPart(filter, part)), filter)
  const rows = await sql.run(
    chosen.select(settledMicros().as('settledMicros')).orderBy(sortedBy(filter, part.sort)).limit(part.limit),
  )
  return rows.map(({ settledMicros: at, ...row }) => ({
    id: { id: row.id, at: Number(at) },
    deposit: depositOf(row),
  }))
}
