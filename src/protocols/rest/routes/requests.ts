import { Type } from 'typebox'
import { filterOf, pageQuery, pageShape, wirePage } from '../../../contract/page.ts'
import { request, requestOutcomes, requestProtocols, wireRequest } from '../../../contract/requests.ts'
import { oneOf } from '../../../contract/schema.ts'
import type { RequestNumber } from '../../../lib/ids.ts'
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
      'the action. Requests with wrong credentials are nobody’s and are not listed.',
    permission: 'order.read',
    query: Type.Object({
      ...pageQuery,
      protocol: Type.Optional(oneOf(requestProtocols)),
      outcome: Type.Optional(
        oneOf(['refused', ...requestOutcomes], { description: '`refused`: everything but `ok`' }),
      ),
      action: Type.Optional(Type.String({ maxLength: 100 })),
    }),
    answer: pageShape(request),
    async handle({ accountId, query, gone }) {
      const { protocol, outcome, action } = query
      const filter = {
        ...filterOf<RequestNumber>(query),
        via: protocol,
        outcome,
        action: action === undefined ? undefined : sanitize(action),
      }
      const page = await requests.list(accountId, filter, gone)
      return wirePage(page, wireRequest)
    },
  }),
]
