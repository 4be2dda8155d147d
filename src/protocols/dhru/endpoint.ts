import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ApiKey, Dialect } from '../../accounts/account.ts'
import type { Authenticator, Login } from '../../accounts/authenticator.ts'
import { allows } from '../../accounts/permissions.ts'
import type { Admission } from '../../admission/admission.ts'
import type { Body } from '../../admission/bodies.ts'
import { Refusal, unavailable } from '../../errors.ts'
import { refusalFor } from '../../lib/fault.ts'
import type { OrderId } from '../../lib/ids.ts'
import { http } from '../../lib/node-http.ts'
import { nothingDone } from '../../lib/undone.ts'
import type { RequestLog } from '../../request-log/request-log.ts'
import { turnFor } from '../../runtime/pace.ts'
import type { Presence } from '../../runtime/presence.ts'
import type { KeyThrottle } from '../../throttles/key-throttle.ts'
import { actions, placesOrders } from './actions/index.ts'
import { type Answer, API_VERSION, Prepared, toJson, toXml } from './answer.ts'
import type { ActionResult, DhruDeps } from './call.ts'
import { type DhruRequest, MAX_FIELDS, readRequest } from './form.ts'
import { readParameters } from './parameters.ts'
import { ALIAS_PATHS, PATH } from './paths.ts'
import { readForm } from './read-form.ts'
import { sayRefusal } from './refusal.ts'
import { actionName, requestEntry, strangerEntry } from './request-entry.ts'

export interface EndpointDeps extends DhruDeps {
  admission: Pick<Admission, 'readBody' | 'know'>
  authenticator: Authenticator
  throttle: KeyThrottle
  /** `count` counts an answered request: its action (a known one, or `other`) and its outcome. */
  count: (action: string, outcome: string) => void
  /** `requests` logs every request. */
  requests: RequestLog
  presence: Pick<Presence, 'through' | 'reading' | 'isTemporary'>
}

export interface EndpointSettings {
  bodyLimit: number
  /** `aliases`: how the other paths answer what only reads, for keys of the dialect `contract`. */
  aliases: 'redirect' | 'serve'
}

/**
 * `dhruEndpoint` adds the Dhru endpoint (promise 7, always Dhru): whatever was sent and whatever broke, the answer is HTTP 200 and
 * well-formed Dhru in the format asked for.
 */
export function dhruEndpoint(app: FastifyInstance, deps: EndpointDeps, settings: EndpointSettings): void {
  app.register(async (scope) => {
    // Bodies are read here and not by Fastify: any content type, none, or nonsense must get a Dhru answer.
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null))
    scope.addHook('onRequest', (request, _reply, done) => {
      const { headers, method } = request.raw
      request.sentContentType = headers['content-type']
      // The framework looks for no parser where it sees no sign of a body, which costs 1% of a placement; but it refuses a QUERY without one.
      if (method === 'QUERY') headers['content-type'] = 'application/octet-stream'
      else for (const sign of SIGNS_OF_A_BODY) headers[sign] = undefined
      done()
    })
    scope.setErrorHandler((error, request, reply) => {
      if (!(error instanceof Refusal)) {
        request.log.error({ err: error, requestId: request.id }, 'a Dhru request failed')
      }
      return send(request, reply.code(200), 'json', error instanceof Refusal ? error : internal(request))
    })

    const answer = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
      const at = deps.clock.now()
      const began = performance.now()
      const handled = await handle(request)
      const { dhru, key, refusedKey, format, result } = handled
      const known = key ?? refusedKey
      if (redirects(request, handled)) reply.code(308).header('location', PATH)
      const outcome = result instanceof Refusal ? result.code : 'ok'
      const action = actions.has(dhru.action) ? dhru.action : 'other'
      deps.count(action, outcome)
      deps.requests.note({
        ...(known
          ? requestEntry(dhru, known, result, request.placedOrder ?? null)
          : strangerEntry(action, result)),
        at,
        status: reply.statusCode,
        outcome,
        ip: request.ip,
        tookUs: Math.round((performance.now() - began) * 1000),
        requestId: request.id,
      })
      return send(request, reply, format, result, key?.dialect)
    }

    /**
     * `redirects` follows the contract, whose two other paths redirect, with the whole answer in the body, for clients that follow nothing.
     * An action that places orders is never redirected: a client that insists on a 2xx would take it for failed, and
     * a client that follows would send it twice. Clients of panels know no redirect.
     */
    const redirects = (request: FastifyRequest, { dhru, key }: Handled): boolean =>
      settings.aliases === 'redirect' &&
      key?.dialect !== 'panel' &&
      !placesOrders(dhru.action) &&
      request.method === 'POST' &&
      request.routeOptions.url !== PATH

    const handle = async (request: FastifyRequest): Promise<Handled> => {
      const read = await deps.admission
        .readBody(request, settings.bodyLimit)
        .catch((): Body => ({ bytes: Buffer.alloc(0), isBrokenOff: true }))
      const dhru = readRequest(readForm(request.sentContentType, read.bytes))
      const handled = { dhru, format: dhru.format }
      if (request.method !== 'POST') {
        const result = new Refusal('method_not_allowed', 'send a POST')
        return { dhru, format: formatOf(request, dhru), result }
      }
      if (read.refusal) return { ...handled, result: read.refusal }
      if (dhru.form.isCut)
        return { ...handled, result: new Refusal('body_too_large', `at most ${MAX_FIELDS} fields`) }
      let key: ApiKey | undefined
      const isReading = !placesOrders(dhru.action)
      try {
        const login = deps.presence.reading<Login>(() => deps.authenticator.authenticate(dhru, request.ip))
        const known = login instanceof Promise ? await login : login
        if (!known.ok) {
          return { ...handled, refusedKey: 'of' in known ? known.of : undefined, result: refusalFor(known) }
        }
        const { value } = known
        key = value
        deps.admission.know(request, read.bytes.length)
        deps.throttle.count(value)
        const result = await deps.presence.through(() => run(dhru, value, request, read.bytes.length), {
          isRepeatable: isReading,
        })
        return { ...handled, key, result }
      } catch (error) {
        if (error instanceof Refusal) return { ...handled, key, result: error }
        request.log.error({ err: error, requestId: request.id, action: dhru.action }, 'a Dhru action failed')
        if (!deps.presence.isTemporary(error)) return { ...handled, key, result: internal(request) }
        return {
          ...handled,
          key,
          result: unavailable({ isProof: isReading || !key || nothingDone.has(error) }),
        }
      }
    }

    const run = async (
      dhru: DhruRequest,
      key: ApiKey,
      request: FastifyRequest,
      length: number,
    ): Promise<ActionResult> => {
      if (!allows(key.permissions, 'order.create')) {
        throw new Refusal('permission_denied', 'the key may not order.create')
      }
      if (dhru.action === '') throw new Refusal('action_missing')
      const action = actions.get(dhru.action)
      if (!action) throw new Refusal('unsupported_action', actionName(dhru))
      const beforeReading = turnFor(length)
      if (beforeReading) await beforeReading
      const parameters = readParameters(dhru.form)
      const beforeAction = turnFor(length)
      if (beforeAction) await beforeAction
      return await action({
        deps,
        key,
        request: dhru,
        parameters,
        idempotencyKey: idempotencyKeyOf(request, dhru) ?? null,
        report: ({ placed }) => {
          request.placedOrder = placed
        },
      })
    }

    for (const method of EVERY_METHOD) {
      if (!scope.supportedMethods.includes(method)) scope.addHttpMethod(method)
    }
    for (const url of [PATH, ...ALIAS_PATHS]) scope.route({ method: EVERY_METHOD, url, handler: answer })
  })
}

const SIGNS_OF_A_BODY = ['content-type', 'content-length', 'transfer-encoding'] as const

interface Handled {
  dhru: DhruRequest
  /** `key` is undefined where the credentials are not known, or were not looked at. */
  key?: ApiKey | undefined
  /** `refusedKey` is a key that is not let in, such as a revoked one. */
  refusedKey?: ApiKey | undefined
  format: DhruRequest['format']
  result: ActionResult | Refusal
}

/** EVERY_METHOD has every method that reaches a route at all: a wrong one gets a Dhru answer, too. */
const EVERY_METHOD = http.METHODS.filter((method) => method !== 'CONNECT')
/** `headersOf` has x-imeigate, from which an imeigate that buys here learns that it may repeat an order under its idempotency key. */
const headersOf = (request: FastifyRequest) => ({ 'x-imeigate': '1', 'x-request-id': request.id })
const JSON_TYPE = 'application/json; charset=utf-8'
const XML_TYPE = 'text/xml; charset=utf-8'

/** `send` answers at once but for long lists in XML, so that no request waits for a promise more. */
function send(
  request: FastifyRequest,
  reply: FastifyReply,
  format: DhruRequest['format'],
  result: ActionResult | Refusal,
  dialect: Dialect = 'contract',
): FastifyReply | Promise<FastifyReply> {
  reply.headers(headersOf(request))
  if (result instanceof Refusal && result.retryAfter !== undefined) {
    reply.header('retry-after', String(result.retryAfter))
  }
  if (format === 'xml') {
    reply.type(XML_TYPE)
    if (result instanceof Prepared) return result.xml().then((xml) => reply.send(xml))
    return reply.send(toXml(result instanceof Refusal ? failed(result, dialect) : result))
  }
  reply.type(JSON_TYPE)
  if (result instanceof Prepared) {
    reply.header('vary', 'accept-encoding')
    if (!acceptsGzip(request)) return reply.send(result.json)
    return reply.header('content-encoding', 'gzip').send(result.gzippedJson)
  }
  return reply.send(toJson(result instanceof Refusal ? failed(result, dialect) : result))
}

const failed = (refusal: Refusal, dialect: Dialect): Answer => ({
  ERROR: [sayRefusal(refusal, dialect)],
  apiversion: API_VERSION,
})

/** `internal` tells the caller the id under which the log says what broke, and no more. */
const internal = (request: FastifyRequest): Refusal => new Refusal('internal_error', `request ${request.id}`)

const acceptsGzip = (request: FastifyRequest): boolean => {
  const accepted = request.headers['accept-encoding']
  return typeof accepted === 'string' && /\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/i.test(accepted)
}

function idempotencyKeyOf(request: FastifyRequest, dhru: DhruRequest): string | undefined {
  const header = request.headers['idempotency-key']
  return (typeof header === 'string' ? header.trim() : '') || dhru.idempotencyKey || queryKey(request)
}

function queryKey(request: FastifyRequest): string | undefined {
  const { idempotency_key: key } = request.query as Record<string, unknown>
  return typeof key === 'string' && key.trim() !== '' ? key.trim() : undefined
}

/** `formatOf` reads the format of a request without a body in the query. */
function formatOf(request: FastifyRequest, dhru: DhruRequest): DhruRequest['format'] {
  const { requestformat } = request.query as Record<string, unknown>
  return typeof requestformat === 'string' && requestformat.trim().toLowerCase() === 'xml'
    ? 'xml'
    : dhru.format
}

declare module 'fastify' {
  interface FastifyRequest {
    /** `sentContentType` is the content type as the client sent it. */
    sentContentType?: string | undefined
    /** `placedOrder` is the one order that the request placed. */
    placedOrder?: OrderId
  }
}
