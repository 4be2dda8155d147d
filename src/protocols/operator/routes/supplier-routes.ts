import { Type } from 'typebox'
import type { RouteId, ServiceId } from '../../../lib/ids.ts'
import { pageOf as pageOfFound } from '../../../lib/page.ts'
import { routeAttributes } from '../../../supplier-routes/attributes.ts'
import { findRoute, listRoutes, type Route } from '../../../supplier-routes/routes.ts'
import type { Caller } from '../caller.ts'
import { cursorText, readCursor } from '../cursors.ts'
import { type Json, shapeOf, wire } from '../nouns.ts'
import { route } from '../route.ts'
import { idParams, MAX_ID, pageOf, pageQuery, text } from '../shapes.ts'

const section = 'Suppliers'
const access = 'suppliers.read'

/** `ofCosts` are the columns that only those with `costs.read` see. */
const ofCosts = ['cost', 'waiting_cost', 'margin_floor']

export const supplierRoute = shapeOf(routeAttributes, { secret: ofCosts })

export const wireRoute = (one: Route, { permissions }: Caller): Json =>
  wire(routeAttributes, one, permissions.has('costs.read') ? [] : ofCosts)

/** PLACES is more than the routes that a service may have. */
const PLACES = 1024

/** `numberOf` writes the place of a route as one number, and `placeOf` reads it. */
const numberOf = ({ serviceId, position }: Pick<Route, 'serviceId' | 'position'>): number =>
  serviceId * PLACES + position
const placeOf = (number: number | undefined) =>
  number === undefined
    ? undefined
    : { serviceId: Math.floor(number / PLACES) as ServiceId, position: number % PLACES }

export const supplierRouteRoutes = () => [
  route({
    method: 'GET',
    path: '/routes',
    name: 'listRoutes',
    section,
    summary: 'Which suppliers do which services, by service, in order of preference',
    command: 'route list',
    access,
    query: Type.Object({
      ...pageQuery,
      service: Type.Optional(text(64, { description: 'Id or code' })),
      supplier: Type.Optional(text(100, { description: 'Id or name' })),
    }),
    answer: pageOf(supplierRoute),
    refusals: ['service_not_found', 'not_found'],
    handle: async ({ desk, caller, query: { limit, cursor, ...filter } }) => {
      const after = placeOf(
        readCursor(cursor, filter, numberOf({ serviceId: MAX_ID as ServiceId, position: 0 })),
      )
      const found = await listRoutes(desk.read, { ...filter, after, limit: limit + 1 })
      const { items, next } = pageOfFound(found, limit, numberOf)
      return {
        page: { items: items.map((one) => wireRoute(one, caller)), next_cursor: cursorText(next, filter) },
      }
    },
  }),
  route({
    method: 'GET',
    path: '/routes/:id',
    name: 'getRoute',
    section,
    summary: 'One route',
    access,
    params: idParams,
    answer: supplierRoute,
    refusals: ['not_found'],
    handle: async ({ desk, caller, params }) =>
      wireRoute(await findRoute(desk.read, params.id as RouteId), caller),
  }),
]
