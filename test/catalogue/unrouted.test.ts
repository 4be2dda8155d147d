import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Account } from '../../src/accounts/account.ts'
import { Catalogue } from '../../src/catalogue/catalogue.ts'
import type { Service } from '../../src/catalogue/service.ts'
import {
  createService,
  findUnrouted,
  listServices,
  type NewService,
  updateService,
} from '../../src/catalogue/services.ts'
import { conditions } from '../../src/notices/conditions.ts'
import { addRoute, listRoutes, removeRoute, updateRoute } from '../../src/supplier-routes/routes.ts'
import { imeigate } from '../support/command.ts'
import { settingsFor } from '../support/database-on.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'

let database: TestDatabase
let sql: TestDatabase['sql']
const buyer = { id: 1, currency: 'USD', priceGroupId: null } as Account
let made = 0

beforeAll(async () => {
  database = await testDatabase()
  sql = database.sql
  await sql`insert into suppliers (kind, name, url, settings) values
    ('dhru', 'Panel', 'https://panel.example/', '{}'), ('dhru', 'Other', 'https://other.example/', '{}'),
    ('manual', 'Desk', null, '{}')`
})
afterAll(() => database.drop())

const create = (over: Partial<NewService> = {}): Promise<Service> => {
  const code = `s${++made}`
  return createService(sql, { code, name: code, group: 'G', price: '3', currency: 'USD', ...over })
}
const route = (service: Service, supplier = 'Panel', remoteService = supplier === 'Desk' ? '' : '101') =>
  addRoute(sql, { service: service.code, supplier, ...(remoteService && { remoteService }) })

/** `notHeard` is a catalogue that is read each time. */
const notHeard = { onInvalidate: () => {}, isConnected: () => false }

/** `isSold` tells whether a service is offered; the operators' view of it says the same. */
async function isSold(service: Service): Promise<boolean> {
  const snapshot = await new Catalogue(sql, notHeard).current()
  const found = snapshot.byId(service.id) as Service
  const isOffered = snapshot.mayBuy(found, buyer) !== undefined
  const waiting = await new Catalogue(sql, notHeard, { sellsUnrouted: true }).current()
  expect(waiting.mayBuy(found, buyer)).toBeDefined()
  const unrouted = (await findUnrouted(sql)).map(({ id }) => id)
  expect(unrouted.includes(service.id)).toBe(!isOffered)
  const listed = (await listServices(sql, { active: true, unrouted: true, limit: 1000 })).services.map(
    (view) => view.service.id,
  )
  expect(listed.includes(service.id)).toBe(!isOffered)
  return isOffered
}

/** `changedAt` gives the time of the last change, to the microsecond. */
const changedAt = async ({ id }: Service): Promise<string | undefined> =>
  (await sql<{ at: string }[]>`select updated_at::text as at from services where id = ${id}`)[0]?.at

type Step = [what: string, sold: boolean, act: (service: Service) => Promise<unknown>]

const enable = (name: string) => sql`update suppliers set enabled = true where name = ${name}`
const disable = (name: string) => sql`update suppliers set enabled = false where name = ${name}`
const listHas = (supplier: string, has: boolean | null) => (service: Service) =>
  sql`update supplier_routes r set available = ${has} from suppliers s
       where s.id = r.supplier_id and s.name = ${supplier} and r.service_id = ${service.id}`
const first = async (service: Service) => {
  const [one] = await listRoutes(sql, { service: service.code })
  if (!one) throw new Error('there is no route')
  return one
}

const lives: [title: string, made: () => Promise<Service>, sold: boolean, steps: Step[]][] = [
  [
    'a route comes and goes',
    () => create(),
    false,
    [
      ['route add', true, (service) => route(service)],
      [
        'route update of its margin',
        true,
        async (s) => updateRoute(sql, (await first(s)).id, { marginFloor: '5%' }),
      ],
      ['route remove', false, async (service) => removeRoute(sql, (await first(service)).id)],
    ],
  ],
  [
    'the only supplier is disabled for a while',
    () => create(),
    false,
    [
      ['route add', true, (service) => route(service)],
      ['supplier disable', false, () => disable('Panel')],
      ['supplier enable', true, () => enable('Panel')],
    ],
  ],
  [
    'a route to a disabled supplier is added',
    () => create(),
    false,
    [
      ['supplier disable', false, () => disable('Panel')],
      ['route add', false, (service) => route(service)],
      ['supplier enable', true, () => enable('Panel')],
    ],
  ],
  [
    'the list loses the service, and has it again',
    () => create(),
    false,
    [
      ['route add', true, (service) => route(service)],
      ['the list lacks it', false, listHas('Panel', false)],
      ['the list is not known', true, listHas('Panel', null)],
      ['the list has it', true, listHas('Panel', true)],
    ],
  ],
  [
    'one of two suppliers is enough',
    () => create(),
    false,
    [
      ['route add', true, (service) => route(service)],
      ['a second route', true, (service) => route(service, 'Other')],
      ['the first is disabled', true, () => disable('Panel')],
      ["the second's list lacks it", false, listHas('Other', false)],
      ['the first is enabled', true, () => enable('Panel')],
    ],
  ],
  [
    'a supplier that takes nothing for a while counts',
    () => create(),
    false,
    [
      ['route add', true, (service) => route(service)],
      [
        'its breaker opens',
        true,
        () => sql`
          insert into supplier_health (supplier_id, open, why, opened_at, probe_at)
          select id, true, 'credit', now(), now() from suppliers where name = 'Panel'`,
      ],
      ['its breaker closes', true, () => database.owner`delete from supplier_health`],
    ],
  ],
  [
    'a service that is done by hand needs no route',
    () => create({ processing: 'manual' }),
    true,
    [
      ['it is automatic', false, (service) => updateService(sql, service.code, { processing: 'automatic' })],
      ['a route', true, (service) => route(service, 'Desk')],
      ['it is manual', true, (service) => updateService(sql, service.code, { processing: 'manual' })],
      ['the route goes', true, async (service) => removeRoute(sql, (await first(service)).id)],
    ],
  ],
  [
    'the sandbox does it',
    () => create({ supplier: 'sandbox' }),
    true,
    [
      ['another name', true, (service) => updateService(sql, service.code, { name: 'Other' })],
      ['people do it instead', true, (service) => updateService(sql, service.code, { supplier: 'Desk' })],
      ['the sandbox is disabled', true, () => disable('sandbox')],
      ['the people are disabled', false, () => disable('Desk')],
      [
        'the sandbox does it again, and is disabled',
        false,
        (s) => updateService(sql, s.code, { supplier: 'sandbox' }),
      ],
      ['the sandbox is enabled', true, () => enable('sandbox')],
      ['the people are enabled', true, () => enable('Desk')],
    ],
  ],
]

describe('a service is sold while a working route leads from it', () => {
  it.each(lives)('%s', async (_, make, sold, steps) => {
    const service = await make()
    let before = sold
    expect(await isSold(service)).toBe(sold)
    for (const [what, after, act] of steps) {
      const at = await changedAt(service)
      await act(service)
      expect(await isSold(service), what).toBe(after)
      // A client that asks for what was changed since learns of it.
      if (after !== before) expect(await changedAt(service), what).not.toBe(at)
      before = after
    }
  })

  it('two suppliers that are disabled at one time leave none', async () => {
    const service = await create()
    await route(service)
    await route(service, 'Other')
    await Promise.all([disable('Panel'), disable('Other')])
    expect(await isSold(service)).toBe(false)
    await Promise.all([enable('Panel'), enable('Other')])
    expect(await isSold(service)).toBe(true)
  })

  it('a change is dated when it is made, not when the transaction of a long sync began', async () => {
    const service = await create()
    await route(service)
    await sql.begin(async (transaction) => {
      await transaction`update supplier_routes set available = false where service_id = ${service.id}`
      const [changed] = await transaction<{ later: boolean }[]>`
        select updated_at > now() as later from services where id = ${service.id}`
      expect(changed).toEqual({ later: true })
    })
  })

  it('an inactive one is not counted', async () => {
    const service = await create()
    await updateService(sql, service.code, { active: false })
    expect((await findUnrouted(sql)).map(({ id }) => id)).not.toContain(service.id)
  })
})

describe('people see it', () => {
  // biome-ignore lint/suspicious/noExplicitAny: each test looks into what it asked for.
  const json = async (...args: string[]): Promise<any> =>
    (await imeigate([...args, '--json'], settingsFor(database.address))).json()

  it('in the lists, in doctor, and in a notice that is told once for each that is new', async () => {
    await sql`update services set active = false`
    const told = conditions['service.unrouted']
    expect(await told(sql)).toEqual([])
    expect((await json('doctor')).checks).toContainEqual(
      expect.objectContaining({ name: 'services', status: 'ok', detail: 'each has a working route' }),
    )
    const service = await create({ name: 'Carrier unlock' })
    const [one] = await told(sql)
    expect(one?.messages.operator?.title).toBe('Service Carrier unlock has no working route')
    expect((await told(sql))[0]?.mark).toBe(one?.mark)
    const other = await create()
    const [both] = await told(sql)
    expect(both?.messages.operator?.title).toBe('2 services have no working route')
    expect(both?.messages.operator?.text).toContain(
      `${other.code} (${other.code}), ${service.code} (Carrier unlock)`,
    )
    expect(both?.mark).toBeGreaterThanOrEqual(one?.mark as number)

    expect((await json('doctor')).checks).toContainEqual(
      expect.objectContaining({
        name: 'services',
        status: 'warn',
        detail: `2 without a working route: ${other.code}, ${service.code}`,
      }),
    )
    const since = expect.stringMatching(/^20/)
    expect(await json('service', 'list', '--unrouted')).toMatchObject([
      { code: service.code, unrouted_since: since },
      { code: other.code, unrouted_since: since },
    ])
    expect(await json('service', 'show', service.code)).toMatchObject({ unrouted_since: since })
    await route(service)
    expect(await json('service', 'show', service.code)).toMatchObject({ unrouted_since: null })
    await disable('Panel')
    expect(await json('route', 'list', '--service', service.code)).toMatchObject([
      { available: null, works: false },
    ])
    await enable('Panel')
  })
})
