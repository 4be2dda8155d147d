import type { Sql } from '../../database/database.ts'
import { Refusal } from '../../errors.ts'
import { kindsDoneByPeople } from '../../integrations/suppliers/index.ts'
import { lockWallets } from '../../ledger/wallets.ts'
import type { OrderId } from '../../lib/ids.ts'
import { type Clock, systemClock } from '../../lib/time.ts'
import { because } from '../../reasons.ts'
import type { ItemName } from '../claimed-item.ts'
import { itemUpdate } from '../outcome/item-update.ts'
import { followItems, type ItemUpdate, writeItemUpdates } from '../outcome/outcomes.sql.ts'
import {
  lockRefused,
  type ManualFilter,
  type ManualItem,
  noteTaken,
  type RefusedItem,
  selectManual,
  selectOrderItems,
  selectRefused,
} from './manual.sql.ts'
import { type NewReview, openReviews, takeForDecision } from './reviews.sql.ts'

export { type ManualFilter, type ManualItem, selectAnswered } from './manual.sql.ts'

const MAX_RESULT_LENGTH = 20_000

/** ManualAnswer is what a person answers about one item. */
export interface ManualAnswer {
  item: ItemName
  answer: { result: string } | { refusal: string }
}

/** `listManual` gives what waits for a person, the oldest first. */
export const listManual = (sql: Sql, filter: ManualFilter & { limit?: number } = {}): Promise<ManualItem[]> =>
  selectManual(sql, { limit: 100, ...filter })

/** `takenOf` reads what `takeManual` has noted: who took it, as the trail calls them, and when; null: nobody yet. */
export function takenOf({ taken }: Pick<ManualItem, 'taken'>): { by: string; at: Date } | null {
  const [, by, at] = /^taken by (.+) at (\S+)$/.exec(taken ?? '') ?? []
  return by === undefined || at === undefined ? null : { by, at: new Date(at) }
}

/** `takeManual` notes that a person works on these orders, so that no other does. Throws conflict when nothing of them waits. */
export async function takeManual(
  sql: Sql,
  orders: OrderId[],
  actor: string,
  clock: Clock = systemClock,
): Promise<number> {
  const taken = await noteTaken(sql, orders, `taken by ${actor} at ${clock.now().toISOString()}`)
  if (taken === 0) throw because('conflict', 'nothing_by_hand', {}, 'id')
  return taken
}

/** `listRefused` gives the open items that a person refused: who has done one after all may still say so. */
export const listRefused = (
  sql: Sql,
  filter: ManualFilter & { limit?: number } = {},
): Promise<ManualItem[]> => selectRefused(sql, { limit: 100, ...filter })

/**
 * `findManual` gives the items of an order that wait for a person, or the one at a position; where none does, those that a person refused
 * and that have not ended. Throws order_not_found, not_found, conflict.
 */
export async function findManual(sql: Sql, orderId: OrderId, position?: number): Promise<ItemName[]> {
  const items = await selectOrderItems(sql, orderId)
  if (items.length === 0) throw new Refusal('order_not_found', String(orderId), 'id')
  const wanted = items.filter((item) => position === undefined || item.position === position)
  if (wanted.length === 0) throw new Refusal('not_found', `order ${orderId} has no item ${position}`, 'item')
  const waiting = wanted.filter(({ waits }) => waits)
  const open = waiting.length > 0 ? waiting : wanted.filter(({ isRefused }) => isRefused)
  if (open.length === 0) {
    throw because('conflict', 'order_not_by_hand', { order: orderId }, 'id')
  }
  return open
}

/**
 * `answerManual` records what people answered, all or nothing: a result ends an item with success, a refusal sends it to its next
 * route or ends it. A result for an item that a person had refused ends it where it still waits for its next route; where another supplier
 * has it by now, it is shown in a review, and the item goes no further. Gives how many are shown. Throws conflict naming the first item
 * that does not wait for a person.
 */
export async function answerManual(
  sql: Sql,
  answers: ManualAnswer[],
  actor: string,
  clock: Clock = systemClock,
): Promise<number> {
  const now = clock.now()
  return await sql.begin(async (transaction) => {
    await lockWallets(transaction, [...new Set(answers.map(({ item }) => item.accountId))])
    const updates: ItemUpdate[] = []
    const reviews: NewReview[] = []
    for (const { item: name, answer } of answers) {
      checkText('result' in answer ? answer.result : answer.refusal)
      const refused = 'result' in answer ? await lockRefused(transaction, name) : undefined
      if (refused && 'result' in answer) {
        const result = answer.result.trim()
        if (refused.isWaiting) updates.push(doneAfterAll(name, refused, result, actor))
        else reviews.push(changeOfMind(name, refused, result, actor))
        continue
      }
      const item = await takeForDecision(transaction, name)
      const waits = item?.state === 'processing' || item?.state === 'unknown'
      if (!item?.attempt || !waits || !kindsDoneByPeople.includes(item.attempt.supplierKind)) {
        const state = item ? item.state : 'gone'
        throw because(
          'conflict',
          'item_not_by_hand',
          { order: name.orderId, item: name.position, state },
          'id',
        )
      }
      const attempt = { number: item.attempt.number, reference: null, asked: 0, recheckAt: null }
      const said = `answered by ${actor}`
      updates.push(
        'result' in answer
          ? itemUpdate({
              item,
              itemState: 'success',
              attempt: { ...attempt, state: 'succeeded', detail: said, fault: null },
              result: answer.result.trim(),
            })
          : itemUpdate({
              item,
              itemState: 'pending',
              attempt: { ...attempt, state: 'refused', detail: answer.refusal.trim(), fault: 'item' },
              dueAt: now,
            }),
      )
    }
    await writeItemUpdates(transaction, updates, now, { answeredBy: actor })
    await followItems(
      transaction,
      answers.map(({ item }) => item),
      now,
    )
    if (reviews.length > 0) await openReviews(transaction, reviews, now)
    return reviews.length
  })
}

const doneAfterAll = (
  name: ItemName,
  { fence, attempt }: RefusedItem,
  result: string,
  actor: string,
): ItemUpdate =>
  itemUpdate({
    item: { ...name, fence },
    itemState: 'success',
    attempt: {
      number: attempt,
      state: 'succeeded',
      reference: null,
      detail: `answered by ${actor}`,
      asked: 0,
      fault: null,
      recheckAt: null,
    },
    result,
  })

const changeOfMind = (
  item: ItemName,
  { attempt }: RefusedItem,
  result: string,
  actor: string,
): NewReview => ({
  item,
  attempt,
  kind: 'changed',
  detail: `${actor} answers now: "${result.slice(0, 1000)}"; it had been refused`,
})

function checkText(text: string): void {
  if (!text.trim()) throw because('invalid_input', 'answer_empty', {}, 'result')
  if (text.length > MAX_RESULT_LENGTH) {
    throw because('invalid_input', 'answer_too_long', { limit: MAX_RESULT_LENGTH }, 'result')
  }
}
