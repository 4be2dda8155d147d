import { changeOwnProfile, findPerson } from '../../../account-people/account-people.ts'
import { removeTotp } from '../../../people/own-factors.ts'
import { accountPerson, wireAccountPerson } from '../../kit/account-person-shapes.ts'
import { profile } from '../../kit/own-routes.ts'
import { personOf } from '../../kit/person.ts'
import { changesOf, nothing } from '../../kit/shapes.ts'
import type { PortalDeps } from '../deps.ts'
import { route } from '../route.ts'

const section = 'Oneself'

export const meRoutes = ({ clock }: Pick<PortalDeps, 'clock'>) => [
  route({
    method: 'GET',
    path: '/me',
    name: 'getOwnProfile',
    section,
    summary: 'Oneself, with what one signs in with',
    access: 'person',
    answer: accountPerson,
    handle: async ({ caller, desk }) =>
      wireAccountPerson(await findPerson(desk.read, personOf(caller).personId, clock)),
  }),
  route({
    method: 'PATCH',
    path: '/me',
    name: 'changeOwnProfile',
    section,
    summary: 'Change name, language or time zone',
    access: 'person',
    body: changesOf(profile),
    answer: accountPerson,
    handle: async ({ caller, desk, body: { name, language, time_zone: timeZone } }) => {
      const { personId } = personOf(caller)
      return wireAccountPerson(
        await changeOwnProfile(desk.change, personId, { name, language, timeZone }, clock),
      )
    },
  }),
  route({
    method: 'DELETE',
    path: '/me/totp',
    name: 'removeTotp',
    section,
    summary: 'Take the authenticator app and the recovery codes away; all other sign-ins end',
    access: 'proved person',
    answer: nothing,
    handle: async ({ caller, desk }) => {
      await removeTotp(desk.change, personOf(caller), clock)
      return {}
    },
  }),
]
