import { type Static, Type } from 'typebox'
import { findPriceGroup, shownCurrencies } from '../../../accounts/accounts.ts'
import { newServiceAttributes, serviceAttributes } from '../../../catalogue/attributes.ts'
import { breakKinds } from '../../../catalogue/breaks.ts'
import { exportServices } from '../../../catalogue/export.ts'
import { importServices } from '../../../catalogue/import.ts'
import { publishedSchema } from '../../../catalogue/order-schema.ts'
import { priceAttributes } from '../../../catalogue/price-attributes.ts'
import type { UnitPrice } from '../../../catalogue/service.ts'
import {
  arrangeGroups,
  groupsVersion,
  listServiceGroups,
  places,
  type ServiceGroup,
} from '../../../catalogue/service-groups.ts'
import { everyonesIn, serviceJson } from '../../../catalogue/service-json.ts'
import { previewService } from '../../../catalogue/service-preview.ts'
import {
  countRoutes,
  countServices,
  createService,
  listServices,
  readNewService,
  type ServiceFilter,
  type ServiceView,
  serviceSorts,
  serviceVersion,
  showService,
  sortedServices,
  updateService,
} from '../../../catalogue/services.ts'
import { sayService } from '../../../contract/dhru-service.ts'
import { readGiven } from '../../../lib/attributes.ts'
import { refusalFor } from '../../../lib/fault.ts'
import { MAX_ID, type ServiceId } from '../../../lib/ids.ts'
import { ZERO } from '../../../lib/money.ts'
import { OperatorOrders } from '../../../orders/read/operator-orders.ts'
import type { Desk } from '../../../people/desk.ts'
import {
  FIGURE_DAYS,
  type ServiceFigures,
  serviceBuyers,
  serviceFigures,
} from '../../../sales/service-figures.ts'
import { listRoutes } from '../../../supplier-routes/routes.ts'
import { findSupplier } from '../../../suppliers/suppliers.ts'
import { cursorText, readCursor } from '../../kit/cursors.ts'
import { COUNT_MS, MAX_COUNTED, refuseUnproved, sendFile } from '../../kit/list-files.ts'
import { formOf, givenIn, inColumns, type Json, shapeOf } from '../../kit/nouns.ts'
import { bodyOf, countedPageOf, id, oneOf, orNull, pageQuery, text, time, version } from '../../kit/shapes.ts'
import type { OperatorDeps } from '../deps.ts'
import { route } from '../route.ts'
import { supplierRoute, wireRoute } from './supplier-routes.ts'

const section = 'Catalogue'
const access = 'catalogue.read'

/** MAX_ROUTES bounds the routes of one service that are shown. */
const MAX_ROUTES = 1000

const more = {
  id,
  price: orNull(
    Type.String(),
    'For everyone, in the home currency, else in that of most accounts; `prices` has all',
  ),
  currency: orNull(Type.String()),
  prices: Type.Array(shapeOf(priceAttributes)),
  suppliers: Type.Array(Type.String(), { description: 'Those of its routes, in order of preference' }),
  unrouted_since: orNull(time(), 'null: somebody does it'),
  route_count: Type.Integer({ description: 'Its routes to suppliers' }),
  working_routes: Type.Integer({ description: 'Those of them by which items go' }),
  success_rate: orNull(
    Type.Number(),
    `From 0 to 1, of the items that ended in the last ${FIGURE_DAYS} days; null: none has`,
  ),
  median_seconds: orNull(Type.Number(), 'How long half of the items that were charged took at most'),
  version,
}

const groups = Type.Object({
  items: Type.Array(
    Type.Object({
      name: Type.String(),
      shown: oneOf(places, {
        description: 'Where it is listed; `programs`: over Dhru and the REST API',
      }),
      services: Type.Integer(),
      active: Type.Integer(),
    }),
  ),
  version,
})

const wireGroups = (items: ServiceGroup[]): Static<typeof groups> => ({
  items,
  version: groupsVersion(items),
})

/** `service` is a service as the columns of a file have it, and what belongs to it. `visible_to` names the price groups that see it; null: everyone does. */
const service = shapeOf(serviceAttributes, { more })

type Figures = ReadonlyMap<ServiceId, ServiceFigures>

/** Told is when a service is shown, and the currency in which the business counts; null: none. */
interface Told {
  now: Date
  home: string | null
}

/** `wireServices` gives services with their routes counted, and how they fared; `known` are figures that were read already. */
async function wireServices(
  read: Desk['read'],
  views: readonly ServiceView[],
  { now, home }: Told,
  known?: Figures,
): Promise<Json[]> {
  const ids = views.map(({ service: { id } }) => id)
  const [routes, currencies, figures] = await Promise.all([
    countRoutes(read, ids),
    shownCurrencies(read, home),
    known ?? serviceFigures(read, now, ids),
  ])
  return views.map((view) => {
    const { supplier: _, ...json } = serviceJson(view, currencies)
    const { id: of } = view.service
    return {
      ...{ ...json, suppliers: view.suppliers },
      ...{ route_count: routes.get(of)?.all ?? 0, working_routes: routes.get(of)?.working ?? 0 },
      success_rate: figures.get(of)?.successRate ?? null,
      median_seconds: figures.get(of)?.medianSeconds ?? null,
      version: serviceVersion(view.service),
    }
  })
}

async function wireService(read: Desk['read'], idOrCode: string, told: Told): Promise<Json> {
  const [json] = await wireServices(read, [await showService(read, idOrCode)], told)
  return json as Json
}

const filter = {
  search: Type.Optional(text(200, { description: 'A part of the code or of the name' })),
  group: Type.Optional(text(200, { description: 'The heading that it stands under' })),
  kind: Type.Optional(oneOf(['imei', 'serial', 'server'])),
  active: Type.Optional(oneOf(['yes', 'no'])),
  unrouted: Type.Optional(oneOf(['yes'], { description: 'Only those without a working route' })),
  supplier: Type.Optional(text(100, { description: 'Id or name: only those with a route to it' })),
  visible_to: Type.Optional(
    text(100, {
      description:
        'A price group, by id or name: only those that are shown to chosen groups, and to this one',
    }),
  ),
  hours: Type.Optional(oneOf(['yes'], { description: 'Only those that are not always open' })),
}

type Given = { [Name in keyof typeof filter]?: string | undefined }

async function filterOf(read: Desk['read'], given: Given): Promise<ServiceFilter> {
  const { active, unrouted, supplier, visible_to: group, hours, kind, ...rest } = given
  return {
    ...rest,
    kind: kind as ServiceFilter['kind'],
    active: active === undefined ? undefined : active === 'yes',
    unrouted: unrouted === 'yes',
    hours: hours === 'yes',
    supplier: supplier === undefined ? undefined : (await findSupplier(read, supplier)).id,
    visibleTo: group === undefined ? undefined : await findPriceGroup(read, group),
  }
}

/** NO_PRICE is shown of a service that has no price for everyone. */
const NO_PRICE: UnitPrice & { currency: string } = {
  ...{ unitPrice: ZERO, minItems: 1, maxItems: 1000, currency: 'USD' },
}

export const serviceParams = Type.Object({ service: text(64, { description: 'Id or code' }) })

/** MAX_FAULTS bounds the faults of a file that are told. */
const MAX_FAULTS = 1000

export const serviceRoutes = ({ clock, settings }: Pick<OperatorDeps, 'clock' | 'settings'>) => {
  const told = async (): Promise<Told> => ({
    now: clock.now(),
    home: (await settings.now()).homeCurrency,
  })
  return [
    route({
      method: 'GET',
      path: '/services',
      name: 'listServices',
      section,
      summary: 'Services, by group, then by id, unless sorted otherwise',
      description: 'The search goes through codes and names, in any case.',
      command: 'service list',
      access,
      query: Type.Object({
        ...pageQuery,
        ...filter,
        sort: Type.Optional(
          oneOf(serviceSorts, { description: 'By `success`, those of which nothing has ended come last' }),
        ),
      }),
      answer: countedPageOf(service),
      refusals: ['not_found'],
      handle: async ({ desk: { read }, query: { limit, cursor, ...given } }) => {
        const after = readCursor(cursor, given, MAX_ID) as ServiceId | undefined
        const { sort = 'group', ...filtered } = given
        const chosen = await filterOf(read, filtered)
        const part = { ...chosen, after, limit }
        const figures = sort.endsWith('success') ? await serviceFigures(read, clock.now(), null) : undefined
        const { services, next } =
          sort === 'group'
            ? await listServices(read, part)
            : await sortedServices(read, part, sort, (one) => figures?.get(one)?.successRate)
        return {
          page: {
            items: await wireServices(read, services, await told(), figures),
            next_cursor: cursorText(next, given),
            ...(after === undefined && { count: await countServices(read, chosen) }),
          },
        }
      },
    }),
    route({
      method: 'GET',
      path: '/services.csv',
      name: 'exportServices',
      section,
      command: 'service export',
      summary: 'All services that fit a filter, as a file of CSV, which an import takes',
      description:
        'A service with fixed prices for everyone in several currencies has a line for each. Prices that follow rules are left out, and so are routes.',
      access,
      query: Type.Object(filter),
      isExport: true,
      answer: Type.Object({}, { description: 'A file of CSV' }),
      refusals: ['not_found'],
      handle: async (call) => {
        const { read } = call.desk
        const chosen = await filterOf(read, call.query)
        await refuseUnproved(call.caller, () => countServices(read, chosen))
        return await sendFile(call, { list: '/services', name: 'services' }, (told) =>
          exportServices(read, chosen, told),
        )
      },
    }),
    route({
      method: 'GET',
      path: '/service-groups',
      name: 'listServiceGroups',
      section,
      summary: 'The groups that services stand in, in the order of lists',
      description: 'A group is named anew by a plan `services.bulk` of all services in it.',
      access,
      answer: groups,
      handle: async ({ desk }) => wireGroups(await listServiceGroups(desk.read)),
    }),
    route({
      method: 'PATCH',
      path: '/service-groups',
      name: 'arrangeServiceGroups',
      section,
      summary: 'Put the groups of services in order, and say where each is listed',
      description:
        'All groups are given, each once. What is not listed can be ordered all the same, by who knows its id or code.',
      access: 'catalogue.edit',
      needsVersion: true,
      body: bodyOf({
        groups: Type.Array(Type.Object({ name: text(200), shown: oneOf(places) }), { maxItems: 2000 }),
      }),
      answer: groups,
      refusals: ['invalid_input'],
      handle: async ({ desk, body, version: seen }) =>
        wireGroups(await arrangeGroups(desk.change, body.groups, seen)),
    }),
    route({
      method: 'POST',
      path: '/services/preview',
      name: 'previewService',
      section,
      summary: 'What a change would make of a service, or what a new one would be; nothing is changed',
      description:
        '`schema` is what the REST API says, `dhru` what a Dhru panel reads. `breaks` are ways in which orders that were right before would be ' +
        'refused, or the service would no longer be found. Open orders are finished as they were ordered.',
      access,
      isQuestion: true,
      body: bodyOf({
        service: Type.Optional(text(64, { description: 'Id or code; left out: a new one' })),
        change: formOf(serviceAttributes, 'change'),
      }),
      answer: Type.Object({
        schema: Type.Unsafe<object>({ type: 'object', additionalProperties: true }),
        dhru: Type.Unsafe<object>({ type: 'object', additionalProperties: true }),
        currency: Type.String({ description: 'Of the price in `dhru`, which has none' }),
        breaks: Type.Array(
          Type.Object({
            what: oneOf(breakKinds, {
              description:
                '`code`: it has another one; `off`; `hidden`: from accounts that saw it; `field_gone`; `field_needed`: it can no longer be left out; ' +
                '`field_choices`, `quantity`, `length`: fewer are taken; `schema`: your own says something else',
            }),
            field: orNull(Type.String()),
          }),
        ),
        open_orders: Type.Object({ value: Type.Integer(), capped: Type.Boolean() }),
        buyers: Type.Integer({ description: 'Accounts that ordered it lately: since the month before' }),
        panels: Type.Integer({ description: 'Those of them with a key for a Dhru panel' }),
      }),
      refusals: ['service_not_found', 'invalid_input'],
      handle: async ({ desk: { read }, body: { service: name, change } }) => {
        const { service: one, breaks } = await inColumns(serviceAttributes, change, async () =>
          previewService(read, name, readGiven(serviceAttributes, givenIn(serviceAttributes, change))),
        )
        const isKnown = name !== undefined
        const known = isKnown ? await showService(read, name) : undefined
        const price =
          everyonesIn(known?.prices ?? [], await shownCurrencies(read, (await told()).home)) ?? NO_PRICE
        const [open, buying] = await Promise.all([
          isKnown
            ? new OperatorOrders(read).count(
                { service: String(one.id), state: ['pending', 'processing'] },
                { max: MAX_COUNTED, ms: COUNT_MS },
              )
            : { value: 0, capped: false },
          isKnown ? serviceBuyers(read, clock.now(), one.id) : { buyers: 0, panels: 0 },
        ])
        return {
          schema: publishedSchema(one, price),
          currency: price.currency,
          dhru: sayService(one, price, { account: price, dialect: 'panel' }),
          breaks,
          open_orders: open,
          ...buying,
        }
      },
    }),
    route({
      method: 'GET',
      path: '/services/:service',
      name: 'getService',
      section,
      summary: 'One service, with its prices, its routes and who sees it',
      command: 'service show',
      access,
      params: serviceParams,
      answer: shapeOf(serviceAttributes, {
        more: {
          ...more,
          routes: Type.Array(supplierRoute, { description: 'Those of who has `suppliers.read`' }),
        },
      }),
      refusals: ['service_not_found'],
      handle: async ({ desk, caller, params }) => {
        const json = await wireService(desk.read, params.service, await told())
        const routes = caller.permissions.has('suppliers.read')
          ? await listRoutes(desk.read, { service: String(json['id']), limit: MAX_ROUTES })
          : []
        return { ...json, routes: routes.map((one) => wireRoute(one, caller)) }
      },
    }),
    route({
      method: 'POST',
      path: '/services',
      name: 'createService',
      section,
      summary: 'Make a service, with its price for everyone',
      command: 'service create',
      access: 'catalogue.edit',
      further: [{ field: 'price', permission: 'prices.edit' }],
      needsKey: true,
      body: formOf(newServiceAttributes, 'create'),
      answer: service,
      refusals: ['invalid_input', 'conflict'],
      handle: async ({ desk, body }) => {
        const { id: made } = await inColumns(newServiceAttributes, body, async () =>
          createService(desk.change, readNewService(givenIn(newServiceAttributes, body))),
        )
        return wireService(desk.change, String(made), await told())
      },
    }),
    route({
      method: 'PATCH',
      path: '/services/:service',
      name: 'changeService',
      section,
      summary: 'Change what is given of a service, and leave the rest',
      description: 'Prices are set by themselves.',
      command: 'service update',
      access: 'catalogue.edit',
      params: serviceParams,
      needsVersion: true,
      body: formOf(serviceAttributes, 'change'),
      answer: service,
      refusals: ['service_not_found', 'invalid_input', 'conflict'],
      handle: async ({ desk, params, body, version: seen }) => {
        const { id: changed } = await inColumns(serviceAttributes, body, async () =>
          updateService(
            desk.change,
            params.service,
            readGiven(serviceAttributes, givenIn(serviceAttributes, body)),
            seen,
          ),
        )
        return wireService(desk.change, String(changed), await told())
      },
    }),
    route({
      method: 'POST',
      path: '/services/import',
      name: 'importServices',
      section,
      summary: 'Make and change services as a file says',
      description:
        'Everything is checked before anything is written, and all of it is written or nothing. `errors` and `problems` of a refusal name every ' +
        'row and column at fault, up to 1,000.',
      command: 'service import',
      access: 'catalogue.edit',
      further: [{ field: 'text', permission: 'prices.edit' }],
      body: bodyOf({
        format: oneOf(['csv', 'json'], { description: 'CSV with a header row, or a JSON array of objects' }),
        text: Type.String({ description: 'What is in the file' }),
        dry_run: Type.Optional(Type.Boolean({ description: 'Check only, and say what would be done' })),
      }),
      answer: Type.Object({
        created: Type.Integer(),
        updated: Type.Integer(),
        unchanged: Type.Integer(),
        prices: Type.Integer({ description: 'New or other prices' }),
        dry_run: Type.Boolean(),
      }),
      refusals: ['invalid_input'],
      handle: async ({ desk, body: { format, text: file, dry_run: dryRun = false } }) => {
        const result = await importServices(desk.change, file, format, { dryRun })
        if (!result.ok) {
          const [first, ...others] = result.faults
          throw refusalFor({ ...result, faults: [first, ...others.slice(0, MAX_FAULTS - 1)] })
        }
        return { ...result.value, dry_run: dryRun }
      },
    }),
  ]
}
