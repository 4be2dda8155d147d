import { type Command, InvalidArgumentError, Option } from 'commander'
import { findAccount } from '../accounts/accounts.ts'
import { listPrices, type PriceKey, removePrice, setPrice } from '../catalogue/prices.ts'
import type { Sql } from '../database/database.ts'
import { formatMicros, formatMoney } from '../lib/money.ts'
import { type PriceChange, priceHistory } from '../sync/price-history.ts'
import { withDatabase } from './connection.ts'
import { withOptionNames } from './option-names.ts'
import { type Answer, answering, table } from './output.ts'
import { serviceOptionOf } from './service-options.ts'
import { priceJson, priceTable } from './service-view.ts'

export function register(program: Command): void {
  const price = program.command('price').description('prices: set, list, history, remove')
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
  price
    .command('history')
    .description('what a service was sold for and what it cost us, and who changed it; the newest first')
    .argument('<service>', 'id or code')
    .option('--limit <count>', 'how many changes', count, 100)
    .action(answering(history))
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
  const rule = await withOptionNames(serviceOptionOf, () =>
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

async function history(service: string, { limit }: { limit: number }): Promise<Answer> {
  const changes = await withDatabase(({ sql }) => priceHistory(sql, service, { limit }))
  const decimal = (amount: PriceChange['newAmount']) => (amount === null ? null : formatMicros(amount))
  const money = (amount: PriceChange['newAmount'], currency: string) =>
    amount === null ? null : formatMoney(amount, currency)
  return {
    json: changes.map((change) => ({
      at: change.at,
      what: change.what,
      supplier: change.supplier,
      remote_service: change.remoteId,
      account: change.accountId,
      group: change.group,
      currency: change.currency,
      old: decimal(change.oldAmount),
      new: decimal(change.newAmount),
      actor: change.actor,
    })),
    text: table(
      ['at', 'what', 'of', 'old', 'new', 'by'],
      changes.map((change) => [
        change.at,
        change.what,
        holderOf(change),
        money(change.oldAmount, change.currency),
        money(change.newAmount, change.currency),
        change.actor,
      ]),
      { right: ['old', 'new'] },
    ),
  }
}

function holderOf({ what, supplier, remoteId, accountId, group }: PriceChange): string {
  if (what === 'cost') return `${supplier} ${remoteId}`
  if (accountId !== null) return `account ${accountId}`
  return group === null ? 'everyone' : `group ${group}`
}

async function remove(options: KeyOptions): Promise<Answer> {
  await withOptionNames(serviceOptionOf, () =>
    withDatabase(async ({ sql }) => removePrice(sql, await keyOf(sql, options))),
  )
  return { json: { removed: true }, text: 'the price is removed' }
}

function count(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('a whole number.')
  return Number(text)
}
