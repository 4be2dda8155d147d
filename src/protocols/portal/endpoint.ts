import type { FastifyInstance } from 'fastify'
import { peopleApi } from '../kit/people-endpoint.ts'
import { admit } from './caller.ts'
import type { PortalDeps } from './deps.ts'
import { document } from './document.ts'
import { PREFIX } from './route.ts'
import { routesOf } from './routes.ts'

export interface PortalSettings {
  bodyLimit: number
  /** `version` is the one that the document names. */
  version: string
}

/** `portalApi` adds what the portal has beyond the REST API, which answers its cookie, too. */
export function portalApi(
  app: FastifyInstance,
  given: Omit<PortalDeps, 'closing'>,
  { bodyLimit, version }: PortalSettings,
): void {
  const closing = new AbortController()
  app.addHook('preClose', async () => closing.abort())
  const deps: PortalDeps = { ...given, closing: closing.signal }
  peopleApi(app, deps, {
    ...{ via: 'portal', prefix: PREFIX, bodyLimit, routes: routesOf(deps) },
    document: (scope) => document(scope, version),
    admit: (request, route) => admit(deps.door, request, route),
  })
}
