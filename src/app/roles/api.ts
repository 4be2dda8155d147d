import type { FastifyInstance } from 'fastify'
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

/** `apiRole` lists what runs behind the answers: the record of last uses of keys, and the request log. */
export function apiRole({ services }: Components): RuntimeService[] {
  return [services.authenticator, services.requests]
}

/** `serveProtocols` adds the routes of resellers, suppliers and payment gateways. */
export function serveProtocols(http: FastifyInstance, components: Components, metrics: Metrics): void {
  const { config, clock, cold: sql, directory, fulfilment, hearing } = components
  supplierHook(http, { directory, fulfilment })
  depositHook(http, { hearing })
  dhruEndpoint(
    http,
    {
      ...components,
      sql,
      serviceLists: new ServiceLists(),
      clock,
      maxRows: config.dhruMaxRows,
      count: metrics.countRequest,
    },
    { bodyLimit: config.bodyLimit, aliases: config.dhruAliases },
  )
  restApi(
    http,
    { ...components, sql, serviceTexts: new ServiceTexts(), clock, count: metrics.countRestRequest },
    { bodyLimit: config.bodyLimit, requestsPerMinute: config.restRequestsPerMinute, version },
  )
}
