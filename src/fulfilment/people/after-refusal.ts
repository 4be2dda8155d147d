import type { Sql } from '../../database/database.ts'
import { ExchangeRates, Rates } from '../../ledger/rates.ts'
import type { OrderId } from '../../lib/ids.ts'
import type { Clock } from '../../lib/time.ts'
import { selectRoutesOf } from '../dispatch/dispatch.sql.ts'
import { chooseRoute } from '../dispatch/routing.ts'
import { findManual } from './manual.ts'
import { mustFindOrder } from './operator-requests.ts'
import { selectResent } from './resend.sql.ts'

/** `refusalEnds` are what becomes of an item that a person refuses: the next supplier gets it, its price goes back, or it waits with its price held. */
export const refusalEnds = ['next', 'given_back', 'waits'] as const

/** AfterRefusal is what becomes of an item; `supplier` is the next one. */
export interface AfterRefusal {
  end: (typeof refusalEnds)[number]
  supplier: string | null
}

/** `afterRefusal` says what would become of an item now that waits for a person, if it were refused. Throws order_not_found, not_found, conflict. */
export async function afterRefusal(
  sql: Sql,
  orderId: OrderId,
  position: number,
  clock: Clock,
): Promise<AfterRefusal> {
  const waits: AfterRefusal = { end: 'waits', supplier: null }
  await findManual(sql, orderId, position)
  const { order } = await mustFindOrder(sql, orderId)
  const now = clock.now()
  const all = await selectResent(sql, { accountId: order.accountId, orderId }, now)
  const item = all.find((one) => one.position === position)
  const service = (await selectRoutesOf(sql, [order.serviceId])).get(order.serviceId)
  if (!item || !service?.automatic || item.isAsked || item.isDoubted || item.restored) return waits
  const { routes, strategy } = service
  const rates = routes.some(({ currency }) => currency !== item.currency)
    ? await new Rates(sql).load(now)
    : new ExchangeRates([])
  const last = item.tries.at(-1)
  const tries = item.tries.map((one) =>
    one === last ? { ...one, fault: 'item' as const, endedAt: now } : one,
  )
  const choice = chooseRoute(
    { ...item, tries },
    routes,
    strategy,
    (amount, from, to) => rates.convert(amount, from, to),
    now,
  )
  if (choice.kind === 'send') return { end: 'next', supplier: choice.route.supplierName }
  return choice.kind === 'refused' ? { end: 'given_back', supplier: null } : waits
}
