import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, inject, test } from 'vitest'
import type { Service } from '../../src/catalogue/service.ts'
import { faults } from '../../src/fake-supplier/faults.ts'
import type { KeptLine } from '../../src/fake-supplier/log.ts'
import { systemClock } from '../../src/lib/time.ts'
import { Sealer } from '../../src/secrets/sealer.ts'
import { addRoute } from '../../src/supplier-routes/routes.ts'
import { createSupplier } from '../../src/suppliers/suppliers.ts'
import {
  brokenPromises,
  input,
  newAccount,
  newService,
  openPlacement,
  purchase,
} from '../orders/orders.fixtures.ts'
import { settingsFor } from '../support/database-on.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { cleanUp, Program, start, temporaryFolder } from '../support/process.ts'
import { randomNumbers } from '../support/random.ts'
import { imei } from '../support/server.ts'
import { PATIENCE_MS, until } from '../support/until.ts'

/** ITEMS are half ordinary ones; how many meet each fault does not depend on it. CHAOS_ITEMS asks for more. */
const ITEMS = Number(process.env['CHAOS_ITEMS'] ?? 3_000)
const WORKERS = 3
/** `BETWEEN_KILLS` is about how many items are sent from one kill to the next. */
const BETWEEN_KILLS = ITEMS / 12
const KEY = 'a5'.repeat(32)
/** `OF_A_FAULT` items meet each fault at each supplier; fewer meet those that hold up a call for long. */
const OF_A_FAULT = 30
const OF_A_SLOW_FAULT = 8
const SLOW = ['00100201', '00100216', '00100217']
/** `ENDLESS` faults never come to an end by themselves: the item is waited for, or asked about, for ever. */
const ENDLESS = ['00100211', '00100214', '00100215', '00100220']

const random = randomNumbers(inject('seed'))

let database: TestDatabase | undefined
afterEach(async () => {
  await cleanUp()
  await database?.drop()
})

/** `panels` are one as most are, one that honours idempotency keys as another imeigate does, and one that refuses duplicates. */
const panels = [
  { name: 'plain', args: [], settings: {} },
  { name: 'keys', args: ['--idempotency'], settings: {} },
  { name: 'strict', args: ['--refuse-duplicates'], settings: { refuses_duplicates: true } },
]

interface Upstream {
  name: string
  log: string
  service: Service
  inputs: string[]
}

test('thousands of items over all faults, by workers that are killed throughout', {
  timeout: 4 * PATIENCE_MS,
}, async () => {
  database = await testDatabase()
  const { sql, address } = database
  const folder = temporaryFolder()
  const upstreams = await Promise.all(panels.map((panel, index) => open(panel, index, folder)))
  const account = await newAccount(sql, 10_000_000_000n)

  const settings = {
    ...settingsFor(address),
    IMEIGATE_ROLE: 'worker',
    IMEIGATE_SECRET_KEY: KEY,
    OUTBOUND_ALLOW: '127.0.0.0/8',
    LOG_LEVEL: 'silent',
  }
  const workers = Array.from({ length: WORKERS }, () => start(settings))
  const { placement, close } = openPlacement(database, systemClock)
  const orders = upstreams.flatMap(({ service, inputs }) => inputs.map((one) => ({ service, one })))
  shuffle(orders)
  const placing = (async () => {
    for (let at = 0; at < orders.length; at += 1000) {
      await Promise.all(
        orders
          .slice(at, at + 1000)
          .map(({ service, one }, n) =>
            placement.place(purchase(account, service, at + n, { items: [input(service, one)] })),
          ),
      )
    }
  })()

  // Killed at random until all was sent: by what was sent meanwhile, since on a slow machine little is sent in a second.
  let kills = 0
  let sent = 0
  while (kills < 12 || sent < ITEMS) {
    const enough = Math.min(ITEMS, sent + BETWEEN_KILLS * (0.5 + random()))
    await until(
      'more is sent',
      async () => {
        const rows = await sql`select from items where state <> 'pending' or supplier_id is not null`
        sent = rows.length
        return sent >= enough
      },
      () => ({ kills, sent, enough }),
    )
    await new Promise((resolve) => setTimeout(resolve, random() * 200))
    const victim = kills % WORKERS
    await workers[victim]?.kill()
    workers[victim] = start(settings)
    kills++
  }
  await placing
  await close()

  // The last kill is of all at once. What they held is let go before anybody lives again; of rechecks and probes that would take a minute.
  await Promise.all(workers.map((worker) => worker.kill()))
  await sql`update items set due_at = now() where due_at > now()`
  await sql`update attempts set recheck_at = now(), recheck_lease = null where recheck_lease > now()`
  await sql`update supplier_health set probe_at = now() where probe_at > now()`
  for (const index of workers.keys()) workers[index] = start(settings)
  // What was asked about in vain would be asked about again after minutes. What is due after the longest lease is in nobody's hands.
  const sooner = async (): Promise<void> => {
    await sql`update items set due_at = now() where state = 'unknown' and due_at > now() + interval '20 seconds'`
    await sql`update attempts set recheck_at = now() where recheck_at > now() + interval '70 seconds'`
  }
  // Everything ends, or waits for a person, or was asked about in vain; what cannot end is under way, unless its worker died with it in
  // hand, and then it is asked about too. An ordinary item that
  // could not be asked about on a busy machine is asked again, and waited for.
  const stuck = async () =>
    await sql<{ input: string; state: string; due_at: Date }[]>`
    select i.input, i.state, i.due_at from items i
     where i.finished_at is null and (left(i.input, 8) <> all(${ENDLESS}::text[]) or i.state = 'unknown')
       and not exists (select from reviews v where v.account_id = i.account_id and v.order_id = i.order_id
                          and v.position = i.position and v.kind = 'unknown' and v.resolved_at is null)
       and not exists (select from attempts a where a.account_id = i.account_id and a.order_id = i.order_id
                          and a.position = i.position and a.state = 'unknown' and a.asked > 1
                          and left(i.input, 2) <> '35')`
  await until(
    'everything has ended or waits for a person',
    async () => {
      await sooner()
      return (await stuck()).length === 0
    },
    stuck,
  )
  // What only changes its mind later has done so, and a person is told.
  const changes = async () =>
    await sql<{ input: string }[]>`
    select i.input from reviews v join items i using (account_id, order_id, position) where v.kind = 'changed'`
  // One that had changed before it was first told to a worker that lived is none, nor one whose item still waited and went back to its
  // supplier.
  const changing = await sql`
    select from attempts a join items i using (account_id, order_id, position)
     where a.reference is not null
       and not exists (select from attempts n where n.account_id = a.account_id and n.order_id = a.order_id
                          and n.position = a.position and n.number > a.number)
       and (left(i.input, 8), a.state) in (('00100212', 'succeeded'), ('00100213', 'refused'))`
  await until(
    'changes of mind are shown',
    async () => {
      await sooner()
      return (await changes()).length === changing.length
    },
    async () => ({ shown: (await changes()).length, of: changing.length }),
  )
  expect(changing.length).toBeGreaterThan(0)
  await Promise.all(workers.map((worker) => worker.stop()))

  const rows = await sql<ItemRow[]>`
    select i.input, i.state, i.service_id, i.due_at is not null as looked_at, a.number as attempts, a.state as attempt,
           a.asked, exists (select from reviews v where v.account_id = i.account_id and v.order_id = i.order_id
                               and v.position = i.position and v.kind = 'unknown') as shown
      from items i left join lateral (
        select * from attempts a
         where a.account_id = i.account_id and a.order_id = i.order_id and a.position = i.position
         order by number desc limit 1) a on true`
  expect(rows).toHaveLength(ITEMS)
  const changed = new Set((await changes()).map(({ input }) => input))
  for (const { name, log, service } of upstreams) {
    const sold = readSales(log)
    for (const row of rows.filter(({ service_id }) => service_id === service.id)) {
      const what = `${name} ${row.input} ${row.state} ${row.attempt}`
      const sale = sold.get(row.input)
      expect(sale?.bought ?? 0, what).toBeLessThanOrEqual(1)
      if (row.state === 'success') expect(sale?.ends, what).toContain('delivered')
      // Given back: never bought, or the supplier gave it back too; a later change of its mind is shown to a person.
      if (row.state === 'failed' && sale) {
        expect(sale.ends, what).toContain('rejected')
        if (sale.ends.at(-1) === 'delivered') expect(changed.has(row.input), what).toBe(true)
      }
      if (row.state === 'unknown') expect(row.shown || row.asked > 1, what).toBe(true)
      expect(row.looked_at, what).toBe(!['success', 'failed', 'cancelled'].includes(row.state))
      // What ordinarily ends has ended, unless its worker died with it in hand and the panel cannot be asked.
      if (row.input.startsWith('35')) expect(row.state === 'success' || row.shown, what).toBe(true)
    }
  }
  expect(kills).toBeGreaterThanOrEqual(12)
  expect(await brokenPromises(sql)).toEqual([])
})

interface ItemRow {
  input: string
  state: string
  service_id: number
  looked_at: boolean
  attempts: number
  attempt: string
  asked: number
  shown: boolean
}

async function open(panel: (typeof panels)[0], index: number, folder: string): Promise<Upstream> {
  const { sql } = database as TestDatabase
  const log = join(folder, `${panel.name}.log`)
  const args = ['--port', '0', '--log', log, '--no-log-asked', '--finish-ms', '300', '--json', ...panel.args]
  const fake = new Program(['fake-supplier', ...args], {})
  const supplier = await createSupplier(sql, new Sealer(Buffer.from(KEY, 'hex')), {
    kind: 'dhru',
    name: panel.name,
    url: await fake.url(),
    settings: { username: 'storm', recheck: [5], ...panel.settings },
    secrets: { apiaccesskey: 'storm-key' },
    concurrency: 32,
  })
  const service = await newService(sql, {
    supplier: undefined,
    imeiFormat: 'imei-digits',
    minPollSeconds: 1,
    maxPollSeconds: 3,
  })
  await addRoute(sql, { service: `${service.id}`, supplier: panel.name, remoteService: '101' })
  expect(supplier.enabled).toBe(true)
  return { name: panel.name, log, service, inputs: inputsOf(index) }
}

/** `inputsOf` gives some inputs of each fault, and ordinary ones. No two suppliers get the same. */
function inputsOf(index: number): string[] {
  const faulty = faults.flatMap(({ tac }) => {
    const count = SLOW.includes(tac) ? OF_A_SLOW_FAULT : OF_A_FAULT
    return Array.from({ length: count }, (_, n) => imei(index * 1000 + n, tac))
  })
  const share = Math.floor(ITEMS / panels.length) + (index < ITEMS % panels.length ? 1 : 0)
  const ordinary = Array.from({ length: share - faulty.length }, (_, n) => imei(index * 10_000 + n))
  return [...faulty, ...ordinary]
}

interface Sale {
  bought: number
  /** `ends` is how it ended, and ended again. */
  ends: string[]
}

function readSales(log: string): Map<string, Sale> {
  const sales = new Map<string, Sale>()
  for (const text of readFileSync(log, 'utf8').trimEnd().split('\n')) {
    const line = JSON.parse(text) as KeptLine
    if (line.what === 'bought') {
      const sale = sales.get(line.input) ?? { bought: 0, ends: [] }
      sale.bought++
      sales.set(line.input, sale)
    } else if (line.what === 'delivered' || line.what === 'rejected')
      sales.get(line.input)?.ends.push(line.what)
    else if (line.what === 'changed') sales.get(line.input)?.ends.push(line.to)
  }
  return sales
}

function shuffle<T>(list: T[]): void {
  for (let at = list.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1))
    ;[list[at], list[other]] = [list[other] as T, list[at] as T]
  }
}
