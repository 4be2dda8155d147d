import { type Static, Type } from 'typebox'
import { formatMicros } from '../../lib/money.ts'
import { percentText } from '../../price-book/export.ts'
import { isBelowCost, type Move, marginOf, movesIn, reachedBy } from '../../price-book/moves.ts'
import { say } from '../../reasons.ts'
import { findSupplier } from '../../suppliers/suppliers.ts'
import { sayDearer } from '../../sync/attach.ts'
import { importChosen, type ListImport } from '../../sync/list-import.ts'
import { type Planned, type PlanRow, type Work, wholeKind } from '../plan-kind.ts'
import { belowCost, priceRow } from './price-rows.ts'

const text = (maxLength: number, description?: string) =>
  Type.String({ minLength: 1, maxLength, ...(description !== undefined && { description }) })
const object = <Properties extends Parameters<typeof Type.Object>[0]>(properties: Properties) =>
  Type.Object(properties, { additionalProperties: false })

const input = object({
  supplier: text(100, 'Id or name'),
  list: Type.Integer({
    minimum: 1,
    description: 'The `id` of the list, as `GET /suppliers/{supplier}/list` has it',
  }),
  services: Type.Optional(
    Type.Array(text(300), { maxItems: 20_000, description: 'Ids of theirs that become services of ours' }),
  ),
  routes: Type.Optional(
    Type.Array(object({ remote_service: text(300), service: text(64, 'Id or code of ours') }), {
      maxItems: 20_000,
      description: 'Further routes of services of ours',
    }),
  ),
  prices: Type.Optional(
    Type.Array(
      object({
        currency: Type.String({ pattern: '^[A-Z]{3}$' }),
        price_group: Type.Optional(text(200, 'By name or id; for everyone when left out')),
        percent: Type.Optional(text(32)),
        fixed: Type.Optional(text(32)),
        round: Type.Optional(text(32)),
        min_price: Type.Optional(text(32)),
      }),
      { maxItems: 60, description: 'What the new services are sold for: the cost and something' },
    ),
  ),
  follow: Type.Optional(Type.Boolean({ description: 'Prices follow later costs; so they do when left out' })),
  groups: Type.Optional(
    Type.Array(object({ theirs: Type.String({ maxLength: 500 }), ours: text(200) }), {
      maxItems: 5000,
      description: 'In which groups of ours those of theirs stand; the others keep theirs',
    }),
  ),
  drop_prefix: Type.Optional(text(100, 'Is left out of names that begin with it')),
  margin_floor: Type.Optional(text(16, 'Of the new routes, such as 5')),
})

/** `supplierImport` takes a list over that was read, and imports what was chosen of it. */
export const supplierImport = wholeKind({
  name: 'supplier.import',
  what: "Services, further routes and prices of a supplier's list",
  permissions: ['suppliers.sync', 'prices.edit'],
  reading: 'costs.read',
  input,
  confirmations: belowCost,
  fields: {
    ...{ list: 'input.list', services: 'input.services', routes: 'input.routes', prices: 'input.prices' },
    ...{ margin_floor: 'input.margin_floor', supplier: 'input.supplier', remoteService: 'input.services' },
  },
  carryOut,
})

async function carryOut(
  work: Work,
  given: Static<typeof input>,
  without: ReadonlySet<string>,
): Promise<Planned> {
  const { transaction, actor, clock } = work
  const { id, name, currency } = await findSupplier(transaction, given.supplier)
  const services = (given.services ?? []).filter((one) => !without.has(keyOfService(one)))
  const routes = (given.routes ?? [])
    .map(({ remote_service: remoteService, service }) => ({ remoteService, service }))
    .filter(({ remoteService, service }) => !without.has(keyOfRoute(remoteService, service)))
  const { value: made, moves } = await movesIn(transaction, () =>
    importChosen(
      transaction,
      { id, name, currency },
      {
        ...{ list: given.list, services, routes, follows: given.follow ?? true },
        prices: (given.prices ?? []).map(({ price_group: priceGroup, min_price: minPrice, ...form }) => ({
          ...{ ...form, priceGroup, minPrice },
        })),
        naming: {
          dropPrefix: given.drop_prefix,
          groups: new Map((given.groups ?? []).map(({ theirs, ours }) => [theirs.toLowerCase(), ours])),
        },
        marginFloor: given.margin_floor,
      },
      { actor, clock },
    ),
  )
  const asked = new Map(
    routes.map(({ remoteService, service }) => [keyOfRoute(remoteService, service.toLowerCase()), service]),
  )
  return await plannedOf(work, { made, moves, currency, supplier: name, asked })
}

const keyOfService = (remoteId: string): string => `service ${remoteId}`
/** The service of a route is named as the input names it: ids and codes are both allowed there. */
const keyOfRoute = (remoteId: string, service: string): string => `route ${remoteId} ${service}`

async function plannedOf(
  { transaction }: Work,
  {
    made,
    moves,
    currency,
    supplier,
    asked,
  }: {
    made: ListImport
    moves: Move[]
    currency: string
    supplier: string
    /** `asked` are the names that the input has for services of routes, by the keys of these with codes in lower case. */
    asked: ReadonlyMap<string, string>
  },
): Promise<Planned> {
  const isNew = new Set(made.services.map(({ service }) => service))
  const byService = Map.groupBy(moves, ({ serviceId }) => serviceId)
  const others = moves.filter(({ serviceId }) => !isNew.has(serviceId))
  const money = (value: bigint | null): string | null =>
    value === null ? null : formatMicros(value, currency)
  const services = made.services.map((one): PlanRow => {
    const prices = byService.get(one.service) ?? []
    const isBelow = prices.some(isBelowCost)
    return {
      key: keyOfService(one.remoteId),
      subject: {
        ...{ remote_service: one.remoteId, service_code: one.code, service_name: one.name, group: one.group },
      },
      before: null,
      after: { name: one.name, group: one.group, prices: prices.map(priceOf) },
      money: { currency, cost: money(one.cost) },
      verdict: isBelow ? 'below_cost' : 'new',
      warnings: [
        ...(isBelow ? [say('sold_below_cost', {})] : []),
        ...(prices.length === 0 ? [say('no_price', {})] : []),
      ],
    }
  })
  const routes = made.routes.map(
    (one): PlanRow => ({
      key: keyOfRoute(
        one.remoteId,
        asked.get(keyOfRoute(one.remoteId, one.code.toLowerCase())) ?? String(one.service),
      ),
      subject: {
        ...{ service: one.service, service_code: one.code, service_name: one.name },
        ...{ remote_service: one.remoteId, theirs: one.theirs },
      },
      before: null,
      after: { remote_service: one.remoteId, theirs: one.theirs, position: one.position },
      money: { currency, cost: money(one.cost) },
      verdict: 'route',
      warnings: one.dearer ? [sayDearer(one.dearer)] : [],
    }),
  )
  const below = moves.filter(isBelowCost).length
  return {
    rows: [...services, ...routes, ...others.map(priceRow)],
    summary: {
      supplier,
      ...{ services: services.length, routes: routes.length, prices: moves.length - others.length },
      ...{ repriced: others.length, below_cost: below },
      resellers: moves.length === 0 ? 0 : await reachedBy(transaction, moves),
      left_out: made.skipped.map(({ remoteId, reason }) => ({ remote_service: remoteId, reason })),
    },
    needs: below > 0 ? ['below_cost'] : [],
  }
}

function priceOf(move: Move) {
  const { group, currency, cost } = move
  const margin = marginOf(move.new, cost)
  return {
    ...{ group, currency, price: move.new === null ? null : formatMicros(move.new, currency) },
    ...{ margin: margin === null ? null : percentText(margin), below_cost: isBelowCost(move) },
  }
}
