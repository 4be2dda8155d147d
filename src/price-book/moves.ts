import { createHash } from 'node:crypto'
import type { Queryable, Sql, Transaction } from '../database/database.ts'
import { because } from '../reasons.ts'
import { countReached, lastOfTrail, type Move, planForMany, selectMoves } from './moves.sql.ts'

export { lastOfTrail, type Move } from './moves.sql.ts'

/** Moved is what a change of the price book did, or would do, to every price that is sold. */
export interface Moved<Value> {
  value: Value
  moves: Move[]
  /** `belowCost` counts the moves to a price below the cost. */
  belowCost: number
  /** `plan` stands for exactly these moves. */
  plan: string
}

export interface MoveOptions {
  /** `dryRun` says what would be done, and does nothing. */
  dryRun?: boolean | undefined
  /** `plan` is that of a dry run: if something else would be done by now, nothing is. */
  plan?: string | undefined
  /** `mayGoBelowCost`, false: a change that makes a price below the cost is refused. */
  mayGoBelowCost?: boolean | undefined
}

/**
 * `moving` runs a change of the price book in one transaction, and says what became of prices: of those that were written, and of those that
 * follow them. A dry run is the same transaction, undone. Throws conflict where the plan is another one, and permission_denied.
 */
export async function moving<Value>(
  sql: Sql,
  { dryRun = false, plan, mayGoBelowCost = true }: MoveOptions,
  work: (transaction: Transaction) => Promise<Value>,
): Promise<Moved<Value>> {
  let moved: Moved<Value> | undefined
  try {
    return await sql.begin(async (transaction) => {
      const { value, moves } = await movesIn(transaction, () => work(transaction))
      moved = { value, moves, belowCost: moves.filter(isBelowCost).length, plan: planOf(moves) }
      if (plan !== undefined && plan !== moved.plan) {
        throw because('conflict', 'prices_changed', {}, 'plan')
      }
      if (dryRun) throw UNDONE
      if (moved.belowCost > 0 && !mayGoBelowCost) {
        throw because('permission_denied', 'below_cost', { count: moved.belowCost })
      }
      return moved
    })
  } catch (error) {
    if (error === UNDONE && moved) return moved
    throw error
  }
}

/** `movesIn` does some work of a transaction, and says what became of prices by it. */
export async function movesIn<Value>(
  transaction: Transaction,
  work: () => Promise<Value>,
): Promise<{ value: Value; moves: Move[] }> {
  await planForMany(transaction)
  const since = await lastOfTrail(transaction)
  const value = await work()
  return { value, moves: await selectMoves(transaction, since) }
}

/** `reachedBy` counts the accounts in use whose prices may be among those that moved. */
export async function reachedBy(sql: Queryable, moves: readonly Move[]): Promise<number> {
  const audiences = new Map(
    moves.map(({ accountId, priceGroupId, currency }) => [
      `${accountId} ${priceGroupId} ${currency}`,
      { accountId, priceGroupId, currency },
    ]),
  )
  return await countReached(sql, [...audiences.values()])
}

/** `priceKey` names the place of a price: whose, of which service, in which currency. */
export const priceKey = ({
  serviceId,
  accountId,
  priceGroupId,
  currency,
}: Pick<Move, 'serviceId' | 'accountId' | 'priceGroupId' | 'currency'>): string =>
  `${serviceId} ${accountId ?? ''} ${priceGroupId ?? ''} ${currency}`

/** UNDONE ends the transaction of a dry run. */
const UNDONE = new Error('a dry run is undone')

/** `isBelowCost` tells whether a service is sold for less than it costs after a move. */
export const isBelowCost = ({ new: price, cost }: Pick<Move, 'new' | 'cost'>): boolean =>
  price !== null && cost !== null && price < cost

/** `marginOf` gives what is earned of a price, in tenths of a percent of it, rounded down; null: not known, or nothing is paid. */
export function marginOf(price: bigint | null, cost: bigint | null): bigint | null {
  if (price === null || cost === null || price === 0n) return null
  const exact = (price - cost) * 1000n
  const down = exact / price
  return exact < 0n && exact % price !== 0n ? down - 1n : down
}

const planOf = (moves: readonly Move[]): string =>
  moves
    .reduce(
      (hash, { serviceId, accountId, priceGroupId, currency, old, new: price, ruleId, cost }) =>
        hash.update(
          `${serviceId} ${accountId ?? '-'} ${priceGroupId ?? '-'} ${currency} ${old ?? '-'} ${price ?? '-'} ${ruleId === null} ${cost ?? '-'}\n`,
        ),
      createHash('sha256'),
    )
    .digest('base64url')
    .slice(0, 22)
