import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { checkLedger } from '../../src/ledger/check.ts'
import type { AccountId } from '../../src/lib/ids.ts'
import { OperatorPostgres } from '../support/operator-postgres.ts'
import { cleanUp, poolOn, shopOn, start, until } from '../support/process.ts'
import { randomNumbers } from '../support/random.ts'
import { imei } from '../support/server.ts'
import { Receiver } from '../webhooks/receiver.ts'
import { newHook, SECRET_KEY } from '../webhooks/webhooks.fixtures.ts'

/** FAULTS are done to the database, by a seeded choice. */
const FAULTS = ['terminate the queue', 'terminate everyone', 'kill a backend', 'kill the postmaster'] as const
const COUNT = 30

let postgres: OperatorPostgres
let receiver: Receiver
beforeAll(async () => {
  postgres = await OperatorPostgres.start()
  receiver = await new Receiver().open()
})
afterAll(async () => {
  await receiver.close()
  await cleanUp()
  await postgres.kill()
})

test(`${COUNT} database faults under webhook load end no process and lose no order`, async () => {
  const random = randomNumbers(inject('seed'))
  const url = await postgres.create('faults')
  const settings = { OUTBOUND_ALLOW: '127.0.0.1', IMEIGATE_SECRET_KEY: SECRET_KEY, LOG_LEVEL: 'warn' }
  const server = start({ DATABASE_URL: url }, { ...settings, LOG_LEVEL: 'info' })
  const shop = await shopOn(server, url)
  const service = await shop.service()
  const { accountId, ...buyer } = await shop.shop({ deposit: '100000' })
  const { key } = await newHook(shop.sql, accountId as AccountId, receiver.url)
  const sql = poolOn(url)

  let stopped = false
  const acknowledged = new Set<string>()
  let serial = 0
  const load = Array.from({ length: 8 }, async () => {
    while (!stopped) {
      const answer = await shop
        .place({ ...buyer, accountId, ...key }, { ID: service, IMEI: imei(serial++) })
        .catch(() => undefined)
      const id = answer?.SUCCESS?.[0].REFERENCEID
      if (id !== undefined) acknowledged.add(String(id))
      else await new Promise((resolve) => setTimeout(resolve, 50))
    }
  })
  for (let n = 0; n < COUNT; n++) {
    const before = acknowledged.size
    await until('orders are placed', async () => {
      expect(server.child.exitCode, server.stdout).toBeNull()
      return acknowledged.size > before + 5
    })
    // The dangerous moments are those in which jobs end.
    await new Promise((resolve) => setTimeout(resolve, random() * 100))
    const fault =
      n === COUNT - 1 ? 'kill the postmaster' : FAULTS[Math.floor(random() * 100) % (n % 10 === 9 ? 4 : 3)]
    await inflict(fault as (typeof FAULTS)[number])
    expect(server.child.exitCode, `the server ended after ${fault}:\n${server.stdout}`).toBeNull()
  }
  stopped = true
  await Promise.all(load)
  // What was acknowledged is there, and money is right.
  const kept = await sql<{ id: bigint }[]>`select id from orders where account_id = ${accountId}`
  const ids = new Set(kept.map(({ id }) => String(id)))
  expect([...acknowledged].filter((id) => !ids.has(id))).toEqual([])
  expect((await checkLedger(sql)).filter(({ ok }) => !ok)).toEqual([])
  // The queue goes on: a new webhook, which no earlier failure makes wait, is told of a new order from its beginning to its end.
  const { key: newKey } = await newHook(shop.sql, accountId as AccountId, receiver.url)
  const last = await shop.place({ ...buyer, accountId, ...newKey }, { ID: service, IMEI: imei(serial++) })
  const lastId = Number(last.SUCCESS[0].REFERENCEID)
  await until('the last order is told', () =>
    receiver.arrivals.some(({ order }) => order.order_id === lastId && order.status === 'success'),
  )
  expect(server.child.exitCode).toBeNull()
  expect(await server.stop(), server.stdout).toEqual({ code: 0, signal: null })
  const fatal = server.log().filter(({ level }) => level >= 60)
  expect(fatal).toEqual([])

  async function inflict(fault: (typeof FAULTS)[number]): Promise<void> {
    if (fault === 'kill the postmaster') {
      await postgres.kill()
      await postgres.start()
    } else if (fault === 'kill a backend') {
      const rows = await sql<{ pid: number }[]>`
        select pid from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid() order by random() limit 1`.catch(
        () => [],
      )
      if (rows[0]) process.kill(rows[0].pid, 'SIGKILL')
    } else {
      await sql`
        select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid()
           and (${fault === 'terminate everyone'} or query like '%graphile_worker%')`.catch(() => {})
    }
    await until('the database is back', () =>
      sql`select 1`.then(
        () => true,
        () => false,
      ),
    )
  }
}, 300_000)
