import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createService } from '../../../src/catalogue/services.ts'
import { imei, type Shop } from '../../support/server.ts'
import { until } from '../../support/until.ts'
import { Documented } from './documented.fixtures.ts'
import { OperatorOffice } from './office.fixtures.ts'

/** The books are checked, figures are made anew, and everything is backed up, over HTTP. */
let office: OperatorOffice
let shop: Shop
let api: Documented
let actor: string
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imeigate-backups-'))
  office = await OperatorOffice.open({ BACKUP_FOLDER: folder, BACKUP_PASSPHRASE: 'a long passphrase' })
  const { server } = office
  shop = await server.shop({ deposit: '50' })
  const service = { code: 'check', name: 'Check', group: 'Checks', kind: 'imei', price: '1.25' } as const
  await createService(server.sql, { ...service, currency: 'USD', supplier: 'sandbox' })
  const placed = await server.place(shop, { ID: 'check', IMEI: imei(1, '00440100') })
  await server.ended(shop, String(placed.SUCCESS[0].REFERENCEID))
  const owner = await office.person('owner')
  actor = `staff:${owner.id}`
  api = await Documented.open(server, owner.headers)
})
afterAll(async () => {
  await office.stop()
  await rm(folder, { recursive: true, force: true })
})

it('the ledger is checked, up to checkpoints that were kept elsewhere', async () => {
  let checkpoint = ''
  await until('something is chained', async () => {
    const signed = await api.ask('POST /ledger/checkpoint')
    checkpoint = signed.json.data?.checkpoint ?? ''
    return signed.status === 200
  })
  const whole = (await api.ask('POST /ledger/check', { body: { checkpoints: checkpoint } })).json.data
  expect(whole.checks.filter(({ ok }: { ok: boolean }) => !ok)).toEqual([])
  expect([whole.ok, whole.checks.length > 10]).toEqual([true, true])
  const wrong = await api.ask('POST /ledger/check', { body: { checkpoints: 'nonsense' } })
  expect([wrong.status, Object.keys(wrong.json.errors)]).toEqual([422, ['checkpoints']])
  await office.server.sql`update wallets set available = available + 1 where account_id = ${shop.accountId}`
  const broken = (await api.ask('POST /ledger/check', { body: {} })).json.data
  expect(broken.ok).toBe(false)
  const [first] = broken.checks.filter(({ ok }: { ok: boolean }) => !ok)
  expect(first.rows[0]).toMatchObject({ account_id: shop.accountId })
  await office.server.sql`update wallets set available = available - 1 where account_id = ${shop.accountId}`
})

it('figures are made anew, with days of another zone', async () => {
  const body = { time_zone: 'Asia/Jakarta' }
  const done = (await api.ask('POST /figures/rebuild', { body })).json.data
  expect(done).toMatchObject({ time_zone: 'Asia/Jakarta', entries: expect.any(Number) })
  expect(done.entries).toBeGreaterThan(1)
  expect((await api.ask('POST /figures/rebuild', { body: {} })).json.data.time_zone).toBe('Asia/Jakarta')
  const wrong = await api.ask('POST /figures/rebuild', { body: { time_zone: 'Mars' } })
  expect([wrong.status, Object.keys(wrong.json.errors)]).toEqual([422, ['time_zone']])
})

it('everything is backed up into the folder for that, and read back', async () => {
  const made = (await api.ask('POST /backups')).json.data
  expect(made).toMatchObject({
    encrypted: true,
    scheduled: false,
    problem: null,
    ended_at: expect.any(String),
  })
  expect(made.file.startsWith(folder)).toBe(true)
  expect(await api.read('/backups')).toEqual({
    items: [made],
    schedule: { every_hours: 0, keep: 14, folder, is_encrypted: true },
  })
  expect((await api.trail('backup', made.id)).at(-1)).toMatchObject({ actor, before: null })
  const checked = await api.ask(`POST /backups/${made.id}/check`)
  expect(checked.json.data).toMatchObject({ rows: made.rows, schema: expect.any(Number) })
  await writeFile(made.file, 'no backup any more')
  const spoiled = await api.ask(`POST /backups/${made.id}/check`)
  expect([spoiled.status, spoiled.json.code]).toEqual([409, 'CONFLICT_ERROR'])
  await office.server.sql`update backups set host = 'elsewhere' where id = ${made.id}`
  const away = await api.ask(`POST /backups/${made.id}/check`)
  expect([away.status, away.json.message]).toEqual([409, expect.stringContaining('elsewhere')])
  expect((await api.ask('POST /backups/99999/check')).status).toBe(404)
})

it('a third thing that takes long is refused while two are under way', async () => {
  const { sql } = office.server
  const go = Promise.withResolvers<void>()
  const held = Promise.withResolvers<void>()
  const holding = sql.begin(async (transaction) => {
    await transaction`lock table sales_state in access exclusive mode`
    held.resolve()
    await go.promise
  })
  await held.promise
  const both = [1, 2].map(() => api.ask('POST /figures/rebuild', { body: {} }))
  await until('both wait', async () => {
    const waiting = await sql`
      select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`
    return waiting.length >= 2
  })
  const third = await api.ask('POST /figures/rebuild', { body: {} })
  expect([third.status, third.json.message]).toEqual([409, expect.stringContaining('take long')])
  go.resolve()
  await holding
  expect((await Promise.all(both)).map(({ status }) => status)).toEqual([200, 200])
  expect((await api.ask('POST /figures/rebuild', { body: {} })).status).toBe(200)
})
