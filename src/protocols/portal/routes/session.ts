import { Type } from 'typebox'
import { portalPermissionsOf, restPermissionsOf } from '../../../account-people/roles.ts'
import { languages } from '../../../lib/languages.ts'
import { csrfOf } from '../../kit/cookies.ts'
import { begun, sessionRoutes as routesFor } from '../../kit/session-routes.ts'
import { id, oneOf, orNull } from '../../kit/shapes.ts'
import type { PortalDeps } from '../deps.ts'
import { route } from '../route.ts'

export const sessionRoutes = ({ signIns, portalSignIns }: Pick<PortalDeps, 'signIns' | 'portalSignIns'>) => [
  ...routesFor({ cookie: 'portal', signIns, end: (token) => portalSignIns.end(token) }),
  route({
    method: 'GET',
    path: '/session',
    name: 'getSession',
    section: 'Signing in',
    summary: 'Who is signed in, of which account, and what that person may do',
    access: 'account.read',
    answer: Type.Object({
      ...begun.properties,
      is_proved: Type.Boolean({
        description:
          'The password, and the second factor where there is one, were given in the last ten minutes',
      }),
      role: oneOf(['owner', 'member', 'viewer'], {
        description: '`viewer`: somebody of the staff looks at the portal, and can change nothing',
      }),
      person: orNull(
        Type.Object({
          id,
          name: Type.String(),
          email: Type.String(),
          language: oneOf(languages),
          time_zone: Type.String({ description: 'As IANA names it; empty: that of the browser' }),
        }),
        'null: it is a viewer',
      ),
      account: Type.Object({ id, name: Type.String(), username: Type.String(), currency: Type.String() }),
      permissions: Type.Array(Type.String(), {
        description: "Those of the portal and of the REST API's routes",
      }),
    }),
    handle: ({ caller: { role, person, account, entered } }) => {
      const { language, timeZone, token, endsAt } = entered
      return {
        ...{ csrf_token: csrfOf(token), ends_at: endsAt, is_proved: person?.isProved ?? false, role },
        person: person
          ? { id: person.personId, name: person.name, email: person.email, language, time_zone: timeZone }
          : null,
        account: {
          ...{ id: account.id, name: account.name, username: account.username, currency: account.currency },
        },
        permissions: [...portalPermissionsOf(role), ...restPermissionsOf(role)],
      }
    },
  }),
]
