import type { FastifyInstance } from 'fastify'
import type { Admission } from '../../admission/admission.ts'
import { allowedIps } from '../../lib/ip.ts'
import { dhruEndpoint } from '../../protocols/dhru/endpoint.ts'
import { ServiceLists } from '../../protocols/dhru/service-lists.ts'
import { depositHook } from '../../protocols/hooks/deposit-hook.ts'
import { supplierHook } from '../../protocols/hooks/supplier-hook.ts'
import { operatorApi } from '../../protocols/operator/endpoint.ts'
import { pages } from '../../protocols/pages/pages.ts'
import { portalApi } from '../../protocols/portal/endpoint.ts'
import { restApi } from '../../protocols/rest/endpoint.ts'
import { ServiceTexts } from '../../protocols/rest/service-texts.ts'
import type { RuntimeService } from '../../runtime/runtime-service.ts'
import { ActorThrottle } from '../../throttles/actor-throttle.ts'
import { KeyThrottle } from '../../throttles/key-throttle.ts'
import { version } from '../../version.ts'
import type { Components } from '../compose.ts'
import { installationOf } from '../installation.ts'
import type { Metrics } from '../metrics.ts'
import type { Readiness } from '../readiness.ts'

/** `apiRole` lists what runs behind the answers: throttles, the record of last uses of keys, what is told of refusals, the request log, and the end of live answers. */
export const apiRole = ({
  buckets,
  authenticator,
  refusals,
  requests,
  liveAnswers,
  liveRights,
}: Components): RuntimeService[] => [buckets, authenticator, refusals, requests, liveAnswers, liveRights]

/** ApiComponents are the parts that answer requests. */
interface ApiComponents extends Components {
  admission: Admission
}

/** `serveProtocols` adds the routes of resellers, suppliers and payment gateways. */
export function serveProtocols(
  http: FastifyInstance,
  components: ApiComponents,
  metrics: Metrics,
  readiness: Readiness,
): void {
  const { config, admission, buckets, directory, fulfilment, gatewayWebhooks, presence } = components
  const { dhruRequestsPerMinute, restRequestsPerMinute } = config
  supplierHook(http, { admission, presence, directory, fulfilment })
  depositHook(http, { admission, presence, gatewayWebhooks })
  dhruEndpoint(
    http,
    {
      ...components,
      serviceLists: new ServiceLists(),
      maxRows: config.dhruMaxRows,
      count: metrics.countRequest,
      throttle: new KeyThrottle(buckets, { protocol: 'dhru', perMinute: dhruRequestsPerMinute }),
    },
    { bodyLimit: config.dhruBodyLimit, aliases: config.dhruAliases },
  )
  const people = new ActorThrottle(buckets)
  const { accountPeople, liveRights } = components
  const door = {
    portalSignIns: accountPeople.portalSignIns,
    throttle: people,
    ...{ liveRights, publicUrl: config.publicUrl },
  }
  restApi(
    http,
    {
      ...components,
      portal: door,
      serviceTexts: new ServiceTexts(),
      count: metrics.countRestRequest,
      throttle: new KeyThrottle(buckets, { protocol: 'rest', perMinute: restRequestsPerMinute }),
    },
    { bodyLimit: config.bodyLimit, version },
  )
  operatorApi(
    http,
    {
      ...components,
      publicUrl: config.publicUrl,
      mayCall: allowedIps(config.consoleAllow),
      count: metrics.countOperatorRequest,
      throttle: people,
      installation: installationOf(components, metrics, readiness),
      outboundAllow: config.outboundAllow,
    },
    { bodyLimit: config.bodyLimit, version },
  )
  pages(http, { ...components, mayCall: allowedIps(config.consoleAllow) })
  portalApi(
    http,
    { ...components, ...accountPeople, door, count: metrics.countPortalRequest },
    { bodyLimit: config.bodyLimit, version },
  )
}
