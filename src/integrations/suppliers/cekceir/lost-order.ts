import { isSameInput } from '../../../client/index.ts'
import { failure } from '../../../lib/failures.ts'
import { type Clock, DAY_MS } from '../../../lib/time.ts'
import { type ExactJson, isObject, type JsonObject, own, textField } from '../http-kit/json.ts'
import type { Reasons } from '../http-kit/reasons.ts'
import type { SupplierOutcome, SupplierTask } from '../supplier.ts'
import { type Api, type Said, unwrapped } from './api.ts'
import type { Claims } from './claims.ts'
import { orderIdOf } from './order.ts'
import { unavailable } from './outcomes.ts'

const PAGE_SIZE = 50
const MAX_PAGES = 4
/** LISTED_BACK_MS is how far back orders are listed, so that no clock that goes wrong hides an order. */
const LISTED_BACK_MS = DAY_MS
/** EARLIEST_MS and LATEST_MS are from when to when after its attempt was written down an order is made, on clocks that may differ. */
const EARLIEST_MS = -10_000
const LATEST_MS = 60_000
/** CLOCK_SLACK_MS is allowed for the server's clock where it does not say its time. */
const CLOCK_SLACK_MS = 120_000
/** ASK_AGAIN_AFTER_MS is short because an order that was just listed can be asked about at once. */
const ASK_AGAIN_AFTER_MS = 1_000
/** MAX_DEPTH is how many levels are searched for the input. */
const MAX_DEPTH = 8

/**
 * `findLost` finds the order of an attempt whose answer was lost: the one order in the supplier's list that is for its service, holds its
 * input, was made when the attempt was sent, and belongs to no other attempt. It buys nothing.
 *
 * Where there is none, or more than one, nothing is proven (promise 4), and the answer is `none` or unknown.
 */
export async function findLost(
  task: SupplierTask,
  { api, reasons, clock, claims }: { api: Api; reasons: Reasons; clock: Clock; claims: Claims },
  signal: AbortSignal,
): Promise<SupplierOutcome | 'none'> {
  const found: JsonObject[] = []
  let cursor: string | undefined
  for (let page = 1; ; page++) {
    const said = await api.get('/order', signal, {
      q: task.input,
      ...(task.remoteService !== '' && { service_code: task.remoteService }),
      created_from: new Date(task.sentAt.getTime() - LISTED_BACK_MS).toISOString(),
      limit: String(PAGE_SIZE),
      ...(cursor !== undefined && { cursor }),
    })
    if (said.kind !== 'answer') return unlisted(said, reasons)
    const list = readList(said.body)
    if (!list) return reasons.unknown(failure('orders_unread', {}), true)
    const window = windowOf(task.sentAt, said.date, clock)
    found.push(...list.items.filter((order) => isOf(order, task, window)))
    if (list.next === undefined) break
    if (page === MAX_PAGES || list.next === cursor)
      return reasons.unknown(failure('orders_endless', {}), true)
    cursor = list.next
  }
  const references = [...new Set(found.map((order) => orderIdOf(order) as string))]
  const [reference, ...others] = references.filter((one) => !claims.isAnothers(one, task))
  if (reference === undefined) return 'none'
  if (others.length > 0) return reasons.unknown(failure('several_orders', {}), true)
  if (claims.hasRival(task, LATEST_MS - EARLIEST_MS)) {
    return reasons.unknown(failure('order_of_other', { order: reference }), true)
  }
  return { kind: 'accepted', reference, askAgainAfterMs: ASK_AGAIN_AFTER_MS }
}

function unlisted(said: Exclude<Said, { kind: 'answer' }>, reasons: Reasons): SupplierOutcome {
  if (said.kind === 'not sent') return reasons.notSent(said)
  if (said.kind === 'unclear') return reasons.unknown(said.why, true)
  return unavailable(said, reasons) ?? reasons.unknown(said.message, true)
}

/** `readList` finds the items in `data.page`, in `data` or in the answer itself. */
export function readList(body: JsonObject): { items: JsonObject[]; next: string | undefined } | undefined {
  const data = unwrapped(body)
  const page = own(data, 'page')
  const list = isObject(page) ? page : data
  const items = own(list, 'items')
  if (!Array.isArray(items) || !items.every(isObject)) return undefined
  return { items, next: textField(list, 'next_cursor') }
}

/** `windowOf` gives when what was sent at a time can have been made, by the server's clock, in milliseconds. */
export function windowOf(sentAt: Date, date: Date | null, clock: Clock): { from: number; to: number } {
  const ahead = date ? date.getTime() - clock.now().getTime() : 0
  const slack = date ? 0 : CLOCK_SLACK_MS
  return {
    from: sentAt.getTime() + ahead + EARLIEST_MS - slack,
    to: sentAt.getTime() + ahead + LATEST_MS + slack,
  }
}

function isOf(order: JsonObject, task: SupplierTask, { from, to }: { from: number; to: number }): boolean {
  const made = Date.parse(textField(order, 'created_at') ?? '')
  return (
    orderIdOf(order) !== undefined &&
    textField(order, 'service_code') === task.remoteService &&
    made >= from &&
    made <= to &&
    holds(order, task.input, MAX_DEPTH)
  )
}

/** `holds` tells whether a value, or a name, is this input and nothing else. */
function holds(value: ExactJson | undefined, input: string, levels: number): boolean {
  if (typeof value === 'string') return isSameInput(value, input)
  if (typeof value !== 'object' || value === null || levels === 0) return false
  if (!Array.isArray(value) && Object.keys(value).some((name) => isSameInput(name, input))) return true
  return Object.values(value).some((inner) => holds(inner, input, levels - 1))
}
