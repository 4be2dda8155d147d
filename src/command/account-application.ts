import { type Command, Option } from 'commander'
import {
  type Application,
  acceptApplication,
  findApplication,
  listApplications,
  refuseApplication,
} from '../account-people/applications.ts'
import { invitationAnswer } from './account-person.ts'
import { actor, withDatabase } from './connection.ts'
import { configuredLimit, idOf } from './input.ts'
import { type Answer, answering, cutTo, keyValues, listed, MAX_CONFIGURED } from './output.ts'

export function register(program: Command): void {
  const account = program.commands.find((one) => one.name() === 'account') ?? program.command('account')
  const application = account
    .command('application')
    .description('who asks for an account in the portal, and has proved the e-mail address')
  application
    .command('list')
    .description('list applications, the newest first')
    .addOption(
      new Option('--status <status>', 'only those that are open, or decided').choices(['open', 'decided']),
    )
    .addOption(configuredLimit())
    .action(answering(list))
  application
    .command('accept')
    .description('make the account, and invite the applicant to it as its owner')
    .argument('<application>', 'id', (text: string) => idOf<number>(text))
    .requiredOption('--currency <code>', 'ISO 4217, for example USD; never changes')
    .option('--group <id or name>', 'price group')
    .option('--username <text>', 'of the account; without it it is made of the name')
    .action(
      answering(async (id: number, terms: { currency: string; group?: string; username?: string }) => {
        const made = await withDatabase(({ sql }) => acceptApplication(sql, id, terms, actor()))
        return invitationAnswer(made.invitation)
      }),
    )
  application
    .command('refuse')
    .description('refuse an application: the applicant is told by mail')
    .argument('<application>', 'id', (text: string) => idOf<number>(text))
    .option('--why <text>', 'as the applicant reads it', '')
    .action(
      answering(async (id: number, { why }: { why: string }) =>
        withDatabase(async ({ sql }) => {
          await refuseApplication(sql, id, why, actor())
          return applicationAnswer(await findApplication(sql, id))
        }),
      ),
    )
}

async function list({ status, limit }: { status?: 'open' | 'decided'; limit: number }): Promise<Answer> {
  const isOpen = status === undefined ? undefined : status === 'open'
  const { items } = await withDatabase(({ sql }) => listApplications(sql, { isOpen, limit: limit + 1 }))
  return cutTo(limit, items, applicationsAnswer, MAX_CONFIGURED)
}

const applicationJson = (one: Application) => ({
  ...{ id: one.id, status: one.status, name: one.name, email: one.email, contact: one.contact },
  ...{ country: one.country, note: one.note, language: one.language, address: one.address },
  ...{ verified_at: one.verifiedAt, decided_at: one.decidedAt, why: one.why, account: one.accountId },
  decided_by: one.decidedBy,
})

const applicationAnswer = (one: Application): Answer => ({
  json: applicationJson(one),
  text: keyValues([
    ['id', one.id],
    ['name', one.name],
    ['e-mail', one.email],
    ['status', one.status],
  ]),
})

const applicationsAnswer = (found: Application[]): Answer =>
  listed(found, {
    json: applicationJson,
    columns: {
      id: ({ id }) => id,
      status: ({ status }) => status,
      name: ({ name }) => name,
      'e-mail': ({ email }) => email,
      contact: ({ contact }) => contact,
      country: ({ country }) => country,
      since: ({ verifiedAt }) => verifiedAt,
      decided: ({ decidedAt }) => decidedAt,
      by: ({ decidedBy }) => decidedBy,
    },
    right: ['id'],
    none: 'no applications',
  })
