import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Static, TSchema } from 'typebox'
import type { Sql } from '../../database/database.ts'
import type { ErrorCode } from '../../errors.ts'
import type { Desk } from '../../people/desk.ts'
import type { StaffPermission } from '../../staff/roles.ts'
import type { Caller } from './caller.ts'

/** Access is who may call a route: who has a permission; a person who is signed in, or has just proved who it is; such a person or a program; or anybody. */
export type Access = StaffPermission | 'person' | 'proved person' | 'caller' | 'anybody'

/** Call is one admitted and validated request, as its route sees it. */
export interface Call<Params = unknown, Query = unknown, Body = unknown> {
  params: Params
  query: Query
  body: Body
  /** `caller` is who asks. Throws where the route is for anybody. */
  caller: Caller
  /** `desk` is what the caller reads and changes with. What it changes is one transaction. */
  desk: Desk
  /** `work` changes in the caller's name, too, and may take many minutes; it is for routes that are `isLong`. */
  work: Sql
  /** `version` is that of the thing that is changed, as the caller has seen it: `If-Match`. */
  version: string | undefined
  request: FastifyRequest
  reply: FastifyReply
}

/** Further is a permission that is needed beyond the route's where the body has a field; with `value`, where it has that value. */
export interface Further {
  field: string
  value?: unknown
  permission: StaffPermission
}

interface Definition<
  Params extends TSchema,
  Query extends TSchema,
  Body extends TSchema,
  Answer extends TSchema,
> {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** `path` is written as Fastify takes it, behind /api/operator: `/staff/:id`. */
  path: string
  /** `name` is its name in the document: `listStaff`. */
  name: string
  /** `section` is the part of the document that it stands in. */
  section: string
  summary: string
  description?: string
  /** `command` is the command of the command line that does the same, such as `service list`, or several of them. */
  command?: string | readonly string[]
  access: Access
  further?: readonly Further[]
  params?: Params
  query?: Query
  body?: Body
  /** `needsKey`: `Idempotency-Key` must be sent. Every route with a permission that changes something takes one. */
  needsKey?: true
  /** `isOnce`: it is a change all the same, where `access` alone does not say so, because what is needed for it depends on what is asked. */
  isOnce?: true
  /** `needsVersion`: `If-Match` must be sent. */
  needsVersion?: true
  /** `shownOnce` names what of the answer is kept nowhere: a repeated request is answered with null there. */
  shownOnce?: readonly string[]
  /** `isApart`: it waits for somebody outside, and so is not one transaction; no key makes it be done once. */
  isApart?: true
  /** `isLong`: it may take many minutes, of the few connections that are for such work; it is apart, too. */
  isLong?: true
  /** `answer` is the shape of `data` in the answer with status 200. */
  answer: Answer
  /** `media` are the forms in which it is given where that is not JSON, by their types. */
  media?: Record<string, TSchema>
  /** `refusals` are those beyond what every route may be refused with. */
  refusals?: ErrorCode[]
  /** `handle` gives `data` of the answer. Throws Refusals. */
  handle(call: Call<Static<Params>, Static<Query>, Static<Body>>): Static<Answer> | Promise<Static<Answer>>
}

/** Route is a route of the operator API: what it takes and gives, who may call it, and what it does. */
export type Route = Omit<Definition<TSchema, TSchema, TSchema, TSchema>, 'handle'> & {
  handle(call: Call): unknown
}

export const route = <
  Params extends TSchema = TSchema,
  Query extends TSchema = TSchema,
  Body extends TSchema = TSchema,
  Answer extends TSchema = TSchema,
>(
  definition: Definition<Params, Query, Body, Answer>,
): Route => definition as unknown as Route

/** `isChange`: it changes something, by a permission, and is done once under its `Idempotency-Key`. */
export const isChange = ({
  method,
  access,
  isApart,
  isOnce,
}: Pick<Route, 'method' | 'access' | 'isApart' | 'isOnce'>): boolean =>
  isOnce ||
  (method !== 'GET' && !isApart && !['anybody', 'person', 'proved person', 'caller'].includes(access))

export const PREFIX = '/api/operator'

export const operatorRouteOf = (request: FastifyRequest): Route =>
  request.routeOptions.config.operatorRoute as Route

declare module 'fastify' {
  interface FastifyContextConfig {
    operatorRoute?: Route
  }
}
