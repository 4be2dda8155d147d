import type { Sql, Transaction } from '../../database/database.ts'
import { ExchangeRates, Rates } from '../../ledger/rates.ts'
import type { ServiceId, SupplierId } from '../../lib/ids.ts'
import { type ClaimedItem, renamed } from '../claimed-item.ts'
import { type NewReview, openReviews } from '../people/reviews.sql.ts'
import { detailText } from '../review-details.ts'
import type { SupplierLimiter } from '../supplier-limiter.ts'
import {
  type ClaimLimits,
  type DueItem,
  insertAttempts,
  insertPassedRoutes,
  lockDueItems,
  postpone,
  type Sending,
  type ServiceRoutes,
  selectRoutesOf,
} from './dispatch.sql.ts'
import { attemptFor, type Choice, type Convert, chooseRoute } from './routing.ts'

/** LEASE_MS is how long a claimed item stays with a worker that has died. */
export const LEASE_MS = 15_000
/** IDLE_MS is when an item that no supplier fulfils by itself is due again, so that a new route is soon used. */
const IDLE_MS = 30_000

const RESTORED = detailText('restored', {})

/** DispatchPlan is what one transaction decided about the items that were due. */
export interface DispatchPlan {
  due: DueItem[]
  sending: (Sending & { claimed: ClaimedItem; hadBefore: boolean })[]
  postponed: { item: DueItem; until: Date }[]
  reviews: NewReview[]
  /** `ended` are those that every route has refused, with the reason that their resellers read. */
  ended: { item: DueItem; reason: string }[]
  /** `crowded` counts the items that wait for room with the supplier of their route. */
  crowded: number
  /** `suppliers` are those of the services that were looked at. */
  suppliers: Map<ServiceId, SupplierId[]>
  /** `release` gives up the room that is reserved for what is sent. It is called just before the calls begin. */
  release: () => void
}

/**
 * `claimDueItems` locks what is due, chooses a route for each item by what is committed at that moment, and writes the attempts of those
 * that go, all in one transaction (promise 4: when this returns, the intent is committed). It claims no more than the limiters have
 * room for at once, so that no intent is written that waits for its turn.
 */
export async function claimDueItems(
  sql: Sql,
  limiters: ReadonlyMap<SupplierId, SupplierLimiter>,
  limits: ClaimLimits,
): Promise<DispatchPlan> {
  const { now } = limits
  let plan: DispatchPlan | undefined
  try {
    return await sql.begin(async (transaction) => {
      plan = await planDispatch(transaction, await lockDueItems(transaction, limits), limiters, now)
      await Promise.all([
        plan.sending.length > 0 &&
          insertAttempts(transaction, plan.sending, { now, leaseUntil: new Date(now.getTime() + LEASE_MS) }),
        plan.sending.some(({ passed }) => passed.length > 0) && insertPassedRoutes(transaction, plan.sending),
        plan.postponed.length > 0 && postpone(transaction, plan.postponed),
        plan.reviews.length > 0 && openReviews(transaction, plan.reviews, now),
      ])
      return plan
    })
  } catch (error) {
    plan?.release()
    throw error
  }
}

async function planDispatch(
  sql: Transaction,
  due: DueItem[],
  limiters: ReadonlyMap<SupplierId, SupplierLimiter>,
  now: Date,
): Promise<DispatchPlan> {
  const plan: DispatchPlan = {
    due,
    sending: [],
    postponed: [],
    reviews: [],
    ended: [],
    crowded: 0,
    suppliers: new Map(),
    release: () => {},
  }
  if (due.length === 0) return plan
  const services = await selectRoutesOf(sql, [...new Set(due.map(({ serviceId }) => serviceId))])
  const convert = await conversion(sql, due, services, now)
  // From here to the end nothing is awaited, so that no other takes the same room.
  const rooms = new Map([...limiters].map(([id, limiter]) => [id, limiter.sendRoom()]))
  for (const [id, { routes }] of services) {
    const usable = routes.filter((route) => route.usable)
    plan.suppliers.set(id, [...new Set(usable.map(({ supplierId }) => supplierId))])
    // A supplier that this process cannot call, because its secrets do not open, is as one that does not answer.
    for (const route of routes) if (!limiters.has(route.supplierId)) route.openUntil ??= idleUntil(now)
  }
  for (const item of due) {
    const service = services.get(item.serviceId)
    if (!service) throw new Error(`an item of service ${item.serviceId}, which is not there`)
    const choice = choiceFor(item, service, convert, now)
    if (choice.kind === 'refused') plan.ended.push({ item, reason: reasonFor(item, service, limiters) })
    else if (choice.kind === 'send')
      planSending(plan, rooms, { item, service, ...choice, ...attemptFor(item, choice.route) }, now)
    else planWaiting(plan, item, service, choice, now)
  }
  plan.release = reserveCalls(plan.sending, limiters)
  return plan
}

/**
 * `choiceFor`: what a former supplier may have done after all is neither sent on nor given up until it, or a person, has said so; nor is what a
 * supplier may have got after the backup was made that this database is of.
 */
function choiceFor(item: DueItem, service: ServiceRoutes, convert: Convert, now: Date): Choice {
  if (item.heldUntil) return { kind: 'wait', until: item.heldUntil }
  if (item.isDoubted || !service.automatic) return { kind: 'unrouted' }
  if (item.restored) return { kind: 'review', review: 'changed', detail: RESTORED, until: idleUntil(now) }
  return chooseRoute(item, service.routes, service.strategy, convert, now)
}

const idleUntil = (now: Date): Date => new Date(now.getTime() + IDLE_MS)

/** `planSending` has an item sent where there is room; `rooms` has how many more each supplier takes. */
function planSending(plan: DispatchPlan, rooms: Map<SupplierId, number>, sending: Sending, now: Date): void {
  const { supplierId } = sending.route
  const room = rooms.get(supplierId)
  if (!room) {
    plan.crowded++
    return
  }
  rooms.set(supplierId, room - 1)
  // A try that ended by nobody's fault was called untaken by a person, who may be wrong.
  const hadBefore = sending.item.tries.some((one) => one.supplierId === supplierId && one.fault === null)
  plan.sending.push({ ...sending, claimed: claimedItemOf(sending, now), hadBefore })
}

/** `planWaiting` has an item looked at again later, and shown to a person where one is needed. */
function planWaiting(
  plan: DispatchPlan,
  item: DueItem,
  service: ServiceRoutes,
  choice: Exclude<Choice, { kind: 'send' | 'refused' }>,
  now: Date,
): void {
  plan.postponed.push({ item, until: choice.kind === 'unrouted' ? idleUntil(now) : choice.until })
  if (choice.kind === 'review') {
    plan.reviews.push({ item, attempt: null, kind: choice.review, detail: choice.detail })
  } else if (now.getTime() - item.placedAt.getTime() > service.expirySeconds * 1000) {
    plan.reviews.push({ item, attempt: null, kind: 'expired', detail: detailText('not_sent', {}) })
  }
}

/** `reserveCalls` reserves room for the calls that items will go out with; gives what releases it. */
function reserveCalls(sending: Sending[], limiters: ReadonlyMap<SupplierId, SupplierLimiter>): () => void {
  const reserved = [...Map.groupBy(sending, ({ route }) => route.supplierId)].map(([id, some]) => {
    const limiter = limiters.get(id) as SupplierLimiter
    return limiter.reserve(Math.ceil(some.length / limiter.connected.supplier.sendAtOnce))
  })
  return () => {
    for (const release of reserved) release()
  }
}

/** `reasonFor` gives the operator's message, unless the last supplier that refused may speak for itself. */
function reasonFor(
  item: DueItem,
  service: ServiceRoutes,
  limiters: ReadonlyMap<SupplierId, SupplierLimiter>,
): string {
  const last = item.tries.findLast(({ fault }) => fault === 'item')
  const speaks = last && limiters.get(last.supplierId)?.connected.showsReasons
  return (speaks && last.detail) || service.failureMessage
}

async function conversion(
  sql: Transaction,
  due: DueItem[],
  services: Map<ServiceId, ServiceRoutes>,
  now: Date,
): Promise<Convert> {
  const foreign = due.some((item) =>
    services.get(item.serviceId)?.routes.some(({ currency }) => currency !== item.currency),
  )
  const rates = foreign ? await new Rates(sql).load(now) : new ExchangeRates([])
  return (amount, from, to) => rates.convert(amount, from, to)
}

const claimedItemOf = (
  { item, route, cost, service, number, keyNumber }: Sending,
  now: Date,
): ClaimedItem => ({
  accountId: item.accountId,
  orderId: item.orderId,
  position: item.position,
  fence: item.fence + 1,
  supplierId: route.supplierId,
  remoteService: route.remoteService,
  attempt: number,
  keyNumber,
  attemptState: 'sent',
  asked: 0,
  reference: null,
  unrecognised: null,
  sentAt: now,
  input: item.input,
  fields: renamed(item.fields, route.fieldNames),
  quantity: item.quantity,
  cost,
  terms: {
    minPollSeconds: service.minPollSeconds,
    maxPollSeconds: service.maxPollSeconds,
    expiresAt: new Date(item.placedAt.getTime() + service.expirySeconds * 1000),
    secretResults: service.secretResults,
  },
})
