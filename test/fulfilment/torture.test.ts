import { pino } from 'pino'
import { afterEach, expect, inject, test } from 'vitest'
import type { Service } from '../../src/catalogue/service.ts'
import { openPool, STEADY_PLANS } from '../../src/database/database.ts'
import { Fulfilment } from '../../src/fulfilment/fulfilment.ts'
import type { SupplierId } from '../../src/lib/ids.ts'
import { brokenPromises, input, newService } from '../orders/orders.fixtures.ts'
import { imei } from '../support/server.ts'
import { Workshop } from './fulfilment.fixtures.ts'
import { unsettled, violations } from './torture/audit.ts'
import { connected, panelsOf } from './torture/panels.ts'
import { Person } from './torture/person.ts'
import { Draw } from './torture/random.ts'
import { TortureServer } from './torture/server.ts'
import { Truth } from './torture/truth.ts'

const ITEMS = Number(process.env['TORTURE_ITEMS'] ?? 600)
const MAX_ROUNDS = 1_500
/** `DEAR` is a cost that leaves no margin; it is drawn in so many rounds. */
const DEAR = 1_000_000n
const DEAR_ROUNDS = 60
const seed = inject('seed')
/** `now` is the time of the shop, once there is one. */
let now = (): Date => new Date(0)
const truth = new Truth(() => now())
const panels = panelsOf({ truth, seed, clock: { now: () => now() } })

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

test(`${ITEMS} items over panels that go wrong in every way at random`, async () => {
  const shop = await Workshop.open()
  closing.push(() => shop.close())
  now = () => shop.clock.now()
  const server = await new TortureServer(
    new Map([...panels].map(([name, { handle }]) => [name, handle])),
    (what) => truth.count(what),
  ).start()
  closing.push(() => server.stop())
  const { services, suppliers, workers } = await open(shop, server.url)
  const backup = suppliers.get('backup') as SupplierId
  const person = new Person({ sql: shop.sql, truth, clock: shop.clock, seed })
  await place(shop, services)

  const draw = new Draw(seed, 'rounds')
  let round = 0
  for (; round < MAX_ROUNDS && (await unsettled(shop.sql)) > 0; round++) {
    await settle(server, workers)
    // What others refused waits while the backup is dear, and some say meanwhile that they have it after all.
    const cost = round < DEAR_ROUNDS && draw.chance(0.6) ? DEAR : null
    await shop.sql`update supplier_routes set cost = ${cost} where supplier_id = ${backup}`
    for (const purchase of truth.purchases) {
      if (purchase.told.has('rejected') && draw.chance(0.02))
        await draw.one(workers).askSoon(suppliers.get(purchase.panel) as SupplierId, purchase.reference)
    }
    if (round % 3 === 2) await person.decide()
    shop.clock.advance(1000 * Number(draw.weighted({ 2: 8, 8: 4, 31: 4, 121: 2, 601: 2, 3601: 1, 7201: 1 })))
    if (draw.chance(0.5)) server.letGo()
  }
  server.letGo()
  await settle(server, workers)
  await report(shop, round, server, person)
  expect(await violations(shop.sql, truth, ITEMS)).toEqual([])
  expect(await brokenPromises(shop.sql)).toEqual([])
}, 3_600_000)

async function open(
  shop: Workshop,
  url: string,
): Promise<{ services: Service[]; suppliers: Map<string, SupplierId>; workers: Fulfilment[] }> {
  const services: Service[] = []
  const ids = new Map<string, SupplierId>()
  for (const name of panels.keys()) {
    if (name === 'backup') continue
    const service = await newService(shop.sql, {
      supplier: undefined,
      minPollSeconds: 1,
      maxPollSeconds: 60,
      expirySeconds: 30 * 86_400,
    })
    ids.set(name, await shop.addSupplier(name, { service, position: 1 }))
    services.push(service)
  }
  // Half of the services have another supplier for what the first one refuses.
  const [first, ...others] = services
  ids.set('backup', await shop.addSupplier('backup', { service: first as Service, position: 2 }))
  for (const [index, { id }] of others.entries()) {
    if (index % 2 === 1)
      await shop.sql`insert into supplier_routes (service_id, supplier_id, position) values (${id}, ${ids.get('backup') as SupplierId}, 2)`
  }
  await shop.sql`update supplier_routes set remote_service = '101'`
  const workers = [1, 2].map(() => {
    const sql = openPool(shop.database.address, { max: 4, session: STEADY_PLANS })
    const suppliers = new Map(
      [...panels].map(([name, panel]) => [
        ids.get(name) as SupplierId,
        connected({ id: ids.get(name) as SupplierId, name, url: `${url}/${name}` }, panel, shop.clock, truth),
      ]),
    )
    const fulfilment = new Fulfilment({
      sql,
      directory: { current: async () => suppliers },
      clock: shop.clock,
      log: pino({ level: 'silent' }),
    })
    fulfilment.start()
    closing.push(async () => {
      await fulfilment.stop(0)
      await Promise.all([...suppliers.values()].map(({ supplier }) => supplier.close?.()))
      await sql.end({ timeout: 2 })
    })
    return fulfilment
  })
  return { services, suppliers: ids, workers }
}

/** `place` places orders of one to three items each. */
async function place(shop: Workshop, services: Service[]): Promise<void> {
  const draw = new Draw(seed, 'orders')
  const orders: { service: Service; inputs: string[] }[] = []
  for (let n = 0; n < ITEMS; ) {
    const count = Math.min(draw.one([1, 1, 2, 3]), ITEMS - n)
    orders.push({ service: draw.one(services), inputs: Array.from({ length: count }, (_, m) => imei(n + m)) })
    n += count
  }
  for (let at = 0; at < orders.length; at += 500) {
    const some = orders.slice(at, at + 500)
    await Promise.all(
      some.map(({ service, inputs }, n) =>
        shop.place(at + n, { service, items: inputs.map((one) => input(service, one)) }),
      ),
    )
  }
}

/** `settle` waits until nothing more happens before the clock is moved. */
async function settle(server: TortureServer, workers: Fulfilment[]): Promise<void> {
  let before: number
  do {
    before = server.requests
    await Promise.all(workers.map((one) => one.idle()))
    await server.heard()
    await Promise.all(workers.map((one) => one.idle()))
  } while (server.requests !== before)
}

/** `report` says what was answered, where somebody wants to know. */
async function report(shop: Workshop, rounds: number, server: TortureServer, person: Person): Promise<void> {
  if (process.env['TORTURE_ITEMS'] === undefined) return
  const resumed = await shop.sql`
    select from attempts a join attempts b using (account_id, order_id, position, supplier_id, reference) where b.number > a.number`
  const counts = [...truth.counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([what, count]) => `${String(count).padStart(7)}  ${what}`)
  const sums = `${ITEMS} items, seed ${seed}, ${rounds} rounds, ${server.requests} requests, ${truth.purchases.length} purchases, ${person.decided} decisions, ${resumed.length} given back to former suppliers`
  process.stdout.write(`${[sums, ...counts].join('\n')}\n`)
}
