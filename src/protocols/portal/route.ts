import type { PortalPermission } from '../../account-people/roles.ts'
import { type Call as PeopleCall, type Route as PeopleRoute, routeOf } from '../kit/people-route.ts'
import type { Caller } from './caller.ts'

export type Call<Params = unknown, Query = unknown, Body = unknown> = PeopleCall<Caller, Params, Query, Body>

/** Route is a route of the portal. */
export type Route = PeopleRoute<PortalPermission, Caller>

export const route = routeOf<PortalPermission, Caller>()

export const PREFIX = '/api/portal'
