import { Type } from 'typebox'
import { Refusal } from '../../../errors.ts'
import { languages } from '../../../lib/languages.ts'
import { topicNames, topics } from '../../../live/topics.ts'
import { timeZoneOfFigures } from '../../../sales/folder.ts'
import { roles } from '../../../staff/roles.ts'
import { csrfOf } from '../../kit/cookies.ts'
import { begun, sessionRoutes as routesFor } from '../../kit/session-routes.ts'
import { id, oneOf, orNull } from '../../kit/shapes.ts'
import type { OperatorDeps } from '../deps.ts'
import { route } from '../route.ts'

export const sessionRoutes = ({ signIns, settings }: Pick<OperatorDeps, 'signIns' | 'settings'>) => [
  ...routesFor({ cookie: 'console', signIns, end: (token) => signIns.endByToken(token) }),
  route({
    method: 'GET',
    path: '/session',
    name: 'getSession',
    section: 'Signing in',
    summary: 'Who is signed in, and what that person may do',
    access: 'person',
    answer: Type.Object({
      ...begun.properties,
      is_proved: Type.Boolean({
        description: 'Password and second factor were given in the last ten minutes',
      }),
      person: Type.Object({
        id,
        name: Type.String(),
        email: Type.String(),
        language: oneOf(languages),
        role: oneOf(roles),
        permissions: Type.Array(Type.String()),
        topics: Type.Array(Type.String(), { description: 'What the person may follow by `GET /events`' }),
      }),
      business: Type.Object(
        {
          home_currency: orNull(Type.String(), 'null: nobody said'),
          new_account_currency: orNull(Type.String()),
          new_account_group: orNull(Type.String()),
          time_zone: Type.String({ description: 'Where the days of figures begin and end' }),
        },
        { description: 'What forms begin with' },
      ),
    }),
    handle: async ({ caller: { person, token, permissions }, desk }) => {
      if (!person || token === undefined) throw new Refusal('session_expired')
      const { personId, isProved, endsAt } = person
      const { name, email, language, role } = person
      const { homeCurrency, newAccountCurrency, newAccountGroup } = await settings.now()
      const followed = topicNames.filter((topic) => permissions.has(topics[topic].permission))
      return {
        ...{ csrf_token: csrfOf(token), ends_at: endsAt, is_proved: isProved },
        person: {
          ...{ id: personId, name, email, language, role },
          ...{ permissions: [...permissions], topics: followed },
        },
        business: {
          home_currency: homeCurrency,
          new_account_currency: newAccountCurrency,
          new_account_group: newAccountGroup,
          time_zone: await timeZoneOfFigures(desk.read),
        },
      }
    },
  }),
]
