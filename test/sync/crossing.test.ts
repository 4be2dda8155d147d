import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { type FakeSupplier, startFakeSupplier } from '../../src/fake-supplier/server.ts'
import { imeigate } from '../support/command.ts'
import { settingsFor } from '../support/database-on.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { cleanUp, temporaryFolder } from '../support/process.ts'
import { randomNumbers } from '../support/random.ts'
import { inXml, makeTruths, shuffled, type Truth, writeList } from './made-up-list.ts'

/**
 * The shape of a real panel's list of 579 services, made up, is synced again and again, as it changes: what a service of ours costs and is
 * sold for is that of the same service of theirs, whatever came before.
 */
const random = randomNumbers(inject('seed'))
const folder = temporaryFolder()
const file = join(folder, 'list.json')
const keyFile = join(folder, 'key')
let database: TestDatabase
let panel: FakeSupplier
let truths = makeTruths(random)

beforeAll(async () => {
  database = await testDatabase()
  panel = await startFakeSupplier({ port: 0, listFile: file })
  writeFileSync(keyFile, 'fake')
  await json('supplier', 'add', '--kind', 'dhru', '--name', 'P', '--url', panel.url, ...KEY)
  await json('supplier', 'sync', 'P', '--max-loss', '50')
  await json('rate', 'set', 'USD', 'IDR', '16000')
})
afterAll(async () => {
  await panel.stop()
  await database.drop()
  await cleanUp()
})
const KEY = ['--username', 'fake', '--apiaccesskey-file', keyFile]

async function json(...args: string[]) {
  const settings = {
    ...settingsFor(database.address),
    OUTBOUND_ALLOW: '127.0.0.0/8',
    IMEIGATE_SECRET_KEY: 'ab'.repeat(32),
  }
  const done = await imeigate([...args, '--json'], settings)
  expect([done.stderr, done.code]).toEqual(['', 0])
  return done.json()
}

/** `sync` has the panel send the truths as they are now, and gives the report. */
async function sync(now: Truth[], ...options: string[]) {
  truths = now
  const list = writeList(random, now)
  // Some days the panel answers in XML.
  writeFileSync(file, random() < 0.3 ? inXml(list) : list)
  return await json('supplier', 'sync', 'P', '--apply', ...options)
}

const sold = ({ type, cents }: Truth): boolean => type !== 'FILE' && cents !== null
const nameOf = ({ type, id }: Truth): string => `${type} ${id}`

/** `costs` gives what each service of theirs costs by our routes that lead there, and what it is sold for. */
async function costs(): Promise<Record<string, string>> {
  const rows = await database.sql<Record<'type' | 'id' | 'name' | 'cost' | 'usd' | 'idr', string>[]>`
    select k.type, split_part(k.remote_id, ':', 1) as id, v.name, r.cost::text as cost, u.unit_price::text as usd,
           i.unit_price::text as idr
      from supplier_routes r
      join supplier_services k on k.supplier_id = r.supplier_id and k.remote_id = r.remote_service
      join services v on v.id = r.service_id
      left join prices u on u.service_id = v.id and u.currency = 'USD'
      left join prices i on i.service_id = v.id and i.currency = 'IDR'
     where r.available`
  const all = rows.map((row) => [`${row.type} ${row.id}`, [row.name, row.cost, row.usd, row.idr].join(' | ')])
  expect(new Set(all.map(([name]) => name)).size).toBe(all.length)
  return Object.fromEntries(all)
}

/** `wanted` is the same by the truths; `held` has costs that stand though the list has others. */
const wanted = (
  names = new Map<string, string>(),
  held = new Map<string, number>(),
): Record<string, string> =>
  Object.fromEntries(
    truths.filter(sold).map((truth) => {
      const micros = (held.get(nameOf(truth)) ?? truth.cents ?? 0) * 10_000
      const usd = Math.ceil((micros * 1.25) / 10_000) * 10_000
      const idr = Math.ceil((micros * 16_000 * 1.5) / 1_000_000) * 1_000_000
      return [nameOf(truth), [names.get(nameOf(truth)) ?? truth.name, micros, usd, idr].join(' | ')]
    }),
  )

/** `names` are those that our services got when they were imported. */
let names: Map<string, string>

it('is imported in two currencies, without what is in doubt or takes files, which are named', async () => {
  writeFileSync(file, writeList(random, truths))
  const preview = await json('supplier', 'sync', 'P', '--all', '--percent', '25')
  expect(preview.listed).toBe(truths.filter(sold).length)
  const unsold = truths.filter((truth) => !sold(truth))
  expect(preview.left_out).toHaveLength(unsold.length)
  for (const { said, cents, type } of unsold) {
    if (cents === null && type !== 'FILE' && said) {
      expect(preview.left_out.some(({ reason }: { reason: string }) => reason.endsWith(`: ${said}`))).toBe(
        true,
      )
    }
  }
  expect(await costs()).toEqual({})
  const report = await sync(truths, '--all', '--percent', '25')
  expect(report).toMatchObject({ imported: truths.filter(sold).length, skipped: [], jumps: [] })
  await sync(truths, '--all', '--percent', '50', '--currency', 'IDR')
  names = new Map(truths.map((truth) => [nameOf(truth), truth.name]))
  expect(await costs()).toEqual(wanted())
})

const repriced = (factor: (truth: Truth) => number): Truth[] =>
  truths.map((truth) => ({
    ...truth,
    cents: truth.cents === null ? null : Math.round(truth.cents * factor(truth)),
  }))
const byGroup = (list: Truth[]): Truth[] => {
  const groups = shuffled(random, Map.groupBy(list, ({ group }) => group).values())
  return groups.flatMap((group) => shuffled(random, group))
}

it.each<[string, () => Truth[]]>([
  ['as it was', () => truths],
  ['in another order', () => byGroup(truths)],
  ['backwards', () => truths.toReversed()],
  ['by type, servers first', () => truths.toSorted((a, b) => b.type.localeCompare(a.type))],
  ['by name', () => truths.toSorted((a, b) => a.name.localeCompare(b.name))],
  ['a fifth dearer', () => repriced(() => 1.2)],
  ['a fifth cheaper, in another order', () => byGroup(repriced(() => 0.8))],
  ['up and down', () => byGroup(repriced(() => 0.75 + random() * 0.5))],
  ['with the prices of one type only', () => repriced(({ type }) => (type === 'SERVER' ? 1.25 : 1))],
  ['without a tenth', () => truths.filter((_, index) => index % 10 !== 3)],
  [
    'without the services of one type whose id another has',
    () => {
      const twice = new Set(truths.filter(({ type }) => type === 'SERVER').map(({ id }) => id))
      return truths.filter(({ type, id }) => !(type === 'IMEI' && twice.has(id) && id % 2 === 0))
    },
  ],
  [
    'with names moved to other services',
    () => truths.map((truth, index) => ({ ...truth, name: truths.at(index - 1)?.name ?? truth.name })),
  ],
  [
    'with services of further types under known ids',
    () =>
      byGroup([
        ...truths,
        ...truths
          .filter(
            ({ type, id }) =>
              type === 'IMEI' &&
              id % 7 === 0 &&
              // Neither is one by now, nor was one in an earlier list.
              !names.has(`REMOTE ${id}`),
          )
          .map((truth, index) => ({
            ...truth,
            type: 'REMOTE' as const,
            group: 'REMOTE more',
            name: `More ${truth.id}`,
            cents: 900_001 + index,
          })),
      ]),
  ],
])('no price crosses over in a list that comes %s', async (_, change) => {
  const known = new Set(Object.keys(await costs()))
  const report = await sync(change())
  expect(report).toMatchObject({ outcome: 'ok', jumps: [], imported: 0, kept: 0, unpriced: 0 })
  const now = await costs()
  const expected = wanted(names)
  expect(now).toEqual(Object.fromEntries(Object.entries(expected).filter(([name]) => name in now)))
  // What was sold and is listed is sold still.
  for (const name of known) if (name in expected) expect(now[name]).toBe(expected[name])
})

it('of costs that jump and others that do not, the first stand and the others are followed', async () => {
  const before = new Map(truths.map((truth) => [nameOf(truth), truth.cents ?? 0]))
  const now = Object.keys(await costs())
  const jumping = new Set(shuffled(random, now).slice(0, 12))
  const report = await sync(
    byGroup(repriced((truth) => (jumping.has(nameOf(truth)) ? (truth.id % 2 ? 10 : 0.1) : 1.1))),
  )
  expect(report.jumps).toHaveLength(12)
  const held = new Map([...before].filter(([name]) => jumping.has(name)))
  const expected = wanted(names, held)
  expect(await costs()).toEqual(Object.fromEntries(now.map((name) => [name, expected[name]])))
  await sync(byGroup(truths), '--accept-jump', 'all')
  const after = wanted(names)
  expect(await costs()).toEqual(Object.fromEntries(now.map((name) => [name, after[name]])))
})
