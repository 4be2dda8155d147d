import { randomBytes } from 'node:crypto'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { ChangeNotifier, type Topic } from '../../src/database/change-notifier.ts'
import { supplierKinds } from '../../src/integrations/suppliers/index.ts'
import type { SupplierId } from '../../src/lib/ids.ts'
import { systemClock } from '../../src/lib/time.ts'
import { GuardedOutbound } from '../../src/outbound/guarded.ts'
import { Sealer } from '../../src/secrets/sealer.ts'
import { type ConnectedSupplier, SupplierDirectory } from '../../src/suppliers/directory.ts'
import { createSupplier, enableSupplier, updateSupplier } from '../../src/suppliers/suppliers.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { WAIT } from '../support/until.ts'

const sealer = new Sealer(randomBytes(32))
const lines: { msg: string; supplier?: number }[] = []
const log = pino({}, { write: (line: string) => lines.push(JSON.parse(line)) })
const directories: SupplierDirectory[] = []
let database: TestDatabase
let sql: TestDatabase['sql']
let notifier: ChangeNotifier
let count = 0

beforeAll(async () => {
  database = await testDatabase()
  sql = database.sql
  notifier = new ChangeNotifier(database.address)
  await notifier.start()
})
afterEach(async () => {
  vi.restoreAllMocks()
  await Promise.all(directories.splice(0).map((directory) => directory.stop()))
  lines.length = 0
})
afterAll(async () => {
  await notifier.stop()
  await database.drop()
})

function open(over: Partial<ConstructorParameters<typeof SupplierDirectory>[0]> = {}): SupplierDirectory {
  const context = { outbound: new GuardedOutbound({ allow: [] }), clock: systemClock, installation: 'test' }
  const directory = new SupplierDirectory({
    sql,
    notifier,
    sealer: async () => sealer,
    context,
    log,
    ...over,
  })
  directories.push(directory)
  return directory
}

const newPanel = () =>
  createSupplier(sql, sealer, {
    kind: 'dhru',
    name: `panel-${++count}`,
    url: 'https://panel.example',
    settings: { username: 'me' },
    secrets: { apiaccesskey: 'secret' },
  })

/** `liveWhen` waits for this to hold of the supplier in the directory, and gives it. */
async function liveWhen(
  directory: SupplierDirectory,
  id: SupplierId,
  holds: (live: ConnectedSupplier | undefined) => boolean,
): Promise<ConnectedSupplier | undefined> {
  return await vi.waitFor(async () => {
    const live = (await directory.current()).get(id)
    expect(holds(live)).toBe(true)
    return live
  }, WAIT)
}

test('every supplier is there with its opened configuration, the sandbox from the start', async () => {
  const { id } = await newPanel()
  const live = await open().current()
  expect([...live.values()].map(({ config }) => config.kind)).toContain('sandbox')
  expect(live.get(id)).toMatchObject({
    config: { kind: 'dhru', url: 'https://panel.example', secrets: { apiaccesskey: 'secret' } },
    enabled: true,
    concurrency: 8,
    ratePerSecond: null,
    showsReasons: false,
    keepsExchanges: false,
  })
})

test('a change reaches it, and makes the adapter anew only when it is made of that', async () => {
  const directory = open()
  const { id, name } = await newPanel()
  const first = await liveWhen(directory, id, (live) => live !== undefined)
  await enableSupplier(sql, sealer, name, false)
  await updateSupplier(sql, sealer, name, { concurrency: 3, ratePerSecond: 2, showsReasons: true })
  const limited = await liveWhen(directory, id, (live) => live?.concurrency === 3)
  expect(limited).toMatchObject({ enabled: false, ratePerSecond: 2, showsReasons: true })
  expect(limited?.supplier).toBe(first?.supplier)
  await updateSupplier(sql, sealer, name, { secrets: { apiaccesskey: 'newer' } })
  const other = await liveWhen(directory, id, (live) => live?.config.secrets['apiaccesskey'] === 'newer')
  expect(other?.supplier).not.toBe(first?.supplier)
})

test('news of what it is not made of makes no adapter anew', async () => {
  const heard = vi.fn()
  notifier.onInvalidate('suppliers', heard)
  const make = vi.spyOn(supplierKinds.get('dhru'), 'connect')
  const directory = open()
  const { id } = await newPanel()
  const first = await liveWhen(directory, id, (live) => live !== undefined)
  const made = make.mock.calls.length
  const resealed = sealer.seal({ apiaccesskey: 'secret' }, `supplier ${id}`)
  const news = [
    () => sql`update suppliers set updated_at = now()`,
    () => sql`update suppliers set updated_at = now()`,
    // The same secrets, sealed anew: the secret key was rotated.
    () => sql`update suppliers set secrets = ${resealed} where id = ${id}`,
  ]
  for (const tell of news) {
    const told = heard.mock.calls.length
    await tell()
    await vi.waitFor(() => expect(heard.mock.calls.length).toBeGreaterThan(told), WAIT)
  }
  expect((await directory.current()).get(id)?.supplier).toBe(first?.supplier)
  expect(make).toHaveBeenCalledTimes(made)
})

test('a replaced adapter is closed after its grace, and all of them in the end', async () => {
  const closed: unknown[] = []
  const make = supplierKinds.get('dhru').connect
  vi.spyOn(supplierKinds.get('dhru'), 'connect').mockImplementation((config, context) => {
    const supplier = make(config, context)
    return Object.assign(supplier, { close: async () => void closed.push(supplier) })
  })
  const patient = open()
  const hasty = open({ graceMs: 0 })
  const { id, name } = await newPanel()
  const isThere = (live: ConnectedSupplier | undefined): boolean => live !== undefined
  const old = await liveWhen(hasty, id, isThere)
  const oldOfPatient = await liveWhen(patient, id, isThere)
  closed.length = 0
  await updateSupplier(sql, sealer, name, { url: 'https://other.example' })
  closed.length = 0
  const isOther = (live: ConnectedSupplier | undefined): boolean =>
    live?.config.url === 'https://other.example'
  await liveWhen(hasty, id, isOther)
  await vi.waitFor(() => expect(closed).toContain(old?.supplier), WAIT)
  const newer = await liveWhen(patient, id, isOther)
  expect(closed).not.toContain(oldOfPatient?.supplier)
  await patient.stop()
  expect(closed).toContain(oldOfPatient?.supplier)
  expect(closed).toContain(newer?.supplier)
})

test('one that cannot be opened is said once and left out, until it is put right', async () => {
  const { id, name } = await newPanel()
  await sql`update suppliers set secrets = '\\x00' where id = ${id}`
  const directory = open()
  expect((await directory.current()).has(id)).toBe(false)
  await sql`update suppliers set concurrency = 9 where id = ${id}`
  const { id: later } = await newPanel()
  await liveWhen(directory, later, (live) => live !== undefined)
  const said = lines.filter(({ supplier }) => supplier === id)
  expect(said).toMatchObject([{ msg: 'a supplier cannot be used, and its items wait', name }])
  await updateSupplier(sql, sealer, name, { secrets: { apiaccesskey: 'again' } })
  await liveWhen(directory, id, (live) => live !== undefined)
  await sql`update suppliers set settings = '{"colour":"red"}' where id = ${id}`
  await liveWhen(directory, id, (live) => live === undefined)
})

test('one that hears no changes reads the table again after a while', async () => {
  const deaf = { onInvalidate: (_topic: Topic, _forget: () => void) => {}, isConnected: () => false }
  const directory = open({ notifier: deaf })
  await directory.current()
  const { id } = await newPanel()
  await liveWhen(directory, id, (live) => live !== undefined)
})

test('what was told before it was asked is seen, also while an older reading is under way', async () => {
  const [wasRead, mayGoOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  let isFirst = true
  // The first reading has read, and then waits.
  const slow = new Proxy(sql, {
    apply: (target, self, given) => {
      const query = Reflect.apply(target, self, given)
      const records = query.records.bind(query)
      return Object.assign(query, {
        records: async () => {
          const rows = await records()
          if (isFirst) {
            isFirst = false
            wasRead.resolve()
            await mayGoOn.promise
          }
          return rows
        },
      })
    },
  })
  const listeners: (() => void)[] = []
  const told = {
    onInvalidate: (_topic: Topic, forget: () => void) => void listeners.push(forget),
    isConnected: () => true,
  }
  const directory = open({ sql: slow, notifier: told })
  const early = directory.current()
  await wasRead.promise
  const { id } = await newPanel()
  for (const forget of listeners) forget()
  const late = directory.current()
  mayGoOn.resolve()
  expect((await early).has(id)).toBe(false)
  expect((await late).has(id)).toBe(true)
})
