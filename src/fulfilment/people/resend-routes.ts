import type { Sql } from '../../database/database.ts'
import { ExchangeRates, Rates } from '../../ledger/rates.ts'
import type { OrderId } from '../../lib/ids.ts'
import { type Micros, micros } from '../../lib/money.ts'
import { type Clock, systemClock } from '../../lib/time.ts'
import { selectRoutesOf } from '../dispatch/dispatch.sql.ts'
import { type Convert, inOrder, priceRoute, type RouteOption } from '../dispatch/routing.ts'
import { mustFindOrder } from './operator-requests.ts'
import { selectResent } from './resend.sql.ts'

/** ResendRoute is a route by which a person may have an order sent on, and what that would come to for the first item that waits. */
interface ResendRoute {
  route: RouteOption
  /** `works`: something is sent by it at present. */
  works: boolean
  /** `cost` is that of the item, in the account's currency; null: it is not known, or nothing waits. */
  cost: Micros | null
  /** `loss` is by how much the cost is above the price; null: it is not, or that is not known. */
  loss: Micros | null
  /** `isRefused`: the item does not go by it, because too little of the price would remain, or because there is no exchange rate. */
  isRefused: boolean
}

interface ResendRoutes {
  currency: string
  /** `price` is that of the first item that waits; null: nothing waits. */
  price: Micros | null
  routes: ResendRoute[]
}

/** `resendRoutes` gives the routes that `resendOrder` may be asked for, as they stand now. Throws order_not_found. */
export async function resendRoutes(
  sql: Sql,
  orderId: OrderId,
  clock: Clock = systemClock,
): Promise<ResendRoutes> {
  const { order, currency } = await mustFindOrder(sql, orderId)
  const now = clock.now()
  const [item] = await selectResent(sql, { accountId: order.accountId, orderId }, now, 1)
  const service = (await selectRoutesOf(sql, [order.serviceId])).get(order.serviceId)
  const routes = [...(service?.routes ?? [])].sort(inOrder)
  const isConverted = routes.some((one) => one.currency !== currency)
  const rates = isConverted ? await new Rates(sql).load(now) : new ExchangeRates([])
  const convert: Convert = (amount, from, to) => rates.convert(amount, from, to)
  return {
    ...{ currency, price: item?.price ?? null },
    routes: routes.map((route) => {
      const works = route.usable && route.openUntil === null
      if (!item) return { route, works, cost: null, loss: null, isRefused: false }
      const { worth, blocked } = priceRoute(route, item, convert)
      const isLoss = worth !== null && worth > item.price
      return {
        ...{ route, works, isRefused: blocked !== undefined },
        cost: worth === null ? null : micros(worth),
        loss: isLoss ? micros(worth - item.price) : null,
      }
    }),
  }
}
