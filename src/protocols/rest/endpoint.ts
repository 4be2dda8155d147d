import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { TSchema } from 'typebox'
import { needsProofInRest, type PortalRole, restPermissionsOf } from '../../account-people/roles.ts'
import type { ApiKey, Asker } from '../../accounts/account.ts'
import { allows, type Permission } from '../../accounts/permissions.ts'
import { Refusal, unavailable } from '../../errors.ts'
import { orThrow } from '../../lib/fault.ts'
import { nothingDone } from '../../lib/undone.ts'
import { jsonInTurns } from '../../runtime/json-in-turns.ts'
import type { KeyThrottle } from '../../throttles/key-throttle.ts'
import { cookieOf } from '../kit/cookies.ts'
import { type EnteredPortal, enterPortal, type PortalDoor, rightIn } from '../kit/portal-door.ts'
import { readJson } from '../kit/read-json.ts'
import {
  headersOf,
  Mismatch,
  problemsOf,
  refusalOfServer,
  type Source,
  sayRefusal,
  statusOf,
} from '../kit/refusal.ts'
import { hasField, validatorFor } from '../kit/validation.ts'
import { Asked } from './asked.ts'
import { bearerOf } from './decode.ts'
import type { RestDeps } from './deps.ts'
import { checkedOf, document } from './document.ts'
import { Listener, type Watcher } from './live.ts'
import { requestEntry } from './request-entry.ts'
import { Answered, type Route, routeOf } from './route.ts'
import { routesOf } from './routes.ts'

export interface RestSettings {
  bodyLimit: number
  /** `version` is the one that the document names. */
  version: string
}

/**
 * `restApi` adds the native API: JSON over HTTP, `Authorization: Bearer <username>.<apiaccesskey>`. Every route stands in `routes.ts`
 * with what it takes, what it gives and the permission that it needs; here is what all of them have in common.
 */
export function restApi(app: FastifyInstance, deps: RestDeps, settings: RestSettings): void {
  const closing = new AbortController()
  app.addHook('preClose', async () => closing.abort(new Refusal('shutting_down')))

  app.register(async (scope) => {
    await document(scope, settings.version)
    scope.register(async (api) => {
      api.removeAllContentTypeParsers()
      // Every body is read as JSON, whatever its content type.
      api.addContentTypeParser('*', async (request: FastifyRequest) => {
        const body = await deps.admission.readBody(request, settings.bodyLimit, { isKnown: true })
        if (body.refusal) throw body.refusal
        return await readJson(body.bytes)
      })
      api.setValidatorCompiler(({ schema, httpPart }) => validatorFor(schema as TSchema, httpPart))
      api.setErrorHandler((error, request, reply) =>
        answerError(refusalOf(error, request, deps.presence), error, request, reply),
      )
      api.decorateRequest('restKey', null)
      api.decorateRequest('asker', null)
      api.decorateRequest('inPortal', null)
      api.decorateRequest('refusedKey', null)
      api.decorateRequest('refusal', null)
      api.decorateRequest('placed', null)
      api.addHook('onRequest', async (request, reply) => {
        reply.header('x-request-id', request.id)
        const { permission } = routeOf(request)
        if (isOfPortal(request)) {
          await deps.presence.reading(() => admitFromPortal(deps.portal, request, permission))
          return
        }
        const credentials = bearerOf(request.headers.authorization)
        const login = await deps.presence.reading(() =>
          deps.authenticator.authenticate(credentials, request.ip),
        )
        if ('of' in login) request.refusedKey = login.of
        const key = orThrow(login)
        request.restKey = key
        request.asker = askerOf(key)
        countRequest(deps.throttle, key, reply)
        if (!allows(key.permissions, permission)) {
          throw new Refusal('permission_denied', `the key may not ${permission}`)
        }
      })
      api.addHook('onResponse', async (request, reply) => {
        const { refusal } = request
        deps.count(routeOf(request).name, refusal?.code ?? 'ok')
        // The log is one of keys: what people in the portal do is told of where it is refused.
        if (request.inPortal && !refusal) return
        deps.requests.note(requestEntry(request, reply, routeOf(request), deps.clock.now()))
      })
      for (const route of routesOf(deps)) {
        api.route({
          method: route.method,
          url: route.path,
          schema: checkedOf(route),
          config: { route },
          handler: (request, reply) =>
            deps.presence.through(
              () =>
                answer(
                  route,
                  request,
                  reply,
                  () => new Listener(watcherOf(deps, request), closing.signal, request, reply),
                ),
              { isRepeatable: isReading(route) },
            ),
        })
      }
    })
  })
}

const askerOf = ({ id: keyId, account, permissions }: ApiKey): Asker => ({
  ...{ account, permissions, keyId },
  ...{ via: 'rest', actor: `key:${keyId}` },
})

/** `admitFromPortal` lets somebody in the portal ask in place of a key. Throws as `enterPortal`, permission_denied, or step_up_required. */
async function admitFromPortal(
  door: PortalDoor,
  request: FastifyRequest,
  permission: Permission,
): Promise<void> {
  const entered = await enterPortal(door, request)
  const { account, role, actor, person } = entered
  request.inPortal = entered
  request.asker = {
    ...{ account, permissions: restPermissionsOf(role), keyId: null, via: 'portal', actor },
    isOfStaff: role === 'viewer',
  }
  refuseRole(role, permission)
  if (needsProofInRest(permission) && !person?.isProved) throw new Refusal('step_up_required')
}

function refuseRole(role: PortalRole, permission: Permission): void {
  if (!allows(restPermissionsOf(role), permission)) {
    throw new Refusal('permission_denied', `you may not ${permission}`)
  }
}

/** `watcherOf` has a listener told when who asks may no longer do so. */
function watcherOf({ liveAnswers, portal }: RestDeps, request: FastifyRequest): Watcher {
  const { permission } = routeOf(request)
  const { inPortal, ip } = request
  if (inPortal) {
    const right = rightIn(portal, inPortal, (role) => refuseRole(role, permission))
    return (end) => portal.liveRights.watch(right, end)
  }
  const credentials = bearerOf(request.headers.authorization)
  return (end) => liveAnswers.watch({ credentials, ip, permission }, end)
}

/** `countRequest` says in the answer's headers what the key may still ask for. Throws Throttled. */
function countRequest(throttle: KeyThrottle, key: ApiKey, reply: FastifyReply): void {
  try {
    throttle.count(key)
  } finally {
    const allowance = throttle.allowance(key)
    if (allowance) {
      reply
        .header('ratelimit-limit', allowance.limit)
        .header('ratelimit-remaining', allowance.remaining)
        .header('ratelimit-reset', allowance.resetSeconds)
    }
  }
}

async function answer(
  route: Route,
  request: FastifyRequest,
  reply: FastifyReply,
  makeListener: () => Listener,
): Promise<unknown> {
  const given = await route.handle(new Asked(request, reply, makeListener))
  // The route has answered by itself: a reply that is waited for gives nothing, once it has been sent or its client has gone.
  if (reply.raw.headersSent || reply.raw.destroyed) return reply
  const { body, status, headers } =
    given instanceof Answered ? given : new Answered<unknown>({ value: given })
  reply.code(status).headers(headers).type('application/json; charset=utf-8')
  return reply.send('json' in body ? body.json : await jsonInTurns(body.value))
}

function answerError(
  refusal: Refusal,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  // What was read for a client that has gone was cancelled: nobody is answered, and nothing has failed.
  if ((error as Error).name === 'AbortError') return reply.send()
  if (refusal.code === 'internal_error' || refusal.code === 'temporarily_unavailable') {
    request.log.error({ err: error, requestId: request.id }, 'a REST request failed')
  }
  request.refusal = refusal
  const source: Source = refusal instanceof Mismatch ? refusal.source : sourceOf(refusal, routeOf(request))
  return reply
    .code(statusOf(refusal))
    .headers(headersOf(refusal))
    .type('application/json; charset=utf-8')
    .send(
      JSON.stringify({
        ...sayRefusal(refusal, { traceId: request.id, source, isProof: isProof(error, request) }),
        ...(isOfPortal(request) && { problems: problemsOf(refusal) }),
      }),
    )
}

/** `isOfPortal`: a page of the portal asks, and says refusals in its reader's language. Who sends a key is that key, whatever cookies the browser sends with it. */
const isOfPortal = (request: FastifyRequest): boolean =>
  request.headers.authorization === undefined && cookieOf(request, 'portal') !== undefined

const isReading = ({ method }: Route): boolean => method === 'GET'

/**
 * `isProof`: nothing was done. A `Refusal` says so, and so does an error in `nothingDone`; anything else may have broken behind a commit,
 * where there is anything to commit.
 */
const isProof = (error: unknown, request: FastifyRequest): boolean =>
  error instanceof Refusal || nothingDone.has(error) || !request.asker || isReading(routeOf(request))

function refusalOf(error: unknown, request: FastifyRequest, presence: RestDeps['presence']): Refusal {
  if (error instanceof Refusal) return error
  if (presence.isTemporary(error)) return unavailable({ isProof: isProof(error, request) })
  return refusalOfServer(error)
}

function sourceOf({ field }: Refusal, { source, method, params, body, query }: Route): Source {
  if (field === 'Idempotency-Key') return 'headers'
  if (hasField(params, field)) return 'params'
  if (hasField(body, field)) return 'body'
  if (hasField(query, field)) return 'query'
  return source ?? (method === 'POST' ? 'body' : 'params')
}

declare module 'fastify' {
  interface FastifyRequest {
    /** `restKey` is the key of the request, once it is known. */
    restKey?: ApiKey | null
    /** `asker` is who asks, once that is known: the key, or `inPortal`. */
    asker?: Asker | null
    inPortal?: EnteredPortal | null
    /** `refusedKey` is a key that was not let in, such as a revoked one. */
    refusedKey?: ApiKey | null
    /** `refusal` is what the request was refused with. */
    refusal?: Refusal | null
    /** `placed` is the order that the request placed. */
    placed?: number | null
  }
}
