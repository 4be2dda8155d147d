import type { Command } from 'commander'
import {
  changeAccount,
  closeAccount,
  createAccount,
  findAccount,
  listAccounts,
  type NewAccount,
  reopenAccount,
} from '../accounts/accounts.ts'
import { type AccountView, accountAttributes } from '../accounts/attributes.ts'
import { addOptions, changesOf, formOf, withAttributeNames } from './attribute-options.ts'
import { actor, withDatabase } from './connection.ts'
import { configuredLimit } from './input.ts'
import { type Answer, answering, cutTo, MAX_CONFIGURED, nounAnswer, nounsAnswer } from './output.ts'

export function register(program: Command): void {
  const account = program.command('account')
  addOptions(account.command('create'), accountAttributes, 'create')
    .description('create an account with its wallet')
    .action(answering(create))
  account
    .command('list')
    .description('list accounts')
    .option('--search <text>', 'only those with this in name, username or email')
    .addOption(configuredLimit())
    .action(answering(list))
  account
    .command('show')
    .description('show an account with its balances')
    .argument('<account>', 'id or username')
    .action(
      answering(async (name: string) => withDatabase(async ({ sql }) => shown(await findAccount(sql, name)))),
    )
  addOptions(account.command('set'), accountAttributes, 'change')
    .description('change an account')
    .argument('<account>', 'id or username')
    .action(answering(change))

  for (const { verb, description, run } of [
    {
      verb: 'close',
      description: 'refuse all keys of an account; its open orders are finished',
      run: closeAccount,
    },
    { verb: 'reopen', description: 'let the keys of a closed account work again', run: reopenAccount },
  ]) {
    account
      .command(verb)
      .description(description)
      .argument('<account>', 'id or username')
      .option('--why <text>', 'for the trail')
      .action(
        answering(async (name: string, { why }: { why?: string }) =>
          withDatabase(async ({ sql }) => shown(await run(sql, (await findAccount(sql, name)).id, why))),
        ),
      )
  }
}

type Options = Record<string, unknown>

const create = (options: Options): Promise<Answer> =>
  withAttributeNames(accountAttributes, () =>
    withDatabase(async ({ sql }) =>
      shown(await createAccount(sql, formOf(accountAttributes, options) as NewAccount, actor())),
    ),
  )

const change = (name: string, options: Options): Promise<Answer> =>
  withAttributeNames(accountAttributes, async () => {
    const changes = changesOf(accountAttributes, options)
    return await withDatabase(async ({ sql }) =>
      shown(await changeAccount(sql, (await findAccount(sql, name)).id, changes)),
    )
  })

async function list({ search, limit }: { search?: string; limit: number }): Promise<Answer> {
  const accounts = await withDatabase(({ sql }) => listAccounts(sql, { search }, limit + 1))
  return cutTo(limit, accounts, accountsAnswer, MAX_CONFIGURED)
}

const accountsAnswer = (accounts: AccountView[]): Answer =>
  nounsAnswer(
    accountAttributes,
    ['id', 'username', 'name', 'group', 'status', 'available', 'held'],
    accounts,
    'no accounts',
  )

const shown = (account: AccountView): Answer => nounAnswer(accountAttributes, account)
