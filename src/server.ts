import type { ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { join } from 'node:path'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest, LogController } from 'fastify'
import type { Logger } from 'pino'
import { Authenticator } from './accounts/authenticator.ts'
import { Catalogue } from './catalogue/catalogue.ts'
import type { Config } from './config.ts'
import { ChangeNotifier } from './database/change-notifier.ts'
import { type DatabaseAddress, openPool } from './database/database.ts'
import { installationId } from './database/installation.ts'
import { isReady, migrate } from './database/migrate.ts'
import { pools } from './database/pools.ts'
import { Deposits } from './deposits/deposits.ts'
import { Gateways } from './deposits/gateways.ts'
import { Hearing } from './deposits/hearing.ts'
import { depositJobs, LOOK_AT_DEPOSITS } from './deposits/schedule.ts'
import { Refusal } from './errors.ts'
import { Fulfilment } from './fulfilment/fulfilment.ts'
import { OrderRequests } from './fulfilment/people/order-requests.ts'
import { KeySweeper } from './idempotency/key-sweeper.ts'
import { Jobs } from './jobs/jobs.ts'
import type { SupplierId } from './lib/ids.ts'
import { type Clock, systemClock } from './lib/time.ts'
import { Metrics } from './metrics.ts'
import { LOOK_FOR_NOTICES, noticeJobs } from './notices/jobs.ts'
import { openSenders } from './notices/senders.ts'
import { OrderFeed } from './orders/follow/order-feed.ts'
import { Placement } from './orders/place/placement.ts'
import { Orders } from './orders/read/orders.ts'
import { Receipts } from './orders/read/receipts.ts'
import { Summaries } from './orders/read/summaries.ts'
import { GuardedOutbound } from './outbound/guarded.ts'
import { dhruEndpoint } from './protocols/dhru/endpoint.ts'
import { ServiceLists } from './protocols/dhru/service-lists.ts'
import { depositHook } from './protocols/hooks/deposit-hook.ts'
import { supplierHook } from './protocols/hooks/supplier-hook.ts'
import { restApi } from './protocols/rest/endpoint.ts'
import { Mismatch, sayRefusal, statusOf } from './protocols/rest/refusal.ts'
import { ServiceTexts } from './protocols/rest/service-texts.ts'
import { RequestLog } from './request-log/request-log.ts'
import { requestJobs, SWEEP_REQUESTS } from './request-log/requests.ts'
import { Sealer } from './secrets/sealer.ts'
import { loadSecretKey } from './secrets/secret-key.ts'
import { SupplierDirectory } from './suppliers/directory.ts'
import { openSupplierById } from './suppliers/suppliers.ts'
import { LOOK, syncJobs } from './sync/schedule.ts'
import { version } from './version.ts'
import { Deliverer } from './webhooks/deliverer.ts'
import { LOOK_FOR_EVENTS, lookForEvents, webhookJobs } from './webhooks/jobs.ts'

export interface Server {
  /** Where it listens, for example http://127.0.0.1:8080. */
  url: string
  /** Takes no more requests and items, finishes those it has, and closes; within about 9 seconds. */
  stop(): Promise<void>
}

/** How long calls to suppliers may go on after a stop was asked for. */
const GRACE_MS = 4000

/** Builds the parts, wires them, migrates the database and starts. */
export async function startServer(
  config: Config,
  address: DatabaseAddress,
  log: Logger,
  clock: Clock = systemClock,
): Promise<Server> {
  const app = buildHttp(config, log)
  const sql = openPool(address, pools.cold)
  const longSql = openPool(address, pools.long)
  const placementPools = Array.from({ length: config.placementQueues }, () =>
    openPool(address, pools.placement),
  )
  const steadySql = openPool(address, pools.hot)
  const endPools = (): Promise<unknown> =>
    Promise.all([sql, longSql, ...placementPools, steadySql].map((pool) => pool.end({ timeout: 2 })))
  const notifier = new ChangeNotifier(address)
  try {
    for (const file of await migrate(address)) log.info({ migration: file }, 'migrated')
    await notifier.start()
  } catch (error) {
    await notifier.stop()
    await endPools()
    throw error
  }

  const authenticator = new Authenticator(sql, notifier, clock)
  const catalogue = new Catalogue(sql, notifier)
  const metrics = new Metrics(sql)
  const works = config.role !== 'api'
  const answers = config.role !== 'worker'
  const world = {
    outbound: new GuardedOutbound({ allow: config.outboundAllow }),
    clock,
    installation: await installationId(sql),
  }
  const sealer = (): Promise<Sealer> => openSealer(config)
  const directory = new SupplierDirectory({ sql, notifier, sealer, world, log })
  const fulfilment = new Fulfilment({ sql: steadySql, directory, clock, log })
  // Workers in other processes hear of new orders by the database.
  const placement = new Placement({
    connections: placementPools,
    clock,
    onPlaced: () => (works ? fulfilment.wake() : notifier.publish('orders')),
  })
  notifier.onInvalidate('orders', () => fulfilment.wake())
  const sweeper = new KeySweeper(longSql, clock, log)
  const open = async (id: SupplierId) => openSupplierById(sql, await sealer(), world, id)
  const requests = new RequestLog({ sql, log, on: config.requestLogDays > 0 })
  const senders = openSenders({ mail: config.mail, telegram: config.telegram, outbound: world.outbound })
  const receipts = new Receipts(steadySql)
  const orderRequests = new OrderRequests(steadySql, clock)
  const { outbound } = world
  const deliverer = new Deliverer({ sql: steadySql, outbound, sealer, receipts, clock, log })
  const gateways = new Gateways({ world, sealer, clock })
  const paying = { sql, gateways, clock, log }
  const tasks = {
    ...syncJobs({ sql: longSql, open, clock, log }),
    ...requestJobs({ sql: longSql, clock, days: config.requestLogDays }),
    ...depositJobs(paying),
    ...noticeJobs({ sql: longSql, senders, clock, log }),
    ...webhookJobs({ sql, deliverer, clock }),
  }
  const jobs = new Jobs({
    address,
    log,
    tasks,
    everyMinute: [LOOK, SWEEP_REQUESTS, LOOK_FOR_NOTICES, LOOK_AT_DEPOSITS, LOOK_FOR_EVENTS],
  })

  authenticator.start()
  requests.start()
  if (works) {
    await jobs.start()
    await lookForEvents(sql)
    fulfilment.start()
    sweeper.start()
  }

  let stopping = false
  app.get('/healthz', async () => ({ status: 'ok' }))
  app.get('/readyz', async (_request, reply) => {
    const ready = !stopping && (await isReady(sql))
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready' })
  })
  app.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.read()))
  if (answers) {
    supplierHook(app, { directory, fulfilment })
    depositHook(app, { hearing: new Hearing(paying) })
    dhruEndpoint(
      app,
      {
        sql,
        authenticator,
        catalogue,
        placement,
        orders: new Orders(steadySql),
        serviceLists: new ServiceLists(),
        clock,
        maxRows: config.dhruMaxRows,
        count: metrics.countRequest,
        requests,
      },
      { bodyLimit: config.bodyLimit, aliases: config.dhruAliases },
    )
    restApi(
      app,
      {
        sql,
        reads: steadySql,
        authenticator,
        catalogue,
        serviceTexts: new ServiceTexts(),
        placement,
        receipts,
        summaries: new Summaries(steadySql),
        news: new OrderFeed(steadySql),
        orderRequests,
        deposits: new Deposits(paying),
        clock,
        requests,
        count: metrics.countRestRequest,
      },
      { bodyLimit: config.bodyLimit, requestsPerMinute: config.restRequestsPerMinute, version },
    )
  }
  const closeHttp = async (): Promise<void> => {
    // A client that does not finish its request must not hold the stop up.
    const timer = setTimeout(() => app.server.closeAllConnections(), GRACE_MS)
    await app.close()
    clearTimeout(timer)
    await placement.stop()
    await orderRequests.stop()
  }
  const stop = async (): Promise<void> => {
    stopping = true
    // At once: what is placed while the last requests are answered is for the next start.
    await Promise.all([
      closeHttp(),
      works && fulfilment.stop(GRACE_MS),
      works && sweeper.stop(),
      works && jobs.stop(),
    ])
    await directory.close()
    await deliverer.close()
    await gateways.close()
    await authenticator.stop()
    await requests.stop()
    await notifier.stop()
    await endPools()
  }
  try {
    await app.listen({ host: config.host, port: config.port })
  } catch (error) {
    await stop()
    throw cannotListen(error as NodeJS.ErrnoException, config)
  }
  return { url: urlOf(app), stop }
}

async function openSealer({ secretKey, dataFolder }: Config): Promise<Sealer> {
  const file = join(dataFolder, 'secret.key')
  return new Sealer(await loadSecretKey({ fromEnvironment: secretKey, file }))
}

function buildHttp(config: Config, log: Logger): FastifyInstance {
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

function cannotListen({ code, message }: NodeJS.ErrnoException, { host, port }: Config): Error {
  const why = code === 'EADDRINUSE' ? 'the port is in use already' : message
  return new Error(`cannot listen on ${host}:${port} (${why}): set another HOST or PORT`)
}

function urlOf(app: FastifyInstance): string {
  const { address, port, family } = app.server.address() as AddressInfo
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}
