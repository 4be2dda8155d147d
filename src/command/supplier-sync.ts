import { type Command, InvalidArgumentError, Option } from 'commander'
import { newServiceAttributes } from '../catalogue/attributes.ts'
import type { Sql } from '../database/database.ts'
import { showSeconds } from '../lib/attribute-types.ts'
import { localTime, systemClock } from '../lib/time.ts'
import { connectSupplier, type SupplierConnection } from '../suppliers/suppliers.ts'
import { previewJson, reportJson } from '../sync/as-json.ts'
import type { AttachBy } from '../sync/attach.ts'
import { type ImportRequest, readImport } from '../sync/import.ts'
import type { AcceptedJumps } from '../sync/jumps.ts'
import { readPairs } from '../sync/pairs.ts'
import { BrokenList, listOf } from '../sync/remote-list.ts'
import { MAX_LIST_MS, type SyncSchedule, scheduleSync } from '../sync/schedule.ts'
import { applySync, previewSync } from '../sync/sync.ts'
import { withAttributeNames } from './attribute-options.ts'
import { actor } from './connection.ts'
import { readBytes, textOfFile } from './input.ts'
import { type Answer, answering, printError } from './output.ts'
import { progressBar } from './progress.ts'
import { type WithSuppliers, withSuppliers } from './sealing.ts'
import { NOTHING_CHANGED, previewText, reportText } from './supplier-sync-text.ts'

/** SHOWN_CHANGES is how many changes people are shown; machines get all of them. */
const SHOWN_CHANGES = 20

interface Options {
  preview?: boolean
  apply?: boolean
  acceptLoss?: boolean
  acceptJump: string[]
  all?: boolean
  group: string[]
  remoteService: string[]
  percent?: string
  fixed?: string
  round?: string
  minPrice?: string
  currency?: string
  priceGroup?: string
  into?: string
  attach?: string
  follow: boolean
  /** `schedule` is in minutes. */
  schedule?: number | 'off'
  maxLoss?: number
  maxJump?: number
}

export function registerSync(supplier: Command): void {
  supplier
    .command('sync')
    .description("compare a supplier's list with ours; --apply takes its costs, and what else is asked for")
    .argument('<id or name>')
    .option('--preview', 'say what is new, changed and gone, and change nothing (so without --apply, too)')
    .addOption(new Option('--apply', 'take costs and what is available over to routes').conflicts('preview'))
    .option('--accept-loss', 'apply also a list that has lost more than --max-loss')
    .option(
      '--accept-jump <id or all>',
      'accept the cost of this service of theirs, though it has changed by more than --max-jump; may be repeated',
      collect,
      [],
    )
    .option('--all', 'import every service of the list')
    .option('--group <name>', 'import those of this group of theirs; may be repeated', collect, [])
    .option('--remote-service <id>', 'import this service of theirs; may be repeated', collect, [])
    .option('--percent <number>', 'sold for the cost and so many percent of it')
    .option('--fixed <amount>', 'and this amount')
    .option('--round <amount>', 'rounded up to a multiple of this')
    .option('--min-price <amount>', 'and never for less than this')
    .option('--currency <code>', "of the sale price; without it: the supplier's")
    .option('--price-group <name>', 'for this price group only; without it: for everyone')
    .option('--into <group>', "import into this group of ours; without it: the supplier's own")
    .option('--no-follow', 'leave the price as it is when the cost changes')
    .option(
      '--attach <code, name or file>',
      'give services of ours a route to those of theirs with the same code or name, or by a CSV file with the columns ours and theirs',
    )
    .option('--schedule <interval>', 'apply the list by itself every 30m, 6h, 1d; off: no more', interval)
    .option('--max-loss <percent>', 'how much of it may be gone before a person must say so (20)', percentage)
    .option(
      '--max-jump <percent>',
      'by how much a cost may go up or down before a person must say so (30)',
      percentage,
    )
    .action(
      answering((idOrName: string, options: Options) =>
        withAttributeNames(newServiceAttributes, () => sync(idOrName, options)),
      ),
    )
}

async function sync(idOrName: string, options: Options): Promise<Answer> {
  return await withSuppliers(async (parts) => {
    const opened = await connectSupplier(parts.sql, parts.sealer, parts.context, idOrName)
    try {
      const list = listOf(opened, AbortSignal.timeout(MAX_LIST_MS))
      const scheduled =
        options.schedule !== undefined ||
        [options.maxLoss, options.maxJump].some((option) => option !== undefined)
      const importing = await importOf(parts.sql, options, opened.config.currency)
      const attaching = await attachingOf(options)
      const schedule = scheduled ? await setSchedule(parts, opened, options) : undefined
      if (options.apply) return await apply(parts, opened, list, { ...options, importing, attaching })
      const named =
        options.preview ||
        options.group.length > 0 ||
        options.acceptLoss ||
        options.acceptJump.length > 0 ||
        options.attach !== undefined ||
        wantsImport(options)
      if (schedule && !named) return scheduleAnswer(opened, schedule)
      const previewed = await preview(parts, opened, list, { ...options, importing, attaching })
      return schedule ? behind(scheduleAnswer(opened, schedule), previewed) : previewed
    } finally {
      await opened.supplier.close?.()
    }
  })
}

/** `behind` gives two answers in one; machines get the values of both. */
const behind = (first: Answer, second: Answer): Answer => ({
  ...second,
  json: { ...(first.json as object), ...(second.json as object) },
  text: `${first.text}\n\n${second.text}`,
})

type List = ReturnType<typeof listOf>

/** Wanted is what the options say, with the import and the routes that follow from them; undefined: none. */
type Wanted = Options & { importing: ImportRequest | undefined; attaching: AttachBy | undefined }

async function preview(
  { sql }: WithSuppliers,
  { config }: SupplierConnection,
  list: List,
  options: Wanted,
): Promise<Answer> {
  const bar = progressBar()
  // Machines get every change; people the first.
  const limit = process.argv.includes('--json') ? null : SHOWN_CHANGES
  const groups = options.group.length > 0 ? options.group : null
  try {
    const found = await previewSync(sql, config, list, {
      ...{
        groups,
        limit,
        importing: options.importing,
        attaching: options.attaching,
        acceptJumps: acceptedOf(options),
      },
      ...bar.progress,
    }).finally(bar.stop)
    const about = { ...config, saleCurrency: options.importing?.rule.currency }
    return {
      json: { ...previewJson(about, found), applied: false, note: NOTHING_CHANGED },
      text: previewText(about, found),
    }
  } catch (error) {
    if (!(error instanceof BrokenList)) throw error
    const words = `the list of ${config.name} is not whole: ${error.message}`
    printError(new Error(words), false)
    return {
      json: { supplier: config.name, currency: config.currency, outcome: 'failed', error: error.message },
      text: 'nothing was compared',
      bad: true,
    }
  }
}

async function apply(
  { sql }: WithSuppliers,
  { config }: SupplierConnection,
  list: List,
  options: Wanted,
): Promise<Answer> {
  const bar = progressBar()
  const report = await applySync(sql, config, list, {
    trigger: 'manual',
    actor: actor(),
    clock: systemClock,
    acceptLoss: options.acceptLoss,
    acceptJumps: acceptedOf(options),
    importing: options.importing,
    attaching: options.attaching,
    ...bar.progress,
  }).finally(bar.stop)
  return { json: reportJson(config, report), text: reportText(config, report), bad: report.outcome !== 'ok' }
}

/** `attachingOf` reads the file of pairs, where it is one. */
async function attachingOf({ attach }: Options): Promise<AttachBy | undefined> {
  if (attach === undefined || attach === 'code' || attach === 'name') return attach
  return readPairs(textOfFile(await readBytes(attach, 'attach')))
}

const acceptedOf = ({ acceptJump }: Options): AcceptedJumps =>
  acceptJump.includes('all') ? 'all' : acceptJump

/** `importOf` gives what is to be imported and for how much; undefined: nothing is. A preview without a rule shows no prices. */
async function importOf(sql: Sql, options: Options, currency: string): Promise<ImportRequest | undefined> {
  const { all = false, group: groups, remoteService: ids, into, follow: follows, percent, fixed } = options
  if (!options.apply && percent === undefined && fixed === undefined) return undefined
  const isSelected = all || groups.length > 0 || ids.length > 0
  if (!isSelected && !wantsImport(options)) return undefined
  const { round, minPrice, priceGroup } = options
  return await readImport(sql, {
    ...{ selection: { all, groups, ids }, follows, priceGroup, into, percent, fixed, round, minPrice },
    currency: options.currency?.toUpperCase() ?? currency,
  })
}

const wantsImport = ({ all, remoteService, ...options }: Options): boolean =>
  all === true ||
  remoteService.length > 0 ||
  [options.percent, options.fixed, options.round, options.minPrice, options.priceGroup, options.into].some(
    (option) => option !== undefined,
  )

const setSchedule = (
  { sql }: WithSuppliers,
  { config }: SupplierConnection,
  options: Options,
): Promise<SyncSchedule> =>
  scheduleSync(sql, config.id, {
    now: new Date(),
    ...(options.schedule !== undefined && {
      everyMinutes: options.schedule === 'off' ? null : options.schedule,
    }),
    ...(options.maxLoss !== undefined && { maxLoss: options.maxLoss }),
    ...(options.maxJump !== undefined && { maxJump: options.maxJump }),
  })

function scheduleAnswer(
  { config }: SupplierConnection,
  { everyMinutes, nextAt, maxLoss, maxJump }: SyncSchedule,
): Answer {
  const when =
    everyMinutes === null
      ? 'is read only when asked for'
      : `is applied every ${showSeconds(60 * everyMinutes)}, next at ${nextAt ? localTime(nextAt) : '-'}`
  return {
    json: {
      supplier: config.name,
      every_minutes: everyMinutes,
      next_at: nextAt,
      max_loss: maxLoss,
      max_jump: maxJump,
    },
    text: `the list of ${config.name} ${when}; it may lose ${maxLoss} percent, and a cost may change by ${maxJump}`,
  }
}

const collect = (one: string, others: string[]): string[] => [...others, one]

const minutesOf: Record<string, number> = { m: 1, h: 60, d: 1440 }

function interval(text: string): number | 'off' {
  if (text === 'off') return 'off'
  const [, count, unit = ''] = /^(\d{1,6})([mhd])$/.exec(text) ?? []
  if (count === undefined) throw new InvalidArgumentError('such as 30m, 6h, 1d, or off.')
  return Number(count) * (minutesOf[unit] ?? 0)
}

function percentage(text: string): number {
  if (!/^\d{1,4}$/.test(text)) throw new InvalidArgumentError('a whole number of percent.')
  return Number(text)
}
