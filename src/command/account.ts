import type { Command } from 'commander'
import type { AccountView } from '../accounts/account.ts'
import {
  changeAccount,
  closeAccount,
  createAccount,
  findAccount,
  listAccounts,
  reopenAccount,
} from '../accounts/accounts.ts'
import { Refusal } from '../errors.ts'
import { formatMicros, formatMoney } from '../lib/money.ts'
import { actor, withDatabase } from './connection.ts'
import { amountOf } from './input.ts'
import { type Answer, answering, keyValues, table } from './output.ts'

interface CreateOptions {
  name: string
  email: string
  currency: string
  username?: string
  group?: string
  deposit?: string
  creditLimit?: string
}

interface SetOptions {
  name?: string
  email?: string
  group?: string
  creditLimit?: string
  lowBalance?: string
}

export function register(program: Command): void {
  const account = program.command('account').description('resellers: their names, wallets and price groups')

  account
    .command('create')
    .description('create an account with its wallet')
    .requiredOption('--name <text>', 'of the reseller')
    .requiredOption('--email <address>')
    .requiredOption('--currency <code>', 'ISO 4217, for example USD; never changes')
    .option('--username <text>', 'to log in with; made of the name when left out')
    .option('--group <id or name>', 'price group')
    .option('--deposit <amount>', 'first deposit, for example 100')
    .option('--credit-limit <amount>', 'how far the balance may go below 0')
    .action(
      answering(async (options: CreateOptions) => {
        const { group: priceGroup, ...given } = options
        const deposit = options.deposit === undefined ? undefined : amountOf(options.deposit, 'deposit')
        const creditLimit = creditLimitOf(options.creditLimit)
        return await withDatabase(async ({ sql }) =>
          shown(await createAccount(sql, { ...given, priceGroup, deposit, creditLimit }, actor())),
        )
      }),
    )

  account
    .command('list')
    .description('list accounts')
    .option('--search <text>', 'only those with this in name, username or email')
    .action(
      answering(async ({ search }: { search?: string }) => {
        const accounts = await withDatabase(({ sql }) => listAccounts(sql, search))
        return {
          json: accounts.map(jsonOf),
          text: table(
            ['id', 'username', 'name', 'group', 'status', 'available', 'held'],
            accounts.map((one) => [
              one.id,
              one.username,
              one.name,
              one.priceGroup,
              statusOf(one),
              formatMoney(one.available, one.currency),
              formatMoney(one.held, one.currency),
            ]),
            { right: ['id', 'available', 'held'] },
          ),
        }
      }),
    )

  account
    .command('show')
    .description('show an account with its balances')
    .argument('<account>', 'id or username')
    .action(
      answering(async (name: string) => withDatabase(async ({ sql }) => shown(await findAccount(sql, name)))),
    )

  account
    .command('set')
    .description('change an account')
    .argument('<account>', 'id or username')
    .option('--name <text>')
    .option('--email <address>')
    .option('--group <id or name>', 'price group; an empty text takes the account out of its group')
    .option('--credit-limit <amount>', 'how far the balance may go below 0')
    .option('--low-balance <amount>', 'tell its subscribers when less is left; an empty text: never')
    .action(
      answering(
        async (account: string, { name, email, group, creditLimit: limit, lowBalance: low }: SetOptions) => {
          if ([name, email, group, limit, low].every((value) => value === undefined)) {
            throw new Refusal('invalid_input', 'there is nothing to change')
          }
          const creditLimit = creditLimitOf(limit)
          const lowBalance = low === '' ? null : lowBalanceOf(low)
          const changes = { name, email, priceGroup: group === '' ? null : group, creditLimit, lowBalance }
          return await withDatabase(async ({ sql }) =>
            shown(await changeAccount(sql, (await findAccount(sql, account)).id, changes)),
          )
        },
      ),
    )

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
      .action(
        answering(async (name: string) =>
          withDatabase(async ({ sql }) => shown(await run(sql, (await findAccount(sql, name)).id))),
        ),
      )
  }
}

const creditLimitOf = (text: string | undefined) =>
  text === undefined ? undefined : amountOf(text, 'credit_limit')

const lowBalanceOf = (text: string | undefined) =>
  text === undefined ? undefined : amountOf(text, 'low_balance')

const statusOf = (account: AccountView): string => (account.closed ? 'closed' : 'active')

const jsonOf = (account: AccountView) => ({
  id: account.id,
  username: account.username,
  email: account.email,
  name: account.name,
  currency: account.currency,
  group: account.priceGroup,
  status: statusOf(account),
  available: formatMicros(account.available),
  held: formatMicros(account.held),
  credit_limit: formatMicros(account.creditLimit),
  low_balance: account.lowBalance === null ? null : formatMicros(account.lowBalance),
  created_at: account.createdAt,
})

const shown = (account: AccountView): Answer => ({
  json: jsonOf(account),
  text: keyValues([
    ['id', account.id],
    ['username', account.username],
    ['name', account.name],
    ['email', account.email],
    ['group', account.priceGroup],
    ['status', statusOf(account)],
    ['available', formatMoney(account.available, account.currency)],
    ['held', formatMoney(account.held, account.currency)],
    ['credit limit', formatMoney(account.creditLimit, account.currency)],
    ['low balance', account.lowBalance === null ? null : formatMoney(account.lowBalance, account.currency)],
    ['created', account.createdAt],
  ]),
})
