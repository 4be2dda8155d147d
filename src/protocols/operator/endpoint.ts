import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { TSchema } from 'typebox'
import { type Fault, Refusal, unavailable } from '../../errors.ts'
import type { KeptAnswer } from '../../idempotency/idempotency.ts'
import { answerOperatorOnce } from '../../idempotency/operator-answers.ts'
import { fault, pathText } from '../../lib/fault.ts'
import { nothingDone, undone } from '../../lib/undone.ts'
import { changeIn, type Desk } from '../../people/desk.ts'
import { readJson } from '../kit/read-json.ts'
import {
  headersOf,
  Mismatch,
  refusalOfServer,
  restCode,
  type Source,
  sayRefusal,
  statusOf,
} from '../kit/refusal.ts'
import { hasField, validatorFor } from '../kit/validation.ts'
import { admit, type Caller, refuseFurther } from './caller.ts'
import type { OperatorDeps } from './deps.ts'
import { checkedOf, document } from './document.ts'
import { type Call, isChange, operatorRouteOf, PREFIX, type Route } from './route.ts'
import { routesOf } from './routes.ts'

export interface OperatorSettings {
  bodyLimit: number
  /** `version` is the one that the document names. */
  version: string
}

/**
 * `operatorApi` adds the API of the people who run the installation, and of their programs. Every route stands in `routes.ts` with what it takes,
 * what it gives and who may call it; here is what all of them have in common.
 */
export function operatorApi(
  app: FastifyInstance,
  given: Omit<OperatorDeps, 'closing'>,
  settings: OperatorSettings,
): void {
  const closing = new AbortController()
  app.addHook('preClose', async () => closing.abort())
  const deps: OperatorDeps = { ...given, closing: closing.signal }
  const longWork = new LongWork()
  app.register(async (scope) => {
    await document(scope, settings.version)
    scope.register(async (api) => {
      api.removeAllContentTypeParsers()
      api.addContentTypeParser('*', async (request: FastifyRequest) => {
        const isKnown = request.operator != null
        const body = await deps.admission.readBody(request, settings.bodyLimit, { isKnown })
        if (body.refusal) throw body.refusal
        return await readJson(body.bytes)
      })
      api.setValidatorCompiler(({ schema, httpPart }) => validatorFor(schema as TSchema, httpPart))
      api.setErrorHandler((error, request, reply) =>
        answerError(refusalOf(error, request, deps), error, request, reply),
      )
      api.decorateRequest('operator', null)
      api.decorateRequest('operatorRefusal', null)
      api.addHook('onRequest', async (request, reply) => {
        reply.header('x-request-id', request.id)
        const { access } = operatorRouteOf(request)
        request.operator = await deps.presence.reading(() => admit(deps, request, access))
      })
      api.addHook('preValidation', async (request) => {
        const { further } = operatorRouteOf(request)
        if (further && request.operator) refuseFurther(request.operator, further, request.body)
      })
      api.addHook('onResponse', async (request, reply) => {
        const refusal = request.operatorRefusal
        deps.count(operatorRouteOf(request).name, refusal?.code ?? 'ok')
        if (refusal) deps.requests.note(entryOf(refusal, request, reply, deps.clock.now()))
      })
      for (const route of routesOf(deps)) {
        api.route({
          method: route.method,
          url: `${PREFIX}${route.path}`,
          schema: checkedOf(route),
          config: { operatorRoute: route },
          handler: (request, reply) =>
            deps.presence.through(() => answer(deps, longWork.guarded(route), request, reply), {
              isRepeatable: route.method === 'GET',
            }),
        })
      }
    })
  })
}

/** MAX_LONG is how much of what takes long one process does at a time for the operator: see the pool `operatorWork`. */
const MAX_LONG = 2

/** LongWork refuses what takes long while there is enough of it. */
class LongWork {
  #underWay = 0

  /** `guarded` gives a route that is counted while it is at work. */
  guarded(route: Route): Route {
    if (!route.isLong) return route
    return {
      ...route,
      handle: async (call) => {
        if (this.#underWay >= MAX_LONG)
          throw new Refusal(
            'conflict',
            `${MAX_LONG} things that take long are under way: ask again when one has ended`,
          )
        this.#underWay += 1
        try {
          return await route.handle(call)
        } finally {
          this.#underWay -= 1
        }
      },
    }
  }
}

async function answer(
  deps: OperatorDeps,
  route: Route,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const gone = new AbortController()
  reply.raw.once('close', () => gone.abort())
  const asOf = deps.clock.now()
  const { json, replayed } = isChange(route)
    ? await changed(deps, route, request, reply, gone.signal)
    : { json: jsonOf(await route.handle(callOf(deps, request, reply, gone.signal)), asOf), replayed: false }
  if (reply.raw.headersSent || reply.raw.destroyed) return reply
  if (replayed) reply.header('idempotent-replayed', 'true')
  reply.type('application/json; charset=utf-8')
  return reply.send(`{"data":${json}}`)
}

const jsonOf = (data: unknown, asOf?: Date): string =>
  JSON.stringify(asOf ? withTime((data ?? {}) as object, asOf) : (data ?? {}))

/** `changed` does the work of a route that changes something, in one transaction, and once under the caller's key. */
async function changed(
  deps: OperatorDeps,
  route: Route,
  request: FastifyRequest,
  reply: FastifyReply,
  signal: AbortSignal,
): Promise<KeptAnswer> {
  const { actor, acting } = callerOf(request)
  const { 'idempotency-key': key, 'if-match': version } = request.headers
  try {
    return await deps.desks.changing(acting).begin(async (transaction) => {
      const work = async () => {
        const call = callOf(deps, request, reply, signal, changeIn(transaction))
        const data = await route.handle(call)
        const unshown = Object.fromEntries((route.shownOnce ?? []).map((name) => [name, null]))
        return { json: jsonOf(data), kept: jsonOf({ ...(data as object), ...unshown }) }
      }
      if (typeof key !== 'string') return { json: (await work()).json, replayed: false }
      const { params, query, body } = request
      const action = `${route.method} ${route.path}`
      const asked = { params, query, body, version }
      return await answerOperatorOnce(
        transaction,
        { actor, key, action, body: asked, at: deps.clock.now() },
        work,
      )
    })
  } catch (error) {
    throw undone.has(error) ? nothingDone.put(error) : error
  }
}

function callerOf(request: FastifyRequest): Caller {
  if (request.operator) return request.operator
  throw new Error(`${operatorRouteOf(request).path} is for anybody, and asks who calls`)
}

/** `callOf`: `change` is left out where each statement of the route is a transaction of its own. */
function callOf(
  { desks }: OperatorDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  signal: AbortSignal,
  change?: Desk['change'],
): Call {
  return {
    params: request.params,
    query: request.query,
    body: request.body,
    version: request.headers['if-match']?.replaceAll('"', ''),
    get caller() {
      return callerOf(request)
    },
    get desk() {
      const { actor, acting } = callerOf(request)
      return { actor, read: desks.reading(signal), change: change ?? desks.changing(acting) }
    },
    get work() {
      return desks.working(callerOf(request).acting)
    },
    request,
    reply,
  }
}

/** `withTime` says of a page of a list when it was read. */
const withTime = (data: object, asOf: Date): object =>
  'page' in data ? { ...data, page: { ...(data.page as object), as_of: asOf } } : data

function answerError(
  refusal: Refusal,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  // What was read for a client that has gone was cancelled: nobody is answered, and nothing has failed.
  if ((error as Error).name === 'AbortError') return reply.send()
  if (refusal.code === 'internal_error' || refusal.code === 'temporarily_unavailable') {
    request.log.error({ err: error, requestId: request.id }, 'a request to the operator API failed')
  }
  request.operatorRefusal = refusal
  const source = refusal instanceof Mismatch ? refusal.source : sourceOf(refusal, operatorRouteOf(request))
  const said = sayRefusal(refusal, { traceId: request.id, source, isProof: isProof(error, request) })
  return reply
    .code(statusOf(refusal))
    .headers(headersOf(refusal))
    .type('application/json; charset=utf-8')
    .send(JSON.stringify({ ...said, problems: problemsOf(refusal) }))
}

/** Problem is what is wrong with one value, for a program that says it in its own words. */
interface Problem {
  field: string
  code: string
  params: Record<string, unknown>
}

/** `problemsOf` gives every fault with the keyword of the schema that it breaks; what no schema found has the error's code. */
function problemsOf({ code, field, detail, message, faults }: Refusal): Problem[] {
  const all: readonly Fault[] =
    faults.length > 0 || field === undefined ? faults : [fault(field, detail ?? message)]
  return all.map((one) => {
    const { path, keyword, params = {} } = one as Fault & { keyword?: string; params?: object }
    return {
      field: pathText(path),
      code: keyword ?? restCode(code),
      params: keyword === undefined ? { message: one.message } : { ...params },
    }
  })
}

const isReading = ({ method }: Route): boolean => method === 'GET'

/** `isProof`: nothing was done. A Refusal says so, and so does an error in `nothingDone`. */
const isProof = (error: unknown, request: FastifyRequest): boolean =>
  error instanceof Refusal || nothingDone.has(error) || isReading(operatorRouteOf(request))

function refusalOf(error: unknown, request: FastifyRequest, { presence }: OperatorDeps): Refusal {
  if (error instanceof Refusal) return error
  if (presence.isTemporary(error)) return unavailable({ isProof: isProof(error, request) })
  return refusalOfServer(error)
}

const HEADERS = ['X-CSRF-Token', 'Idempotency-Key', 'If-Match']

function sourceOf({ field = '' }: Refusal, { method, params, query }: Route): Source {
  if (HEADERS.includes(field)) return 'headers'
  if (hasField(params, field)) return 'params'
  if (hasField(query, field)) return 'query'
  return method === 'GET' ? 'params' : 'body'
}

/** `entryOf` makes the entry of the request log: what was refused, and nothing that was sent. */
function entryOf(refusal: Refusal, request: FastifyRequest, reply: FastifyReply, now: Date) {
  const { method, path } = operatorRouteOf(request)
  const { elapsedTime: tookMs } = reply
  return {
    ...{ accountId: null, keyId: null, orderId: null, via: 'operator' as const },
    at: new Date(now.getTime() - tookMs),
    action: `${method} ${PREFIX}${path.replace(/:(\w+)/g, '{$1}')}`,
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
    /** `operator` is who asks, once that is known; null: anybody may. */
    operator?: Caller | undefined | null
    operatorRefusal?: Refusal | null
  }
}
