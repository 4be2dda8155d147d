import { type Command, InvalidArgumentError, Option } from 'commander'
import { findAccount } from '../accounts/accounts.ts'
import { listPrices, type PriceKey, removePrice, setPrice } from '../catalogue/prices.ts'
import type { Sql } from '../database/database.ts'
import { withDatabase } from './connection.ts'
import { type Answer, answering } from './output.ts'
import { withOptionNames } from './service-options.ts'
import { priceJson, priceTable } from './service-sheet.ts'

export function register(program: Command): void {
  const price = program.command('price').description('prices: set, list, remove')
  addKey(price.command('set'))
    .description(
      'the price of a service for everyone, for a price group, or for an account; the nearest wins',
    )
    .requiredOption('--price <amount>', 'of one item, such as 0.77')
    .option('--min-items <count>', 'the fewest items of an order', count)
    .option('--max-items <count>', 'the most items of an order', count)
    .action(answering(set))
  price
    .command('list')
    .description('every price of a service')
    .requiredOption('--service <id or code>')
    .action(answering(list))
  addKey(price.command('remove'))
    .description('take a price away; without one in its currency an account is not offered the service')
    .action(answering(remove))
}

interface KeyOptions {
  service: string
  currency: string
  account?: string
  group?: string
}

function addKey(command: Command): Command {
  return command
    .requiredOption('--service <id or code>', 'whose price it is')
    .requiredOption('--currency <code>', 'such as USD')
    .addOption(new Option('--account <id or username>', 'for this account only').conflicts('group'))
    .option('--group <price group>', 'for this price group only')
}

async function keyOf(sql: Sql, { service, currency, account, group }: KeyOptions): Promise<PriceKey> {
  return {
    service,
    currency,
    group,
    account: account === undefined ? undefined : (await findAccount(sql, account)).id,
  }
}

async function set(
  options: KeyOptions & { price: string; minItems?: number; maxItems?: number },
): Promise<Answer> {
  const { price, minItems, maxItems } = options
  const rule = await withOptionNames(() =>
    withDatabase(async ({ sql }) =>
      setPrice(sql, { ...(await keyOf(sql, options)), unitPrice: price, minItems, maxItems }),
    ),
  )
  return { json: priceJson(rule), text: priceTable([rule]) }
}

async function list({ service }: { service: string }): Promise<Answer> {
  const prices = await withDatabase(({ sql }) => listPrices(sql, service))
  return { json: prices.map(priceJson), text: priceTable(prices) }
}

async function remove(options: KeyOptions): Promise<Answer> {
  await withOptionNames(() => withDatabase(async ({ sql }) => removePrice(sql, await keyOf(sql, options))))
  return { json: { removed: true }, text: 'the price is removed' }
}

function count(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('a whole number.')
  return Number(text)
}
