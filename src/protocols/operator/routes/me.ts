import { type Static, Type } from 'typebox'
import { roles } from '../../../staff/roles.ts'
import { changeOwnStaffProfile, findStaff, type StaffView } from '../../../staff/staff.ts'
import { profile } from '../../kit/own-routes.ts'
import { personOf } from '../../kit/person.ts'
import { changesOf, id, oneOf } from '../../kit/shapes.ts'
import type { OperatorDeps } from '../deps.ts'
import { route } from '../route.ts'

const section = 'Oneself'

const self = Type.Object({ id, email: Type.String(), role: oneOf(roles), ...profile })

const wireSelf = ({ id: number, email, role, name, language, timeZone }: StaffView): Static<typeof self> => ({
  ...{ id: number, email: email ?? '', role, name, language, time_zone: timeZone },
})

export const meRoutes = ({ clock }: Pick<OperatorDeps, 'clock'>) => [
  route({
    method: 'GET',
    path: '/me',
    name: 'getOwnProfile',
    section,
    summary: 'Oneself: name, language, time zone',
    access: 'person',
    answer: self,
    handle: async ({ caller, desk }) =>
      wireSelf(await findStaff(desk.read, personOf(caller).personId, clock)),
  }),
  route({
    method: 'PATCH',
    path: '/me',
    name: 'changeOwnProfile',
    section,
    summary: 'Change name, language or time zone',
    access: 'person',
    body: changesOf(profile),
    answer: self,
    refusals: ['invalid_input'],
    handle: async ({ caller, desk, body: { name, language, time_zone: timeZone } }) => {
      const form = { name, language, timeZone }
      return wireSelf(await changeOwnStaffProfile(desk.change, personOf(caller).personId, form, clock))
    },
  }),
]
