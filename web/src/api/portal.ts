import { readAnswer } from '../../../src/client/rest/amounts.ts'
import { clientOf } from './client.ts'
import type { paths as PortalPaths } from './made/portal.ts'
import type { paths as RestPaths } from './made/rest.ts'

/**
 * The portal asks its own API, `/api/portal`, and the REST API, which answers its cookie as it answers a key. Amounts of the latter are numbers on
 * the wire: they are read as the decimal texts that stand there.
 */
export const portal = clientOf<PortalPaths & RestPaths>({
  async onResponse({ schemaPath, response }) {
    if (!response.ok || schemaPath.startsWith('/api/portal/')) return response
    const body = JSON.stringify(readAnswer(await response.text(), true))
    return new Response(body, { status: response.status, headers: { 'content-type': 'application/json' } })
  },
})
