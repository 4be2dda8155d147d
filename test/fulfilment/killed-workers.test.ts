import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, inject, test } from 'vitest'
import { LedgerReader } from '../../src/ledger/ledger-reader.ts'
import { systemClock } from '../../src/lib/time.ts'
import {
  brokenPromises,
  input,
  newAccount,
  newService,
  openPlacement,
  purchase,
} from '../orders/orders.fixtures.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { randomNumbers } from '../support/random.ts'
import { imei } from '../support/server.ts'
import { until } from './fulfilment.fixtures.ts'

const program = fileURLToPath(new URL('./worker-process.ts', import.meta.url))

let database: TestDatabase
let folder: string
let notes: string
const alive = new Set<ChildProcess>()
beforeEach(async () => {
  database = await testDatabase()
  folder = mkdtempSync(join(tmpdir(), 'imeigate-workers-'))
  notes = join(folder, 'notes')
  writeFileSync(notes, '')
})
afterEach(async () => {
  await Promise.all([...alive].map(kill))
  rmSync(folder, { recursive: true })
  await database.drop()
})

async function startWorkers(aheadMs: number, answered?: number): Promise<ChildProcess> {
  const settings = { address: database.address, notes, aheadMs, seed: inject('seed') + aheadMs, answered }
  const child = fork(program, [JSON.stringify(settings)], { execArgv: [] })
  alive.add(child)
  await new Promise((resolve) => child.once('message', resolve))
  return child
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve))
  if (child.exitCode === null && child.signalCode === null) {
    child.kill('SIGKILL')
    await gone
  }
  alive.delete(child)
}

test('workers killed at random moments send nothing twice and leave nothing undone', async () => {
  const { sql } = database
  const account = await newAccount(sql, 1_000_000n)
  const service = await newService(sql)
  const { placement, close } = openPlacement(database, systemClock)
  // Each life gets 100 items: 60 orders of one, 20 of two.
  const placeSome = (life: number): Promise<unknown> =>
    Promise.all(
      Array.from({ length: 80 }, (_, index) => {
        const n = life * 80 + index
        const imeis = index < 60 ? [imei(n)] : [imei(n), imei(n + 1000)]
        const items = imeis.map((one) => input(service, one))
        return placement.place(purchase(account, service, n, { items }))
      }),
    )
  const random = randomNumbers(inject('seed'))
  const noted = (): number => readFileSync(notes, 'utf8').split('\n').length
  const ended = async (): Promise<number> =>
    (await sql<{ n: number }[]>`select count(*)::int as n from items where finished_at is not null`)[0]?.n ??
    0

  // Every life is ended in the middle of its calls; the next begins when the leases of the dead are over.
  for (let life = 0; life < 5; life++) {
    const workers = await Promise.all([1, 2].map(() => startWorkers(life * 40_000, random() * 40)))
    const enough = noted() + random() * 100
    await placeSome(life)
    await until(() => noted() > enough)
    for (const one of workers) {
      await kill(one)
      await new Promise((resolve) => setTimeout(resolve, random() * 80))
    }
    expect(await ended()).toBeLessThan(100 * (life + 1))
  }
  await close()
  await startWorkers(5 * 40_000)
  const pending = async (): Promise<boolean> =>
    (await sql`select from items where state = 'pending'`).length > 0
  await until(async () => !(await pending()))
  // What was sent only now and lost its reply is asked about by workers a minute later.
  await startWorkers(7 * 40_000)
  await until(async () => (await ended()) === 500)

  const lines = readFileSync(notes, 'utf8').trimEnd().split('\n')
  const sent = lines.filter((line) => line.startsWith('send'))
  expect(new Set(sent).size).toBe(sent.length)
  // An attempt was made of each item, once.
  const attempts = await sql`select max(number) as most, count(*)::int as n from attempts`
  expect([...attempts]).toEqual([{ most: 1, n: 500 }])
  // The deaths did hit calls: more was asked about than what is answered late by itself.
  expect(lines.length).toBeGreaterThan(sent.length + 250)
  // The money tells what the supplier did.
  const rows = await sql<{ order_id: bigint; position: number; input: string; state: string }[]>`
    select order_id, position, input, state from items`
  for (const { order_id, position, input, state } of rows) {
    const took = sent.includes(`send ${order_id}-${position}-1`) && !/[45]$/.test(input)
    expect(state, `${order_id}-${position}`).toBe(took ? 'success' : 'failed')
  }
  const captured = BigInt(rows.filter(({ state }) => state === 'success').length) * 10n
  expect(await new LedgerReader(sql).wallet(account)).toMatchObject({
    available: 1_000_000n - captured,
    held: 0n,
  })
  expect(await brokenPromises(sql)).toEqual([])
})
