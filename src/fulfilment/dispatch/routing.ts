import type { RouteId, SupplierId } from '../../lib/ids.ts'
import { formatMicros, type Micros, micros } from '../../lib/money.ts'
import { detailText } from '../review-details.ts'

export type Strategy = 'fixed' | 'cheapest' | 'fastest' | 'best'

/** RouteOption is a route as it stands at the moment of choosing. */
export interface RouteOption {
  routeId: RouteId
  supplierId: SupplierId
  supplierName: string
  remoteService: string
  /** `fieldNames` has the supplier's names of extra fields, by ours. */
  fieldNames: Record<string, string> | null
  position: number
  /**
   * `cost` is that of one unit, in micros of `currency`; null: not known, and no margin is checked. Of a cost that has jumped, and of the
   * one that stands until a person accepts it, it is the greater: the supplier may take that.
   */
  cost: bigint | null
  currency: string
  /** `marginFloor` is what must remain of the sale price, in hundredths of a percent of it. */
  marginFloor: number
  /** `usable`: the supplier is enabled, and its list has the service as far as we know. */
  usable: boolean
  /** `openUntil` is when the supplier's open breaker is probed next; null: it is closed. */
  openUntil: Date | null
  /** `tried` counts the attempts measured lately, `succeeded` those of them that succeeded. */
  tried: number
  succeeded: number
  medianSeconds: number | null
}

/** RoutingCandidate is an item that waits to be sent, as far as choosing its route needs it. */
export interface RoutingCandidate {
  /** `price` is that of the whole item, in micros of `currency`. */
  price: Micros
  currency: string
  quantity: number
  /** `anyMargin`: a person let it be sent below the margin floor. */
  anyMargin: boolean
  tries: EarlierAttempt[]
}

export interface EarlierAttempt {
  number: number
  /** `keyNumber` is the attempt whose idempotency key it used. */
  keyNumber: number
  routeId: RouteId | null
  supplierId: SupplierId
  remoteService: string
  reference: string | null
  fault: AttemptFault | null
  /** `detail` is what the supplier said. */
  detail: string | null
  endedAt: Date | null
}

/**
 * AttemptFault is the side that a refusal lays the fault on. `wait`: nobody's, and the attempt is to be made again later. `chosen`: it was not made
 * yet; a person has chosen its route.
 */
export type AttemptFault = 'item' | 'supplier' | 'wait' | 'chosen'

export type Choice =
  /** `cost` is that of the whole item, in the supplier's currency. `passed` are routes that the service prefers to this one. */
  | { kind: 'send'; route: RouteOption; cost: bigint | null; passed: readonly PassedRoute[] }
  | { kind: 'wait'; until: Date }
  /** `review`: a person should look at the item; it is routed again at `until`. */
  | { kind: 'review'; review: 'margin' | 'supplier' | 'changed'; detail: string; until: Date }
  /** `unrouted`: no supplier does it at present. */
  | { kind: 'unrouted' }
  /** `refused`: every route has refused it. */
  | { kind: 'refused' }

/** PassedRoute is a route by which an item did not go, though its service prefers it. That the supplier has refused the item is in its attempt. */
export interface PassedRoute {
  route: RouteOption
  /** `off`: it is disabled, or not in the supplier's list. `margin`: it costs too much. `paused`: its breaker is open. `failed`: it has failed with the item. */
  why: 'off' | 'margin' | 'paused' | 'failed'
  detail: string | null
}

/** Convert gives what an amount of one currency is worth in another now, in micros; undefined: there is no rate. */
export type Convert = (amount: Micros, from: string, to: string) => Micros | undefined

/** ENOUGH_TRIES: a route that was tried less often goes first where routes are chosen by what was measured. */
const ENOUGH_TRIES = 5
/** FIRST_WAIT_MS, MAX_WAIT_MS: after each failure of suppliers (not of the item) the item waits twice as long. */
const FIRST_WAIT_MS = 1_000
const MAX_WAIT_MS = 300_000
/** MANY_FAULTS of one supplier with one item make a review; the item goes on being tried, every RARELY_MS. */
const MANY_FAULTS = 12
const RARELY_MS = 3_600_000
/** MARGIN_WAIT_MS is when the margin is checked again: a price or a cost may be mended meanwhile. */
const MARGIN_WAIT_MS = 60_000
const OPEN_WAIT_MS = { min: 500, max: 30_000 }

/** `chooseRoute` chooses where an item goes next, or says why it goes nowhere. Pure. */
export function chooseRoute(
  item: RoutingCandidate,
  routes: readonly RouteOption[],
  strategy: Strategy,
  convert: Convert,
  now: Date,
): Choice {
  const chosen = chosenRoute(item, routes)
  // What was tried before does not count against the route that a person has chosen.
  if (chosen) return chooseRoute({ ...item, tries: [] }, [chosen], strategy, convert, now)
  const refusedBy = new Set(item.tries.filter(({ fault }) => fault === 'item').map(({ routeId }) => routeId))
  const left = routes.filter((route) => route.usable && !refusedBy.has(route.routeId))
  if (left.length === 0) return { kind: refusedBy.size > 0 ? 'refused' : 'unrouted' }

  const priced = left.map((route) => priceRoute(route, item, convert))
  const affordable = priced.filter(({ blocked }) => blocked === undefined)
  if (affordable.length === 0) {
    const detail = priced.map(({ blocked }) => blocked).join('; ')
    return { kind: 'review', review: 'margin', detail, until: new Date(now.getTime() + MARGIN_WAIT_MS) }
  }
  const closed = affordable.filter(({ route }) => route.openUntil === null)
  if (closed.length === 0) return { kind: 'wait', until: firstProbe(affordable, now) }

  const faults = new Map<RouteId | null, number>()
  for (const one of item.tries) {
    if (one.fault === 'supplier') faults.set(one.routeId, (faults.get(one.routeId) ?? 0) + 1)
  }
  const faultsOf = ({ route }: Priced): number => faults.get(route.routeId) ?? 0
  const [best] = closed.sort((a, b) => faultsOf(a) - faultsOf(b) || compare[strategy](a, b))
  const { route, cost } = best as Priced
  const failed = faultsOf(best as Priced)
  if (failed > 0) {
    const lastEnd = Math.max(...item.tries.map(({ endedAt }) => endedAt?.getTime() ?? 0))
    const many = failed >= MANY_FAULTS
    const wait = many ? RARELY_MS : Math.min(FIRST_WAIT_MS * 2 ** (failed - 1), MAX_WAIT_MS)
    const until = new Date(lastEnd + wait)
    const detail = detailText('failed_often', { supplier: route.supplierName, times: failed })
    if (until > now)
      return many ? { kind: 'review', review: 'supplier', detail, until } : { kind: 'wait', until }
  }
  const passed =
    routes.length === 1
      ? []
      : passedOver(best as Priced, { item, routes, refusedBy, strategy, convert, faultsOf })
  return { kind: 'send', route, cost, passed }
}

/** `passedOver` gives why the routes that would have come before the chosen one did not. */
function passedOver(
  chosen: Priced,
  {
    item,
    routes,
    refusedBy,
    strategy,
    convert,
    faultsOf,
  }: {
    item: RoutingCandidate
    routes: readonly RouteOption[]
    refusedBy: ReadonlySet<RouteId | null>
    strategy: Strategy
    convert: Convert
    faultsOf: (priced: Priced) => number
  },
): PassedRoute[] {
  return routes.flatMap((route): PassedRoute[] => {
    if (route === chosen.route || refusedBy.has(route.routeId)) return []
    const priced = priceRoute(route, item, convert)
    if (compare[strategy](priced, chosen) >= 0) return []
    if (!route.usable) return [{ route, why: 'off', detail: null }]
    if (priced.blocked !== undefined) return [{ route, why: 'margin', detail: priced.blocked }]
    if (route.openUntil !== null) return [{ route, why: 'paused', detail: null }]
    return [{ route, why: 'failed', detail: failedWords(faultsOf(priced)) }]
  })
}

/** StandingRoute is a route of an item that waits. `why`, undefined: the item may go by it now. `refused`: its supplier has refused the item. */
export interface StandingRoute {
  route: RouteOption
  why: PassedRoute['why'] | 'refused' | undefined
  detail: string | null
}

/** `standingRoutes` says of each route of an item that waits why it does not go by it now, in the order of their positions. Pure. */
export function standingRoutes(
  item: RoutingCandidate,
  routes: readonly RouteOption[],
  convert: Convert,
): StandingRoute[] {
  const chosen = chosenRoute(item, routes)
  if (chosen) return standingRoutes({ ...item, tries: [] }, [chosen], convert)
  const priced = routes.map((route) => priceRoute(route, item, convert)).sort(byPosition)
  return priced.map(({ route, blocked }): StandingRoute => {
    const tries = item.tries.filter(({ routeId }) => routeId === route.routeId)
    const refused = tries.findLast(({ fault }) => fault === 'item')
    const failed = tries.filter(({ fault }) => fault === 'supplier').length
    if (refused) return { route, why: 'refused', detail: refused.detail }
    if (!route.usable) return { route, why: 'off', detail: null }
    if (blocked !== undefined) return { route, why: 'margin', detail: blocked }
    if (route.openUntil !== null) return { route, why: 'paused', detail: null }
    return failed > 0
      ? { route, why: 'failed', detail: failedWords(failed) }
      : { route, why: undefined, detail: null }
  })
}

const failedWords = (times: number): string =>
  times === 1 ? detailText('failed_once', {}) : detailText('failed_before', { times })

/** `chosenRoute` gives the route that a person has chosen for the next attempt, as long as items go by it. */
function chosenRoute(
  { tries }: Pick<RoutingCandidate, 'tries'>,
  routes: readonly RouteOption[],
): RouteOption | undefined {
  const last = tries.at(-1)
  if (last?.fault !== 'chosen') return undefined
  return routes.find(({ usable, routeId }) => usable && routeId === last.routeId)
}

/**
 * `attemptFor` gives the number of the attempt that an item is sent with, and of the one whose idempotency key it uses: the same for the
 * same item as long as the supplier may have it from before, so that a supplier that honours keys never does it twice.
 */
export function attemptFor(
  { tries: all }: Pick<RoutingCandidate, 'tries'>,
  route: Pick<RouteOption, 'routeId' | 'supplierId' | 'remoteService'>,
): { number: number; keyNumber: number } {
  const tries = all.filter(({ fault }) => fault !== 'chosen')
  const last = tries.at(-1)
  const before = tries.findLast(
    ({ supplierId, remoteService }) =>
      supplierId === route.supplierId && remoteService === route.remoteService,
  )
  const isMadeAgain =
    last !== undefined && last === before && last.fault === 'wait' && last.routeId === route.routeId
  const next = all.at(-1)
  const isChosen = next?.fault === 'chosen' && next.routeId === route.routeId
  const number = isChosen ? next.number : isMadeAgain ? last.number : (next?.number ?? 0) + 1
  const isSameKey = before !== undefined && before.fault !== 'item' && before.reference === null
  return { number, keyNumber: isSameKey ? before.keyNumber : number }
}

interface Priced {
  route: RouteOption
  /** `cost` is that of the whole item, in the supplier's currency. */
  cost: bigint | null
  /** `worth` is the cost in the account's currency. */
  worth: bigint | null
  /** `blocked` says why it would not leave the margin; undefined: it would. */
  blocked: string | undefined
}

/** `priceRoute` says what an item costs by a route, and whether enough of its price would remain. Pure. */
export function priceRoute(
  route: RouteOption,
  item: Omit<RoutingCandidate, 'tries'>,
  convert: Convert,
): Priced {
  if (route.cost === null) return { route, cost: null, worth: null, blocked: undefined }
  const cost = route.cost * BigInt(item.quantity)
  const worth = convert(micros(cost), route.currency, item.currency)
  const priced = { route, cost, worth: worth ?? null, blocked: undefined }
  if (item.anyMargin) return priced
  if (worth === undefined) {
    return { ...priced, blocked: detailText('no_rate', { from: route.currency, to: item.currency }) }
  }
  // cost > price - price * floor, in integers.
  if (worth * 10_000n <= item.price * (10_000n - BigInt(route.marginFloor))) return priced
  const { supplierName: supplier, marginFloor } = route
  const { currency } = item
  const sums = { cost: formatMicros(worth, currency), price: formatMicros(item.price, currency), currency }
  const blocked =
    marginFloor === 0
      ? detailText('below_cost', { supplier, ...sums })
      : detailText('below_floor', { supplier, ...sums, floor: marginFloor / 100 })
  return { ...priced, blocked }
}

function firstProbe(routes: Priced[], now: Date): Date {
  const probe = Math.min(...routes.map(({ route }) => route.openUntil?.getTime() ?? 0)) - now.getTime()
  return new Date(now.getTime() + Math.min(Math.max(probe, OPEN_WAIT_MS.min), OPEN_WAIT_MS.max))
}

type Compare = (a: Priced, b: Priced) => number

/** `inOrder` puts routes in the order that people gave them. */
export const inOrder = (a: RouteOption, b: RouteOption): number =>
  a.position - b.position || a.routeId - b.routeId

const byPosition: Compare = (a, b) => inOrder(a.route, b.route)

/** `ascending` puts the smaller first, and what is not known last. */
const ascending = (a: number | bigint | null, b: number | bigint | null): number => {
  if (a === null || b === null) return Number(a === null) - Number(b === null)
  return a < b ? -1 : a > b ? 1 : 0
}

const unmeasuredFirst: Compare = (a, b) =>
  Number(a.route.tried >= ENOUGH_TRIES) - Number(b.route.tried >= ENOUGH_TRIES)

/** `failureRate` counts one success and one failure more, because a few successes are no certainty. */
const failureRate = ({ route }: Priced): number => 1 - (route.succeeded + 1) / (route.tried + 2)

const compare: Record<Strategy, Compare> = {
  fixed: byPosition,
  cheapest: (a, b) => ascending(a.worth, b.worth) || byPosition(a, b),
  fastest: (a, b) =>
    unmeasuredFirst(a, b) || ascending(a.route.medianSeconds, b.route.medianSeconds) || byPosition(a, b),
  best: (a, b) => unmeasuredFirst(a, b) || failureRate(a) - failureRate(b) || byPosition(a, b),
}
