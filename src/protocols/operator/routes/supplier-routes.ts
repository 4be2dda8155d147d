import { Type } from 'typebox'
import { actBecause } from '../../../audit/acting.ts'
import { MAX_ID, type RouteId, type ServiceId } from '../../../lib/ids.ts'
import { pageOf as pageOfFound } from '../../../lib/page.ts'
import type { Desk } from '../../../people/desk.ts'
import { routeAttributes } from '../../../supplier-routes/attributes.ts'
import { noteOf } from '../../../supplier-routes/note.ts'
import {
  addRoute,
  findRoute,
  listRoutes,
  type Route,
  type RouteForm,
  removeRoute,
  routeVersion,
  updateRoute,
} from '../../../supplier-routes/routes.ts'
import { cursorText, readCursor } from '../../kit/cursors.ts'
import { formOf, givenIn, inColumns, type Json, shapeOf, wire } from '../../kit/nouns.ts'
import {
  becauseQuery,
  idParams,
  nothing,
  orNull,
  pageOf,
  pageQuery,
  text,
  version,
} from '../../kit/shapes.ts'
import type { Caller } from '../caller.ts'
import { route } from '../route.ts'

const section = 'Suppliers'
const access = 'suppliers.read'

/** `ofCosts` are the columns that only those with `costs.read` see. */
const ofCosts = ['cost', 'waiting_cost', 'margin_floor']

export const supplierRoute = shapeOf(routeAttributes, { secret: ofCosts, more: { version } })

const writtenRoute = Type.Object({
  route: supplierRoute,
  note: orNull(
    Type.String(),
    'What may be wrong with it: nobody knows whether its remote service is there, or that is of another kind',
  ),
})

export const wireRoute = (one: Route, { permissions }: Caller): Json => ({
  ...wire(routeAttributes, one, permissions.has('costs.read') ? [] : ofCosts),
  version: routeVersion(one),
})

/** `written` gives a route that was written, and what may be wrong with it. */
const written = async ({ change }: Desk, one: Route, caller: Caller) => ({
  route: wireRoute(one, caller),
  note: (await noteOf(change, one)) ?? null,
})

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
  route({
    method: 'POST',
    path: '/routes',
    name: 'addRoute',
    section,
    summary: 'Send items of a service to a supplier',
    command: 'route add',
    access: 'suppliers.edit',
    needsKey: true,
    body: formOf(routeAttributes, 'create'),
    answer: writtenRoute,
    refusals: ['service_not_found', 'not_found', 'invalid_input', 'conflict'],
    handle: async ({ desk, caller, body }) => {
      const form = givenIn(routeAttributes, body) as Parameters<typeof addRoute>[1]
      const made = await inColumns(routeAttributes, body, () => addRoute(desk.change, form))
      return await written(desk, made, caller)
    },
  }),
  route({
    method: 'PATCH',
    path: '/routes/:id',
    name: 'changeRoute',
    section,
    summary: 'Change what is given of a route, and leave the rest',
    description: 'With another `position` the other routes of the service move.',
    command: 'route update',
    access: 'suppliers.edit',
    params: idParams,
    needsVersion: true,
    body: formOf(routeAttributes, 'change'),
    answer: writtenRoute,
    refusals: ['not_found', 'invalid_input', 'conflict'],
    handle: async ({ desk, caller, params, body, version: seen }) => {
      const changes = givenIn(routeAttributes, body) as RouteForm
      const changed = await inColumns(routeAttributes, body, () =>
        updateRoute(desk.change, params.id as RouteId, changes, seen),
      )
      return await written(desk, changed, caller)
    },
  }),
  route({
    method: 'DELETE',
    path: '/routes/:id',
    name: 'removeRoute',
    section,
    summary: 'Send no more items this way; what was sent is finished',
    command: 'route remove',
    access: 'suppliers.edit',
    params: idParams,
    query: becauseQuery,
    answer: nothing,
    refusals: ['not_found', 'invalid_input'],
    handle: async ({ desk, params, query: { why } }) => {
      await actBecause(desk.change, why)
      await removeRoute(desk.change, params.id as RouteId)
      return {}
    },
  }),
]
