import type { Sql } from '../../database/database.ts'
import { ExchangeRates, Rates } from '../../ledger/rates.ts'
import { failure } from '../../lib/failures.ts'
import type { OrderId, RouteId, ServiceId } from '../../lib/ids.ts'
import { type Clock, systemClock } from '../../lib/time.ts'
import type { OrderOfAccount } from '../after/refunds.sql.ts'
import { type ServiceRoutes, selectRoutesOf } from '../dispatch/dispatch.sql.ts'
import { type Convert, type StandingRoute, standingRoutes } from '../dispatch/routing.ts'
import { type ResentItem, selectResent } from './resend.sql.ts'
import { type RouteTrouble, selectTroubles } from './why-waiting.sql.ts'

/**
 * `waitReasons` are why an item was not sent yet. `next`: it goes as soon as a worker and its supplier have room. `routes`: it goes by none of its
 * routes at present. `no_route`: its service has none. `by_hand`: people do it. `asked`: a former supplier is asked about it. `person`: a review
 * about it is open.
 */
export const waitReasons = ['next', 'routes', 'no_route', 'by_hand', 'asked', 'person'] as const

/** Waiting is why some items of an order were not sent to a supplier yet, as it is now. */
export interface Waiting {
  /** `item` is the position of the first, `items` how many wait for the same. */
  item: number
  items: number
  why: (typeof waitReasons)[number]
  /** `routes` are those that it does not go by at present, and why. */
  routes: WaitingRoute[]
}

interface WaitingRoute {
  supplier: string
  why: NonNullable<StandingRoute['why']>
  detail: string | null
}

/** MAX_LOOKED bounds the items that are looked at: those of one order mostly wait for the same. */
const MAX_LOOKED = 200

/** `whyWaiting` says of the first 200 items of an order that wait what they wait for now. It is worked out when it is read, and kept nowhere. */
async function whyWaiting(
  sql: Sql,
  { serviceId, ...name }: OrderOfAccount & { serviceId: ServiceId },
  clock: Clock = systemClock,
): Promise<Waiting[]> {
  const now = clock.now()
  const items = await selectResent(sql, name, now, MAX_LOOKED)
  if (items.length === 0) return []
  const service = (await selectRoutesOf(sql, [serviceId])).get(serviceId)
  if (!service) return []
  const { routes } = service
  const isForeign = items.some(({ currency }) => routes.some((route) => route.currency !== currency))
  const [rates, troubles] = await Promise.all([
    isForeign ? new Rates(sql).load(now) : new ExchangeRates([]),
    selectTroubles(
      sql,
      routes.map(({ routeId }) => routeId),
    ),
  ])
  const convert: Convert = (amount, from, to) => rates.convert(amount, from, to)
  const byRoute = new Map(troubles.map((one) => [one.routeId, one]))
  const all = items.map((item) => ({ item: item.position, ...waitOf(item, service, convert, byRoute) }))
  return [...Map.groupBy(all, ({ item: _, ...rest }) => JSON.stringify(rest)).values()].flatMap((alike) =>
    alike[0] ? [{ ...alike[0], items: alike.length }] : [],
  )
}

/** `whyOrderWaits` is `whyWaiting` of an order that was read; one that has ended waits for nothing. */
export const whyOrderWaits = async (
  sql: Sql,
  order: { id: OrderId; finishedAt: Date | null } & Pick<OrderOfAccount, 'accountId'> & {
      serviceId: ServiceId
    },
  clock?: Clock,
): Promise<Waiting[]> =>
  order.finishedAt
    ? []
    : await whyWaiting(
        sql,
        { accountId: order.accountId, orderId: order.id, serviceId: order.serviceId },
        clock,
      )

function waitOf(
  item: ResentItem,
  service: ServiceRoutes,
  convert: Convert,
  troubles: ReadonlyMap<RouteId, RouteTrouble>,
): Pick<Waiting, 'why' | 'routes'> {
  const only = (why: Waiting['why']): Pick<Waiting, 'why' | 'routes'> => ({ why, routes: [] })
  if (item.isAsked) return only('asked')
  if (item.isDoubted) return only('person')
  if (!service.automatic) return only('by_hand')
  if (item.restored) return only('person')
  if (service.routes.length === 0) return only('no_route')
  const standing = standingRoutes(item, service.routes, convert)
  return {
    why: standing.some(({ why }) => why === undefined) ? 'next' : 'routes',
    routes: standing.flatMap(({ route, why, detail }) =>
      why === undefined
        ? []
        : [
            {
              supplier: route.supplierName,
              why,
              detail: detail ?? wordsOf(why, troubles.get(route.routeId)),
            },
          ],
    ),
  }
}

function wordsOf(why: StandingRoute['why'], trouble: RouteTrouble | undefined): string | null {
  if (!trouble) return null
  if (why === 'off') return failure(trouble.enabled ? 'list_lacks_service' : 'supplier_off', {})
  return why === 'paused' ? [trouble.why, trouble.reason].filter((one) => one !== null).join(': ') : null
}
