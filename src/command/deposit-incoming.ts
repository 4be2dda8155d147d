import { type Command, Option } from 'commander'
import type { Fate, Matched } from '../deposits/incoming.ts'
import type { matchReport as MatchReportOf } from '../deposits/match-report.ts'
import type { Statement, StatementLine, StatementOptions } from '../deposits/statement-file.ts'
import type { Stray } from '../deposits/stray.ts'
import { Refusal } from '../errors.ts'
import type { StrayId } from '../lib/ids.ts'
import { formatMicros, formatMoney } from '../lib/money.ts'
import { systemClock } from '../lib/time.ts'
import { actor, withDatabase } from './connection.ts'
import { settingsAndProvider } from './deposit-provider.ts'
import { idOf, limitOption, readBytes, textOfFile } from './input.ts'
import { type Answer, answering, cutTo, listed } from './output.ts'
import { refusedFile } from './refused-file.ts'

interface MatchOptions {
  provider: string
  apply?: true
  dateColumn?: string
  amountColumn?: string
  wordsColumn?: string
  idColumn?: string
  dateOrder: 'dmy' | 'mdy'
}

/** `registerIncoming` adds what brings payments and deposits together that are told apart by their amounts. */
export function registerIncoming(deposit: Command): void {
  deposit
    .command('match <file>')
    .description(
      "read a bank's statement (CSV), and credit the deposits whose amounts are in it; shown first",
    )
    .requiredOption(
      '--provider <code>',
      'whose statement it is: a provider whose deposits have amounts of their own',
    )
    .option('--apply', 'do it; without this, what would be done is shown')
    .option('--date-column <name>', 'the column of dates, where its name is not known')
    .option('--amount-column <name>', 'the column of amounts, likewise')
    .option('--words-column <name>', 'the column of descriptions, likewise')
    .option('--id-column <name>', "a column with the bank's own number of each line, which never comes twice")
    .addOption(
      new Option('--date-order <order>', 'whether 03/04/2026 is in April (dmy) or in March (mdy)')
        .choices(['dmy', 'mdy'])
        .default('dmy'),
    )
    .action(answering(match))
  const stray = deposit.command('stray').description('payments that hooks told of and that fit no deposit')
  stray
    .command('list')
    .description('those that nobody has closed, the oldest first')
    .addOption(limitOption())
    .action(answering(listStrays))
  stray
    .command('credit <id> <account>')
    .description('put it on the balance of whoever sent it, once, and close it')
    .option('--note <text>', 'the account reads it; left out: the words of the payment')
    .action(answering(creditStray))
  stray
    .command('close <id>')
    .description('what was to be done with it is done')
    .option('--note <text>', 'what that was')
    .action(answering(closeStray))
}

const WORDS: Record<Fate, string> = {
  credited: 'credited',
  review: 'a person looks at it',
  noted: 'noted: the deposit was credited before',
  known: 'known',
  unmatched: 'no deposit',
  ambiguous: 'several deposits',
}

async function match(file: string, options: MatchOptions): Promise<Answer> {
  const { readStatement } = await import('../deposits/statement-file.ts')
  const { matchTransfers, takeTransfers } = await import('../deposits/incoming.ts')
  const { matchReport } = await import('../deposits/match-report.ts')
  const text = textOfFile(await readBytes(file))
  return await withDatabase(async (connected) => {
    const { provider, settings } = await settingsAndProvider(connected, options.provider)
    const { currency } = provider
    const wanted: StatementOptions = {
      columns: {
        date: options.dateColumn,
        amount: options.amountColumn,
        words: options.wordsColumn,
        id: options.idColumn,
      },
      dateOrder: options.dateOrder,
      currency,
      timeZone: String(settings['time_zone'] ?? 'UTC'),
      now: systemClock.now(),
    }
    let statement: Statement
    try {
      statement = readStatement(text, wanted)
    } catch (error) {
      if (!(error instanceof Refusal) || error.faults.length === 0) throw error
      return refusedFile(error.faults, { place: 'line', file })
    }
    const { sql } = connected
    const found = options.apply
      ? await takeTransfers(sql, provider, statement.lines, { told: 'statement', clock: systemClock })
      : await matchTransfers(sql, provider, statement.lines, 'statement')
    const how = { ...statement, currency, isApplied: options.apply === true }
    return matchAnswer(found, how, matchReport(found, how))
  })
}

function matchAnswer(
  found: Matched<StatementLine>[],
  { currency, ...how }: { out: number; undated: number; currency: string; isApplied: boolean },
  report: ReturnType<typeof MatchReportOf>,
): Answer {
  const answer = listed(found, {
    json: () => ({}),
    columns: {
      line: ({ transfer }) => transfer.line,
      date: ({ transfer }) => transfer.at,
      amount: ({ transfer }) => formatMoney(transfer.amount, currency),
      outcome: ({ fate }) => WORDS[fate],
      deposit: ({ deposit }) => deposit?.id,
      account: ({ deposit }) => deposit?.accountId,
      words: ({ transfer, note }) => note ?? transfer.words,
    },
    right: ['line', 'amount', 'deposit', 'account'],
    none: 'no money came in on this statement',
  })
  const { counts, credited } = report
  const others = (Object.keys(WORDS) as Fate[])
    .filter((fate) => fate !== 'credited' && counts[fate] > 0)
    .map((fate) => `${WORDS[fate].split(':')[0]}: ${counts[fate]}`)
  const parts = [
    `${how.isApplied ? 'credited' : 'would be credited'}: ${counts.credited}, ${credited} ${currency} in all`,
    ...others,
    ...(how.out > 0 ? [`went out: ${how.out}`] : []),
    ...(how.undated > 0 ? [`without a date: ${how.undated}`] : []),
  ]
  const end = how.isApplied ? '' : '\n\nnothing was changed: add --apply'
  return { json: report, text: `${answer.text}\n\n${parts.join('; ')}${end}` }
}

async function listStrays({ limit }: { limit: number }): Promise<Answer> {
  const { Strays } = await import('../deposits/incoming.ts')
  const found = await withDatabase(({ sql }) => new Strays(sql).list(limit + 1))
  return cutTo(limit, found, (strays) =>
    listed(strays, {
      json: strayJson,
      columns: {
        id: ({ id }) => id,
        provider: ({ providerCode }) => providerCode,
        payment: ({ paymentId }) => paymentId,
        amount: ({ amount, currency }) => `${formatMicros(amount)} ${currency}`,
        // On the clock of the bank, as its own lists have it.
        paid: ({ paidAt, timeZone }) => `${paidAt.slice(0, MINUTE)} ${timeZone}`,
        fits: ({ fitting }) => (fitting === 0 ? 'no deposit' : `${fitting} deposits`),
        words: ({ words }) => words,
      },
      right: ['id', 'amount'],
      none: 'no payments that fit no deposit',
    }),
  )
}

async function creditStray(text: string, whose: string, { note }: { note?: string }): Promise<Answer> {
  const { Strays } = await import('../deposits/incoming.ts')
  const id = idOf<StrayId>(text)
  const { stray, account, entry } = await withDatabase(({ sql }) =>
    new Strays(sql).credit(id, { account: whose, actor: actor(), note }),
  )
  const [came, available] = [stray.amount, entry.availableAfter].map((one) =>
    formatMoney(one, stray.currency),
  )
  return {
    json: {
      ...strayJson(stray),
      account: account.username,
      available: formatMicros(entry.availableAfter, account.currency),
    },
    text: `${came} is on the balance of ${account.username}, which has ${available} available`,
  }
}

async function closeStray(text: string, { note }: { note?: string }): Promise<Answer> {
  const { Strays } = await import('../deposits/incoming.ts')
  const id = idOf<StrayId>(text)
  const stray = await withDatabase(({ sql }) => new Strays(sql).close(id, { actor: actor(), note }))
  return { json: strayJson(stray), text: `stray payment ${id} is closed` }
}

/** MINUTE is how long a time is as far as its minutes: `2026-11-29 14:03`. */
const MINUTE = 16

const strayJson = (one: Stray) => ({
  id: one.id,
  provider: one.providerCode,
  payment: one.paymentId,
  amount: formatMicros(one.amount),
  currency: one.currency,
  paid_at: one.paidAt,
  time_zone: one.timeZone,
  words: one.words,
  fitting: one.fitting,
  received_at: one.receivedAt,
  closed_at: one.closedAt,
  closed_by: one.closedBy,
  note: one.note,
})
