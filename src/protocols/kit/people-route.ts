import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Static, TSchema } from 'typebox'
import type { ErrorCode } from '../../errors.ts'
import type { Acting, Desk } from '../../people/desk.ts'

/** Asking is who asks an API of people: its own callers are more. */
export interface Asking {
  /** `actor` is the name in the trail. */
  actor: string
  /** `acting` is what else the trail has of who asks. */
  acting: Acting
}

/** COMMON is who may call a route of any API of people without a permission: a person who is signed in, or has just proved who it is; such a person or a program; or anybody. */
const COMMON = ['person', 'proved person', 'caller', 'anybody'] as const

export type CommonAccess = (typeof COMMON)[number]

/** `permissionIn` gives the permission that a route needs; undefined: none. */
export const permissionIn = <Permission extends string>(
  access: Permission | CommonAccess,
): Permission | undefined => (COMMON.some((one) => one === access) ? undefined : (access as Permission))

/** Call is one admitted and validated request, as its route sees it. */
export interface Call<Caller, Params = unknown, Query = unknown, Body = unknown> {
  params: Params
  query: Query
  body: Body
  /** `caller` is who asks. Throws where the route is for anybody. */
  caller: Caller
  /** `desk` is what the caller reads and changes with. What it changes is one transaction. */
  desk: Desk
  /** `work` changes in the caller's name, too, and may take many minutes; it is for routes that are `isLong`. */
  work: Desk['change']
  /** `version` is that of the thing that is changed, as the caller has seen it: `If-Match`. */
  version: string | undefined
  request: FastifyRequest
  reply: FastifyReply
}

/** Further is a permission that is needed beyond the route's where the body has a field; with `value`, where it has that value. */
export interface Further<Permission extends string> {
  field: string
  value?: unknown
  permission: Permission
}

interface Definition<
  Permission extends string,
  Caller,
  Params extends TSchema,
  Query extends TSchema,
  Body extends TSchema,
  Answer extends TSchema,
> {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** `path` is written as Fastify takes it, behind the prefix of the API: `/staff/:id`. */
  path: string
  /** `name` is its name in the document: `listStaff`. */
  name: string
  /** `section` is the part of the document that it stands in. */
  section: string
  summary: string
  description?: string
  /** `command` is the command of the command line that does the same, such as `service list`, or several of them. */
  command?: string | readonly string[]
  access: Permission | CommonAccess
  further?: readonly Further<Permission>[]
  params?: Params
  query?: Query
  body?: Body
  /** `needsKey`: `Idempotency-Key` must be sent. Every route with a permission that changes something takes one; one that is apart sees to it by itself. */
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
  /** `isExport`: it gives a file of a list, of which a person or program may have so many an hour. */
  isExport?: true
  /** `exported`: the list by pages is counted, and given as a file of this name: see `withFile`. */
  exported?: string
  /** `everything` gives all rows of an `exported` list, some at a time, where reading it page after page would look for them anew each time. */
  everything?(call: Call<Caller, Static<Params>, Static<Query>>): AsyncGenerator<object[]>
  /** `isQuestion`: it only reads, though its question stands in a body. */
  isQuestion?: true
  /** `answer` is the shape of `data` in the answer with status 200. */
  answer: Answer
  /** `media` are the forms in which it is given where that is not JSON, by their types. */
  media?: Record<string, TSchema>
  /** `refusals` are those beyond what every route may be refused with. */
  refusals?: ErrorCode[]
  /** `handle` gives `data` of the answer. Throws Refusals. */
  handle(
    call: Call<Caller, Static<Params>, Static<Query>, Static<Body>>,
  ): Static<Answer> | Promise<Static<Answer>>
}

/** Route is a route of an API of people: what it takes and gives, who may call it, and what it does. */
export type Route<Permission extends string, Caller> = Omit<
  Definition<Permission, Caller, TSchema, TSchema, TSchema, TSchema>,
  'handle' | 'everything'
> & {
  handle(call: Call<Caller>): unknown
  everything?(call: Call<Caller>): AsyncGenerator<object[]>
}

/** `routeOf` gives the function by which an API writes its routes. */
export const routeOf =
  <Permission extends string, Caller>() =>
  <
    Params extends TSchema = TSchema,
    Query extends TSchema = TSchema,
    Body extends TSchema = TSchema,
    Answer extends TSchema = TSchema,
  >(
    definition: Definition<Permission, Caller, Params, Query, Body, Answer>,
  ): Route<Permission, Caller> =>
    definition as unknown as Route<Permission, Caller>

/** AnyRoute is one of any API. */
export type AnyRoute = Route<string, Asking>

/** `isChange`: it changes something, by a permission, and is done once under its `Idempotency-Key`. */
export const isChange = ({
  method,
  access,
  isApart,
  isOnce,
  isQuestion,
}: Pick<AnyRoute, 'method' | 'access' | 'isApart' | 'isOnce' | 'isQuestion'>): boolean =>
  isOnce === true || (method !== 'GET' && !isApart && !isQuestion && permissionIn(access) !== undefined)
