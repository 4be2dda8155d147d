import { Type } from 'typebox'
import { filterOf, pageQuery, pageShape, wirePage } from '../../../contract/page.ts'
import { request, requestOutcomes, requestProtocols, wireRequest } from '../../../contract/requests.ts'
import { oneOf } from '../../../contract/schema.ts'
import { type KeyId, MAX_ID, type RequestNumber } from '../../../lib/ids.ts'
import { sanitize } from '../../../lib/text.ts'
import type { RestDeps } from '../deps.ts'
import { route } from '../route.ts'

export const requestRoutes = ({ requests }: Pick<RestDeps, 'requests'>) => [
  route({
    method: 'GET',
    path: '/api/requests',
    name: 'listRequests',
    section: 'Account',
    summary: 'What your keys asked for lately, and how it was answered, newest first',
    description:
      'Of both protocols, within a second or two. It holds no credentials and nothing of what you sent but ' +
      'the action. Requests with wrong credentials are nobody’s and are not listed; those of a key that was revoked, or ' +
      'used from an address that it may not be used from, are.',
    permission: 'order.read',
    query: Type.Object({
      ...pageQuery,
      protocol: Type.Optional(oneOf(requestProtocols)),
      outcome: Type.Optional(
        oneOf(['refused', ...requestOutcomes], { description: '`refused`: everything but `ok`' }),
      ),
      action: Type.Optional(Type.String({ maxLength: 100 })),
      key: Type.Optional(
        Type.Integer({ minimum: 1, maximum: MAX_ID, description: 'Only what this key asked for' }),
      ),
    }),
    answer: pageShape(request),
    async handle({ accountId, query, gone }) {
      const { protocol, outcome, action, key } = query
      const filter = {
        ...filterOf<RequestNumber>(query),
        via: protocol,
        outcome,
        action: action === undefined ? undefined : sanitize(action),
        key: key as KeyId | undefined,
      }
      const page = await requests.list(accountId, filter, gone)
      return wirePage(page, wireRequest)
    },
  }),
]
