import { Argument, type Command, Option } from 'commander'
import {
  type AccountPersonView,
  findPersonNamed,
  invitePerson,
  listPeople,
  type PersonForm,
  type PersonInvitation,
  resetPerson,
  resumePerson,
  setPersonRole,
  suspendPerson,
} from '../account-people/account-people.ts'
import { type AccountRole, accountRoles } from '../account-people/roles.ts'
import { findAccount } from '../accounts/accounts.ts'
import { readConfig } from '../config.ts'
import type { Sql } from '../database/database.ts'
import type { AccountPersonId } from '../lib/ids.ts'
import { languages } from '../lib/languages.ts'
import { withDatabase } from './connection.ts'
import { type Answer, answering, keyValues, listed } from './output.ts'

export function register(program: Command): void {
  const account = program.commands.find((one) => one.name() === 'account') ?? program.command('account')
  const person = account
    .command('person')
    .description('the people of accounts, who sign in to the portal: their roles and invitations')
  person
    .command('list')
    .description('list the people of an account, or of all, with their sign-ins')
    .argument('[account]', 'id or username')
    .action(
      answering(async (name?: string) =>
        peopleAnswer(
          await withDatabase(async ({ sql }) =>
            listPeople(sql, name === undefined ? undefined : (await findAccount(sql, name)).id),
          ),
        ),
      ),
    )
  person
    .command('invite')
    .description(
      'invite a person to an account for 7 days, by mail where it can be sent, and by the link that is shown; an earlier one counts no more',
    )
    .argument('<account>', 'id or username')
    .requiredOption('--email <address>', 'whose it is')
    .addOption(
      new Option('--role <role>', 'what the person may do: a member makes no keys and invites nobody')
        .choices(accountRoles)
        .default('owner'),
    )
    .option('--name <text>', 'how the person is called')
    .addOption(
      new Option('--language <code>', 'what the person is written to in').choices(languages).default('en'),
    )
    .action(
      answering(async (name: string, form: PersonForm) =>
        invitationAnswer(
          await withDatabase(async ({ sql }) => invitePerson(sql, (await findAccount(sql, name)).id, form)),
        ),
      ),
    )
  person
    .command('role')
    .description('give a person another role; all sign-ins end')
    .argument('<person>', 'id or e-mail address')
    .addArgument(new Argument('<role>').choices(accountRoles))
    .action(
      answering((name: string, role: AccountRole) =>
        changed(name, (sql, id) => setPersonRole(sql, id, role)),
      ),
    )
  person
    .command('suspend <person>')
    .description('keep a person out: all sign-ins end, within a second')
    .action(answering((name: string) => changed(name, (sql, id) => suspendPerson(sql, id))))
  person
    .command('resume <person>')
    .description('let a suspended person in again')
    .action(answering((name: string) => changed(name, (sql, id) => resumePerson(sql, id))))
  person
    .command('reset <person>')
    .description('take password and second factor away, and invite the person anew')
    .action(
      answering(async (name: string) =>
        invitationAnswer(
          await withDatabase(async ({ sql }) => resetPerson(sql, await findPersonNamed(sql, name))),
        ),
      ),
    )
}

type Change = (sql: Sql, id: AccountPersonId) => Promise<AccountPersonView>

const changed = (name: string, change: Change): Promise<Answer> =>
  withDatabase(async ({ sql }) => {
    const view = await change(sql, await findPersonNamed(sql, name))
    return { json: personJson(view), text: keyValues(pairsOf(view)) }
  })

const personJson = ({ id, accountId, username, name, email, role, status, ...rest }: AccountPersonView) => ({
  ...{ id, account: accountId, username, name, email, role, status, language: rest.language },
  has_app: rest.hasApp,
  recovery_codes: rest.recoveryCodes,
  passkeys: rest.passkeys,
  sign_ins: rest.signIns,
  last_seen_at: rest.lastSeenAt,
  failures: rest.failures,
  invited_until: rest.invitedUntil,
  suspended_at: rest.suspendedAt,
  created_at: rest.createdAt,
})

const pairsOf = (one: AccountPersonView): [string, string | number | null][] => [
  ['id', one.id],
  ['account', one.username],
  ['name', one.name],
  ['e-mail', one.email],
  ['role', one.role],
  ['status', one.status],
]

const peopleAnswer = (people: AccountPersonView[]): Answer =>
  listed(people, {
    json: personJson,
    columns: {
      id: ({ id }) => id,
      account: ({ username }) => username,
      name: ({ name }) => name,
      'e-mail': ({ email }) => email,
      role: ({ role }) => role,
      status: ({ status }) => status,
      'sign-ins': ({ signIns }) => signIns,
      'last seen': ({ lastSeenAt }) => lastSeenAt,
    },
    right: ['id', 'sign-ins'],
    none: 'no people: imeigate account person invite makes the first one',
  })

/** `invitationAnswer` shows the link; without PUBLIC_URL nobody knows where the portal is, and it is the path there. */
export function invitationAnswer({ person, token, until }: PersonInvitation): Answer {
  const link = `${readConfig(process.env).publicUrl ?? ''}/portal/invite#${token}`
  return {
    json: { ...personJson(person), link },
    text: `${keyValues([...pairsOf(person), ['link', link], ['holds until', until]])}\nThe link is not shown again.`,
  }
}
