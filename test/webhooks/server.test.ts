import { pino } from 'pino'
import { afterEach, expect, it } from 'vitest'
import { startServer } from '../../src/app/server.ts'
import { readConfig } from '../../src/config.ts'
import type { AccountId } from '../../src/lib/ids.ts'
import { testDatabase } from '../support/postgres.ts'
import { imei, TestServer, testServer } from '../support/server.ts'
import { Receiver } from './receiver.ts'
import { expectSigned, newHook, SECRET_KEY } from './webhooks.fixtures.ts'

let server: TestServer | undefined
const receivers: Receiver[] = []
afterEach(async () => {
  await Promise.all(receivers.splice(0).map((one) => one.close()))
  await server?.stop()
})

it('an order over the wire is told to its own key’s endpoint, whatever others do with theirs', async () => {
  server = await testServer({ OUTBOUND_ALLOW: '127.0.0.0/8' })
  const { accountId, ...shop } = await server.shop()
  const service = await server.service()
  const hooks = []
  for (let n = 0; n < 4; n++) {
    const receiver = await new Receiver().open()
    // All but the last say nothing: each holds what it is sent for 15 seconds.
    if (n < 3) receiver.react = () => 'silence'
    receivers.push(receiver)
    const hook = await newHook(server.sql, accountId as AccountId, receiver.url)
    hooks.push(hook)
    const { securityId, secret } = hook.key
    const placed = await server.place(
      { ...shop, accountId, securityId, secret },
      { ID: service, IMEI: imei(n) },
    )
    expect(placed.SUCCESS).toBeDefined()
  }
  const [last] = receivers.slice(-1) as [Receiver]
  await expect.poll(() => last.arrivals.map(({ order }) => order.status)).toEqual(['pending', 'success'])
  for (const arrival of last.arrivals) expectSigned(arrival, hooks.at(-1) as (typeof hooks)[0])
  const silent = receivers.slice(0, -1)
  await expect.poll(() => silent.map(({ arrivals }) => arrivals.length)).toEqual([1, 1, 1])

  const figures = await (await fetch(`${server.url}/metrics`)).text()
  expect(figures).toContain('imeigate_webhook_events_waiting 6')
})

it('what happened before there was any worker is told by the first as soon as it starts', async () => {
  const receiver = await new Receiver().open()
  receivers.push(receiver)
  const database = await testDatabase()
  const log = pino({ level: 'silent' })
  const run = (role: 'api' | 'worker') => {
    const settings = {
      PORT: '0',
      IMEIGATE_SECRET_KEY: SECRET_KEY,
      OUTBOUND_ALLOW: '127.0.0.1',
      IMEIGATE_ROLE: role,
    }
    return startServer(readConfig(settings), database.access, log)
  }
  server = new TestServer(await run('api'), database)
  const { accountId, ...shop } = await server.shop()
  const service = await server.service()
  const { key } = await newHook(server.sql, accountId as AccountId, receiver.url)
  await server.place({ ...shop, accountId, ...key }, { ID: service, IMEI: imei(1) })
  await server.sql`update orders set state = 'processing'`
  const worker = await run('worker')
  await expect.poll(() => receiver.arrivals.map(({ order }) => order.status)).toEqual(['pending', 'success'])
  await worker.stop()
})
