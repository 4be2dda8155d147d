import { actAs, reasonOf } from '../../audit/acting.ts'
import type { Sql, Transaction } from '../../database/database.ts'
import { type Fault, Refusal } from '../../errors.ts'
import { ExchangeRates, Rates } from '../../ledger/rates.ts'
import { lockWallet } from '../../ledger/wallets.ts'
import { orThrow, resultOf } from '../../lib/fault.ts'
import type { OrderId, RouteId } from '../../lib/ids.ts'
import { sanitize } from '../../lib/text.ts'
import { type Clock, systemClock } from '../../lib/time.ts'
import { because } from '../../reasons.ts'
import { lockItems } from '../after/refunds.sql.ts'
import { type ServiceRoutes, selectRoutesOf } from '../dispatch/dispatch.sql.ts'
import { attemptFor, type Convert, chooseRoute, type RouteOption } from '../dispatch/routing.ts'
import { ANSWERED_MS } from './carry-out.ts'
import { mustFindOrder } from './operator-requests.ts'
import { type ChosenAttempt, insertChosen, type ResentItem, selectResent } from './resend.sql.ts'

export interface ResendRequest {
  /** `items` are positions; left out: every item that waits. */
  items?: readonly number[] | undefined
  route: RouteId
  /** `why` is for the trail. */
  why: string
}

/** Resent: these items, by position, go to the supplier of the route next. */
export interface Resent {
  positions: number[]
  supplier: string
}

/**
 * `resendOrder` has items of an order that wait sent by a route that a person has chosen, before any other and at once; also by one that has refused
 * them. All or none: refused is what a supplier may still buy, or answer, and what was given back. Throws order_not_found, not_found (the route, an
 * item), conflict with the reason, or invalid_input.
 */
export async function resendOrder(
  sql: Sql,
  orderId: OrderId,
  { items: wanted, route: routeId, why }: ResendRequest,
  actor: string,
  clock: Clock = systemClock,
): Promise<Resent> {
  const reason = reasonOf(why)
  const { order } = await mustFindOrder(sql, orderId)
  const name = { accountId: order.accountId, orderId }
  return await sql.begin(async (transaction) => {
    await actAs(transaction, actor, reason)
    await lockWallet(transaction, order.accountId)
    const now = clock.now()
    await lockItems(transaction, name, null)
    const all = await selectResent(transaction, name, now)
    const items = orThrow(chosenItems(all, wanted, now))
    const service = (await selectRoutesOf(transaction, [order.serviceId])).get(order.serviceId)
    const route = service?.routes.find((one) => one.routeId === routeId)
    if (!service || !route)
      throw because('not_found', 'no_such_route', { order: orderId, route: routeId }, 'route')
    await refuseBlocked(transaction, items, service, route, now)
    const attempts = items.map((item) => chosenAttempt(item, route))
    const said = sanitize(`${actor}: ${reason}`)
    await insertChosen(transaction, attempts, route, { said, now })
    return { positions: items.map(({ position }) => position), supplier: route.supplierName }
  })
}

/** `chosenAttempt` numbers the next attempt of an item: one that was chosen before, and was not made, is replaced. */
function chosenAttempt(item: ResentItem, route: RouteOption): ChosenAttempt {
  const sent = item.tries.filter(({ fault }) => fault !== 'chosen')
  const { routeId, supplierId, remoteService } = route
  const number = (sent.at(-1)?.number ?? 0) + 1
  const next = { number, keyNumber: number, routeId, supplierId, remoteService, fault: 'chosen' as const }
  const tries = [...sent, { ...next, reference: null, detail: null, endedAt: null }]
  return { item, ...attemptFor({ tries }, route) }
}

/** `chosenItems` gives the items that are to be sent, or says of each why it is not. Pure. */
function chosenItems(all: readonly ResentItem[], wanted: readonly number[] | undefined, now: Date) {
  const positions = new Set(
    wanted ?? all.flatMap(({ state, position }) => (state === 'pending' ? [position] : [])),
  )
  const items = all.filter(({ position }) => positions.has(position))
  const missing = [...positions].filter((position) => !all.some((item) => item.position === position))
  if (missing.length > 0) return resultOf(items, missing.map(noSuchItem), 'not_found')
  const [first] = all
  const none =
    items.length === 0 && first ? [why(first, unsafe(first, now) ?? 'nothing of the order waits')] : []
  const faults = items.map((item) => {
    const reason = unsafe(item, now)
    return reason === undefined ? undefined : why(item, reason)
  })
  return resultOf(items, [...none, ...faults], 'conflict')
}

const noSuchItem = (position: number): Fault => ({
  path: ['item'],
  message: `the order has no item ${position}`,
})

const why = ({ position, state }: ResentItem, reason: string): Fault => ({
  path: ['item'],
  message: `item ${position} is ${state}: ${reason}`,
})

/** `unsafe` says why an item may not be sent; undefined: nothing of it may still be bought, or answered. */
function unsafe(item: ResentItem, now: Date): string | undefined {
  const { state, supplier, tries, isAsked, isDoubted, restored } = item
  switch (state) {
    case 'processing':
      return `${supplier ?? 'a supplier'} has it, and may do it`
    case 'unknown':
      return `nobody knows whether ${supplier ?? 'a supplier'} has it: decide its review`
    case 'success':
      return 'it is done, and was charged: reject it, and the reseller may order again'
    case 'failed':
    case 'cancelled':
      return 'its price was given back: the reseller may order again'
  }
  if (isAsked) return 'a former supplier is being asked about it at this moment: try again in some seconds'
  if (isDoubted) return 'a former supplier says that it has it: decide its review'
  if (restored)
    return 'it was open in a backup that was restored, and a supplier may have got it since: decide its review'
  const last = tries.at(-1)
  // A person said that it was not taken, while a supplier was being asked, whose answer may be another one.
  const isLate = last?.fault === null && last.endedAt && now.getTime() - last.endedAt.getTime() < ANSWERED_MS
  return isLate ? 'its former supplier may still answer: try again in half a minute' : undefined
}

/** `refuseBlocked` throws conflict where items do not go by a route at present. */
async function refuseBlocked(
  sql: Transaction,
  items: readonly ResentItem[],
  { automatic, strategy }: ServiceRoutes,
  route: RouteOption,
  now: Date,
): Promise<void> {
  const refuse = (reason: string): never => {
    throw new Refusal('conflict', reason, 'route')
  }
  if (!automatic) refuse('the service is done by hand')
  if (!route.usable)
    refuse(
      `nothing goes to ${route.supplierName} by this route: it is disabled, or not in the supplier's list`,
    )
  const rates = items.some(({ currency }) => currency !== route.currency)
    ? await new Rates(sql).load(now)
    : new ExchangeRates([])
  const convert: Convert = (amount, from, to) => rates.convert(amount, from, to)
  for (const item of items) {
    const choice = chooseRoute({ ...item, tries: [] }, [route], strategy, convert, now)
    if (choice.kind === 'review') refuse(choice.detail)
    if (choice.kind === 'wait')
      refuse(`nothing is sent to ${route.supplierName} at present: it is in trouble`)
  }
}
