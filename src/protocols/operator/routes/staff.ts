import { type Static, Type } from 'typebox'
import { actBecause } from '../../../audit/acting.ts'
import type { SignInId, StaffId } from '../../../lib/ids.ts'
import { pageOf as pageOfFound } from '../../../lib/page.ts'
import { listFailures } from '../../../people/attempts.ts'
import { needsProof, roles, rolesWith, type StaffPermission, staffPermissions } from '../../../staff/roles.ts'
import {
  findStaff,
  type Invitation,
  inviteStaff,
  listStaff,
  resetStaff,
  resumeStaff,
  type StaffView,
  setRole,
  suspendStaff,
} from '../../../staff/staff.ts'
import { cursorText, readCursor } from '../../kit/cursors.ts'
import { signIn, wireSignIn } from '../../kit/own-routes.ts'
import {
  becauseQuery,
  bodyOf,
  id,
  idParams,
  nothing,
  oneOf,
  orNull,
  pageOf,
  pageQuery,
  reason,
  text,
  time,
} from '../../kit/shapes.ts'
import type { OperatorDeps } from '../deps.ts'
import { type Call, route } from '../route.ts'

const section = 'Staff'
const access = 'staff.edit'

const person = Type.Object({
  id,
  name: Type.String(),
  email: orNull(Type.String(), 'null: whoever uses the invitation says theirs'),
  role: oneOf(roles),
  status: oneOf(['active', 'invited', 'suspended']),
  sign_ins: Type.Integer(),
  last_seen_at: orNull(time()),
  failures: Type.Integer({ description: 'Wrong passwords and codes of the last day' }),
  recovery_codes: Type.Integer({ description: 'Those that were not used' }),
  passkeys: Type.Integer(),
  invited_until: orNull(time()),
  suspended_at: orNull(time()),
  created_at: time(),
})

const wirePerson = (view: StaffView): Static<typeof person> => ({
  ...{ id: view.id, name: view.name, email: view.email, role: view.role, status: view.status },
  sign_ins: view.signIns,
  last_seen_at: view.lastSeenAt,
  failures: view.failures,
  recovery_codes: view.recoveryCodes,
  passkeys: view.passkeys,
  invited_until: view.invitedUntil,
  suspended_at: view.suspendedAt,
  created_at: view.createdAt,
})

const invited = Type.Object({
  person,
  invitation: orNull(Type.String(), 'It is shown this once: null in a repeated answer'),
  until: time(),
})

const wireInvitation = ({ staff, token, until }: Invitation) => ({
  person: wirePerson(staff),
  invitation: token,
  until,
})

const failure = Type.Object({
  id: Type.Integer(),
  at: time(),
  of: oneOf(['staff', 'account', 'nobody'], {
    description: 'Whose: nobody, where no person has the e-mail address that was given',
  }),
  person: orNull(id, 'The person of the staff, or of an account'),
  name: orNull(Type.String()),
  what: oneOf(['password', 'code', 'recovery code', 'passkey'], { description: 'What was wrong' }),
  address: Type.String(),
})

const permissionNames = Object.keys(staffPermissions) as StaffPermission[]

/** `staffAndChanger` gives the person of a path, and who changes it. */
const staffAndChanger = ({ params, caller }: Call<{ id: number }>) =>
  [params.id as StaffId, caller.person?.personId ?? 'program'] as const

export const staffRoutes = ({
  signIns,
  clock,
  settings,
}: Pick<OperatorDeps, 'signIns' | 'clock' | 'settings'>) => [
  route({
    method: 'GET',
    path: '/staff',
    name: 'listStaff',
    section,
    command: 'staff list',
    summary: 'The people who run the installation',
    access,
    answer: Type.Object({ items: Type.Array(person) }),
    handle: async ({ desk }) => ({ items: (await listStaff(desk.read, clock)).map(wirePerson) }),
  }),
  route({
    method: 'GET',
    path: '/staff/:id',
    name: 'getStaff',
    section,
    summary: 'One of them, with all sign-ins',
    access,
    params: idParams,
    answer: Type.Object({ person, sign_ins: Type.Array(signIn) }),
    refusals: ['not_found'],
    handle: async ({ desk, params }) => {
      const staffId = params.id as StaffId
      return {
        person: wirePerson(await findStaff(desk.read, staffId, clock)),
        sign_ins: (await signIns.list(staffId)).map(wireSignIn),
      }
    },
  }),
  route({
    method: 'POST',
    path: '/staff',
    name: 'inviteStaff',
    section,
    command: 'staff invite',
    summary: 'Invite a person',
    description: 'An invitation of the same person that was not used counts no more.',
    access,
    body: bodyOf({ role: oneOf(roles), email: text(254), name: Type.Optional(text(100)) }),
    shownOnce: ['invitation'],
    answer: invited,
    refusals: ['conflict'],
    handle: async ({ desk, body }) => wireInvitation(await inviteStaff(desk.change, body, clock)),
  }),
  route({
    method: 'POST',
    path: '/staff/:id/role',
    name: 'setRole',
    section,
    command: 'staff role',
    summary: 'Give a person another role; all sign-ins end',
    description: 'Nobody changes their own role, and there is always an active owner.',
    access,
    params: idParams,
    body: bodyOf({ role: oneOf(roles) }),
    answer: person,
    refusals: ['not_found', 'conflict'],
    handle: async (call) => {
      const [staffId, by] = staffAndChanger(call)
      return wirePerson(await setRole(call.desk.change, staffId, call.body.role, by, clock))
    },
  }),
  route({
    method: 'POST',
    path: '/staff/:id/suspend',
    name: 'suspendStaff',
    section,
    command: 'staff suspend',
    summary: 'Keep a person out: all sign-ins end, within a second',
    access,
    params: idParams,
    body: bodyOf({ why: reason }),
    answer: person,
    refusals: ['not_found', 'conflict', 'invalid_input'],
    handle: async (call) => {
      await actBecause(call.desk.change, call.body.why)
      return wirePerson(await suspendStaff(call.desk.change, ...staffAndChanger(call), clock))
    },
  }),
  route({
    method: 'POST',
    path: '/staff/:id/resume',
    name: 'resumeStaff',
    section,
    command: 'staff resume',
    summary: 'Let a suspended person in again',
    access,
    params: idParams,
    answer: person,
    refusals: ['not_found', 'conflict'],
    handle: async (call) => wirePerson(await resumeStaff(call.desk.change, ...staffAndChanger(call), clock)),
  }),
  route({
    method: 'POST',
    path: '/staff/:id/reset',
    name: 'resetStaff',
    section,
    command: 'staff reset',
    summary: 'Take password and second factor away, and make an invitation to set new ones',
    access,
    params: idParams,
    body: bodyOf({ why: reason }),
    shownOnce: ['invitation'],
    answer: invited,
    refusals: ['not_found', 'conflict', 'invalid_input'],
    handle: async (call) => {
      await actBecause(call.desk.change, call.body.why)
      return wireInvitation(await resetStaff(call.desk.change, ...staffAndChanger(call), clock))
    },
  }),
  route({
    method: 'DELETE',
    path: '/staff/:id/sign-ins',
    name: 'endSignInsOfStaff',
    section,
    summary: 'End all sign-ins of a person',
    access,
    params: idParams,
    query: becauseQuery,
    answer: nothing,
    refusals: ['invalid_input'],
    handle: async ({ caller, params, query: { why } }) => {
      await signIns.end({ personId: params.id as StaffId }, caller.acting, why)
      return {}
    },
  }),
  route({
    method: 'DELETE',
    path: '/staff/:id/sign-ins/:sign_in',
    name: 'endSignInOfStaff',
    section,
    summary: 'End one sign-in of a person',
    access,
    params: Type.Object({ id, sign_in: id }),
    query: becauseQuery,
    answer: nothing,
    refusals: ['invalid_input'],
    handle: async ({ caller, params, query: { why } }) => {
      const only = params.sign_in as SignInId
      await signIns.end({ personId: params.id as StaffId, only }, caller.acting, why)
      return {}
    },
  }),
  route({
    method: 'GET',
    path: '/roles',
    name: 'listRoles',
    section,
    summary: 'What each role may do, by permission',
    access: 'settings.read',
    answer: Type.Object({
      roles: Type.Array(oneOf(roles)),
      permissions: Type.Array(
        Type.Object({
          name: Type.String(),
          what: Type.String({ description: 'What it is, for people' }),
          needs_proof: Type.Boolean({
            description: 'Password and second factor must have been given in the last ten minutes',
          }),
          roles: Type.Array(oneOf(roles)),
        }),
      ),
    }),
    handle: async () => {
      const grants = await settings.now()
      return {
        roles: [...roles],
        permissions: permissionNames.map((name) => ({
          ...{ name, what: staffPermissions[name].what, needs_proof: needsProof(name) },
          roles: rolesWith(name, grants),
        })),
      }
    },
  }),
  route({
    method: 'GET',
    path: '/failed-sign-ins',
    name: 'listFailedSignIns',
    section,
    summary: 'Passwords and codes that were wrong, of anybody, the newest first',
    access,
    query: Type.Object(pageQuery),
    answer: pageOf(failure),
    handle: async ({ desk, query: { limit, cursor } }) => {
      const found = await listFailures(desk.read, { before: readCursor(cursor, {}), limit: limit + 1 })
      const { items, next } = pageOfFound(found, limit, (last) => last.id)
      return {
        page: {
          items: items.map(({ id: failureId, circle, personId, ...one }) => ({
            ...{ id: failureId, at: one.at, name: one.name, what: one.what, address: one.address },
            of: circle === null ? ('nobody' as const) : circle === 'staff' ? circle : ('account' as const),
            person: personId,
          })),
          next_cursor: cursorText(next, {}),
        },
      }
    },
  }),
]
