import type { Command } from 'commander'
import { findAccount } from '../accounts/accounts.ts'
import { Refusal } from '../errors.ts'
import { Adjustments } from '../ledger/adjustments.ts'
import { amountOf } from '../lib/amount.ts'
import { formatMicros, formatMoney } from '../lib/money.ts'
import { actor, withDatabase } from './connection.ts'
import { answering } from './output.ts'

interface MoneyOptions {
  account?: string
  amount?: string
  note?: string
  reference?: string
}

export function register(program: Command): void {
  for (const [verb, note] of [
    ['deposit', 'kept with it'],
    ['adjust', 'why (needed)'],
  ] as const) {
    program
      .command(verb)
      .argument('[account]', 'id or username; instead of --account')
      .argument('[amount]', 'instead of --amount')
      .option('--account <id or username>')
      .option('--amount <amount>', verb === 'deposit' ? 'for example 12.50' : 'for example -12.50')
      .option('--note <text>', note)
      .option('--reference <text>', 'names the request, which counts once, however often it is made')
      .action(
        answering(async (first: string | undefined, second: string | undefined, options: MoneyOptions) => {
          const [name, amount] = readArguments([first, second], options)
          return await withDatabase(async ({ sql }) => {
            const { id, currency, username } = await findAccount(sql, name)
            const value = amountOf(amount, 'amount', currency)
            const { note, reference } = options
            const made = await new Adjustments(sql)[verb](id, value, { actor: actor(), note, reference })
            const has = `${username} has ${formatMoney(made.availableAfter, currency)} available`
            return {
              json: {
                id: made.id,
                account: id,
                kind: made.kind,
                amount: formatMicros(made.amount, currency),
                available: formatMicros(made.availableAfter, currency),
                currency,
                actor: made.actor,
                note: made.note,
                reference: made.reference,
                repeated: made.isRepeated,
                created_at: made.createdAt,
              },
              text: made.isRepeated
                ? `nothing moved: entry ${made.id} was made under this reference before`
                : `entry ${made.id}: ${has}`,
            }
          })
        }),
      )
  }
}

/** `readArguments` takes from the arguments, in order, what the options leave out. It refuses what is given twice or not at all. */
function readArguments(
  given: (string | undefined)[],
  { account, amount }: MoneyOptions,
): [account: string, amount: string] {
  const rest = given.filter((argument) => argument !== undefined)
  const name = account ?? rest.shift()
  if (name === undefined) throw new Refusal('invalid_input', 'say which account', 'account')
  const value = amount ?? rest.shift()
  if (value === undefined) throw new Refusal('invalid_input', 'say which amount', 'amount')
  if (rest.length > 0)
    throw new Refusal('invalid_input', `${JSON.stringify(rest[0])} is one argument too many`)
  return [name, value]
}
