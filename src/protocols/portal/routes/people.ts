import { Type } from 'typebox'
import {
  findPersonOf,
  invitePerson,
  listPeople,
  type PersonInvitation,
  resetPerson,
  resumePerson,
  setPersonRole,
  suspendPerson,
} from '../../../account-people/account-people.ts'
import { accountRoles } from '../../../account-people/roles.ts'
import type { AccountPersonId } from '../../../lib/ids.ts'
import {
  accountPerson,
  personForm,
  personInvited,
  wireAccountPerson,
  wirePersonInvited,
} from '../../kit/account-person-shapes.ts'
import { signIn, wireSignIn } from '../../kit/own-routes.ts'
import { personOf } from '../../kit/person.ts'
import { bodyOf, idParams, nothing, oneOf } from '../../kit/shapes.ts'
import type { PortalDeps } from '../deps.ts'
import { type Call, route } from '../route.ts'

const section = 'People'

const roleBody = bodyOf({ role: oneOf(accountRoles) })

export const peopleRoutes = ({
  signIns,
  clock,
  config,
}: Pick<PortalDeps, 'signIns' | 'clock' | 'config'>) => {
  const wireInvitation = (made: PersonInvitation) => wirePersonInvited(made, config.publicUrl)
  /** `ownAndBy` gives the person of a path, who is one of the account, and who changes it. */
  const ownAndBy = async ({ desk, params, caller }: Call<{ id: number }>) => {
    const own = await findPersonOf(desk.change, caller.accountId, params.id as AccountPersonId, clock)
    return [own.id, personOf(caller).personId] as const
  }
  return [
    route({
      method: 'GET',
      path: '/people',
      name: 'listPeople',
      section,
      summary: 'Who signs in for the account',
      access: 'people.read',
      answer: Type.Object({ items: Type.Array(accountPerson) }),
      handle: async ({ desk, caller }) => ({
        items: (await listPeople(desk.read, caller.accountId, clock)).map(wireAccountPerson),
      }),
    }),
    route({
      method: 'GET',
      path: '/people/:id',
      name: 'getPerson',
      section,
      summary: 'One of them, with all sign-ins',
      access: 'people.read',
      params: idParams,
      answer: Type.Object({ person: accountPerson, sign_ins: Type.Array(signIn) }),
      refusals: ['not_found'],
      handle: async ({ desk, caller, params }) => {
        const view = await findPersonOf(desk.read, caller.accountId, params.id as AccountPersonId, clock)
        return { person: wireAccountPerson(view), sign_ins: (await signIns.list(view.id)).map(wireSignIn) }
      },
    }),
    route({
      method: 'POST',
      path: '/people',
      name: 'invitePerson',
      section,
      summary: 'Invite a person to the account, for 7 days',
      description: 'An invitation of the same person that was not used counts no more.',
      access: 'people.edit',
      body: bodyOf(personForm),
      shownOnce: ['link'],
      answer: personInvited,
      refusals: ['conflict'],
      handle: async ({ desk, caller, body }) =>
        wireInvitation(await invitePerson(desk.change, caller.accountId, body, clock)),
    }),
    route({
      method: 'POST',
      path: '/people/:id/role',
      name: 'setRole',
      section,
      summary: 'Give a person another role; all sign-ins end',
      description: 'Nobody changes their own role, and there is always an active owner.',
      access: 'people.edit',
      params: idParams,
      body: roleBody,
      answer: accountPerson,
      refusals: ['not_found', 'conflict'],
      handle: async (call) => {
        const [own, by] = await ownAndBy(call)
        return wireAccountPerson(await setPersonRole(call.desk.change, own, call.body.role, by, clock))
      },
    }),
    ...(
      [
        ['suspend', 'suspendPerson', 'Keep a person out: all sign-ins end, within a second', suspendPerson],
        ['resume', 'resumePerson', 'Let a suspended person in again', resumePerson],
      ] as const
    ).map(([verb, name, summary, change]) =>
      route({
        method: 'POST',
        path: `/people/:id/${verb}`,
        name,
        section,
        summary,
        access: 'people.edit',
        params: idParams,
        answer: accountPerson,
        refusals: ['not_found', 'conflict'],
        handle: async (call) =>
          wireAccountPerson(await change(call.desk.change, ...(await ownAndBy(call)), clock)),
      }),
    ),
    route({
      method: 'POST',
      path: '/people/:id/reset',
      name: 'resetPerson',
      section,
      summary: 'Take password and second factor away, and invite the person anew',
      access: 'people.edit',
      params: idParams,
      shownOnce: ['link'],
      answer: personInvited,
      refusals: ['not_found', 'conflict'],
      handle: async (call) =>
        wireInvitation(await resetPerson(call.desk.change, ...(await ownAndBy(call)), clock)),
    }),
    route({
      method: 'DELETE',
      path: '/people/:id/sign-ins',
      name: 'endSignInsOfPerson',
      section,
      summary: 'End all sign-ins of a person',
      access: 'people.edit',
      params: idParams,
      answer: nothing,
      refusals: ['not_found'],
      handle: async ({ desk, caller, params }) => {
        const own = await findPersonOf(desk.change, caller.accountId, params.id as AccountPersonId, clock)
        await signIns.end({ personId: own.id }, caller.acting)
        return {}
      },
    }),
  ]
}
