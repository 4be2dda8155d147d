import type { Logger } from 'pino'
import { Admission } from '../admission/admission.ts'
import type { Config } from '../config.ts'
import type { DatabaseAccess } from '../database/access.ts'
import { setDecimals } from '../lib/money.ts'
import { type Clock, systemClock } from '../lib/time.ts'
import { Passwords } from '../people/passwords.ts'
import { RuntimeServices } from '../runtime/runtime-service.ts'
import { type Components, compose, databaseServices, openDatabase, partsOf } from './compose.ts'
import { figureRoutes, figuresService } from './figures.ts'
import { buildHttp, httpService, urlOf } from './http.ts'
import { Metrics } from './metrics.ts'
import { noteSighting, ProxyWatch } from './proxy-watch.ts'
import { Readiness } from './readiness.ts'
import { apiRole, serveProtocols } from './roles/api.ts'
import { workerRole } from './roles/worker.ts'

export interface Server {
  /** `url` is where the server listens, for example http://127.0.0.1:8080. */
  url: string
  /** `stop` takes no more requests and items, finishes those it has, and closes; within about 9 seconds. */
  stop(): Promise<void>
  /** `keepProofs`: what moves money asks nobody again who has signed in. Only for the demo. */
  keepProofs(): void
}

/**
 * `startServer` starts the services of the configured role in order. It stops what it had started, and rejects, when one cannot be
 * started; with a StartStopped when `signal` says so.
 */
export async function startServer(
  config: Config,
  access: DatabaseAccess,
  log: Logger,
  clock: Clock = systemClock,
  signal?: AbortSignal,
  passwords = new Passwords(),
): Promise<Server> {
  setDecimals(config.decimals)
  const given = { config, access, log, clock, passwords }
  // Wrong settings of the HTTP server are found before anything is started.
  let components: Components | undefined
  const admission = new Admission(config.admission, log)
  const watch = new ProxyWatch(config.trustProxy, log, (sighting, peer) => {
    if (!components) return
    noteSighting(components.cold, sighting, peer, clock.now()).catch((error: unknown) =>
      log.debug({ err: error }, 'what was seen of proxies was not noted'),
    )
  })
  const http = buildHttp(config, log, admission, watch, (refused) => components?.requests.note(refused))
  const database = openDatabase(given)
  const services = new RuntimeServices(log, signal)
  await services.start(databaseServices(given, database))
  try {
    const metrics = new Metrics()
    components = await compose(given, database, metrics.countRefusal)
    metrics.show([...components.gauges, ...admission.gauges])
    const readiness = new Readiness(partsOf(components))
    const told = { config, metrics, readiness, log }
    figureRoutes(http, told, false)
    if (config.role !== 'worker') serveProtocols(http, { ...components, admission }, metrics, readiness)
    await services.start([
      apiRole(components),
      [components.directory, components.gateways, components.deliverer],
      // Requests are taken last, so that nothing is answered before all the rest runs.
      [
        ...(config.role === 'api' ? [] : workerRole(components)),
        ...(config.metricsAddress ? [figuresService(told, config.metricsAddress)] : []),
        httpService(http, components, readiness),
      ],
    ])
  } catch (error) {
    await services.stop()
    throw error
  }
  const { signIns, accountPeople } = components
  return {
    url: urlOf(http),
    stop: () => services.stop(),
    keepProofs: () => {
      signIns.keepProofs()
      accountPeople.signIns.keepProofs()
    },
  }
}
