import type { Sql } from '../../database/database.ts'
import { Refusal } from '../../errors.ts'
import type { OrderId } from '../../lib/ids.ts'
import type { Language } from '../../lib/languages.ts'
import type { Micros } from '../../lib/money.ts'
import type { ItemState } from '../../lib/states.ts'
import { type Clock, systemClock } from '../../lib/time.ts'
import type { Item } from '../order.ts'
import { type AttemptView, listAttempts } from '../read/operator-orders.sql.ts'
import { attemptWords } from '../read/secret-results.ts'
import { type AllowedAction, actionsOf } from './actions.ts'
import { mustNameOrder } from './order-name.ts'
import { selectItems, selectStanding } from './order-page.sql.ts'
import { type ListedOrder, readRows } from './order-rows.ts'
import { selectBefore, selectPlacing } from './timeline.sql.ts'

/** OrderPage is what a page about one order shows beside its items and its timeline. */
export interface OrderPage {
  row: ListedOrder
  /** `available` is what the account has now. */
  available: Micros
  language: Language
  timeZone: string | null
  webhook: { id: number; status: string } | null
  actions: AllowedAction[]
  /** `before` are the last orders of the account about the same input. */
  before: ListedOrder[]
}

const MAX_BEFORE = 5

/** `readOrderPage` reads it for who has some permissions. Throws order_not_found. */
export async function readOrderPage(
  sql: Sql,
  id: OrderId,
  may: (permission: string) => boolean,
  clock: Clock = systemClock,
): Promise<OrderPage> {
  const name = await mustNameOrder(sql, id)
  const [rows, placing, before, account] = await Promise.all([
    readRows(sql, [name], clock),
    selectPlacing(sql, name),
    selectBefore(sql, name, MAX_BEFORE),
    selectStanding(sql, name.accountId),
  ])
  const [row] = rows
  if (!row) throw new Refusal('order_not_found', String(id), 'id')
  const webhook =
    placing?.webhookId == null ? undefined : { id: placing.webhookId, status: placing.webhookStatus ?? '' }
  const earlier = before.map((one) => ({ accountId: name.accountId, id: one }))
  return {
    ...{ row, ...account, webhook: webhook ?? null, actions: actionsOf(row, webhook, may) },
    before: await readRows(sql, earlier, clock),
  }
}

/** ItemsPage is some items of an order, and what was tried for them. */
export interface ItemsPage {
  currency: string
  /** `secretResults`: results are left out. */
  secretResults: boolean
  items: Item[]
  attempts: AttemptView[]
  next: number | undefined
}

/** `readItems` gives the items behind a position, of some states or all. Throws order_not_found. */
export async function readItems(
  sql: Sql,
  id: OrderId,
  { states, after, limit }: { states: readonly ItemState[] | undefined; after: number; limit: number },
): Promise<ItemsPage> {
  const name = await mustNameOrder(sql, id)
  const found = await selectItems(sql, name, { states, after, limit: limit + 1 })
  const items = found.slice(0, limit)
  const positions = new Set(items.map(({ position }) => position))
  const attempts = items.length === 0 ? [] : await listAttempts(sql, [name])
  const [row] = await readRows(sql, [name])
  const { currency = '', secretResults = true } = row ?? {}
  const tried = attempts.filter(({ position }) => positions.has(position))
  return {
    ...{ currency, secretResults },
    items: secretResults ? items.map((item) => ({ ...item, result: null })) : items,
    attempts: secretResults ? tried.map((one) => ({ ...one, detail: attemptWords(one) })) : tried,
    next: found.length > limit ? items.at(-1)?.position : undefined,
  }
}
