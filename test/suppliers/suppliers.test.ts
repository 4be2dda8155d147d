import { randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { Refusal } from '../../src/errors.ts'
import { supplierKinds } from '../../src/integrations/suppliers/index.ts'
import { systemClock } from '../../src/lib/time.ts'
import { GuardedOutbound } from '../../src/outbound/guarded.ts'
import { Sealer } from '../../src/secrets/sealer.ts'
import { testSupplier } from '../../src/suppliers/supplier-test.ts'
import {
  configOf,
  createSupplier,
  enableSupplier,
  findSupplier,
  listSuppliers,
  showSupplier,
  updateSupplier,
} from '../../src/suppliers/suppliers.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'

const sealer = new Sealer(randomBytes(32))
let database: TestDatabase
let sql: TestDatabase['sql']
let count = 0

beforeAll(async () => {
  database = await testDatabase()
  sql = database.sql
})
afterAll(() => database.drop())

type Input = Parameters<typeof createSupplier>[2]

const panel = (over: Partial<Input> = {}): Input => ({
  kind: 'dhru',
  name: `panel-${++count}`,
  url: 'https://panel.example/',
  settings: { username: 'me' },
  secrets: { apiaccesskey: 'top-secret' },
  ...over,
})

async function refusal(work: Promise<unknown>): Promise<Refusal> {
  const result = await work.catch((error: unknown) => error)
  if (result instanceof Refusal) return result
  throw result instanceof Error ? result : new Error('was not refused')
}

describe('a new supplier', () => {
  it("has its kind's defaults, is found by id and name, and shows of a secret only that it is set", async () => {
    const made = await createSupplier(sql, sealer, panel({ name: 'Big Panel' }))
    expect(made).toMatchObject({
      kind: 'dhru',
      name: 'Big Panel',
      url: 'https://panel.example/',
      currency: 'USD',
      settings: { username: 'me', bulk: 0 },
      secrets: { apiaccesskey: true },
      enabled: true,
      concurrency: 8,
      ratePerSecond: null,
      showsReasons: false,
      keepsExchanges: false,
      open: false,
      balance: null,
      openItems: 0,
      routes: 0,
    })
    expect(await showSupplier(sql, sealer, 'BIG panel')).toEqual(made)
    expect(await showSupplier(sql, sealer, String(made.id))).toEqual(made)
    expect(JSON.stringify(await listSuppliers(sql, sealer))).not.toContain('top-secret')
  })

  it('keeps its secrets sealed for itself alone', async () => {
    const one = await createSupplier(sql, sealer, panel({ secrets: { apiaccesskey: 'the first' } }))
    const other = await createSupplier(sql, sealer, panel())
    const row = await findSupplier(sql, String(one.id))
    expect(row.secrets?.toString('latin1')).not.toContain('the first')
    expect(configOf(row, sealer).secrets).toEqual({ apiaccesskey: 'the first' })
    await sql`update suppliers set secrets = (select secrets from suppliers where id = ${one.id})
               where id = ${other.id}`
    expect(await showSupplier(sql, sealer, String(other.id))).toMatchObject({ secrets: null })
    const swapped = await findSupplier(sql, String(other.id))
    expect(() => configOf(swapped, sealer)).toThrow()
    await database.owner`delete from suppliers where id = ${other.id}`
  })

  it('takes texts for settings, and keeps only what was set', async () => {
    const settings = { username: 'me', bulk: '100', refuses_duplicates: 'true', recheck: [60] }
    const made = await createSupplier(sql, sealer, panel({ settings }))
    const kept = { username: 'me', bulk: 100, refuses_duplicates: true, recheck: [60] }
    expect(made.settings).toMatchObject({ ...kept, encoding: 'multipart' })
    expect((await findSupplier(sql, made.name)).settings).toEqual(kept)
  })

  it('that is a person needs nothing but a name', async () => {
    expect(await createSupplier(sql, sealer, { kind: 'manual', name: 'Ann' })).toMatchObject({
      kind: 'manual',
      url: null,
      secrets: {},
    })
  })

  it('must have a name of its own, in any case', async () => {
    await createSupplier(sql, sealer, panel({ name: 'taken' }))
    const again = createSupplier(sql, sealer, panel({ name: 'TAKEN' }))
    expect(await refusal(again)).toMatchObject({ code: 'conflict', field: 'name' })
  })

  it.each<[string, Partial<Input>]>([
    ['kind', { kind: 'fax' as string }],
    ['name', { name: ' ' }],
    ['name', { name: '17' }],
    ['name', { name: 'a\nb' }],
    ['name', { name: 'a'.repeat(101) }],
    ['url', { url: undefined }],
    ['url', { url: 'panel.example' }],
    ['url', { url: 'ftp://panel.example' }],
    ['url', { url: 'https://me:hunter2@panel.example' }],
    ['url', { url: 'https://panel.example/#hunter2' }],
    ['url', { kind: 'manual', settings: {}, secrets: {} }],
    ['currency', { currency: 'usd' }],
    ['concurrency', { concurrency: 0 }],
    ['concurrency', { concurrency: 1001 }],
    ['ratePerSecond', { ratePerSecond: 1.5 }],
    ['username', { settings: {} }],
    ['username', { settings: { username: '' } }],
    ['bulk', { settings: { username: 'me', bulk: 'many' } }],
    ['bulk', { settings: { username: 'me', bulk: 501 } }],
    ['encoding', { settings: { username: 'me', encoding: 'pigeon' } }],
    ['recheck', { settings: { username: 'me', recheck: ['soon'] } }],
    ['colour', { settings: { username: 'me', colour: 'red' } }],
    ['apiaccesskey', { secrets: {} }],
    ['apiaccesskey', { secrets: { apiaccesskey: '' } }],
    ['password', { secrets: { apiaccesskey: 'x', password: 'hunter2' } }],
  ])('is refused naming %s for %o', async (field, over) => {
    const before = await listSuppliers(sql, sealer)
    const refused = await refusal(createSupplier(sql, sealer, panel(over)))
    expect(refused).toMatchObject({ code: 'invalid_input', field })
    expect(refused.message).not.toContain('hunter2')
    expect(await listSuppliers(sql, sealer)).toHaveLength(before.length)
  })

  it('says which choices there are', async () => {
    const refused = await refusal(
      createSupplier(sql, sealer, panel({ settings: { username: 'x', encoding: 'y' } })),
    )
    expect(refused.detail).toMatch(/^encoding: must be one of multipart, urlencoded/)
  })

  it('is refused where no other supplier opens with the secret key at hand', async () => {
    await createSupplier(sql, sealer, panel())
    const strange = new Sealer(randomBytes(32))
    const refused = await refusal(createSupplier(sql, strange, panel()))
    expect(refused.detail).toContain('IMEIGATE_SECRET_KEY')
    // Without secrets no key is needed.
    expect(await createSupplier(sql, strange, { kind: 'manual', name: 'Bob' })).toMatchObject({ name: 'Bob' })
  })
})

describe('changing a supplier', () => {
  it('changes what is given and leaves the rest, settings and secrets one by one', async () => {
    const made = await createSupplier(
      sql,
      sealer,
      panel({ settings: { username: 'me', bulk: 5 }, ratePerSecond: 3 }),
    )
    const changed = await updateSupplier(sql, sealer, made.name, {
      concurrency: 20,
      settings: { encoding: 'urlencoded' },
    })
    expect(changed).toEqual({
      ...made,
      concurrency: 20,
      settings: { ...made.settings, encoding: 'urlencoded' },
      updatedAt: changed.updatedAt,
    })
    expect(changed.updatedAt > made.updatedAt).toBe(true)
    const back = { settings: { bulk: null, encoding: null }, ratePerSecond: null }
    expect(await updateSupplier(sql, sealer, made.name, back)).toMatchObject({
      settings: { bulk: 0, encoding: 'multipart' },
      ratePerSecond: null,
    })
    await updateSupplier(sql, sealer, made.name, { secrets: { apiaccesskey: 'newer' } })
    const row = await findSupplier(sql, made.name)
    expect(configOf(row, sealer)).toMatchObject({
      name: made.name,
      secrets: { apiaccesskey: 'newer' },
      settings: { username: 'me' },
    })
  })

  it('never takes away what it needs', async () => {
    const { name } = await createSupplier(sql, sealer, panel())
    const without = [
      [{ secrets: { apiaccesskey: '' } }, 'apiaccesskey'],
      [{ settings: { username: null } }, 'username'],
      [{ name: ' ' }, 'name'],
      [{ url: 'panel' }, 'url'],
    ] as const
    for (const [changes, field] of without) {
      expect(await refusal(updateSupplier(sql, sealer, name, changes))).toMatchObject({ field })
    }
  })

  it('gives secrets anew where the key that sealed them is lost', async () => {
    const { name } = await createSupplier(sql, sealer, panel())
    const newer = new Sealer(randomBytes(32))
    await updateSupplier(sql, newer, name, { secrets: { apiaccesskey: 'again' } })
    expect(configOf(await findSupplier(sql, name), newer).secrets).toEqual({ apiaccesskey: 'again' })
    await updateSupplier(sql, sealer, name, { secrets: { apiaccesskey: 'back' } })
  })

  it('disables and enables it', async () => {
    const { name } = await createSupplier(sql, sealer, panel())
    expect(await enableSupplier(sql, sealer, name, false)).toMatchObject({ enabled: false })
    expect(await enableSupplier(sql, sealer, name, true)).toMatchObject({ enabled: true })
  })

  it('needs one that is there, and a name that is free', async () => {
    const [one, other] = [
      await createSupplier(sql, sealer, panel()),
      await createSupplier(sql, sealer, panel()),
    ]
    for (const nobody of ['nobody', '999999', '99999999999', 'a\0b', '']) {
      expect(await refusal(updateSupplier(sql, sealer, nobody, {}))).toMatchObject({ code: 'not_found' })
    }
    expect(await refusal(updateSupplier(sql, sealer, one.name, { name: other.name }))).toMatchObject({
      code: 'conflict',
      field: 'name',
    })
  })
})

describe('the list of suppliers', () => {
  it('says how they fare, what they hold, and what they have of us', async () => {
    const { id } = await createSupplier(sql, sealer, { kind: 'manual', name: 'Busy' })
    await sql`insert into supplier_health (supplier_id, open, why, reason, opened_at, probe_at, balance, balance_at)
              values (${id}, true, 'credit', 'no credit', '2030-01-01', '2030-01-02', 12500000, '2030-01-01')`
    const states = ['processing', 'unknown', 'pending', 'success']
    for (const [index, state] of states.entries()) {
      const ended = state === 'success' ? new Date() : null
      await sql`insert into items (account_id, order_id, position, service_id, input, quantity, price, state,
                                   supplier_id, due_at, finished_at)
                values (1, 1, ${index + 1}, 1, '', 1, 0, ${state}, ${id}, ${ended ? null : new Date()}, ${ended})`
    }
    const [service] = await sql<{ id: number }[]>`
      insert into services (code, name, group_name, kind, input_schema, duplicate_policy)
      values ('s', 's', 'g', 'imei', '{}', 'allow') returning id`
    await sql`insert into supplier_routes (service_id, supplier_id) values (${service?.id ?? 0}, ${id})`
    const busy = (await listSuppliers(sql, sealer)).find((one) => one.id === id)
    expect(busy).toMatchObject({ openItems: 2, routes: 1 })
    expect(busy).toMatchObject({
      open: true,
      why: 'credit',
      reason: 'no credit',
      openedAt: new Date('2030-01-01'),
      probeAt: new Date('2030-01-02'),
      balance: 12_500_000n,
      balanceAt: new Date('2030-01-01'),
    })
    await sql`update supplier_health set open = false, probe_at = null where supplier_id = ${id}`
    expect(await showSupplier(sql, sealer, 'busy')).toMatchObject({
      open: false,
      why: null,
      reason: null,
      balance: 12_500_000n,
    })
  })
})

describe('a test of a supplier', () => {
  const allow = ['127.0.0.0/8']
  const parts = (networks: string[]) => ({
    sql,
    sealer,
    context: { outbound: new GuardedOutbound({ allow: networks }), clock: systemClock, installation: 'test' },
    allow: networks,
  })

  /** `withPanel` runs a panel that answers everything with this, until the work is done. */
  async function withPanel<T>(answer: unknown, work: (url: string) => Promise<T>): Promise<T> {
    const server: Server = createServer((request, response) => {
      request.resume().on('end', () => response.end(JSON.stringify(answer)))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    try {
      return await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    } finally {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    }
  }

  const ours = {
    credit: '$16.41',
    creditraw: '16.41',
    mail: 'me@example.com',
    currency: 'USD',
    username: 'me',
  }
  const accountInfo = (info: object) => ({ SUCCESS: [{ message: 'Your Account Info', AccoutInfo: info }] })

  it('gives our account there, and keeps the balance', async () => {
    await withPanel(accountInfo(ours), async (url) => {
      const { id } = await createSupplier(sql, sealer, panel({ url }))
      expect(await testSupplier(parts(allow), String(id))).toMatchObject({
        id,
        account: { balance: 16_410_000n, currency: 'USD' },
        milliseconds: expect.any(Number),
        problem: null,
        note: null,
      })
      expect(await showSupplier(sql, sealer, String(id))).toMatchObject({
        open: false,
        balance: 16_410_000n,
      })
    })
  })

  it('keeps no balance in another currency than that of its costs, and says so', async () => {
    await withPanel(accountInfo({ ...ours, currency: 'EUR' }), async (url) => {
      const { id } = await createSupplier(sql, sealer, panel({ url }))
      const { account, problem, note } = await testSupplier(parts(allow), String(id))
      expect(account).toMatchObject({ currency: 'EUR' })
      expect({ problem, note }).toEqual({ problem: null, note: expect.stringContaining('is in EUR') })
      expect((await showSupplier(sql, sealer, String(id))).balance).toBeNull()
    })
  })

  it('says what the panel says', async () => {
    await withPanel({ ERROR: [{ MESSAGE: 'Authentication Failed' }] }, async (url) => {
      const { id } = await createSupplier(sql, sealer, panel({ url }))
      const { problem } = await testSupplier(parts(allow), String(id))
      expect(problem).toContain('Authentication Failed')
    })
  })

  it('never says a secret, whatever an adapter says', async () => {
    const { id } = await createSupplier(sql, sealer, panel({ url: 'http://127.0.0.1:1/' }))
    const { connect: make } = supplierKinds.get('dhru')
    vi.spyOn(supplierKinds.get('dhru'), 'connect').mockImplementation((config, context) =>
      Object.assign(make(config, context), {
        account: () => Promise.reject(new Error('refused with apiaccesskey=top-secret')),
      }),
    )
    const { problem } = await testSupplier(parts(allow), String(id)).finally(() => vi.restoreAllMocks())
    expect(problem).toBe('refused with apiaccesskey=***')
  })

  it('says which setting lets it be reached', async () => {
    const { id } = await createSupplier(sql, sealer, panel({ url: 'http://127.0.0.1:1/' }))
    expect(await testSupplier(parts([]), String(id))).toMatchObject({
      account: null,
      problem: '127.0.0.1 is not public, and calls to it are refused: add 127.0.0.0/8 to OUTBOUND_ALLOW',
    })
    const { problem } = await testSupplier(parts(allow), String(id))
    expect(problem).toContain('127.0.0.1:1 (ECONNREFUSED)')
  })

  it('calls nobody where there is no account', async () => {
    const { id } = await createSupplier(sql, sealer, { kind: 'manual', name: 'Cid' })
    expect(await testSupplier(parts([]), String(id))).toMatchObject({
      account: null,
      milliseconds: null,
      problem: null,
      note: expect.stringContaining('no account'),
    })
  })
})
