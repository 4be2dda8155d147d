import { Type } from 'typebox'
import { newServiceAttributes, serviceAttributes } from '../../../catalogue/attributes.ts'
import { importServices } from '../../../catalogue/import.ts'
import { priceAttributes } from '../../../catalogue/price-attributes.ts'
import { serviceJson } from '../../../catalogue/service-json.ts'
import {
  countServices,
  createService,
  listServices,
  readNewService,
  type ServiceView,
  serviceVersion,
  showService,
  updateService,
} from '../../../catalogue/services.ts'
import { readGiven } from '../../../lib/attributes.ts'
import { refusalFor } from '../../../lib/fault.ts'
import type { ServiceId } from '../../../lib/ids.ts'
import { listRoutes } from '../../../supplier-routes/routes.ts'
import { findSupplier } from '../../../suppliers/suppliers.ts'
import { cursorText, readCursor } from '../../kit/cursors.ts'
import { formOf, givenIn, inColumns, type Json, shapeOf } from '../../kit/nouns.ts'
import {
  bodyOf,
  countedPageOf,
  id,
  MAX_ID,
  oneOf,
  orNull,
  pageQuery,
  text,
  time,
  version,
} from '../../kit/shapes.ts'
import { route } from '../route.ts'
import { supplierRoute, wireRoute } from './supplier-routes.ts'

const section = 'Catalogue'
const access = 'catalogue.read'

/** MAX_ROUTES bounds the routes of one service that are shown. */
const MAX_ROUTES = 1000

const more = {
  id,
  price: orNull(Type.String(), 'For everyone, in the first of its currencies; `prices` has all'),
  currency: orNull(Type.String()),
  prices: Type.Array(shapeOf(priceAttributes)),
  suppliers: Type.Array(Type.String(), { description: 'Those of its routes, in order of preference' }),
  unrouted_since: orNull(time(), 'null: somebody does it'),
  version,
}

/** `service` is a service as the columns of a file have it, and what belongs to it. `visible_to` names the price groups that see it; null: everyone does. */
const service = shapeOf(serviceAttributes, { more })

function wireService(view: ServiceView): Json {
  const { supplier: _, ...json } = serviceJson(view)
  return { ...json, suppliers: view.suppliers, version: serviceVersion(view.service) }
}

export const serviceParams = Type.Object({ service: text(64, { description: 'Id or code' }) })

/** MAX_FAULTS bounds the faults of a file that are told. */
const MAX_FAULTS = 1000

export const serviceRoutes = () => [
  route({
    method: 'GET',
    path: '/services',
    name: 'listServices',
    section,
    summary: 'Services, by group, then by id',
    description: 'The search goes through codes and names, in any case.',
    command: 'service list',
    access,
    query: Type.Object({
      ...pageQuery,
      search: Type.Optional(text(200, { description: 'A part of the code or of the name' })),
      group: Type.Optional(text(200, { description: 'The heading that it stands under' })),
      kind: Type.Optional(oneOf(['imei', 'serial', 'server'])),
      active: Type.Optional(oneOf(['yes', 'no'])),
      unrouted: Type.Optional(oneOf(['yes'], { description: 'Only those without a working route' })),
      supplier: Type.Optional(text(100, { description: 'Id or name: only those with a route to it' })),
    }),
    answer: countedPageOf(service),
    refusals: ['not_found'],
    handle: async ({ desk, query: { limit, cursor, ...given } }) => {
      const after = readCursor(cursor, given, MAX_ID) as ServiceId | undefined
      const { active, unrouted, supplier, ...rest } = given
      const filter = {
        ...rest,
        active: active === undefined ? undefined : active === 'yes',
        unrouted: unrouted === 'yes',
        supplier: supplier === undefined ? undefined : (await findSupplier(desk.read, supplier)).id,
      }
      const { services, next } = await listServices(desk.read, { ...filter, after, limit })
      return {
        page: {
          items: services.map(wireService),
          next_cursor: cursorText(next, given),
          ...(after === undefined && { count: await countServices(desk.read, filter) }),
        },
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
      const view = await showService(desk.read, params.service)
      const routes = caller.permissions.has('suppliers.read')
        ? await listRoutes(desk.read, { service: String(view.service.id), limit: MAX_ROUTES })
        : []
      return { ...wireService(view), routes: routes.map((one) => wireRoute(one, caller)) }
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
      return wireService(await showService(desk.change, String(made)))
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
      return wireService(await showService(desk.change, String(changed)))
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
