import { me, wireMe } from '../../../contract/me.ts'
import type { RestDeps } from '../deps.ts'
import { route } from '../route.ts'

export const meRoutes = ({ clock }: Pick<RestDeps, 'clock'>) => [
  route({
    method: 'GET',
    path: '/api/me',
    name: 'getMe',
    section: 'Account',
    summary: 'Whose key this is, and what it may do',
    permission: 'user.me.read',
    answer: me,
    handle: ({ key }) => wireMe(key, clock.now()),
  }),
]
