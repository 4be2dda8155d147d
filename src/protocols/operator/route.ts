import type { StaffPermission } from '../../staff/roles.ts'
import {
  type CommonAccess,
  type Call as PeopleCall,
  type Further as PeopleFurther,
  type Route as PeopleRoute,
  routeOf,
} from '../kit/people-route.ts'
import type { Caller } from './caller.ts'

/** Access is who may call a route: who has a permission, or somebody of whom none is asked. */
export type Access = StaffPermission | CommonAccess

export type Call<Params = unknown, Query = unknown, Body = unknown> = PeopleCall<Caller, Params, Query, Body>

export type Further = PeopleFurther<StaffPermission>

/** Route is a route of the operator API. */
export type Route = PeopleRoute<StaffPermission, Caller>

export const route = routeOf<StaffPermission, Caller>()

export const PREFIX = '/api/operator'
