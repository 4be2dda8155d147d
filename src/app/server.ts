import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import type { Config } from '../config.ts'
import type { DatabaseAddress } from '../database/database.ts'
import { isReady } from '../database/migrate.ts'
import { type Clock, systemClock } from '../lib/time.ts'
import { dhruEndpoint } from '../protocols/dhru/endpoint.ts'
import { ServiceLists } from '../protocols/dhru/service-lists.ts'
import { depositHook } from '../protocols/hooks/deposit-hook.ts'
import { supplierHook } from '../protocols/hooks/supplier-hook.ts'
import { restApi } from '../protocols/rest/endpoint.ts'
import { ServiceTexts } from '../protocols/rest/service-texts.ts'
import { type RuntimeService, RuntimeServices } from '../runtime/runtime-service.ts'
import { version } from '../version.ts'
import { type Components, compose, type Database, type Given, GRACE_MS, openDatabase } from './components.ts'
import { buildHttp, cannotListen, urlOf } from './http.ts'
import { Metrics } from './metrics.ts'

export interface Server {
  /** Where it listens, for example http://127.0.0.1:8080. */
  url: string
  /** Takes no more requests and items, finishes those it has, and closes; within about 9 seconds. */
  stop(): Promise<void>
}

/**
 * `startServer` starts everything in order, and stops what it started when something cannot be started, or when `signal` says so. It
 * rejects with a StartStopped in the latter case.
 */
export async function startServer(
  config: Config,
  address: DatabaseAddress,
  log: Logger,
  clock: Clock = systemClock,
  signal?: AbortSignal,
): Promise<Server> {
  // First, since wrong settings of it are found here.
  const http = buildHttp(config, log)
  const given = { config, address, log, clock }
  const database = openDatabase(given)
  const foundation = new RuntimeServices(
    [[database.services.pools], [database.services.migration], [database.services.notifier]],
    log,
  )
  await foundation.start(signal)
  let services: RuntimeServices | undefined
  const stop = async (): Promise<void> => {
    await services?.stop()
    await foundation.stop()
  }
  try {
    services = new RuntimeServices(rolesOf(given, database, await compose(given, database), http), log)
    await services.start(signal)
  } catch (error) {
    await stop()
    throw error
  }
  return { url: urlOf(http), stop }
}

/** `rolesOf` lists what runs in a process of the configured role, in the order of its start. What does work stops together. */
function rolesOf(
  given: Given,
  database: Database,
  components: Components,
  http: FastifyInstance,
): RuntimeService[][] {
  const { role } = given.config
  const { services } = components
  const worker = role === 'api' ? [] : [services.jobs, services.fulfilment, services.sweeper]
  return [
    [services.authenticator, services.requests],
    [services.directory, services.gateways, services.deliverer],
    // The requests are taken last, so that nothing is answered before all the rest runs.
    [inOrder([...worker, httpService(given, database, components, http)])],
  ]
}

/** `inOrder` starts services one after another and stops them all at the same time. */
function inOrder(members: RuntimeService[]): RuntimeService {
  const begun: RuntimeService[] = []
  return {
    name: members.map(({ name }) => name).join(', '),
    start: async () => {
      for (const member of members) {
        begun.push(member)
        await member.start?.()
      }
    },
    stop: () => Promise.all(begun.map(async (member) => member.stop?.())),
  }
}

function httpService(
  { config, clock }: Given,
  { cold, hot }: Database,
  components: Components,
  http: FastifyInstance,
): RuntimeService {
  const metrics = new Metrics(cold)
  let stopping = false
  http.get('/healthz', async () => ({ status: 'ok' }))
  http.get('/readyz', async (_request, reply) => {
    const ready = !stopping && (await isReady(cold))
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready' })
  })
  http.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.read()))
  if (config.role !== 'worker') {
    const { directory, fulfilment, hearing } = components
    supplierHook(http, { directory, fulfilment })
    depositHook(http, { hearing })
    dhruEndpoint(
      http,
      {
        ...components,
        sql: cold,
        serviceLists: new ServiceLists(),
        clock,
        maxRows: config.dhruMaxRows,
        count: metrics.countRequest,
      },
      { bodyLimit: config.bodyLimit, aliases: config.dhruAliases },
    )
    restApi(
      http,
      {
        ...components,
        sql: cold,
        reads: hot,
        serviceTexts: new ServiceTexts(),
        clock,
        count: metrics.countRestRequest,
      },
      { bodyLimit: config.bodyLimit, requestsPerMinute: config.restRequestsPerMinute, version },
    )
  }
  return {
    name: 'http',
    start: async () => {
      try {
        await http.listen({ host: config.host, port: config.port })
      } catch (error) {
        throw cannotListen(error as NodeJS.ErrnoException, config)
      }
    },
    stop: async () => {
      stopping = true
      // A client that does not finish its request must not hold the stop up.
      const timer = setTimeout(() => http.server.closeAllConnections(), GRACE_MS)
      await http.close()
      clearTimeout(timer)
      await components.placement.stop()
      await components.orderRequests.stop()
    },
  }
}
