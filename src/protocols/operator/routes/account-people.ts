import { type Static, Type } from 'typebox'
import {
  findPerson,
  invitePerson,
  listPeople,
  resetPerson,
  resumePerson,
  setPersonRole,
  suspendPerson,
} from '../../../account-people/account-people.ts'
import {
  type Application,
  acceptApplication,
  findApplication,
  listApplications,
  refuseApplication,
} from '../../../account-people/applications.ts'
import { accountRoles } from '../../../account-people/roles.ts'
import { findAccount } from '../../../accounts/accounts.ts'
import { actorNames } from '../../../audit/actors.ts'
import { type AccountPersonId, MAX_ID } from '../../../lib/ids.ts'
import type { Desk } from '../../../people/desk.ts'
import {
  accountPerson,
  personForm,
  personInvited,
  wireAccountPerson,
  wirePersonInvited,
} from '../../kit/account-person-shapes.ts'
import { cursorText, readCursor } from '../../kit/cursors.ts'
import { signIn, wireSignIn } from '../../kit/own-routes.ts'
import { personOf } from '../../kit/person.ts'
import { begin, signedIn } from '../../kit/session-routes.ts'
import {
  accountParams,
  bodyOf,
  id,
  idParams,
  nothing,
  oneOf,
  orNull,
  pageOf,
  pageQuery,
  text,
  time,
} from '../../kit/shapes.ts'
import type { OperatorDeps } from '../deps.ts'
import { route } from '../route.ts'

const section = 'People of accounts'
const access = 'people.edit'

const application = Type.Object({
  id,
  status: oneOf(['open', 'accepted', 'refused']),
  name: Type.String(),
  email: Type.String({ description: 'It is proved' }),
  contact: Type.String(),
  country: Type.String(),
  note: Type.String(),
  language: Type.String(),
  address: Type.String({ description: 'Of the network, from which it came' }),
  verified_at: time(),
  decided_at: orNull(time()),
  decided_by: orNull(Type.String(), 'By the name of the trail'),
  decided_by_name: orNull(Type.String(), 'What the person or program is called now'),
  why: Type.String(),
  account: orNull(id, 'The one that was made'),
})

const wireApplication = (
  one: Application,
  names: ReadonlyMap<string, string>,
): Static<typeof application> => ({
  ...{ id: one.id, status: one.status, name: one.name, email: one.email, contact: one.contact },
  ...{ country: one.country, note: one.note, language: one.language, address: one.address },
  ...{ verified_at: one.verifiedAt, decided_at: one.decidedAt, why: one.why, account: one.accountId },
  ...{ decided_by: one.decidedBy, decided_by_name: names.get(one.decidedBy ?? '') ?? null },
})

const namesOf = (sql: Desk['read'], found: readonly Application[]): Promise<Map<string, string>> =>
  actorNames(
    sql,
    found.flatMap(({ decidedBy }) => decidedBy ?? []),
  )

const wireOne = async (sql: Desk['read'], one: Application): Promise<Static<typeof application>> =>
  wireApplication(one, await namesOf(sql, [one]))

const personPath = '/account-people/:id'

export const accountPeopleRoutes = ({
  accountPeople,
  publicUrl,
  clock,
}: Pick<OperatorDeps, 'accountPeople' | 'publicUrl' | 'clock'>) => [
  route({
    method: 'GET',
    path: '/accounts/:account/people',
    name: 'listAccountPeople',
    section,
    command: 'account person list',
    summary: 'Who signs in to the portal for an account',
    access: 'resellers.read',
    params: accountParams,
    answer: Type.Object({ items: Type.Array(accountPerson) }),
    refusals: ['not_found'],
    handle: async ({ desk, params }) => {
      const account = await findAccount(desk.read, params.account)
      return { items: (await listPeople(desk.read, account.id, clock)).map(wireAccountPerson) }
    },
  }),
  route({
    method: 'POST',
    path: '/accounts/:account/people',
    name: 'inviteAccountPerson',
    section,
    command: 'account person invite',
    summary: 'Invite a person to an account, for 7 days',
    description: 'An invitation of the same person that was not used counts no more.',
    access,
    params: accountParams,
    body: bodyOf(personForm),
    shownOnce: ['link'],
    answer: personInvited,
    refusals: ['not_found', 'conflict'],
    handle: async ({ desk, params, body }) => {
      const account = await findAccount(desk.change, params.account)
      return wirePersonInvited(await invitePerson(desk.change, account.id, body, clock), publicUrl)
    },
  }),
  route({
    method: 'GET',
    path: personPath,
    name: 'getAccountPerson',
    section,
    summary: 'A person of an account, with all sign-ins',
    access: 'resellers.read',
    params: idParams,
    answer: Type.Object({ person: accountPerson, sign_ins: Type.Array(signIn) }),
    refusals: ['not_found'],
    handle: async ({ desk, params }) => {
      const person = await findPerson(desk.read, params.id as AccountPersonId, clock)
      const held = await accountPeople.signIns.list(person.id)
      return { person: wireAccountPerson(person), sign_ins: held.map(wireSignIn) }
    },
  }),
  route({
    method: 'POST',
    path: `${personPath}/role`,
    name: 'setAccountPersonRole',
    section,
    command: 'account person role',
    summary: 'Give a person of an account another role; all sign-ins end',
    access,
    params: idParams,
    body: bodyOf({ role: oneOf(accountRoles) }),
    answer: accountPerson,
    refusals: ['not_found'],
    handle: async ({ desk, params, body }) =>
      wireAccountPerson(
        await setPersonRole(desk.change, params.id as AccountPersonId, body.role, undefined, clock),
      ),
  }),
  ...(
    [
      [
        'suspend',
        'suspendAccountPerson',
        'Keep a person of an account out: all sign-ins end, within a second',
        suspendPerson,
      ],
      ['resume', 'resumeAccountPerson', 'Let a suspended person of an account in again', resumePerson],
    ] as const
  ).map(([verb, name, summary, change]) =>
    route({
      method: 'POST',
      path: `${personPath}/${verb}`,
      name,
      section,
      command: `account person ${verb}`,
      summary,
      access,
      params: idParams,
      answer: accountPerson,
      refusals: ['not_found'],
      handle: async ({ desk, params }) =>
        wireAccountPerson(await change(desk.change, params.id as AccountPersonId, undefined, clock)),
    }),
  ),
  route({
    method: 'POST',
    path: `${personPath}/reset`,
    name: 'resetAccountPerson',
    section,
    command: 'account person reset',
    summary: 'Take password and second factor of a person of an account away, and invite the person anew',
    access,
    params: idParams,
    shownOnce: ['link'],
    answer: personInvited,
    refusals: ['not_found', 'conflict'],
    handle: async ({ desk, params }) =>
      wirePersonInvited(
        await resetPerson(desk.change, params.id as AccountPersonId, undefined, clock),
        publicUrl,
      ),
  }),
  route({
    method: 'DELETE',
    path: `${personPath}/sign-ins`,
    name: 'endSignInsOfAccountPerson',
    section,
    summary: 'End all sign-ins of a person of an account',
    access,
    params: idParams,
    answer: nothing,
    handle: async ({ caller, params }) => {
      await accountPeople.signIns.end({ personId: params.id as AccountPersonId }, caller.acting)
      return {}
    },
  }),
  route({
    method: 'POST',
    path: '/accounts/:account/view',
    name: 'viewAccount',
    section,
    summary: 'Look at the portal as an account has it, for 15 minutes, without changing anything',
    description: "The answer sets the portal's cookie. It is in the trail, and the account's own.",
    access: 'resellers.view_as',
    isApart: true,
    params: accountParams,
    answer: signedIn,
    refusals: ['not_found'],
    handle: async ({ desk, caller, params, request, reply }) => {
      const account = await findAccount(desk.read, params.account)
      const { personId } = personOf(caller)
      const view = await accountPeople.portalSignIns.beginView(personId, account.id, caller.acting)
      return begin(request, reply, 'portal', view)
    },
  }),
  route({
    method: 'GET',
    path: '/applications',
    name: 'listApplications',
    section,
    command: 'account application list',
    summary: 'Who asks for an account, and has proved the e-mail address, the newest first',
    access,
    query: Type.Object({ ...pageQuery, open: Type.Optional(oneOf(['yes', 'no'])) }),
    answer: pageOf(application),
    handle: async ({ desk, query: { limit, cursor, ...filter } }) => {
      const before = readCursor(cursor, filter, MAX_ID)
      const isOpen = filter.open === undefined ? undefined : filter.open === 'yes'
      const { items, next } = await listApplications(desk.read, { isOpen, before, limit })
      const names = await namesOf(desk.read, items)
      return {
        page: {
          items: items.map((one) => wireApplication(one, names)),
          next_cursor: cursorText(next, filter),
        },
      }
    },
  }),
  route({
    method: 'GET',
    path: '/applications/:id',
    name: 'getApplication',
    section,
    summary: 'One application',
    access,
    params: idParams,
    answer: application,
    refusals: ['not_found'],
    handle: async ({ desk, params }) => wireOne(desk.read, await findApplication(desk.read, params.id)),
  }),
  route({
    method: 'POST',
    path: '/applications/:id/accept',
    name: 'acceptApplication',
    section,
    command: 'account application accept',
    summary: 'Make the account, and invite the applicant to it as its owner',
    access,
    further: [{ field: 'group', permission: 'resellers.terms' }],
    params: idParams,
    body: bodyOf({
      currency: text(3, { description: 'ISO 4217; it never changes' }),
      group: Type.Optional(text(64, { description: 'A price group, by name or id' })),
      username: Type.Optional(text(64, { description: 'Left out: it is made of the name' })),
    }),
    shownOnce: ['link'],
    answer: Type.Object({ application, account: id, ...personInvited.properties }),
    refusals: ['not_found', 'conflict'],
    handle: async ({ desk, params, body }) => {
      const made = await acceptApplication(desk.change, params.id, body, desk.actor, clock)
      return {
        application: await wireOne(desk.change, made.application),
        account: made.invitation.person.accountId,
        ...wirePersonInvited(made.invitation, publicUrl),
      }
    },
  }),
  route({
    method: 'POST',
    path: '/applications/:id/refuse',
    name: 'refuseApplication',
    section,
    command: 'account application refuse',
    summary: 'Refuse an application: the applicant is told by mail',
    access,
    params: idParams,
    body: bodyOf({
      why: Type.Optional(Type.String({ maxLength: 1000, description: 'As the applicant reads it' })),
    }),
    answer: application,
    refusals: ['not_found', 'conflict'],
    handle: async ({ desk, params, body }) =>
      wireOne(
        desk.change,
        await refuseApplication(desk.change, params.id, body.why ?? '', desk.actor, clock),
      ),
  }),
]
