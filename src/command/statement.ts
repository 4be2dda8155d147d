import { pipeline } from 'node:stream/promises'
import type { Command } from 'commander'
import { findAccount } from '../accounts/accounts.ts'
import type { AccountView } from '../accounts/attributes.ts'
import type { Sql } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import { formatMicros, formatMoney } from '../lib/money.ts'
import { systemClock } from '../lib/time.ts'
import { isStatementFormat, type StatementFormat } from '../statements/formats.ts'
import { parseMonth } from '../statements/month.ts'
import type { Statement } from '../statements/statement.ts'
import { type Statements, statementsOn } from '../statements/statements.ts'
import { withDatabase } from './connection.ts'
import { type Answer, answering, keyValues, listed } from './output.ts'
import { writeWhole } from './whole-file.ts'

interface StatementOptions {
  format?: string
  out?: string
}

export function register(program: Command): void {
  const command = program
    .command('statement')
    .argument('<account>', 'id or username')
    .argument('[month]', 'YYYY-MM, in UTC')
    .option('--format <json|csv|pdf>', 'the whole statement; by the ending of --out when left out')
    .option('--out <file>', 'where it is written; - or left out: standard output')
  const answer = answering(async (account: string, month: string | undefined, options: StatementOptions) => {
    const format = formatOf(options)
    return await withDatabase(async ({ sql }) => {
      const found = await findAccount(sql, account)
      if (month === undefined) return await monthsOf(statementsOf(sql), found)
      const statements = statementsOf(sql)
      const statement = await statements.open(found.id, parseMonth(month))
      if (format === undefined || options.out === undefined) return summary(statement)
      await writeWhole(statements.stream(statement, format), options.out, 'out')
      return { ...summary(statement), text: `${options.out}: ${statement.count} movements` }
    })
  })
  command.action(
    async (account: string, month: string | undefined, options: StatementOptions, self: Command) => {
      const format = formatOf(options)
      const toScreen = options.out === undefined || options.out === '-'
      if (month === undefined || format === undefined || !toScreen)
        return await answer(account, month, options, self)
      if (format === 'pdf' && process.stdout.isTTY) {
        throw new Refusal('invalid_input', 'a PDF is nothing for a terminal: give --out', 'out')
      }
      await withDatabase(async ({ sql }) => {
        const { id } = await findAccount(sql, account)
        const statements = statementsOf(sql)
        const statement = await statements.open(id, parseMonth(month))
        await pipeline(statements.stream(statement, format), process.stdout, { end: false })
      })
    },
  )
}

/** `formatOf` gives undefined where the summary is wanted. Throws invalid_input. */
function formatOf({ format, out }: StatementOptions): StatementFormat | undefined {
  const ending = /\.(json|csv|pdf)$/i.exec(out ?? '')?.[1]
  const wanted = (format ?? ending)?.toLowerCase()
  if (wanted === undefined && out === undefined) return undefined
  if (wanted === undefined || !isStatementFormat(wanted)) {
    throw new Refusal('invalid_input', 'the format is json, csv or pdf', 'format')
  }
  return wanted
}

const statementsOf = (sql: Sql): Statements => statementsOn(sql, systemClock)

async function monthsOf(statements: Statements, { id, currency }: AccountView): Promise<Answer> {
  const months = await statements.list(id)
  return listed(months, {
    json: ({ month, complete, opening, closing }) => ({
      month: month.text,
      complete,
      opening_balance: formatMicros(opening, currency),
      closing_balance: formatMicros(closing, currency),
      currency,
    }),
    columns: {
      month: ({ month }) => month.text,
      opening: ({ opening }) => formatMoney(opening, currency),
      closing: ({ closing }) => formatMoney(closing, currency),
      complete: ({ complete }) => complete,
    },
    right: ['opening', 'closing'],
    none: 'no statements yet: the first month has not ended',
  })
}

function summary(statement: Statement): Answer {
  const { account, month, complete, opening, closing, captured, totals, count } = statement
  const { currency } = account
  return {
    json: {
      month: month.text,
      complete,
      account: account.id,
      username: account.username,
      currency,
      opening_balance: formatMicros(opening, currency),
      closing_balance: formatMicros(closing, currency),
      captured: formatMicros(captured, currency),
      count,
      totals: totals.map((total) => ({ ...total, amount: formatMicros(total.amount, currency) })),
    },
    text: keyValues([
      ['account', `${account.username} (${account.id})`],
      ['month', `${month.text}${complete ? '' : ' (not complete)'}`],
      ['opening', formatMoney(opening, currency)],
      ...totals.map((total): [string, string] => [
        `${total.reason} (${total.count})`,
        formatMoney(total.type === 'credit' ? total.amount : -total.amount, currency),
      ]),
      ['closing', formatMoney(closing, currency)],
      ['charged for items', formatMoney(captured, currency)],
    ]),
  }
}
