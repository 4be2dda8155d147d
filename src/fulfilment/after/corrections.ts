import { actAs } from '../../audit/acting.ts'
import type { Sql } from '../../database/database.ts'
import { Refusal } from '../../errors.ts'
import { lockWallet } from '../../ledger/wallets.ts'
import { orThrow, resultOf } from '../../lib/fault.ts'
import { emptyFault, isBlank, plainLineFault, sanitize } from '../../lib/text.ts'
import { type Clock, systemClock } from '../../lib/time.ts'
import { checkVersion, versionOf } from '../../lib/version.ts'
import { because } from '../../reasons.ts'
import { followItems } from '../outcome/outcomes.sql.ts'
import { hasSecretResults } from '../people/reveal.sql.ts'
import {
  insertItemEntries,
  type LockedItem,
  lockItems,
  type OrderOfAccount,
  settleCorrected,
  writeResult,
} from './refunds.sql.ts'

/** MAX_CORRECTED is how many characters a result has at most that a person puts in the place of another. */
export const MAX_CORRECTED = 20_000

export interface CorrectionRequest {
  /** `item` is a position; it may be left out of an order that has one item. */
  item?: number | undefined
  result: string
  /** `why` is for the trail. */
  why: string
  /** `seen` is the version of the item that whoever corrects it has seen; undefined: that does not matter. */
  seen?: string | undefined
}

/** Corrected: `before` is the former result. It is the same where there was nothing to correct. */
export interface Corrected {
  position: number
  /** `secretResults`: nobody of the staff is told of the former one. */
  secretResults: boolean
  before: string
  after: string
}

/** `itemVersion` names how an item stands that has ended. A secret result has no part in it: it could be found by trying. */
export const itemVersion = ({
  state,
  result,
  refunded,
  finishedAt,
  secretResults,
}: Pick<LockedItem, 'state' | 'result' | 'refunded' | 'finishedAt'> & { secretResults: boolean }): string =>
  versionOf(secretResults ? [state, finishedAt, refunded] : [state, result, refunded])

/**
 * `correctResult` replaces the result of an item that was charged, which stays so, and tells the reseller. The trail keeps the former one; a review
 * that is open about the result is settled by it. Throws
 * order_not_found; not_found or conflict where the item is not there or has no result; version_conflict; invalid_input naming what is wrong.
 */
export async function correctResult(
  sql: Sql,
  order: OrderOfAccount,
  { item, result, why, seen }: CorrectionRequest,
  actor: string,
  clock: Clock = systemClock,
): Promise<Corrected> {
  const text = sanitize(result.trim())
  const words = why.trim()
  const reason = orThrow(
    resultOf(words, [
      isBlank(text) ? { path: ['result'], message: 'is empty' } : undefined,
      text.length > MAX_CORRECTED
        ? { path: ['result'], message: `has more than ${MAX_CORRECTED} characters` }
        : undefined,
      emptyFault('why', words) ?? plainLineFault('why', words, 500),
    ]),
  )
  return await sql.begin(async (transaction) => {
    await actAs(transaction, actor, reason)
    await lockWallet(transaction, order.accountId)
    const items = await lockItems(transaction, order, null)
    if (items.length === 0) throw new Refusal('order_not_found', String(order.orderId), 'id')
    if (item === undefined && items.length > 1) {
      throw because('invalid_input', 'item_unsaid', { count: items.length }, 'item')
    }
    const found = items.find(({ position }) => position === (item ?? 1))
    if (!found) throw because('not_found', 'item_unknown', { item: Number(item) }, 'item')
    const { position, state } = found
    const secretResults = await hasSecretResults(transaction, found.serviceId)
    checkVersion(seen, itemVersion({ ...found, secretResults }))
    if (state !== 'success') {
      throw because('conflict', 'item_without_result', { item: position, state }, 'item')
    }
    const before = found.result ?? ''
    if (before === text) return { position, secretResults, before, after: text }
    const at = clock.now()
    await writeResult(transaction, order, position, text)
    await insertItemEntries(transaction, order, {
      kind: 'correction',
      rows: [{ position, amount: 0n }],
      actor,
      note: reason,
      reference: null,
      at,
    })
    await settleCorrected(transaction, order, position, { actor, why: reason, at })
    await followItems(transaction, [order], at, { isTold: true })
    return { position, secretResults, before, after: text }
  })
}
