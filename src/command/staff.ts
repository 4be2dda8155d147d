import { Argument, type Command, Option } from 'commander'
import type { Config } from '../config.ts'
import type { Sql } from '../database/database.ts'
import type { StaffId } from '../lib/ids.ts'
import { type Role, roles } from '../staff/roles.ts'
import {
  findStaffNamed,
  type Invitation,
  inviteStaff,
  listStaff,
  resetStaff,
  resumeStaff,
  type StaffForm,
  type StaffView,
  setRole,
  suspendStaff,
} from '../staff/staff.ts'
import { withDatabase } from './connection.ts'
import { type Answer, answering, keyValues, listed } from './output.ts'

export function register(program: Command): void {
  const staff = program.command('staff')
  staff
    .command('list')
    .description('list people, with their sign-ins')
    .action(answering(async () => staffAnswer(await withDatabase(({ sql }) => listStaff(sql)))))
  staff
    .command('invite')
    .description(
      'make an invitation, by which a person sets name, password and second factor; an earlier one counts no more',
    )
    .addOption(new Option('--role <role>', 'what the person may do').choices(roles).makeOptionMandatory())
    .option('--email <address>', 'whose it is; without it: of whoever uses it')
    .option('--name <text>', 'how the person is called')
    .action(
      answering(async (form: StaffForm) =>
        withDatabase(async ({ sql, config }) => invitationAnswer(await inviteStaff(sql, form), config)),
      ),
    )
  staff
    .command('role')
    .description('give a person another role; all sign-ins end')
    .argument('<staff>', 'id or e-mail address')
    .addArgument(new Argument('<role>').choices(roles))
    .action(answering((name: string, role: Role) => changed(name, (sql, id) => setRole(sql, id, role))))
  staff
    .command('suspend <staff>')
    .description('keep a person out: all sign-ins end, within a second')
    .action(answering((name: string) => changed(name, (sql, id) => suspendStaff(sql, id))))
  staff
    .command('resume <staff>')
    .description('let a suspended person in again')
    .action(answering((name: string) => changed(name, (sql, id) => resumeStaff(sql, id))))
  staff
    .command('reset <staff>')
    .description('take password and second factor away, and make an invitation to set new ones')
    .action(
      answering(async (name: string) =>
        withDatabase(async ({ sql, config }) =>
          invitationAnswer(await resetStaff(sql, await findStaffNamed(sql, name)), config),
        ),
      ),
    )
}

type Change = (sql: Sql, id: StaffId) => Promise<StaffView>

const changed = (name: string, change: Change): Promise<Answer> =>
  withDatabase(async ({ sql }) => {
    const view = await change(sql, await findStaffNamed(sql, name))
    return { json: staffJson(view), text: keyValues(pairsOf(view)) }
  })

const staffJson = ({ id, name, email, role, status, ...rest }: StaffView) => ({
  ...{ id, name, email, role, status },
  sign_ins: rest.signIns,
  last_seen_at: rest.lastSeenAt,
  failures: rest.failures,
  recovery_codes: rest.recoveryCodes,
  passkeys: rest.passkeys,
  invited_until: rest.invitedUntil,
  suspended_at: rest.suspendedAt,
  created_at: rest.createdAt,
})

const pairsOf = ({ id, name, email, role, status }: StaffView): [string, string | number | null][] => [
  ['id', id],
  ['name', name],
  ['e-mail', email],
  ['role', role],
  ['status', status],
]

const staffAnswer = (people: StaffView[]): Answer =>
  listed(people, {
    json: staffJson,
    columns: {
      id: ({ id }) => id,
      name: ({ name }) => name,
      'e-mail': ({ email }) => email,
      role: ({ role }) => role,
      status: ({ status }) => status,
      'sign-ins': ({ signIns }) => signIns,
      'last seen': ({ lastSeenAt }) => lastSeenAt,
      failures: ({ failures }) => failures,
    },
    right: ['id', 'sign-ins', 'failures'],
    none: 'no staff: imeigate staff invite --role owner makes the first one',
  })

/** `invitationAnswer` has the link that the person opens; its part behind `#` is sent to no server and stands in no log. */
function invitationAnswer({ staff, token, until }: Invitation, { publicUrl, port }: Config): Answer {
  const link = `${publicUrl ?? `http://127.0.0.1:${port}`}/console/invite#${token}`
  return {
    json: { ...staffJson(staff), invitation: token, link },
    text: `${keyValues([...pairsOf(staff), ['invitation', token], ['link', link], ['holds until', until]])}\nThe invitation is not shown again.`,
  }
}
