import type { Sql, Transaction } from '../../database/database.ts'
import { ExchangeRates, loadRates } from '../../ledger/rates.ts'
import type { ServiceId, SupplierId } from '../../lib/ids.ts'
import { type ClaimedItem, renamed } from '../claimed-item.ts'
import { type NewReview, openReviews } from '../people/reviews.sql.ts'
import type { SupplierLimiter } from '../supplier-limiter.ts'
import {
  type DueItem,
  insertAttempts,
  lockDueItems,
  postpone,
  type Sending,
  type ServiceRoutes,
  selectRoutesOf,
} from './dispatch.sql.ts'
import { type Convert, chooseRoute } from './routing.ts'

/** How long a taken item stays with a worker that is not heard of any more. */
export const LEASE_MS = 15_000
/** When to look again at an item that no supplier fulfils by itself, so that a new route is soon used. */
const IDLE_MS = 30_000

/** Where to look for what is due: see `lockDue`. */
export interface ClaimLimits {
  now: Date
  after: ServiceId
  rooms: ReadonlyMap<ServiceId, number>
  each: number
  most: number
}

/** What was decided about the items that were due. */
export interface DispatchPlan {
  due: DueItem[]
  sending: (Sending & { taken: ClaimedItem; hadBefore: boolean })[]
  postponed: { item: DueItem; until: Date }[]
  reviews: NewReview[]
  /** Every route has refused them: what their resellers read. */
  ended: { item: DueItem; reason: string }[]
  /** How many items wait for room in the lane of the route that is theirs. */
  crowded: number
  /** The suppliers of the services that were looked at. */
  suppliers: Map<ServiceId, SupplierId[]>
  /** Lets go of the room that is kept for what is sent: to be called just before its calls begin. */
  release: () => void
}

/**
 * In one transaction: locks what is due, chooses a route for each item by what is committed at that moment, and writes
 * the attempts of those that go (promise 4: when this returns, the intent is committed). It takes no more than the
 * lanes have room for at once, so that no intent is written that waits for its turn.
 */
export async function claimDueItems(
  sql: Sql,
  lanes: ReadonlyMap<SupplierId, SupplierLimiter>,
  look: ClaimLimits,
): Promise<DispatchPlan> {
  const { now } = look
  let round: DispatchPlan | undefined
  try {
    return await sql.begin(async (transaction) => {
      round = await planDispatch(transaction, await lockDueItems(transaction, look), lanes, now)
      await Promise.all([
        round.sending.length > 0 &&
          insertAttempts(transaction, round.sending, { now, leaseUntil: new Date(now.getTime() + LEASE_MS) }),
        round.postponed.length > 0 && postpone(transaction, round.postponed),
        round.reviews.length > 0 && openReviews(transaction, round.reviews, now),
      ])
      return round
    })
  } catch (error) {
    round?.release()
    throw error
  }
}

async function planDispatch(
  sql: Transaction,
  due: DueItem[],
  lanes: ReadonlyMap<SupplierId, SupplierLimiter>,
  now: Date,
): Promise<DispatchPlan> {
  const round: DispatchPlan = {
    due,
    sending: [],
    postponed: [],
    reviews: [],
    ended: [],
    crowded: 0,
    suppliers: new Map(),
    release: () => {},
  }
  if (due.length === 0) return round
  const services = await selectRoutesOf(sql, [...new Set(due.map(({ serviceId }) => serviceId))])
  for (const [id, { routes }] of services) {
    round.suppliers.set(id, [
      ...new Set(routes.filter(({ usable }) => usable).map(({ supplierId }) => supplierId)),
    ])
  }
  const convert = await conversion(sql, due, services, now)
  // From here to the end nothing is awaited, so that no other takes the same room.
  const rooms = new Map([...lanes].map(([id, lane]) => [id, lane.sendRoom()]))
  const idle = new Date(now.getTime() + IDLE_MS)
  for (const { routes } of services.values()) {
    // A supplier that this process cannot call, because its secrets do not open, is as one that does not answer.
    for (const route of routes) if (!lanes.has(route.supplierId)) route.openUntil ??= idle
  }
  const wait = (item: DueItem, service: ServiceRoutes, until: Date): void => {
    round.postponed.push({ item, until })
    if (now.getTime() - item.placedAt.getTime() > service.expirySeconds * 1000) {
      round.reviews.push({ item, attempt: null, kind: 'expired', detail: 'not sent to any supplier yet' })
    }
  }
  for (const item of due) {
    const service = services.get(item.serviceId)
    if (!service) throw new Error(`an item of service ${item.serviceId}, which is not there`)
    if (!service.automatic) {
      wait(item, service, idle)
      continue
    }
    const choice = chooseRoute(item, service.routes, service.strategy, convert, now)
    switch (choice.kind) {
      case 'send': {
        const { supplierId } = choice.route
        const room = rooms.get(supplierId)
        if (!room) round.crowded++
        else {
          rooms.set(supplierId, room - 1)
          const sending = { item, route: choice.route, cost: choice.cost, service }
          // A try that ended by nobody's fault was called untaken by a person, who may be wrong.
          const hadBefore = item.tries.some((one) => one.supplierId === supplierId && one.fault === null)
          round.sending.push({ ...sending, taken: takenOf(sending, now), hadBefore })
        }
        break
      }
      case 'wait':
        wait(item, service, choice.until)
        break
      case 'review':
        round.postponed.push({ item, until: choice.until })
        round.reviews.push({ item, attempt: null, kind: choice.review, detail: choice.detail })
        break
      case 'unrouted':
        wait(item, service, idle)
        break
      case 'refused':
        round.ended.push({ item, reason: wordsFor(item, service, lanes) })
    }
  }
  round.release = hold(round.sending, lanes)
  return round
}

/** Keeps room for the calls that items will go out with. */
function hold(sending: Sending[], lanes: ReadonlyMap<SupplierId, SupplierLimiter>): () => void {
  const held = [...Map.groupBy(sending, ({ route }) => route.supplierId)].map(([id, some]) => {
    const lane = lanes.get(id) as SupplierLimiter
    return lane.reserve(Math.ceil(some.length / lane.live.supplier.sendAtOnce))
  })
  return () => {
    for (const letGo of held) letGo()
  }
}

/** The operator's words, unless the last supplier that refused may speak for itself. */
function wordsFor(
  item: DueItem,
  service: ServiceRoutes,
  lanes: ReadonlyMap<SupplierId, SupplierLimiter>,
): string {
  const last = item.tries.findLast(({ fault }) => fault === 'item')
  const speaks = last && lanes.get(last.supplierId)?.live.showsReasons
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
  const rates = foreign ? await loadRates(sql) : new ExchangeRates([])
  return (amount, from, to) => rates.convert(amount, from, to, now)
}

const takenOf = ({ item, route, cost, service }: Sending, now: Date): ClaimedItem => ({
  accountId: item.accountId,
  orderId: item.orderId,
  position: item.position,
  fence: item.fence + 1,
  supplierId: route.supplierId,
  remoteService: route.remoteService,
  attempt: item.attempts + 1,
  attemptState: 'sent',
  asked: 0,
  reference: null,
  sentAt: now,
  subject: item.subject,
  fields: renamed(item.fields, route.fieldNames),
  quantity: item.quantity,
  cost,
  terms: {
    minPollSeconds: service.minPollSeconds,
    maxPollSeconds: service.maxPollSeconds,
    expiresAt: new Date(item.placedAt.getTime() + service.expirySeconds * 1000),
  },
})
