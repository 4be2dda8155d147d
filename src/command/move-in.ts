import { join } from 'node:path'
import type { Command } from 'commander'
import { Option } from 'commander'
import { findAccount } from '../accounts/accounts.ts'
import { Refusal } from '../errors.ts'
import { orThrow } from '../lib/fault.ts'
import type { OrderId } from '../lib/ids.ts'
import { formatMicros } from '../lib/money.ts'
import { type PartName, partNames } from '../moving-in/columns.ts'
import { defaultMapping, type Mapping, mappingJson, readMapping } from '../moving-in/mapping.ts'
import type { MovedIn } from '../moving-in/move-in.ts'
import type { FoundFault, MoveReport, Opening } from '../moving-in/report.ts'
import { actor, withDatabase } from './connection.ts'
import { limitOption, orderIdOf, readBytes, textOfFile } from './input.ts'
import { type Answer, answering, cutTo, keyValues, listed, table } from './output.ts'
import { countingBar } from './progress.ts'
import { integrationContext } from './sealing.ts'
import { SecretOption } from './secret-options.ts'
import { writeWhole } from './whole-file.ts'

/** SHOWN are the faults, and the changes, that people are shown; machines get more. */
const SHOWN = 50

export function register(program: Command): void {
  const move = program.command('move-in')
  move
    .command('mapping')
    .description('the mapping that is used where a file of your own says nothing else')
    .action(
      answering(async () => {
        const json = mappingJson(defaultMapping)
        return { json, text: JSON.stringify(json, null, 2) }
      }),
    )
  move
    .command('fetch')
    .description("write a Dhru panel's list of services into the folder, as a file that can be moved in")
    .argument('<folder>')
    .requiredOption('--url <URL>', "the panel's address, as shops have it")
    .requiredOption(
      '--username <text>',
      "an account's user name there; what it pays becomes everyone's price",
    )
    .addOption(new SecretOption('--apiaccesskey <secret or ->', 'its access key').makeOptionMandatory(false))
    .option('--mapping <file>', 'which says what the file of services is called')
    .action(answering(fetch))
  move
    .command('run')
    .description('check all files of the folder, and move in what they have when nothing is wrong')
    .argument('<folder>', 'with services.csv, accounts.csv and the others')
    .option('--mapping <file>', 'which columns of theirs are ours; see move-in mapping')
    .addOption(
      new Option('--only <part>', 'this part, and nothing else; may be repeated')
        .choices(partNames)
        .argParser((text: string, before: PartName[] = []) => [...before, partOf(text)]),
    )
    .option('--dry-run', 'check everything and write nothing')
    .option('--leave-refused', 'leave rows out that are refused, and move in the others')
    .action(answering(run))
  move
    .command('orders')
    .description('the orders that have moved in, which shops go on asking about')
    .option('--account <id or username>', 'only those of this account')
    .option('--id <number>', 'only those of this number', orderIdOf)
    .option('--open', 'only those that have not ended')
    .addOption(limitOption())
    .action(answering(orders))
}

function partOf(text: string): PartName {
  const part = partNames.find((name) => name === text)
  if (part === undefined) throw new Refusal('invalid_input', `is no part: ${partNames.join(', ')}`, 'only')
  return part
}

const mappingOf = async (file: string | undefined): Promise<Mapping> =>
  file === undefined ? defaultMapping : orThrow(readMapping(textOfFile(await readBytes(file, 'mapping'))))

interface FetchOptions {
  url: string
  username: string
  apiaccesskey?: string
  mapping?: string
}

async function fetch(folder: string, options: FetchOptions): Promise<Answer> {
  const { url, username, apiaccesskey } = options
  if (apiaccesskey === undefined) throw new Refusal('invalid_input', 'is missing', 'apiaccesskey')
  if (!URL.canParse(url)) throw new Refusal('invalid_input', 'must be such as https://panel.example', 'url')
  const file = join(folder, (await mappingOf(options.mapping)).services.file)
  const { readPanelList } = await import('../moving-in/panel-list.ts')
  const bar = countingBar('{value} services read')
  const list = await withDatabase(async ({ sql, config }) => {
    const context = await integrationContext(sql, config)
    const { destinationFault } = await import('../suppliers/destination.ts')
    const fault = await destinationFault(url, config.outboundAllow)
    if (fault !== undefined) throw new Refusal('invalid_input', fault, 'url')
    return await readPanelList({ url, username, apiaccesskey }, context, (read) => bar.show(read, read))
  }).finally(bar.stop)
  await writeWhole(
    (async function* () {
      yield list.csv
    })(),
    file,
  )
  const { services, currency, leftOut } = list
  const lines = leftOut.slice(0, SHOWN).map(({ id, name, reason }) => `${id} ${name}: ${reason}`)
  return {
    json: { file, services, currency, left_out: leftOut },
    text: [
      `${file} has ${services} services, with prices in ${currency}`,
      ...(leftOut.length > 0 ? [`left out: ${leftOut.length}`, ...lines] : []),
    ].join('\n'),
  }
}

interface RunOptions {
  mapping?: string
  only?: PartName[]
  dryRun?: boolean
  leaveRefused?: boolean
}

async function run(folder: string, { mapping, only, dryRun, leaveRefused }: RunOptions): Promise<Answer> {
  const { moveIn } = await import('../moving-in/move-in.ts')
  const read = await mappingOf(mapping)
  let bar: ReturnType<typeof countingBar> | undefined
  let shown = ''
  const onProgress = (part: PartName, rows: number, total: number | undefined): void => {
    const what = `${part} ${total === undefined ? 'checked' : 'moved in'}`
    if (what !== shown) {
      bar?.stop()
      bar = countingBar(total === undefined ? `{value} ${what}` : `{bar} {value}/{total} ${what}`)
      shown = what
    }
    bar?.show(rows, total ?? rows)
  }
  const moved = await withDatabase(({ sql }) =>
    moveIn(sql, {
      ...{ folder, mapping: read, only, actor: actor(), onProgress },
      ...{ dryRun: dryRun ?? false, leavesRefused: leaveRefused ?? false },
    }),
  ).finally(() => bar?.stop())
  return movedAnswer(moved, folder, leaveRefused ?? false)
}

function movedAnswer({ report, written }: MovedIn, folder: string, leavesRefused: boolean): Answer {
  const { parts, faults, faultCount, changes } = report
  const isRefused = faultCount > 0 && !leavesRefused
  const count = faultCount === 1 ? '1 problem' : `${faultCount} problems`
  const sections = [
    table(
      parts,
      {
        file: ({ file }) => file,
        rows: ({ rows }) => rows,
        made: ({ made }) => made,
        changed: ({ changed }) => changed,
        left: ({ left }) => left,
        refused: ({ refused }) => refused,
      },
      ['rows', 'made', 'changed', 'left', 'refused'],
    ),
    ...(report.openings.size > 0 ? [keyValues([...report.openings.values()].map(openingPair))] : []),
    listOf('refused', faults.map(faultText), faultCount),
    listOf(
      'changed',
      changes.map(({ file, line, what, columns }) => `${file} line ${line}: ${what}: ${columns.join(', ')}`),
      parts.reduce((sum, { changed }) => sum + changed, 0),
    ),
    listOf(
      'columns that nothing is taken from',
      parts.flatMap(({ file, unused }) => (unused.length > 0 ? [`${file}: ${unused.join(', ')}`] : [])),
    ),
    listOf('to know', [...report.notes]),
    written ? 'all of it is written' : isRefused ? '' : 'nothing was written: this is what a run would do',
  ]
  return {
    json: reportJson(report, written),
    text: sections.filter(Boolean).join('\n\n'),
    ...(isRefused && {
      refusal: new Refusal('invalid_input', `${count} in ${folder}, nothing was written`, 'folder'),
    }),
  }
}

const openingPair = ({ currency, accounts, balance, owed }: Opening): [string, string] => [
  `opening balances in ${currency}`,
  `${formatMicros(balance, currency)} of ${accounts} accounts${owed > 0n ? `, debts of ${formatMicros(owed, currency)} taken off` : ''}`,
]

function listOf(title: string, lines: readonly string[], count = lines.length): string {
  if (count === 0) return ''
  const more =
    count > Math.min(lines.length, SHOWN) ? [`and ${count - Math.min(lines.length, SHOWN)} more`] : []
  return [`${title}:`, ...lines.slice(0, SHOWN), ...more].join('\n  ')
}

function faultText({ file, line, column, value, message }: FoundFault): string {
  const said = value === undefined ? '' : ` ${JSON.stringify(value)}`
  return `${file} line ${line}: ${column === undefined ? '' : `${column}${said} `}${message}`
}

const reportJson = (
  { parts, faults, faultCount, changes, notes, openings }: MoveReport,
  written: boolean,
) => ({
  written,
  parts: parts.map(({ unused, ...part }) => ({ ...part, unused_columns: unused })),
  opening_balances: [...openings.values()].map(({ currency, accounts, balance, owed }) => ({
    ...{ currency, accounts, balance: formatMicros(balance, currency), debts: formatMicros(owed, currency) },
  })),
  problem_count: faultCount,
  problems: faults.map(({ file, line, column = null, value = null, message: reason }) => ({
    ...{ file, line, field: column, value, reason },
  })),
  changes: changes.map(({ file, line, what, columns }) => ({ file, line, what, fields: columns })),
  notes: [...notes],
})

interface OrdersOptions {
  account?: string
  id?: OrderId
  open?: boolean
  limit: number
}

async function orders({ account, id, open = false, limit }: OrdersOptions): Promise<Answer> {
  const { listFormer } = await import('../moving-in/move-in.ts')
  const found = await withDatabase(async ({ sql }) =>
    listFormer(sql, {
      accountId: account === undefined ? undefined : (await findAccount(sql, account)).id,
      ...{ id, open, limit: limit + 1 },
    }),
  )
  return cutTo(limit, found, (rows) =>
    listed(rows, {
      json: ({ id, username, type, service, input, state, answer, price, currency, placedAt, endedAt }) => ({
        ...{ id, account: username, type, service, input, state, answer },
        ...{ price: formatMicros(price, currency), currency, placed_at: placedAt, ended_at: endedAt },
      }),
      columns: {
        id: ({ id }) => id,
        account: ({ username }) => username,
        service: ({ service }) => service,
        input: ({ input }) => input,
        state: ({ state }) => state,
        placed: ({ placedAt }) => placedAt,
      },
      right: ['id'],
      none: 'no order has moved in',
    }),
  )
}
