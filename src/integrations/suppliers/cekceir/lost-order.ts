import type { Clock } from '../../../lib/time.ts'
import { type ExactJson, isObject, type JsonObject, own, textField } from '../http-kit/json.ts'
import type { Reasons } from '../http-kit/reasons.ts'
import type { SupplierOutcome, SupplierTask } from '../supplier.ts'
import { type Api, type Said, unwrapped } from './api.ts'
import type { Claims } from './claims.ts'
import { orderIdOf } from './order.ts'
import { unavailable } from './outcomes.ts'

const LISTED_AT_ONCE = 50
const MAX_PAGES = 4
/** LISTED_BACK_MS is how far back orders are listed, so that no clock that goes wrong hides an order. */
const LISTED_BACK_MS = 86_400_000
/** EARLIEST_MS: an order is made within a call's longest time after its attempt was written down; its clock says whole seconds. */
const EARLIEST_MS = -10_000
const LATEST_MS = 60_000
/** CLOCK_SLACK_MS is allowed for the server's clock where it does not say its time. */
const CLOCK_SLACK_MS = 120_000
/** ASK_AGAIN_AFTER_MS is short because an order that was just listed can be asked about at once. */
const ASK_AGAIN_AFTER_MS = 1_000
/** DEEPEST is how many levels are searched for the input. */
const DEEPEST = 8

/**
 * `findLost` finds the order of an attempt whose answer was lost: the one order in the supplier's list that is for its service, holds its
 * input, was made when the attempt was sent, and belongs to no other attempt. It buys nothing.
 *
 * Where there is none, or more than one, nothing is proven (promise 4), and the answer is `none` or unknown.
 */
export async function findLost(
  work: SupplierTask,
  { api, reasons, clock, claims }: { api: Api; reasons: Reasons; clock: Clock; claims: Claims },
  signal: AbortSignal,
): Promise<SupplierOutcome | 'none'> {
  const found: JsonObject[] = []
  let cursor: string | undefined
  for (let page = 1; ; page++) {
    const said = await api.get('/order', signal, {
      q: work.input,
      ...(work.remoteService !== '' && { service_code: work.remoteService }),
      created_from: new Date(work.sentAt.getTime() - LISTED_BACK_MS).toISOString(),
      limit: String(LISTED_AT_ONCE),
      ...(cursor !== undefined && { cursor }),
    })
    if (said.kind !== 'answer') return unlisted(said, reasons)
    const list = readList(said.body)
    if (!list) return reasons.unknown('its list of orders cannot be read', true)
    const window = windowOf(work, said.date, clock)
    found.push(...list.items.filter((order) => isOf(order, work, window)))
    if (list.next === undefined) break
    if (page === MAX_PAGES || list.next === cursor)
      return reasons.unknown('its list of orders has no end', true)
    cursor = list.next
  }
  const references = [...new Set(found.map((order) => orderIdOf(order) as string))]
  const [reference, ...others] = references.filter((one) => !claims.isAnothers(one, work))
  if (reference === undefined) return 'none'
  if (others.length > 0) return reasons.unknown('it has several orders that may be this one', true)
  if (claims.hasRival(work, LATEST_MS - EARLIEST_MS)) {
    return reasons.unknown(`its order ${reference} may be of another attempt with the same input`, true)
  }
  return { kind: 'accepted', reference, askAgainAfterMs: ASK_AGAIN_AFTER_MS }
}

function unlisted(said: Exclude<Said, { kind: 'answer' }>, reasons: Reasons): SupplierOutcome {
  if (said.kind === 'not sent') return reasons.notSent(said.why)
  if (said.kind === 'unclear') return reasons.unknown(said.why, true)
  return unavailable(said, reasons) ?? reasons.unknown(said.message, true)
}

/** `data.page`, `data` or the answer itself has the items. */
export function readList(body: JsonObject): { items: JsonObject[]; next: string | undefined } | undefined {
  const data = unwrapped(body)
  const page = own(data, 'page')
  const list = isObject(page) ? page : data
  const items = own(list, 'items')
  if (!Array.isArray(items) || !items.every(isObject)) return undefined
  return { items, next: textField(list, 'next_cursor') }
}

/** `windowOf` gives when an order of this attempt can have been made, by the server's clock, in milliseconds. */
function windowOf({ sentAt }: SupplierTask, date: Date | null, clock: Clock): { from: number; to: number } {
  const ahead = date ? date.getTime() - clock.now().getTime() : 0
  const slack = date ? 0 : CLOCK_SLACK_MS
  return {
    from: sentAt.getTime() + ahead + EARLIEST_MS - slack,
    to: sentAt.getTime() + ahead + LATEST_MS + slack,
  }
}

function isOf(order: JsonObject, work: SupplierTask, { from, to }: { from: number; to: number }): boolean {
  const made = Date.parse(textField(order, 'created_at') ?? '')
  return (
    orderIdOf(order) !== undefined &&
    textField(order, 'service_code') === work.remoteService &&
    made >= from &&
    made <= to &&
    holds(order, work.input, DEEPEST)
  )
}

/** `holds` tells whether a value, or a name, is exactly this text. */
function holds(value: ExactJson | undefined, text: string, levels: number): boolean {
  if (typeof value === 'string') return value.trim() === text
  if (typeof value !== 'object' || value === null || levels === 0) return false
  if (!Array.isArray(value) && Object.hasOwn(value, text)) return true
  return Object.values(value).some((inner) => holds(inner, text, levels - 1))
}
