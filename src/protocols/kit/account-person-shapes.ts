import { type Static, Type } from 'typebox'
import type { AccountPersonView, PersonInvitation } from '../../account-people/account-people.ts'
import { accountRoles } from '../../account-people/roles.ts'
import { languages } from '../../lib/languages.ts'
import { id, oneOf, orNull, text, time } from './shapes.ts'

/** `accountPerson` is a person of an account. */
export const accountPerson = Type.Object({
  id,
  name: Type.String(),
  email: Type.String(),
  role: oneOf(accountRoles),
  language: oneOf(languages),
  time_zone: Type.String(),
  status: oneOf(['active', 'invited', 'suspended']),
  has_app: Type.Boolean({ description: 'A code of an authenticator app belongs to the password' }),
  recovery_codes: Type.Integer({ description: 'Those that were not used' }),
  passkeys: Type.Integer(),
  sign_ins: Type.Integer(),
  last_seen_at: orNull(time()),
  failures: Type.Integer({ description: 'Wrong passwords and codes of the last day' }),
  invited_until: orNull(time()),
  suspended_at: orNull(time()),
  created_at: time(),
})

export const wireAccountPerson = (view: AccountPersonView): Static<typeof accountPerson> => ({
  ...{ id: view.id, name: view.name, email: view.email, role: view.role, language: view.language },
  ...{ time_zone: view.timeZone, status: view.status, has_app: view.hasApp },
  ...{ recovery_codes: view.recoveryCodes, passkeys: view.passkeys, sign_ins: view.signIns },
  ...{ last_seen_at: view.lastSeenAt, failures: view.failures, invited_until: view.invitedUntil },
  ...{ suspended_at: view.suspendedAt, created_at: view.createdAt },
})

/** `personForm` is what whoever invites a person says. */
export const personForm = {
  role: oneOf(accountRoles),
  email: text(254),
  name: Type.Optional(text(100)),
  language: Type.Optional(oneOf(languages)),
}

/** `personInvited` is the answer of what invites a person. */
export const personInvited = Type.Object({
  person: accountPerson,
  link: orNull(Type.String(), 'It was mailed, too, and is shown this once: null in a repeated answer'),
  until: time(),
})

/** `wirePersonInvited`: without a public URL the link is one of this server. */
export const wirePersonInvited = (
  { person, token, until }: PersonInvitation,
  publicUrl: string | undefined,
): Static<typeof personInvited> => ({
  person: wireAccountPerson(person),
  link: `${publicUrl ?? ''}/portal/invite#${token}`,
  until,
})
