import type { AddressInfo } from 'node:net'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest, LogController } from 'fastify'
import type { Logger } from 'pino'
import type { Admission } from '../admission/admission.ts'
import type { Config } from '../config.ts'
import { isTemporary } from '../database/connection-loss.ts'
import { Refusal, unavailable } from '../errors.ts'
import { requestIds } from '../lib/request-id.ts'
import { endpointUrl } from '../protocols/dhru/paths.ts'
import { headersOf, Mismatch, sayRefusal, statusOf } from '../protocols/kit/refusal.ts'
import type { RequestEntry } from '../request-log/request.ts'
import type { RuntimeService } from '../runtime/runtime-service.ts'
import { brokenRequests } from './broken-request.ts'
import type { Components } from './compose.ts'
import { SAFE_HEADERS } from './headers.ts'
import type { ProxyWatch } from './proxy-watch.ts'
import type { Readiness } from './readiness.ts'

/** HEADERS_MS is how long a client may take to send the head of a request. */
const HEADERS_MS = 20_000

/** GRACE_MS is how long a request may go on after a stop was asked for. */
const GRACE_MS = 4000

/** `buildHttp` makes the HTTP server, without routes: what is refused before a protocol sees it is answered here, and noted. */
export function buildHttp(
  config: Config,
  log: Logger,
  admission: Admission,
  watch: ProxyWatch,
  note: (refused: RequestEntry) => void,
): FastifyInstance {
  // A client that asks for what does not exist most likely reads JSON: the answer is an error of the REST API.
  const say = (
    refusal: Refusal,
    request: FastifyRequest,
    reply: FastifyReply,
    { isProof = true } = {},
  ): FastifyReply => {
    note(entryOf(refusal, request, reply))
    return reply
      .code(statusOf(refusal))
      .headers({ ...SAFE_HEADERS, ...headersOf(refusal), 'x-request-id': request.id })
      .send(sayRefusal(refusal, { traceId: request.id, source: 'params', isProof }))
  }
  const newId = requestIds()
  // The framework's own line about where it listens would come a second time.
  const quieter = log.child({}, { level: log.isLevelEnabled('warn') ? 'warn' : log.level })
  // Requests have no loggers of their own: what is logged names its request. A logger that a factory gives would be checked for each of them.
  Object.assign(quieter, { child: () => quieter })
  const app = Fastify({
    loggerInstance: quieter,
    // Requests are not logged one by one: the resellers' request log has them, and failures are logged where they happen.
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: config.trustProxy.length > 0 ? config.trustProxy : false,
    bodyLimit: config.bodyLimit,
    requestTimeout: 60_000,
    http: { connectionsCheckingInterval: 5000 },
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    genReqId: newId,
    clientErrorHandler: brokenRequests(newId, note),
    // The framework refuses paths that are not text.
    frameworkErrors: (_error, request, reply) =>
      say(
        new Mismatch('params', [{ path: ['path'], message: 'is not valid' }]),
        request as unknown as FastifyRequest,
        reply,
      ),
    // Long enough for every reference of an order, each character of it escaped.
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 2500 },
    rewriteUrl: ({ method, url = '/' }) => endpointUrl(method, url),
  })
  // A head takes a client less than a second; what it may take is looked at often, so that its end comes soon.
  app.server.headersTimeout = HEADERS_MS
  admission.guard(app.server)
  app.decorateRequest('caller', null)
  app.decorateRequest('answer', null)
  // A client that closes its own half after the request (netcat, some scripts) still reads: its order may be placed.
  Object.assign(app.server, { httpAllowHalfOpen: true })
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(SAFE_HEADERS)
    request.answer = reply.raw
    watch.look(request.raw)
    try {
      admission.enter(request as unknown as FastifyRequest, reply as unknown as FastifyReply)
      done()
    } catch (error) {
      done(error as Error)
    }
  })
  app.setNotFoundHandler((request, reply) => say(new Refusal('not_found'), request, reply))
  app.setErrorHandler((error, request, reply) => {
    const refusal = error instanceof Refusal ? error : refusalBy(error)
    if (refusal) return say(refusal, request, reply)
    request.log.error({ err: error, requestId: request.id }, 'a request failed')
    const isProof = request.method === 'GET' || request.method === 'HEAD'
    const failed = isTemporary(error) ? unavailable({ isProof }) : new Refusal('internal_error')
    return say(failed, request, reply, { isProof })
  })
  return app as unknown as FastifyInstance
}

/** `entryOf` makes the entry of the request log for what is refused here; of a path only the pattern is in it. */
function entryOf(refusal: Refusal, request: FastifyRequest, { elapsedTime }: FastifyReply): RequestEntry {
  const pattern = request.is404 ? undefined : request.routeOptions?.url
  return {
    accountId: null,
    keyId: null,
    at: new Date(Date.now() - elapsedTime),
    via: pattern?.startsWith('/hooks/') ? 'hook' : 'http',
    action: `${request.method} ${pattern?.replace(/:(\w+)/g, '{$1}') ?? '(no such path)'}`,
    status: statusOf(refusal),
    outcome: refusal.code,
    detail: refusal.message,
    orderId: null,
    ip: request.ip,
    tookUs: Math.round(elapsedTime * 1000),
    requestId: request.id,
  }
}

/** `refusalBy` turns what the framework itself refuses into a refusal; undefined: the fault is ours. */
function refusalBy(error: unknown): Refusal | undefined {
  const { statusCode = 500 } = error as { statusCode?: number }
  if (statusCode === 413) return new Refusal('body_too_large')
  return statusCode >= 400 && statusCode < 500 ? new Refusal('payload_required') : undefined
}

/** `httpService` answers requests of whatever routes were added. */
export function httpService(
  http: FastifyInstance,
  components: Components,
  readiness: Readiness,
): RuntimeService {
  const { config, placement, orderRequests } = components
  let listening: Promise<unknown> = Promise.resolve()
  return {
    name: 'http',
    start: async () => {
      try {
        // For localhost the framework opens one server for each address behind it, of which only the first is guarded.
        const host = config.host === 'localhost' ? '127.0.0.1' : config.host
        listening = http.listen({ host, port: config.port })
        await listening
      } catch (error) {
        throw cannotListen(error as NodeJS.ErrnoException, config)
      }
    },
    stop: async () => {
      readiness.stop()
      // A server that is closed while it begins to listen would listen afterwards.
      await listening.catch(() => {})
      // A client that does not finish its request must not hold the stop up.
      const timer = setTimeout(() => http.server.closeAllConnections(), GRACE_MS)
      await http.close()
      clearTimeout(timer)
      await placement.stop()
      await orderRequests.stop()
    },
  }
}

/** `cannotListen` says what to do about a port that cannot be had. */
function cannotListen({ code, message }: NodeJS.ErrnoException, { host, port }: Config): Error {
  const why = code === 'EADDRINUSE' ? 'the port is in use already' : message
  return new Error(`cannot listen on ${host}:${port} (${why}): set another HOST or PORT`)
}

/** `urlOf` is where the server listens, for example http://127.0.0.1:8080. */
export function urlOf(app: FastifyInstance): string {
  const { address, port, family } = app.server.address() as AddressInfo
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}
