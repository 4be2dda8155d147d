import type { FastifyInstance } from 'fastify'
import { isTemporary } from '../../database/connection-loss.ts'
import { dhruEndpoint } from '../../protocols/dhru/endpoint.ts'
import { ServiceLists } from '../../protocols/dhru/service-lists.ts'
import { depositHook } from '../../protocols/hooks/deposit-hook.ts'
import { supplierHook } from '../../protocols/hooks/supplier-hook.ts'
import { restApi } from '../../protocols/rest/endpoint.ts'
import { ServiceTexts } from '../../protocols/rest/service-texts.ts'
import type { RuntimeService } from '../../runtime/runtime-service.ts'
import { version } from '../../version.ts'
import type { Components } from '../compose.ts'
import type { Metrics } from '../metrics.ts'

/** `apiRole` lists what runs behind the answers: the record of last uses of keys, the request log, and the end of live answers. */
export const apiRole = ({ authenticator, requests, liveAnswers }: Components): RuntimeService[] => [
  authenticator,
  requests,
  liveAnswers,
]

/** `serveProtocols` adds the routes of resellers, suppliers and payment gateways. */
export function serveProtocols(http: FastifyInstance, components: Components, metrics: Metrics): void {
  const { config, directory, fulfilment, gatewayWebhooks } = components
  supplierHook(http, { directory, fulfilment })
  depositHook(http, { gatewayWebhooks })
  dhruEndpoint(
    http,
    {
      ...components,
      serviceLists: new ServiceLists(),
      maxRows: config.dhruMaxRows,
      count: metrics.countRequest,
    },
    { bodyLimit: config.bodyLimit, aliases: config.dhruAliases },
  )
  restApi(
    http,
    { ...components, serviceTexts: new ServiceTexts(), count: metrics.countRestRequest, isTemporary },
    { bodyLimit: config.bodyLimit, requestsPerMinute: config.restRequestsPerMinute, version },
  )
}
