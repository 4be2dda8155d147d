import { join } from 'node:path'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { type FakeSupplier, startFakeSupplier } from '../../src/fake-supplier/server.ts'
import type { AccountId } from '../../src/lib/ids.ts'
import { Sealer } from '../../src/secrets/sealer.ts'
import { addRoute } from '../../src/supplier-routes/routes.ts'
import { createSupplier } from '../../src/suppliers/suppliers.ts'
import { OperatorPostgres } from '../support/operator-postgres.ts'
import { cleanUp, Program, poolOn, shopOn, start, temporaryFolder } from '../support/process.ts'
import { randomNumbers } from '../support/random.ts'
import { until } from '../support/until.ts'
import { Receiver } from '../webhooks/receiver.ts'
import { newHook, SECRET_KEY } from '../webhooks/webhooks.fixtures.ts'
import { violationsOf } from './torture/audit.ts'
import { countOf, faults, moreIsPlaced, pause, type Scene, stopPeer } from './torture/faults.ts'
import { type Buyer, Load } from './torture/load.ts'

const STOPPED = 'peer stopped'
/** SECONDS is how long faults are done; without it each is done once or a few times. */
const SECONDS = Number(process.env['TORTURE_SECONDS'] ?? 0)
/** SHORT is the run without it: a peer is stopped in its middle, and goes on after its end. */
const SHORT = [
  ...Object.keys(faults).filter((name) => name !== STOPPED),
  'queue terminated',
  'everyone terminated',
  'backend killed',
  'backend killed',
  'queue terminated',
]
const CLIENTS = 8
const PEERS = 2

let postgres: OperatorPostgres
let receiver: Receiver
let fake: FakeSupplier
let log: string
beforeAll(async () => {
  postgres = await OperatorPostgres.start()
  receiver = await new Receiver().open()
  log = join(temporaryFolder(), 'supplier.log')
  fake = await startFakeSupplier({ port: 0, log, logAsked: false, delayMs: 20, finishMs: 300 })
})
afterAll(async () => {
  await receiver.close()
  await fake.stop()
  await cleanUp()
  await postgres.kill()
})

test('whatever happens to the database and to a peer, no promise is broken and no process ends by itself', async () => {
  const random = randomNumbers(inject('seed'))
  const url = await postgres.create('torture')
  const settings = {
    OUTBOUND_ALLOW: '127.0.0.0/8',
    IMEIGATE_SECRET_KEY: SECRET_KEY,
    UNROUTED_SERVICES: 'wait',
  }
  const startPeers = async (): Promise<Scene['peers']> => {
    const programs = Array.from({ length: PEERS }, () => start({ DATABASE_URL: url }, settings))
    return await Promise.all(
      programs.map(async (program) => ({ program, shop: await shopOn(program, url), isStopped: false })),
    )
  }
  const sql = poolOn(url)
  const peers = await startPeers()
  const buyers = await openShop(peers[0] as Scene['peers'][0])
  const load = new Load(() => scene.peers, random)
  const scene: Scene = { postgres, sql, peers, load, buyers, random, isLong: SECONDS > 0 }
  const told = new Map<string, { times: number; gapMs: number }>()
  const alive = (): void => {
    for (const { program } of scene.peers)
      expect(program.child.exitCode, program.stdout.slice(-4000)).toBeNull()
  }

  const endAt = performance.now() + SECONDS * 1000
  const left = shuffled(SHORT, random)
  load.start(buyers, CLIENTS)
  const note = (name: string): void => {
    const { times, gapMs } = told.get(name) ?? { times: 0, gapMs: 0 }
    told.set(name, { times: times + 1, gapMs: Math.max(gapMs, load.longestGapMs) })
    load.beginGap()
  }
  let resume: (() => Promise<void>) | undefined
  while (left.length > 0 || performance.now() < endAt) {
    if (SECONDS === 0 && left.length === SHORT.length >> 1) {
      resume = await stopPeer(scene)
      note(STOPPED)
    }
    const name = left.pop() ?? (shuffled(Object.keys(faults), random)[0] as string)
    await moreIsPlaced(scene)
    await pause(random() * 100)
    load.beginGap()
    await faults[name]?.(scene)
    await moreIsPlaced(scene, 1)
    alive()
    note(name)
  }
  await resume?.()
  await load.stop()
  await settled(scene)

  // A backup is restored while nothing is under way: what came after it is gone, and its numbers are not given again.
  await postgres.kill()
  postgres.backUp()
  await postgres.start()
  const known = new Map(load.acknowledged)
  load.start(buyers, CLIENTS)
  await moreIsPlaced(scene)
  await load.stop()
  await settled(scene)
  const gone = [...load.acknowledged.entries()].filter(([imei]) => !known.has(imei))
  const logs = scene.peers.map(({ program }) => program)
  for (const program of logs)
    expect(await program.stop(), program.stdout.slice(-4000)).toEqual({ code: 0, signal: null })
  await postgres.kill()
  postgres.restore()
  await postgres.start()
  const migrated = await new Program(['migrate', '--restored'], { DATABASE_URL: url }).ended
  expect(migrated.code).toBe(0)
  for (const [imei] of gone) load.acknowledged.delete(imei)
  scene.peers = await startPeers()
  load.start(buyers, CLIENTS)
  await moreIsPlaced(scene)
  await load.stop()
  await settled(scene)
  const numbers = new Set([...load.acknowledged.values()])
  const violations = await violationsOf(sql, { acknowledged: load.acknowledged, log })
  for (const [imei, id] of gone)
    if (numbers.has(id)) violations.push(`the number of ${imei}, ${id}, was given again`)

  // What was to be told goes on: a new webhook hears of a new order from its beginning to its end.
  const { key } = await newHook(sql, buyers[0]?.shop.accountId as AccountId, receiver.url)
  const buyer = { ...(buyers[0] as Buyer), key }
  load.start([buyer], 1)
  await moreIsPlaced(scene, 1)
  await load.stop()
  const lastId = Number([...load.acknowledged.values()].at(-1))
  await until('the last order is told', () =>
    receiver.arrivals.some(({ order }) => order.order_id === lastId && order.status === 'success'),
  )
  alive()
  const deaths = [...logs, ...scene.peers.map(({ program }) => program)].flatMap((program) =>
    program.log().filter(({ level }) => level >= 60),
  )
  const kinds = [...told].map(
    ([name, { times, gapMs }]) =>
      `  ${name}: ${times}, at most ${(gapMs / 1000).toFixed(1)} s without an acknowledgement`,
  )
  process.stdout.write(
    `torture, seed ${inject('seed')}: ${load.requests} requests, ${load.acknowledged.size} orders acknowledged, ` +
      `violations ${violations.length}, self-deaths ${deaths.length}\n${kinds.join('\n')}\n  backup restored: 1\n`,
  )
  expect(violations).toEqual([])
  expect(deaths).toEqual([])
  expect([...load.surprises]).toEqual([])
  for (const { program } of scene.peers) expect(await program.stop()).toEqual({ code: 0, signal: null })

  async function openShop({ shop }: Scene['peers'][0]): Promise<Buyer[]> {
    const services: string[] = []
    for (const name of ['panel', 'strict']) {
      await createSupplier(shop.sql, new Sealer(Buffer.from(SECRET_KEY, 'hex')), {
        ...{ kind: 'dhru', name, url: fake.url, concurrency: 32 },
        settings: { username: 'torture', recheck: [] },
        secrets: { apiaccesskey: 'torture-key' },
      })
      const service = await shop.service({ supplier: undefined, minPollSeconds: 1, maxPollSeconds: 2 })
      await addRoute(shop.sql, { service, supplier: name, remoteService: '101' })
      services.push(service)
    }
    return await Promise.all(
      services.map(async (service) => {
        const one = await shop.shop({ deposit: '1000000' })
        const { key } = await newHook(shop.sql, one.accountId as AccountId, receiver.url)
        return { shop: one, key, service }
      }),
    )
  }
}, 4_000_000)

/** `settled` waits until nothing is under way; of what is unknown the supplier is asked in half a minute, or a person looks at it. */
async function settled({ sql }: Scene): Promise<void> {
  const open = "items where state in ('pending', 'processing')"
  await until('nothing is under way', async () => (await countOf(sql, open)) === 0)
}

function shuffled<T>(list: readonly T[], random: () => number): T[] {
  return list
    .map((one) => [random(), one] as const)
    .sort(([a], [b]) => a - b)
    .map(([, one]) => one)
}
