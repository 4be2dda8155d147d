import { Type } from 'typebox'
import { actorNames } from '../../../audit/actors.ts'
import { formatMicros } from '../../../lib/money.ts'
import { priceHistory } from '../../../price-book/price-history.ts'
import { amount, id, oneOf, orNull, pageQuery, time } from '../../kit/shapes.ts'
import { route } from '../route.ts'
import { serviceParams } from './services.ts'

export const priceHistoryRoutes = () => [
  route({
    method: 'GET',
    path: '/services/:service/price-history',
    name: 'getPriceHistory',
    section: 'Prices',
    summary: 'What a service was sold for and what it cost us, and who changed it, the newest first',
    command: 'price history',
    access: 'costs.read',
    params: serviceParams,
    query: Type.Object({ limit: pageQuery.limit }),
    answer: Type.Object({
      items: Type.Array(
        Type.Object({
          at: time(),
          what: oneOf(['price', 'cost']),
          supplier: orNull(Type.String()),
          remote_service: orNull(Type.String()),
          account: orNull(id, 'Only for this account'),
          group: orNull(Type.String(), 'Only for this price group; both null: for everyone'),
          currency: Type.String(),
          old: orNull(amount()),
          new: orNull(amount()),
          actor: orNull(Type.String()),
          actor_name: orNull(Type.String(), 'What the person, program or key is called now'),
          plan: orNull(Type.Integer(), 'The plan by which it was changed'),
          run: orNull(Type.Integer(), 'The reading of the list that said so, of `supplier_id`'),
          supplier_id: orNull(id),
        }),
      ),
      is_part: Type.Boolean({ description: 'Older changes are left out' }),
    }),
    refusals: ['service_not_found'],
    handle: async ({ desk, params, query: { limit } }) => {
      const { changes, isPart } = await priceHistory(desk.read, params.service, { limit })
      const money = (value: bigint | null, currency: string) =>
        value === null ? null : formatMicros(value, currency)
      const actors = changes.flatMap(({ actor }) => actor ?? [])
      const names = await actorNames(desk.read, actors)
      return {
        items: changes.map((one) => ({
          ...{ at: one.at, what: one.what, supplier: one.supplier, remote_service: one.remoteId },
          ...{ account: one.accountId, group: one.group, currency: one.currency },
          ...{ old: money(one.oldAmount, one.currency), new: money(one.newAmount, one.currency) },
          ...{ actor: one.actor, actor_name: one.actor === null ? null : (names.get(one.actor) ?? null) },
          ...{ plan: one.planId, run: one.runId, supplier_id: one.supplierId },
        })),
        is_part: isPart,
      }
    },
  }),
]
