import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Static, TSchema } from 'typebox'
import type { ApiKey, Asker } from '../../accounts/account.ts'
import type { Permission } from '../../accounts/permissions.ts'
import type { ErrorCode } from '../../errors.ts'
import type { KeptAnswer } from '../../idempotency/idempotency.ts'
import type { AccountId, OrderId } from '../../lib/ids.ts'
import type { Source } from '../kit/refusal.ts'

/** Call is one authenticated and validated request, as its route sees it. */
export interface Call<Params = unknown, Query = unknown, Body = unknown> {
  /** `asker` is who asks: a key, or somebody in the portal. */
  asker: Asker
  /** `key` is the one that asks. Throws where somebody in the portal does. */
  key: ApiKey
  /** `accountId` is the account of who asks. */
  accountId: AccountId
  params: Params
  query: Query
  body: Body
  /** `idempotencyKey` is the caller's `Idempotency-Key`; null: none was sent. */
  idempotencyKey: string | null
  /**
   * `gone` is aborted when nobody is to have the answer any more: the client has gone, or who asks may no longer do this (then its reason is
   * the Refusal). For what reads much.
   */
  gone: AbortSignal
  /** `signal` is aborted when `gone` is, and when the server stops: for what waits. */
  signal: AbortSignal
  request: FastifyRequest
  /** `report` tells the request log which order the request placed. */
  report(done: { placed: OrderId }): void
  /** `reply` is for what is no JSON answer: a route that returns it has answered by itself. */
  reply: FastifyReply
}

/** Answered is an answer that is more than a value: JSON that stands already, headers, another status. */
export class Answered<Value = never> {
  readonly body: { value: Value } | { json: string }
  readonly status: number
  readonly headers: Record<string, string>

  constructor(
    body: { value: Value } | { json: string },
    { status = 200, headers = {} }: { status?: number; headers?: Record<string, string> } = {},
  ) {
    this.body = body
    this.status = status
    this.headers = headers
  }
}

/** REPLAYED marks an answer that was given before under the same idempotency key. */
export const REPLAYED = { 'idempotent-replayed': 'true' }

/** `answeredOnce` answers with what was done once under an idempotency key. */
export const answeredOnce = ({ json, replayed }: KeptAnswer): Answered =>
  new Answered({ json }, { headers: replayed ? REPLAYED : {} })

interface Definition<
  Params extends TSchema,
  Query extends TSchema,
  Body extends TSchema,
  Answer extends TSchema,
> {
  method: 'GET' | 'POST'
  /** `path` is written as Fastify takes it: `/api/order/:id`. */
  path: string
  /** `name` is its name in the document and in the client library: `getOrder`. */
  name: string
  /** `section` is the part of the document that it stands in. */
  section: string
  summary: string
  description?: string
  permission: Permission
  params?: Params
  query?: Query
  body?: Body
  /** `answer` is the shape of the answer with status 200. */
  answer: Answer
  /** `media` has further media types of status 200, by name. */
  media?: Record<string, TSchema>
  /** `refusals` are those beyond what every route may be refused with (see `refusal.ts`). */
  refusals?: ErrorCode[]
  /** `source` is where a refusal that names no part of the request comes from. */
  source?: Source
  /** `needsKey` says that `Idempotency-Key` must be sent. Every POST may send one. */
  needsKey?: boolean
  /**
   * `handle` gives what `answer` says, which is sent as JSON (bigints are amounts in micros); an `Answered`; or the reply, when it has
   * answered by itself. Throws Refusals.
   */
  handle(
    call: Call<Static<Params>, Static<Query>, Static<Body>>,
  ): Handled<Static<Answer>> | Promise<Handled<Static<Answer>>>
}

/** Handled is what a handler gives for an answer of a type. */
type Handled<Value> = Value | Answered<Value> | FastifyReply

/** Route is a route of the REST API: what it takes and gives, who may call it, and what it does. */
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

export const routeOf = (request: FastifyRequest): Route => request.routeOptions.config.route as Route

declare module 'fastify' {
  interface FastifyContextConfig {
    route?: Route
  }
}
