import { type Command, Option } from 'commander'
import { type Fault, Refusal } from '../errors.ts'
import { faultText, orThrow } from '../lib/fault.ts'
import type { PriceRuleId } from '../lib/ids.ts'
import { changePrices, type PriceChangeForm } from '../price-book/change.ts'
import { bookPages, exportPrices } from '../price-book/export.ts'
import { type BookFilterForm, findFilter } from '../price-book/filter.ts'
import { importPrices, readPriceFile } from '../price-book/import.ts'
import { moving } from '../price-book/moves.ts'
import { type PriceBasis, priceBases } from '../price-book/price-rule.ts'
import { listRules, removeRule, setRule } from '../price-book/rules.ts'
import { withAttributeNames } from './attribute-options.ts'
import { withDatabase } from './connection.ts'
import { configuredLimit, idOf, readBytes, textOfFile } from './input.ts'
import { type Answer, answering, counted, cutTo, MAX_CONFIGURED } from './output.ts'
import { movedJson, movedText, ruleJson, rulesAnswer, ruleText, warnBelowCost } from './price-answers.ts'
import { refusedFile } from './refused-file.ts'
import { writeWhole } from './whole-file.ts'

/** `registerBook` adds the commands of the price book: rules, files, and changes of many prices. */
export function registerBook(price: Command): void {
  const rule = price.command('rule').description('price rules: set, list, remove')
  const set = rule
    .command('set')
    .description(
      'have prices follow costs, or a price group’s follow everyone’s; the prices are made at once',
    )
    .option('--account <id or username>', 'for this account only')
    .option('--group <price group>', 'for this price group only; without both: for everyone')
    .option('--service <id or code>', 'of this service only')
    .option('--service-group <group>', 'of the services of this group only; without both: of all')
    .requiredOption('--currency <code>', 'of the prices, such as USD')
    .addOption(new Option('--of <what>', 'what they follow').choices([...priceBases]).default('cost'))
    .option('--percent <number>', 'so many percent are added; -5 takes 5 % of everyone’s price')
    .option('--fixed <amount>', 'and this amount')
    .option('--min-price <amount>', 'and never less than this')
    .option('--round <amount>', 'rounded up to a multiple of this; without it: of the smallest coin')
  withPlan(set).action(answering(setOne))
  rule
    .command('list')
    .description('every price rule, and how many prices it gives')
    .addOption(configuredLimit())
    .action(answering(list))
  const remove = rule
    .command('remove')
    .description('take a rule away; wider ones may give its prices others')
    .argument('<id>')
  withPlan(remove).action(answering(removeOne))

  const read = price
    .command('import')
    .description('fixed prices from a CSV file: all of its rows or none')
    .argument('<file>')
  withPlan(read).action(answering(importFile))
  withFilter(
    price
      .command('export')
      .description('prices as CSV, as price import takes them')
      .argument('<file>', '-: standard output'),
  ).action(async (...given: unknown[]) => {
    const [file, options] = given as [string, FilterOptions]
    if (file !== '-') return await answering(exportFile)(...given)
    const { pipeline } = await import('node:stream/promises')
    await withDatabase(async ({ sql }) =>
      pipeline(exportPrices(bookPages(sql, await findFilter(sql, filterOf(options)))), process.stdout, {
        end: false,
      }),
    )
  })
  const change = withFilter(
    price
      .command('change')
      .description(
        'change all fixed prices that fit: by a share, by an amount, to one price, or back to the rules',
      ),
  )
    .option('--percent <number>', 'so many percent are added, or taken: 5, -5')
    .option('--fixed <amount>', 'and this amount')
    .option('--min-price <amount>', 'and never less than this')
    .option('--round <amount>', 'rounded up to a multiple of this; without it: of the smallest coin')
    .option('--price <amount>', 'all of them are this')
    .option('--follow', 'fixed prices are taken away, so that rules give others')
    .option('--fix', 'prices that rules give are changed, too, and fixed then')
  withPlan(change).action(answering(changeMany))
}

interface PlanOptions {
  dryRun?: boolean
  plan?: string
}

/** `withPlan` adds the options with which a change is looked at, and then done as it was looked at. */
const withPlan = (command: Command): Command =>
  command
    .option('--dry-run', 'say what would become of every price, and change nothing')
    .option('--plan <plan>', 'only if exactly that would become of prices which a dry run with --json said')

interface FilterOptions {
  everyone?: boolean
  account?: string
  group?: string
  service?: string
  serviceGroup?: string
  supplier?: string
  currency?: string
  belowCost?: boolean
}

const withFilter = (command: Command): Command =>
  command
    .addOption(new Option('--everyone', 'only everyone’s').conflicts(['account', 'group']))
    .option('--account <id or username>', 'only this account’s own')
    .addOption(new Option('--group <price group>', 'only this price group’s').conflicts('account'))
    .option('--service <id or code>', 'only of this service')
    .option('--service-group <group>', 'only of the services of this group')
    .option('--supplier <id or name>', 'only of services that have a route to it')
    .option('--currency <code>', 'only in this currency')
    .option('--below-cost', 'only those that are less than what the cheapest working route costs')

const filterOf = ({ currency, ...options }: FilterOptions): BookFilterForm => ({
  ...{ everyone: options.everyone, account: options.account, group: options.group, service: options.service },
  ...{ serviceGroup: options.serviceGroup, supplier: options.supplier, belowCost: options.belowCost },
  currency: currency?.toUpperCase(),
})

/** `inOptions` says what was refused with the names of options. */
const inOptions = <T>(work: () => Promise<T>): Promise<T> =>
  withAttributeNames({}, work, (name) =>
    name === 'basis'
      ? '--of'
      : name === 'id'
        ? 'id'
        : `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
  )

interface RuleOptions extends PlanOptions {
  account?: string
  group?: string
  service?: string
  serviceGroup?: string
  currency: string
  of: PriceBasis
  percent?: string
  fixed?: string
  minPrice?: string
  round?: string
}

async function setOne({ dryRun = false, plan, of: basis, currency, ...form }: RuleOptions): Promise<Answer> {
  const moved = await inOptions(() =>
    withDatabase(({ sql }) =>
      moving(sql, { dryRun, plan }, (transaction) =>
        setRule(transaction, { ...form, basis, currency: currency.toUpperCase() }),
      ),
    ),
  )
  if (!dryRun) warnBelowCost(moved)
  const { rule, standing } = moved.value
  const notes = [
    `${ruleText(rule)}: ${counted(rule.prices, 'price')}`,
    standing.covered > 0 &&
      `before it stand ${counted(standing.covered, 'fixed price')} (price change --follow takes them away)`,
    standing.unknown > 0 &&
      `of ${counted(standing.unknown, 'service')} ${rule.basis === 'cost' ? 'no cost' : 'no price for everyone'} is known in ${rule.currency}`,
  ]
  return {
    json: {
      rule: ruleJson(rule),
      covered: standing.covered,
      unknown: standing.unknown,
      ...movedJson(moved, dryRun),
    },
    text: [...notes.filter(Boolean), movedText(moved, dryRun)].join('\n'),
  }
}

async function list({ limit }: { limit: number }): Promise<Answer> {
  const found = await withDatabase(({ sql }) => listRules(sql, limit + 1))
  return cutTo(limit, found, rulesAnswer, MAX_CONFIGURED)
}

async function removeOne(id: string, { dryRun = false, plan }: PlanOptions): Promise<Answer> {
  const rule = idOf<PriceRuleId>(id)
  const moved = await withDatabase(({ sql }) =>
    moving(sql, { dryRun, plan }, (transaction) => removeRule(transaction, rule)),
  )
  if (!dryRun) warnBelowCost(moved)
  return {
    json: { rule: ruleJson(moved.value), ...movedJson(moved, dryRun) },
    text: [dryRun ? '' : `price rule ${rule} is removed`, movedText(moved, dryRun)]
      .filter(Boolean)
      .join('\n'),
  }
}

async function importFile(file: string, { dryRun = false, plan }: PlanOptions): Promise<Answer> {
  const read = readPriceFile(textOfFile(await readBytes(file)))
  let faults: readonly Fault[] = []
  try {
    const moved = await inOptions(() =>
      withDatabase(({ sql }) =>
        moving(sql, { dryRun, plan }, async (transaction) => {
          const result = await importPrices(transaction, read)
          if (!result.ok) faults = result.faults
          return orThrow(result)
        }),
      ),
    )
    if (!dryRun) warnBelowCost(moved)
    const { written, removed, unchanged } = moved.value
    const counts = `rows: ${written} with new prices, ${removed} that take prices away, ${unchanged} that change nothing`
    return {
      json: { rows: read.rows.length, written, removed, unchanged, ...movedJson(moved, dryRun) },
      text: `${counts}\n${movedText(moved, dryRun)}`,
    }
  } catch (error) {
    if (faults.length === 0) throw error
    return refusedFile(faults, { place: 'line', file })
  }
}

async function exportFile(file: string, options: FilterOptions): Promise<Answer> {
  await withDatabase(async ({ sql }) =>
    writeWhole(exportPrices(bookPages(sql, await findFilter(sql, filterOf(options)))), file),
  )
  return { json: { file }, text: `${file} is written` }
}

async function changeMany({
  dryRun = false,
  plan,
  ...options
}: PlanOptions & FilterOptions & PriceChangeForm): Promise<Answer> {
  let faults: readonly Fault[] = []
  try {
    const moved = await inOptions(() =>
      withDatabase(({ sql }) =>
        moving(sql, { dryRun, plan }, async (transaction) => {
          const result = await changePrices(
            transaction,
            await findFilter(transaction, filterOf(options)),
            options,
          )
          if (!result.ok) faults = result.faults
          return orThrow(result)
        }),
      ),
    )
    if (!dryRun) warnBelowCost(moved)
    const { changed, ruled } = moved.value
    const kept =
      ruled > 0 &&
      `${counted(ruled, 'price')} that rules give: not changed${options.follow ? '' : ' (--fix changes them, too)'}`
    return {
      json: { fit: changed, ruled, ...movedJson(moved, dryRun) },
      text: [kept, movedText(moved, dryRun)].filter(Boolean).join('\n'),
    }
  } catch (error) {
    if (faults.length === 0) throw error
    return {
      json: {
        problems: faults.map(({ path: [service, of, currency], message }) => ({
          service,
          of,
          currency,
          reason: message,
        })),
      },
      text: faults.slice(0, 50).map(faultText).join('\n'),
      refusal: new Refusal(
        'invalid_input',
        `${counted(faults.length, 'price')} would be none, nothing was written`,
      ),
    }
  }
}
