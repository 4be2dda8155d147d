import type { ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest, LogController } from 'fastify'
import type { Logger } from 'pino'
import type { Config } from '../config.ts'
import { Refusal } from '../errors.ts'
import { Mismatch, sayRefusal, statusOf } from '../protocols/rest/refusal.ts'

/** `buildHttp` makes the HTTP server, without routes: what is refused before a protocol sees it is answered here. */
export function buildHttp(config: Config, log: Logger): FastifyInstance {
  // Who asks for what does not exist reads JSON, most likely: it is said as the REST API says its errors.
  const say = (refusal: Refusal, request: FastifyRequest, reply: FastifyReply): FastifyReply =>
    reply
      .code(statusOf(refusal))
      .header('x-request-id', request.id)
      .send(sayRefusal(refusal, request.id, 'params'))
  const app = Fastify({
    // Its own words on where it listens would come twice.
    loggerInstance: log.child({}, { level: log.isLevelEnabled('warn') ? 'warn' : log.level }),
    // A line a request would cost more than the request; failures are logged where they happen.
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: config.trustProxy.length > 0 ? config.trustProxy : false,
    bodyLimit: config.bodyLimit,
    requestTimeout: 60_000,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    genReqId: requestIds(),
    // A logger for each request would cost more than the request; what is logged names the request itself.
    childLoggerFactory: (logger) => logger,
    clientErrorHandler: onBrokenRequest,
    // A path that is no text.
    frameworkErrors: (_error, request, reply) =>
      say(new Mismatch('params', { path: ['is not valid'] }), request as unknown as FastifyRequest, reply),
    routerOptions: { ignoreTrailingSlash: true },
    // The kit's sample URL ends in a slash, so its path arrives as //api/index.php.
    rewriteUrl: ({ url = '/' }) =>
      url.startsWith('/') && url.includes('//') ? url.replace(/^[^?]*/, collapseSlashes) : url,
  })
  // A client that closes its own half after the request (netcat, some scripts) still reads: its order may be placed.
  Object.assign(app.server, { httpAllowHalfOpen: true })
  app.setNotFoundHandler((request, reply) => say(new Refusal('not_found'), request, reply))
  app.setErrorHandler((error, request, reply) => {
    const refusal = error instanceof Refusal ? error : refusalBy(error)
    if (!refusal) request.log.error({ err: error, requestId: request.id }, 'a request failed')
    return say(refusal ?? new Refusal('internal_error'), request, reply)
  })
  return app as unknown as FastifyInstance
}

/** What the framework itself refuses; undefined: it is a fault of ours. */
function refusalBy(error: unknown): Refusal | undefined {
  const { statusCode = 500 } = error as { statusCode?: number }
  if (statusCode === 413) return new Refusal('body_too_large')
  return statusCode >= 400 && statusCode < 500 ? new Refusal('payload_required') : undefined
}

/**
 * What came is no HTTP. Behind a whole request (a body longer than its Content-Length says, as of clients that count
 * characters) it must not cost the request its answer, because its order may be placed.
 */
function onBrokenRequest(_error: Error, socket: Socket): void {
  const { _httpMessage: answer } = socket as Socket & { _httpMessage?: ServerResponse | null }
  if (answer?.req.complete && !answer.writableEnded) answer.once('finish', () => socket.destroySoon())
  else if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n')
  else socket.destroy()
}

/** Ids that look like UUIDs, the last part counted up: a random one for every request would cost as much as reading it. */
function requestIds(): () => string {
  const process = crypto.randomUUID().slice(0, 24)
  let count = 0
  return () => process + (count++).toString(16).padStart(12, '0')
}

const collapseSlashes = (path: string): string => path.replace(/\/{2,}/g, '/')

/** `cannotListen` says what to do about a port that cannot be had. */
export function cannotListen({ code, message }: NodeJS.ErrnoException, { host, port }: Config): Error {
  const why = code === 'EADDRINUSE' ? 'the port is in use already' : message
  return new Error(`cannot listen on ${host}:${port} (${why}): set another HOST or PORT`)
}

/** `urlOf` is where the server listens, for example http://127.0.0.1:8080. */
export function urlOf(app: FastifyInstance): string {
  const { address, port, family } = app.server.address() as AddressInfo
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}
