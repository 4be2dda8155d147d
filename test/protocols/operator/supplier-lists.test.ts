import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createPriceGroup } from '../../../src/accounts/accounts.ts'
import { Documented } from './documented.fixtures.ts'
import { OperatorOffice } from './office.fixtures.ts'

/** A supplier's list is looked at row by row, and then taken over as it was looked at, over HTTP. */
let office: OperatorOffice
let api: Documented
let actor: string
let panel: Server
/** `listed` is what the panel has: each service's id, group, name and cost. */
let listed: [id: string, group: string, name: string, cost: string][]
let isCut = false
beforeAll(async () => {
  office = await OperatorOffice.open({ OUTBOUND_ALLOW: '127.0.0.0/8' })
  panel = createServer((request, response) => {
    request.resume().on('end', () => {
      const list: Record<string, unknown> = {}
      for (const [id, group, name, cost] of listed) {
        list[group] ??= { GROUPNAME: group, GROUPTYPE: 'IMEI', SERVICES: {} }
        const of = list[group] as {
          SERVICES: Record<string, unknown>
        }
        of.SERVICES[id] = {
          SERVICEID: id,
          SERVICETYPE: 'IMEI',
          SERVICENAME: name,
          CREDIT: cost,
          TIME: '1 day',
        }
      }
      const text = JSON.stringify({
        SUCCESS: [{ MESSAGE: 'IMEI Service List', LIST: list }],
        apiversion: '6.1',
      })
      response.writeHead(200, { 'content-type': 'application/json' }).end(isCut ? text.slice(0, -20) : text)
    })
  })
  await new Promise<void>((resolve) => panel.listen(0, '127.0.0.1', resolve))
  const owner = await office.person('owner')
  actor = `staff:${owner.id}`
  api = await Documented.open(office.server, owner.headers)
  const made = await api.post('/suppliers', {
    ...{ kind: 'dhru', name: 'Panel', url: `http://127.0.0.1:${(panel.address() as AddressInfo).port}` },
    ...{ settings: { username: 'us' }, secrets: { apiaccesskey: 'a secret of ours' } },
  })
  expect(made.status).toBe(200)
  await createPriceGroup(office.server.sql, 'Gold')
  listed = [
    ['1', 'Checks', 'Carrier check', '0.50'],
    ['2', 'Checks', 'Simlock check', '0.80'],
    ['3', 'Unlocks', 'Unlock', '5.00'],
  ]
})
afterAll(async () => {
  await office.stop()
  panel.close()
})

const preview = (body: object = {}) => api.ask('POST /suppliers/Panel/sync/preview', { body })
const apply = (body: object = {}) => api.ask('POST /suppliers/Panel/sync', { body })
const services = async (): Promise<string[]> =>
  (await api.read('/services')).page.items.map(({ name }: { name: string }) => name)

it('is previewed with the price of each service, and nothing is changed', async () => {
  const asked = { import: { groups: ['Checks'], percent: '50', round: '0.10', price_group: 'Gold' } }
  const { status, json } = await preview(asked)
  expect([status, json.message]).toEqual([200, undefined])
  expect(json.data).toMatchObject({
    ...{ supplier: 'Panel', outcome: 'ok', listed: 3, known: 0, total: 3, counts: { new: 3, gone: 0 } },
    changes: [
      { remote_service: '1', change: 'new', new_cost: '0.50', sale_price: '0.80', sale_currency: 'USD' },
      { remote_service: '2', change: 'new', new_cost: '0.80', sale_price: '1.20' },
      { remote_service: '3', change: 'new', new_cost: '5.00', sale_price: null },
    ],
  })
  expect((await preview({ ...asked, limit: 1, only_groups: ['unlocks'] })).json.data).toMatchObject({
    ...{ changes: [{ remote_service: '3' }], total: 1, plan: json.data.plan },
  })
  expect(await services()).toEqual([])
  expect((await api.read('/suppliers/Panel/syncs')).page.items).toEqual([])
})

it('is taken over exactly as it was previewed, or not at all', async () => {
  const asked = { import: { all: true, percent: '50' } }
  const { plan } = (await preview(asked)).json.data
  listed[0] = ['1', 'Checks', 'Carrier check', '0.60']
  const stale = await apply({ ...asked, plan })
  expect([stale.status, stale.json.code]).toEqual([409, 'CONFLICT_ERROR'])
  expect((await apply({ import: { ...asked.import, percent: '60' }, plan })).status).toBe(409)
  expect(await services()).toEqual([])
  const now = (await preview(asked)).json.data
  expect(now.changes[0]).toMatchObject({ new_cost: '0.60', sale_price: '0.90' })
  const done = await apply({ ...asked, plan: now.plan })
  expect(done.json.data).toMatchObject({ applied: true, outcome: 'ok', imported: 3, error: null })
  expect(await services()).toEqual(['Carrier check', 'Simlock check', 'Unlock'])
  const { id } = (await api.read('/services?search=Carrier')).page.items[0]
  expect((await api.trail('service', id)).at(-1)).toMatchObject({
    ...{ actor, role: 'owner', address: '127.0.0.1', before: null, trace_id: done.headers['x-request-id'] },
  })
  // Asked again, nothing is done twice.
  expect((await apply(asked)).json.data).toMatchObject({ imported: 0, applied: true })
  const runs = (await api.read('/suppliers/Panel/syncs')).page.items
  expect(runs.map(({ outcome }: { outcome: string }) => outcome)).toEqual(['ok', 'ok', 'failed', 'failed'])
  expect(runs[0]).toMatchObject({ trigger: 'manual', actor, actor_name: 'Anna', error: null })
  const { page } = await api.read('/suppliers/Panel/syncs?limit=3')
  const rest = await api.read(`/suppliers/Panel/syncs?limit=3&cursor=${page.next_cursor}`)
  expect([...page.items, ...rest.page.items]).toEqual(runs)
})

it('waits where a cost jumps or much is gone, until a person says that it is right', async () => {
  listed = [
    ['1', 'Checks', 'Carrier check', '1.20'],
    ['2', 'Checks', 'Simlock check', '0.90'],
    ['3', 'Unlocks', 'Unlock', '5.00'],
  ]
  const seen = (await preview()).json.data
  expect(seen.jumps).toEqual([{ remote_service: '1', name: 'Carrier check', cost: '0.60', new_cost: '1.20' }])
  expect((await apply({ plan: seen.plan })).json.data).toMatchObject({ applied: true, repriced: 1 })
  expect((await apply({ accept_jumps: ['1'] })).json.data).toMatchObject({ applied: true, jumps: [] })
  const wrong = await apply({ accept_jumps: ['2'] })
  expect([wrong.status, Object.keys(wrong.json.errors)]).toEqual([422, ['accept_jumps']])
  listed.pop()
  expect((await preview()).json.data).toMatchObject({ outcome: 'suspicious', counts: { gone: 1 } })
  expect((await apply()).json.data).toMatchObject({ applied: false, outcome: 'suspicious' })
  expect((await apply({ accept_loss: true })).json.data).toMatchObject({ applied: true, deactivated: 1 })
})

it('changes nothing where it is cut, or asked for something that is not', async () => {
  isCut = true
  expect((await preview()).json.data).toMatchObject({
    outcome: 'failed',
    error: expect.any(String),
    plan: null,
  })
  expect((await apply()).json.data).toMatchObject({ applied: false, outcome: 'failed', counts: null })
  isCut = false
  for (const [body, field] of [
    [{ import: { percent: '10' } }, 'import.groups'],
    [{ import: { groups: ['Nothing'], percent: '10' } }, 'import.groups'],
    [{ import: { remote_services: ['9'], percent: '10' } }, 'import.remote_services'],
    [{ import: { all: true } }, 'import.percent'],
    [{ import: { all: true, percent: '10', currency: 'EUR' } }, 'import.currency'],
    [{ import: { all: true, percent: 'much' } }, 'import.percent'],
    [{ import: { all: true, percent: '1', price_group: 'Tin' } }, 'import.price_group'],
    [{ import: { all: true, fixed: '-' } }, 'import.fixed'],
  ] as const) {
    for (const answer of [await preview(body), await apply(body)])
      expect([body, answer.status >= 400, Object.keys(answer.json.errors ?? {})]).toEqual([
        body,
        true,
        [field],
      ])
  }
  expect((await api.ask('POST /suppliers/nobody/sync', { body: {} })).status).toBe(404)
  const none = await api.ask('POST /suppliers/sandbox/sync/preview', { body: {} })
  expect([none.status, none.json.message]).toEqual([422, expect.stringContaining('no list')])
})

it('gives services of ours their second route', async () => {
  const [{ code }] = (await api.read('/services?search=Simlock')).page.items
  listed.push(['7', 'Checks', 'Another simlock check', '0.70'])
  const attach = [
    { ours: code, theirs: '7' },
    { ours: 'nothing', theirs: '7' },
  ]
  const seen = (await preview({ attach })).json.data
  expect(seen.attached).toMatchObject({
    routes: [{ service_code: code, remote_service: '7', cost: '0.70' }],
    unmatched: [{ line: 2, ours: 'nothing' }],
  })
  expect((await apply({ attach, plan: seen.plan })).json.data.attached.routes).toHaveLength(1)
  expect((await api.read(`/routes?service=${code}`)).page.items).toHaveLength(2)
  expect((await preview({ attach })).json.data.attached).toMatchObject({ routes: [], there_already: 1 })
})

it('needs the permission for prices where it imports', async () => {
  const as = await office.program(['suppliers.sync'])
  const refused = await api.ask('POST /suppliers/Panel/sync', { as, body: { import: { all: true } } })
  expect([refused.status, refused.json.message]).toEqual([403, 'Permission denied: you may not prices.edit'])
  expect((await api.ask('POST /suppliers/Panel/sync', { as, body: {} })).status).toBe(200)
})

it('is taken over by itself as its schedule says, which is changed by who has seen it', async () => {
  const before = await api.read('/suppliers/Panel/schedule')
  expect(before).toMatchObject({ every_minutes: null, next_at: null, max_loss: 20, max_jump: 30 })
  const changed = await api.patch('/suppliers/Panel/schedule', { every_minutes: 360 }, before.version)
  expect(changed.json.data).toMatchObject({ every_minutes: 360, next_at: expect.any(String), max_loss: 20 })
  const late = await api.patch('/suppliers/Panel/schedule', { max_jump: 50 }, before.version)
  expect([late.status, late.json.code]).toEqual([409, 'VERSION_CONFLICT_ERROR'])
  const { id } = await api.read('/suppliers/Panel')
  expect((await api.trail('sync', id))[0]).toMatchObject({ actor, after: { every_minutes: 360 } })
  const { version } = changed.json.data
  const all = await Promise.all(
    [10, 25, 30].map((loss) => api.patch('/suppliers/Panel/schedule', { max_loss: loss }, version)),
  )
  expect(all.map(({ status }) => status).sort()).toEqual([200, 409, 409])
})
