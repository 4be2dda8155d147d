import { pino } from 'pino'
import { afterEach, expect, inject, test } from 'vitest'
import type { Service } from '../../src/catalogue/service.ts'
import { openPool, STEADY_PLANS } from '../../src/database/database.ts'
import { Fulfilment } from '../../src/fulfilment/fulfilment.ts'
import { completeSettings } from '../../src/integrations/kit/kind.ts'
import { cekceir } from '../../src/integrations/suppliers/cekceir/index.ts'
import { dhru } from '../../src/integrations/suppliers/dhru/index.ts'
import { http } from '../../src/integrations/suppliers/http/index.ts'
import type { SupplierKind } from '../../src/integrations/suppliers/supplier-kind.ts'
import { orThrow } from '../../src/lib/fault.ts'
import type { SupplierId } from '../../src/lib/ids.ts'
import { GuardedOutbound } from '../../src/outbound/guarded.ts'
import type { Outbound } from '../../src/outbound/outbound.ts'
import type { ConnectedSupplier } from '../../src/suppliers/directory.ts'
import { brokenPromises, input, newService } from '../orders/orders.fixtures.ts'
import { imei } from '../support/server.ts'
import { until, Workshop } from './fulfilment.fixtures.ts'
import { unsettled, violations } from './torture/audit.ts'
import { TortureCekceir } from './torture/cekceir.ts'
import { TortureDhru } from './torture/dhru.ts'
import { TortureHttp } from './torture/http.ts'
import { FRONTS } from './torture/mishaps.ts'
import { Person } from './torture/person.ts'
import { Draw } from './torture/random.ts'
import { type Handler, TortureServer } from './torture/server.ts'
import { Truth } from './torture/truth.ts'

const ITEMS = Number(process.env['TORTURE_ITEMS'] ?? 1_000)
const MAX_ROUNDS = 1_500
/** `TIMEOUT_MS` is how long a request waits for its answer at most; who answers later is late. */
const TIMEOUT_MS = 1_200
const seed = inject('seed')
const truth = new Truth()

interface PanelKind {
  kind: SupplierKind
  settings: Record<string, unknown>
  secrets: Record<string, string>
  handle: Handler
}
const dhruAt = (
  name: string,
  traits: Partial<ConstructorParameters<typeof TortureDhru>[0]>,
  settings: Record<string, unknown> = {},
): [string, PanelKind] => [
  name,
  {
    kind: dhru,
    settings: {
      username: 'shop',
      recheck: [600, 7_200],
      front_statuses: traits.fronts ?? [],
      base64_results: traits.isBase64 ?? false,
      ...settings,
    },
    secrets: { apiaccesskey: 'SECRET-KEY' },
    handle: new TortureDhru({ name, honours: 'nothing', fronts: [], isBase64: false, ...traits }, truth, seed)
      .handle,
  },
]

const httpAt = (
  name: string,
  template: string,
  fronts: number[],
  settings: Record<string, unknown> = {},
): [string, PanelKind] => [
  name,
  {
    kind: http,
    settings: {
      template,
      recheck: template === 'order-poll' ? [600] : [],
      front_statuses: fronts,
      ...settings,
    },
    secrets: { key: 'the-key' },
    handle: new TortureHttp(name, fronts, truth, seed).handle,
  },
]
const cekceirAt = (name: string, idempotency: boolean, fronts: number[]): [string, PanelKind] => [
  name,
  {
    kind: cekceir,
    settings: { idempotency, items_per_order: 8, front_statuses: fronts },
    secrets: { api_key: 'id7.very-secret' },
    handle: new TortureCekceir(
      { name, honoursKeys: idempotency, fronts, clock: { now: () => now() } },
      truth,
      seed,
    ).handle,
  },
]
/** `now` is the time of the shop, once there is one. */
let now = (): Date => new Date(0)

const panels = new Map<string, PanelKind>([
  dhruAt('single', { fronts: FRONTS }),
  dhruAt('bulk', {}, { bulk: 12, bulk_status: 'on' }),
  dhruAt('base64', { isBase64: true, fronts: [403] }, { bulk: 5, parameters_one: 'json' }),
  dhruAt('keys', { honours: 'keys' }),
  dhruAt('strict', { honours: 'duplicates' }, { refuses_duplicates: true }),
  httpAt('poll', 'order-poll', [403, 404, 415]),
  httpAt('instant', 'instant-get', [], { repeatable: true }),
  cekceirAt('rest', false, [403, 404, 415, 503]),
  cekceirAt('keyed', true, []),
  dhruAt('backup', {}),
])

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
  const { services, workers } = await open(shop, server.url)
  const person = new Person({ sql: shop.sql, truth, clock: shop.clock, seed })
  await place(shop, services)

  const draw = new Draw(seed, 'rounds')
  let round = 0
  for (; round < MAX_ROUNDS && (await unsettled(shop.sql)) > 0; round++) {
    await settle(server, workers)
    if (round % 3 === 2) await person.decide()
    shop.clock.advance(1000 * Number(draw.weighted({ 2: 8, 8: 4, 31: 4, 121: 2, 601: 2, 3601: 1, 7201: 1 })))
    if (draw.chance(0.5)) server.letGo()
  }
  server.letGo()
  await settle(server, workers)
  report(round, server, person)
  expect(await violations(shop.sql, truth, ITEMS)).toEqual([])
  expect(await brokenPromises(shop.sql)).toEqual([])
}, 1_500_000)

async function open(shop: Workshop, url: string): Promise<{ services: Service[]; workers: Fulfilment[] }> {
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
        connected(name, panel, ids.get(name) as SupplierId, url, shop),
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
  return { services, workers }
}

function connected(
  name: string,
  { kind, settings, secrets }: PanelKind,
  id: SupplierId,
  url: string,
  { clock }: Workshop,
): ConnectedSupplier {
  const complete = orThrow(completeSettings(kind, settings))
  const config = {
    id,
    kind: kind.kind,
    name,
    url: `${url}/${name}`,
    currency: 'USD',
    settings: complete,
    secrets,
  }
  const supplier = kind.connect(config, { outbound: hasty, clock, installation: 'torture' })
  return { config, supplier, enabled: true, concurrency: 40, ratePerSecond: null, showsReasons: true }
}

/** `hasty` is the real way out, with less patience. */
const hasty: Outbound = {
  open(limits) {
    const client = new GuardedOutbound({ allow: ['127.0.0.0/8'] }).open(limits)
    return {
      ...client,
      request: (one) => client.request({ ...one, totalTimeoutMs: TIMEOUT_MS }),
      stream: (one) => client.stream(one),
      close: () => client.close(),
    }
  },
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
    await until(() => server.open === 0)
    await Promise.all(workers.map((one) => one.idle()))
  } while (server.requests !== before)
}

/** `report` says what was answered, where somebody wants to know. */
function report(rounds: number, server: TortureServer, person: Person): void {
  if (process.env['TORTURE_ITEMS'] === undefined) return
  const counts = [...truth.counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([what, count]) => `${String(count).padStart(7)}  ${what}`)
  const sums = `${ITEMS} items, seed ${seed}, ${rounds} rounds, ${server.requests} requests, ${truth.purchases.length} purchases, ${person.decided} decisions`
  process.stdout.write(`${[sums, ...counts].join('\n')}\n`)
}
