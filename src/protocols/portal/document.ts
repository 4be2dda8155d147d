import type { FastifyInstance } from 'fastify'
import { portalPermissions } from '../../account-people/roles.ts'
import { describeBy, documentOf } from '../kit/people-document.ts'
import type { Route } from './route.ts'

/** `document` adds the document of the portal's own API, and the page on which people read it. */
export const document = (scope: FastifyInstance, version: string): Promise<void> =>
  documentOf(scope, {
    api: 'portal',
    title: 'imeigate, for people of accounts',
    version,
    describe,
    description:
      'What people of an account read and do in the portal beyond what API keys do. The routes of `/openapi.json` answer the cookie of the ' +
      'portal as they answer a key; what changes something there needs `X-CSRF-Token`, too. Amounts are decimal texts, times ISO 8601 in UTC.',
    ways: {
      person: {
        type: 'apiKey',
        in: 'cookie',
        name: '__Host-imeigate_portal',
        description: 'A person who is signed in; what changes something also needs X-CSRF-Token',
      },
    },
  })

const describe = describeBy<keyof typeof portalPermissions>({
  api: 'portal',
  needed,
  ofCallers: ['session_expired', 'account_closed'],
})

function needed(access: Route['access']): string {
  if (access === 'anybody') return 'Anybody may ask.'
  if (access === 'person' || access === 'caller') return 'For whoever is signed in.'
  const proof =
    'the password, and the second factor where there is one, must have been given in the last ten minutes'
  if (access === 'proved person') return `For whoever is signed in; ${proof}.`
  const row: { what: string; roles: readonly string[]; proof?: true } = portalPermissions[access]
  return `Needs the permission \`${access}\`: ${row.what} (${row.roles.join(', ')}).${row.proof ? ` To change something ${proof}.` : ''}`
}
