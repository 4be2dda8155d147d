import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { TSchema } from 'typebox'
import type { Admission } from '../../admission/admission.ts'
import { Refusal, unavailable } from '../../errors.ts'
import type { KeptAnswer } from '../../idempotency/idempotency.ts'
import { answerPersonOnce } from '../../idempotency/person-answers.ts'
import type { Clock } from '../../lib/time.ts'
import { nothingDone, undone } from '../../lib/undone.ts'
import { changeIn, type Desk, type Desks } from '../../people/desk.ts'
import type { RequestEntry } from '../../request-log/request.ts'
import type { RequestLog } from '../../request-log/request-log.ts'
import type { Presence } from '../../runtime/presence.ts'
import { checkedOf } from './people-document.ts'
import { type Asking, type Call, isChange, type Route } from './people-route.ts'
import { readJson } from './read-json.ts'
import {
  headersOf,
  Mismatch,
  problemsOf,
  refusalOfServer,
  type Source,
  sayRefusal,
  statusOf,
} from './refusal.ts'
import { hasField, validatorFor } from './validation.ts'

/** PeopleDeps is what every API of people uses. */
export interface PeopleDeps {
  admission: Pick<Admission, 'readBody'>
  desks: Desks
  requests: Pick<RequestLog, 'note'>
  clock: Clock
  /** `count` counts an answered request: its route's name and its outcome (ok, or the error code). */
  count: (route: string, outcome: string) => void
  presence: Pick<Presence, 'through' | 'reading' | 'isTemporary'>
}

/** PeopleApi is an API of people, by cookie: the operator's, whose programs have tokens, or the portal's. */
export interface PeopleApi<Permission extends string, Caller extends Asking> {
  /** `via` names it in the log of requests. */
  via: RequestEntry['via']
  prefix: string
  bodyLimit: number
  routes: readonly Route<Permission, Caller>[]
  /** `document` adds the document. It must come before the routes. */
  document(scope: FastifyInstance): Promise<void>
  /** `admit` finds who asks, and refuses who may not; undefined: anybody may ask this. */
  admit(request: FastifyRequest, route: Route<Permission, Caller>): Promise<Caller | undefined>
  /** `refuseFurther` refuses what the body asks for beyond the route's permission. */
  refuseFurther?(caller: Caller, route: Route<Permission, Caller>, body: unknown): void
}

/**
 * `peopleApi` adds an API of people. Every route stands in its table with what it takes, what it gives and who may call it; here is what all of
 * them have in common.
 */
export function peopleApi<Permission extends string, Caller extends Asking>(
  app: FastifyInstance,
  deps: PeopleDeps,
  api: PeopleApi<Permission, Caller>,
): void {
  type Own = Route<Permission, Caller>
  const routeIn = (request: FastifyRequest): Own => request.routeOptions.config.peopleRoute as Own
  const callerIn = (request: FastifyRequest): Caller => {
    if (request.asking) return request.asking as Caller
    throw new Error(`${routeIn(request).path} is for anybody, and asks who calls`)
  }
  app.register(async (scope) => {
    await api.document(scope)
    scope.register(async (own) => {
      own.removeAllContentTypeParsers()
      own.addContentTypeParser('*', async (request: FastifyRequest) => {
        const isKnown = request.asking != null
        const body = await deps.admission.readBody(request, api.bodyLimit, { isKnown })
        if (body.refusal) throw body.refusal
        return await readJson(body.bytes)
      })
      own.setValidatorCompiler(({ schema, httpPart }) => validatorFor(schema as TSchema, httpPart))
      own.setErrorHandler((error, request, reply) => {
        const isReading = routeIn(request).method === 'GET' || routeIn(request).isQuestion === true
        const isProof = error instanceof Refusal || nothingDone.has(error as Error) || isReading
        const refusal = refusalOf(error, deps.presence, isProof)
        request.peopleRefusal = refusal
        return answerError({ refusal, error, isProof }, routeIn(request), request, reply)
      })
      own.decorateRequest('asking', null)
      own.decorateRequest('peopleRefusal', null)
      own.addHook('onRequest', async (request, reply) => {
        reply.header('x-request-id', request.id)
        request.asking = await deps.presence.reading(() => api.admit(request, routeIn(request)))
      })
      own.addHook('preValidation', async (request) => {
        if (request.asking) api.refuseFurther?.(request.asking as Caller, routeIn(request), request.body)
      })
      own.addHook('onResponse', async (request, reply) => {
        const refusal = request.peopleRefusal
        deps.count(routeIn(request).name, refusal?.code ?? 'ok')
        if (refusal)
          deps.requests.note(
            entryOf(refusal, { api, route: routeIn(request) }, request, reply, deps.clock.now()),
          )
      })
      for (const route of api.routes) {
        own.route({
          method: route.method,
          url: `${api.prefix}${route.path}`,
          schema: checkedOf(route),
          config: { peopleRoute: route as unknown as Route<string, Asking> },
          handler: (request, reply) =>
            deps.presence.through(
              () => answer(deps, { route, caller: () => callerIn(request) }, request, reply),
              {
                isRepeatable: route.method === 'GET',
              },
            ),
        })
      }
    })
  })
}

/** Asked is a route with who asks it. */
interface Asked<Permission extends string, Caller> {
  route: Route<Permission, Caller>
  caller: () => Caller
}

async function answer<Permission extends string, Caller extends Asking>(
  deps: PeopleDeps,
  asked: Asked<Permission, Caller>,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const gone = new AbortController()
  reply.raw.once('close', () => gone.abort())
  const { route } = asked
  const asOf = deps.clock.now()
  const { json, replayed } = isChange(route)
    ? await changed(deps, asked, request, reply, gone.signal)
    : {
        json: jsonOf(await route.handle(callOf(deps, asked, request, reply, gone.signal)), asOf),
        replayed: false,
      }
  if (reply.raw.headersSent || reply.raw.destroyed) return reply
  if (replayed) reply.header('idempotent-replayed', 'true')
  reply.type('application/json; charset=utf-8')
  return reply.send(`{"data":${json}}`)
}

const jsonOf = (data: unknown, asOf?: Date): string =>
  JSON.stringify(asOf ? withTime((data ?? {}) as object, asOf) : (data ?? {}))

/** `changed` does the work of a route that changes something, in one transaction, and once under the caller's key. */
async function changed<Permission extends string, Caller extends Asking>(
  deps: PeopleDeps,
  asked: Asked<Permission, Caller>,
  request: FastifyRequest,
  reply: FastifyReply,
  signal: AbortSignal,
): Promise<KeptAnswer> {
  const { route } = asked
  const { actor, acting } = asked.caller()
  const { 'idempotency-key': key, 'if-match': version } = request.headers
  try {
    return await deps.desks.changing(acting).begin(async (transaction) => {
      const work = async () => {
        const call = callOf(deps, asked, request, reply, signal, changeIn(transaction))
        const data = await route.handle(call)
        const unshown = Object.fromEntries((route.shownOnce ?? []).map((name) => [name, null]))
        return { json: jsonOf(data), kept: jsonOf({ ...(data as object), ...unshown }) }
      }
      if (typeof key !== 'string') return { json: (await work()).json, replayed: false }
      const { params, query, body } = request
      const action = `${route.method} ${route.path}`
      const all = { params, query, body, version }
      return await answerPersonOnce(
        transaction,
        { actor, key, action, body: all, at: deps.clock.now() },
        work,
      )
    })
  } catch (error) {
    throw undone.has(error) ? nothingDone.put(error) : error
  }
}

/** `callOf`: `change` is left out where each statement of the route is a transaction of its own. */
function callOf<Permission extends string, Caller extends Asking>(
  { desks }: PeopleDeps,
  { caller }: Asked<Permission, Caller>,
  request: FastifyRequest,
  reply: FastifyReply,
  signal: AbortSignal,
  change?: Desk['change'],
): Call<Caller> {
  return {
    params: request.params,
    query: request.query,
    body: request.body,
    version: request.headers['if-match']?.replaceAll('"', ''),
    get caller() {
      return caller()
    },
    get desk() {
      const { actor, acting } = caller()
      return { actor, read: desks.reading(signal), change: change ?? desks.changing(acting) }
    },
    get work() {
      return desks.working(caller().acting)
    },
    request,
    reply,
  }
}

/** `withTime` says of a page of a list when it was read. */
const withTime = (data: object, asOf: Date): object =>
  'page' in data ? { ...data, page: { ...(data.page as object), as_of: asOf } } : data

function answerError<Permission extends string, Caller>(
  { refusal, error, isProof }: { refusal: Refusal; error: unknown; isProof: boolean },
  route: Route<Permission, Caller>,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  // What was read for a client that has gone was cancelled: nobody is answered, and nothing has failed.
  if ((error as Error).name === 'AbortError') return reply.send()
  if (refusal.code === 'internal_error' || refusal.code === 'temporarily_unavailable') {
    request.log.error({ err: error, requestId: request.id }, `a request to ${route.path} failed`)
  }
  const source = refusal instanceof Mismatch ? refusal.source : sourceOf(refusal, route)
  const said = sayRefusal(refusal, { traceId: request.id, source, isProof })
  return reply
    .code(statusOf(refusal))
    .headers(headersOf(refusal))
    .type('application/json; charset=utf-8')
    .send(JSON.stringify({ ...said, problems: problemsOf(refusal) }))
}

/** `refusalOf`: with `isProof` nothing was done. */
function refusalOf(error: unknown, presence: PeopleDeps['presence'], isProof: boolean): Refusal {
  if (error instanceof Refusal) return error
  if (presence.isTemporary(error)) return unavailable({ isProof })
  return refusalOfServer(error)
}

const HEADERS = ['X-CSRF-Token', 'Idempotency-Key', 'If-Match']

function sourceOf<Permission extends string, Caller>(
  { field = '' }: Refusal,
  { method, params, query }: Route<Permission, Caller>,
): Source {
  if (HEADERS.includes(field)) return 'headers'
  if (hasField(params, field)) return 'params'
  if (hasField(query, field)) return 'query'
  return method === 'GET' ? 'params' : 'body'
}

/** `entryOf` makes the entry of the request log: what was refused, and nothing that was sent. */
function entryOf<Permission extends string, Caller extends Asking>(
  refusal: Refusal,
  { api, route }: { api: PeopleApi<Permission, Caller>; route: Route<Permission, Caller> },
  request: FastifyRequest,
  reply: FastifyReply,
  now: Date,
): RequestEntry {
  const { elapsedTime: tookMs } = reply
  return {
    ...{ accountId: null, keyId: null, orderId: null, via: api.via },
    at: new Date(now.getTime() - tookMs),
    action: `${route.method} ${api.prefix}${route.path.replace(/:(\w+)/g, '{$1}')}`,
    status: reply.statusCode,
    outcome: refusal.code,
    detail: refusal.message,
    ip: request.ip,
    tookUs: Math.round(tookMs * 1000),
    requestId: request.id,
  }
}

declare module 'fastify' {
  interface FastifyRequest {
    /** `asking` is who asks, once that is known; null: anybody may. */
    asking?: Asking | undefined | null
    peopleRefusal?: Refusal | null
  }
  interface FastifyContextConfig {
    peopleRoute?: Route<string, Asking>
  }
}
