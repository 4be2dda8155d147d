import { hash, timingSafeEqual } from 'node:crypto'
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import type { Config } from '../config.ts'
import { Refusal } from '../errors.ts'
import { isLoopback } from '../lib/ip.ts'
import type { RuntimeService } from '../runtime/runtime-service.ts'
import { version } from '../version.ts'
import { SAFE_HEADERS } from './headers.ts'
import type { Metrics } from './metrics.ts'
import type { Readiness } from './readiness.ts'

interface Told {
  config: Pick<Config, 'role' | 'metricsAddress' | 'metricsToken'>
  metrics: Metrics
  readiness: Readiness
  log: Logger
}

/**
 * `figureRoutes` adds what the process says of itself. That it runs and is ready is told to everybody; the figures, and why it is not ready, to
 * who has METRICS_TOKEN, and without one to programs of this machine. With METRICS_ADDR `isOwn` tells that address from the public one,
 * which then has no figures at all.
 */
export function figureRoutes(app: FastifyInstance, told: Told, isOwn: boolean): void {
  const { config, metrics, readiness } = told
  const isPublic = config.metricsAddress !== undefined && !isOwn
  app.get('/healthz', async () => ({ status: 'ok' }))
  app.get('/readyz', async (request, reply) => {
    const { isReady, parts, stopping } = await readiness.now()
    const status = isReady ? 'ready' : 'not ready'
    const database = parts.every(({ part, ready }) => ready || part !== 'database')
      ? 'ready'
      : 'away or not migrated'
    const details =
      !isPublic && (isOwn || config.metricsToken !== undefined) && mayRead(request, config, isOwn)
    if (!isReady) reply.code(503).header('retry-after', '2')
    return reply.send(
      details ? { status, database, stopping, role: config.role, version, parts } : { status },
    )
  })
  if (isPublic) return
  app.get('/metrics', async (request, reply) => {
    // Who may not read it does not learn that it is there.
    if (!mayRead(request, config, isOwn)) throw new Refusal('not_found')
    return reply.type(metrics.contentType).send(await metrics.read())
  })
}

function mayRead(request: FastifyRequest, { metricsToken }: Told['config'], isOwn: boolean): boolean {
  const { authorization = '', 'x-forwarded-for': forwardedFor, forwarded } = request.headers
  if (metricsToken !== undefined) return isSame(authorization.replace(/^Bearer /i, ''), metricsToken)
  // Behind a proxy on this machine everybody seems to be here.
  const isForwarded = forwardedFor !== undefined || forwarded !== undefined
  return isOwn || (!isForwarded && isLoopback(request.socket.remoteAddress ?? ''))
}

/** `isSame` takes the same time for each text. */
const isSame = (one: string, other: string): boolean =>
  timingSafeEqual(hash('sha256', one, 'buffer'), hash('sha256', other, 'buffer'))

/** `figuresService` listens at METRICS_ADDR. */
export function figuresService(told: Told, { host, port }: { host: string; port: number }): RuntimeService {
  const app = Fastify({ forceCloseConnections: true, requestTimeout: 10_000 })
  app.addHook('onSend', async (_request, reply) => {
    reply.headers(SAFE_HEADERS)
  })
  app.setErrorHandler((error, _request, reply) =>
    reply.code(error instanceof Refusal ? 404 : 500).send({ status: 'not found' }),
  )
  figureRoutes(app, told, true)
  const { log } = told
  return {
    name: 'figures',
    start: async () => {
      try {
        log.info(`figures are at ${await app.listen({ host, port })}`)
      } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException
        const why = code === 'EADDRINUSE' ? 'the port is in use already' : message
        throw new Error(`cannot listen on ${host}:${port} (${why}): set another METRICS_ADDR`)
      }
    },
    stop: () => app.close(),
  }
}
