import pg from 'pg'
import { afterAll, expect, test } from 'vitest'
import { fillAccount } from '../../bench/filled-account.ts'
import { connectionSettings, openSession, STEADY_PLANS } from '../../src/database/connection-settings.ts'
import { newAccount, newService } from '../orders/orders.fixtures.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { compileBuilt } from './built-statements.ts'
import { readStatements } from './source-statements.ts'
import { HOT } from './tables.ts'

// A plan of a hot statement is made once for each connection and kept. It must read what the statement names, and not all that an account has,
// whatever the tables held when it was made.

interface PlanNode {
  'Node Type': string
  'Relation Name'?: string
  'Index Name'?: string
  'Index Cond'?: string
  Plans?: PlanNode[]
}

/** HOT_STATEMENTS run for every order, poll or page of a buyer; people's own reads and sweeps may read more. */
const HOT_STATEMENTS =
  /^src\/(orders\/(place|follow|read\/(order|summ))|fulfilment\/(ask|dispatch|outcome)|ledger\/(wallets|entries|transfers))/
/** OPEN_ITEMS are indexes of what is open, not of what an account has. */
const OPEN_ITEMS = /^(items_to_send|items_to_poll|attempts_to_recheck|wallets_pkey)$/

const { raw, built } = readStatements()
const hot = [...raw, ...(await compileBuilt(built))].filter(
  ({ where, text }) => HOT_STATEMENTS.test(where) && !/^\s*set\b/.test(text),
)

let database: TestDatabase
let client: pg.Client
afterAll(async () => {
  await client.end()
  await database.drop()
})

/** `wholeAccounts` gives the scans of a plan that read all rows of a hot table, or of an account in it, and that no limit ends. */
function wholeAccounts(node: PlanNode, isLimited = false): string[] {
  const { 'Relation Name': table, 'Index Name': index, 'Index Cond': condition = '', Plans = [] } = node
  // A limit ends what is read in the order of an index, not what must first be sorted or joined by a loop over all of it.
  const limited =
    node['Node Type'] === 'Limit' || (isLimited && !/Sort|Aggregate|Join|Nested/.test(node['Node Type']))
  const isOfAccount = /^\(account_id = [^)]+\)+$/.test(condition)
  const isHot = table !== undefined && (HOT.includes(table) || /^(requests|order_events)_/.test(table))
  const isWhole = isHot && !OPEN_ITEMS.test(index ?? '') && (condition === '' || isOfAccount)
  const isScan = isWhole && /Scan/.test(node['Node Type']) && !/Bitmap Heap|Tid/.test(node['Node Type'])
  return [
    ...(isScan && !limited ? [`${node['Node Type']} of ${table} by ${index ?? 'none'} ${condition}`] : []),
    ...Plans.flatMap((child) => wholeAccounts(child, limited)),
  ]
}

async function plansThatReadWholeAccounts(): Promise<string[]> {
  const found: string[] = []
  for (const { where, text } of hot) {
    const { rows } = await client.query(`explain (generic_plan, format json) ${text}`)
    const scans = wholeAccounts(rows[0]['QUERY PLAN'][0].Plan)
    found.push(...scans.map((scan) => `${where}: ${scan}`))
  }
  return found
}

test('no plan of a hot statement reads a whole account: with empty tables, young ones, and large ones', async () => {
  database = await testDatabase()
  client = new pg.Client({ ...connectionSettings(database.address, STEADY_PLANS), pipeline: false })
  await client.connect()
  await openSession(client, STEADY_PLANS)
  expect(hot.length).toBeGreaterThan(50)
  expect(await plansThatReadWholeAccounts(), 'empty').toEqual([])
  const filling = {
    ...{ serviceId: (await newService(database.sql)).id, itemsPerOrder: 1 },
    ...{ from: new Date('2026-10-01T00:00:00Z'), to: new Date('2026-11-01T00:00:00Z') },
  }
  for (const orders of [100, 10_000]) {
    await fillAccount(database.sql, {
      accountId: await newAccount(database.sql, 0n),
      orders,
      ...filling,
    })
    expect(await plansThatReadWholeAccounts(), `${orders} orders`).toEqual([])
  }
  // Tables that are empty until somebody asks a question stay as they are.
  await database.owner`analyze orders, items, attempts, ledger_entries, order_keys, wallets`
  expect(await plansThatReadWholeAccounts(), 'analysed').toEqual([])
})

test('and with one account that has everything', async () => {
  await database.owner`truncate orders, items, attempts, order_keys, requests`
  await database.owner`alter table ledger_entries disable trigger user`
  await database.owner`truncate ledger_entries`
  await fillAccount(database.sql, {
    accountId: await newAccount(database.sql, 0n),
    ...{ serviceId: (await newService(database.sql)).id, orders: 10_000, itemsPerOrder: 1 },
    ...{ from: new Date('2026-10-01T00:00:00Z'), to: new Date('2026-11-01T00:00:00Z') },
  })
  expect(await plansThatReadWholeAccounts(), 'new').toEqual([])
  // PostgreSQL analyses them by itself, one after the other.
  for (const table of ['orders', 'order_keys', 'items', 'attempts', 'ledger_entries', 'wallets']) {
    await database.owner.unsafe(`analyze ${table}`)
    expect(await plansThatReadWholeAccounts(), table).toEqual([])
  }
})
