import { build, literal } from '../database/build.ts'
import type { Queryable } from '../database/database.ts'
import type { Stop } from '../database/walk.ts'
import type { AccountId, DepositId } from '../lib/ids.ts'
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
  /** `text` is in what the payer wrote, or in the gateway's name of the payment, in any case; or it is the deposit's number. */
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
  const { state, provider, from, to, amount, text } = filter
  let chosen = deposits().where(walked(filter, downTo)).orderBy(newestFirst(filter)).limit(limit)
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
    chosen = chosen.where(
      literal<boolean>`(position(lower(${text}) in lower(d.proof)) > 0 or position(lower(${text}) in lower(d.reference)) > 0
                        or d.id::text = ${text})`,
    )
  }
  return (await sql.run(chosen)).map(depositOf)
}
