import type { FastifyInstance } from 'fastify'
import { staffPermissions } from '../../staff/roles.ts'
import { describeBy, documentOf } from '../kit/people-document.ts'
import type { Access } from './route.ts'

/** `document` adds the document of the operator API, and the page on which people read it. */
export const document = (scope: FastifyInstance, version: string): Promise<void> =>
  documentOf(scope, {
    api: 'operator',
    title: 'imeigate, for operators',
    version,
    describe,
    description:
      'What the people who run the installation, and their programs, read and do. Amounts are decimal texts, times ISO 8601 in UTC.',
    ways: {
      person: {
        type: 'apiKey',
        in: 'cookie',
        name: '__Host-imeigate_console',
        description: 'A person who is signed in; what changes something also needs X-CSRF-Token',
      },
      program: { type: 'http', scheme: 'bearer', description: 'An operator token: `imo_...`' },
    },
  })

const describe = describeBy<keyof typeof staffPermissions>({
  api: 'operator',
  needed,
  ofCallers: ['session_expired', 'invalid_credentials', 'key_revoked', 'key_expired'],
})

function needed(access: Access): string {
  if (access === 'anybody') return 'Anybody may ask.'
  if (access === 'person') return 'For whoever is signed in.'
  if (access === 'caller') return 'For whoever is signed in, and for programs.'
  const proof = 'password and second factor must have been given in the last ten minutes'
  if (access === 'proved person') return `For whoever is signed in; ${proof}.`
  const row: { what: string; proof?: true } = staffPermissions[access]
  return `Needs the permission \`${access}\`: ${row.what}.${row.proof && access !== undefined ? ` Of a person ${proof}.` : ''}`
}
