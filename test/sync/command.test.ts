import { writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { imeigate } from '../support/command.ts'
import { settingsFor } from '../support/database-on.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { cleanUp, temporaryFolder } from '../support/process.ts'

let database: TestDatabase
let panel: Server
let settings: Record<string, string>
/** `answer` is what the panel answers to everything. */
let answer = ''

beforeAll(async () => {
  database = await testDatabase()
  panel = createServer((request, response) => {
    request.resume().on('end', () => response.end(answer))
  })
  await new Promise<void>((resolve) => panel.listen(0, '127.0.0.1', resolve))
  const { port } = panel.address() as AddressInfo
  settings = {
    ...settingsFor(database.address),
    OUTBOUND_ALLOW: '127.0.0.0/8',
    IMEIGATE_SECRET_KEY: 'ab'.repeat(32),
  }
  const url = `http://127.0.0.1:${port}`
  const added = await run(
    'supplier',
    'add',
    '--kind',
    'dhru',
    '--name',
    'Panel',
    '--url',
    url,
    '--username',
    'us',
    '--apiaccesskey',
    'panel-key-1',
  )
  expect(added).toMatchObject({ code: 0 })
})
afterAll(async () => {
  panel.closeAllConnections()
  panel.close()
  await database.drop()
  await cleanUp()
})

const run = (...args: string[]) => imeigate(args, settings)
const json = async (...args: string[]) => {
  const { code, stderr, json } = await run(...args, '--json')
  expect(stderr).toBe('')
  expect(code).toBe(0)
  return json()
}

/** `lists` has the panel send a list with services of two groups. */
function lists(services: [id: string, group: string, credit: string][]): void {
  const LIST: Record<string, { GROUPNAME: string; GROUPTYPE: string; SERVICES: Record<string, object> }> = {}
  for (const [id, name, CREDIT] of services) {
    LIST[name] ??= { GROUPNAME: name, GROUPTYPE: 'IMEI', SERVICES: {} }
    LIST[name].SERVICES[id] = {
      SERVICEID: id,
      SERVICETYPE: 'IMEI',
      SERVICENAME: `Service ${id}`,
      CREDIT,
      TIME: '1 day',
      INFO: '',
    }
  }
  answer = JSON.stringify({ SUCCESS: [{ MESSAGE: 'IMEI Service List', LIST }], apiversion: '6.1' })
}

it('an operator looks at a list, imports a group of it in rupiah, and has prices follow', async () => {
  lists([
    ['1', 'Unlocks', '0.80'],
    ['2', 'Checks', '0.05'],
  ])
  const preview = await json('supplier', 'sync', 'Panel')
  expect(preview).toMatchObject({ supplier: 'Panel', outcome: 'ok', listed: 2, known: 0, counts: { new: 2 } })
  expect(preview.changes).toMatchObject([
    { remote_service: '1', group: 'Unlocks', change: 'new', old_cost: null, new_cost: '0.80' },
    { remote_service: '2', group: 'Checks' },
  ])
  const text = await run('supplier', 'sync', 'Panel', '--preview')
  expect(text.stdout).toMatch(/Unlocks +1 +0 +0 +0 +0\n/)

  const wanted = [
    'supplier',
    'sync',
    'Panel',
    '--group',
    'Unlocks',
    '--percent',
    '25',
    '--currency',
    'idr',
    '--apply',
  ]
  for (const args of [wanted, wanted.slice(0, -1)]) {
    const refused = await run(...args, '--json')
    expect(refused.error()).toMatchObject({
      code: 'invalid_input',
      field: 'currency',
      message: expect.stringContaining('imeigate rate set USD IDR'),
    })
  }
  expect(await json('rate', 'set', 'USD', 'IDR', '16250', '--from', '2026-01-01')).toMatchObject({
    base: 'USD',
    quote: 'IDR',
    rate: '16250',
    valid_from: '2026-01-01T00:00:00.000Z',
    actor: expect.stringMatching(/^cli:/),
  })
  const priced = await json(...wanted.slice(0, -1))
  expect(priced).toMatchObject({ applied: false, note: 'nothing was changed: add --apply' })
  expect(priced.changes).toMatchObject([{ remote_service: '1', sale_price: '16250', sale_currency: 'IDR' }])
  const { stdout } = await run(...wanted.slice(0, -1))
  expect(stdout).toMatch(/new cost +sale price\n.*16,?250/)
  expect(stdout).toMatch(/nothing was changed: add --apply\n$/)
  expect(await json(...wanted)).toMatchObject({ outcome: 'ok', imported: 1, skipped: [] })
  expect(await json('price', 'list', '--service', 'service-1')).toMatchObject([
    { currency: 'IDR', price: '16250' },
  ])

  lists([
    ['1', 'Unlocks', '1.00'],
    ['2', 'Checks', '0.05'],
  ])
  expect((await run('supplier', 'sync', 'Panel', '--apply')).stdout).toMatch(/prices changed +1\n/)
  expect(await json('price', 'list', '--service', 'service-1')).toMatchObject([
    { currency: 'IDR', price: '20313' },
  ])
})

it('a second currency and a price group get rules of their own beside the first, and the price list shows all', async () => {
  await json('group', 'create', '--name', 'Gold')
  const wanted = ['supplier', 'sync', 'Panel', '--remote-service', '1', '--percent', '10', '--fixed', '0.05']
  const preview = await json(...wanted, '--price-group', 'Gold')
  expect(preview.changes).toMatchObject([
    { remote_service: '1', change: 'unchanged', sale_price: '1.15', sale_currency: 'USD' },
  ])
  const shown = await run(...wanted, '--price-group', 'gold', '--schedule', 'off')
  expect(shown.stdout).toMatch(/^the list of Panel is read only when asked for;/)
  expect(shown.stdout).toMatch(/1 +Unlocks +Service 1 +unchanged +\$1\.00 +- +\$1\.15\n/)
  expect(shown.stdout).toMatch(/\n\nnothing was changed: add --apply\n$/)
  expect((await run(...wanted, '--price-group', 'Tin', '--json')).error()).toMatchObject({
    code: 'invalid_input',
    message: expect.stringContaining('there is no price group Tin'),
  })
  const report = await json(...wanted, '--price-group', 'Gold', '--round', '0.25', '--apply')
  expect(report).toMatchObject({ applied: true, imported: 0, ruled: 1, repriced: 1 })
  await json('price', 'set', '--service', 'service-1', '--currency', 'EUR', '--price', '3')
  const rule = { of: 'cost', percent: '25', fixed: '0', round: '1', min_price: null, prices: 1 }
  expect(await json('price', 'list', '--service', 'service-1')).toMatchObject([
    { group: null, currency: 'EUR', price: '3.00', rule: null },
    { group: null, currency: 'IDR', price: '20313', rule },
    {
      ...{ group: 'Gold', currency: 'USD', price: '1.25' },
      rule: { ...rule, percent: '10', fixed: '0.05', round: '0.25' },
    },
  ])
  const { stdout } = await run('price', 'list', '--service', 'service-1')
  expect(stdout).toContain('cost + 25%, rounded up to 1 (service service-1)\n')
  expect(stdout).toContain('cost + 10% + 0.05 USD, rounded up to 0.25 (service service-1)\n')
  await json('price', 'remove', '--service', 'service-1', '--currency', 'EUR')
  await json('price', 'remove', '--service', 'service-1', '--currency', 'USD', '--group', 'Gold')
})

it('a cost that has jumped is shown, waits, and is taken over at a person’s word', async () => {
  lists([
    ['1', 'Unlocks', '10.00'],
    ['2', 'Checks', '0.05'],
  ])
  const jump = { remote_service: '1', name: 'Service 1', cost: '1.00', new_cost: '10.00' }
  const preview = await json('supplier', 'sync', 'Panel')
  expect(preview).toMatchObject({ outcome: 'ok', jumps: [jump], changes: [{ waits: true }] })
  for (const args of [[], ['--apply']]) {
    const { stdout } = await run('supplier', 'sync', 'Panel', ...args)
    expect(stdout).toContain('waits 1 Service 1: $1.00 -> $10.00 (+900%)\n')
    expect(stdout).toContain('until a person takes it: --apply --accept-jump <id or all>\n')
  }
  expect(await json('route', 'list', '--supplier', 'Panel')).toMatchObject([
    { cost: '1.00', waiting_cost: '10.00' },
  ])
  expect((await run('route', 'list', '--supplier', 'Panel')).stdout).toContain('1.00 USD (10.00 waits)')
  const symptoms = async () => (await run('doctor', '--json')).json().checks
  expect(await symptoms()).toContainEqual({
    ...{ name: 'lists', status: 'warn', detail: 'Panel: 1 cost has jumped and waits' },
    advice: 'imeigate supplier sync "Panel"',
  })
  expect((await run('review', 'list')).stdout).toBe(
    'no open reviews\nPanel: 1 cost has jumped and waits (imeigate supplier sync "Panel")\n',
  )
  expect(await json('review', 'list')).toEqual([])
  const wrong = await run('supplier', 'sync', 'Panel', '--apply', '--accept-jump', '2', '--json')
  expect(wrong.error()).toMatchObject({
    code: 'invalid_input',
    message: expect.stringContaining('service 2'),
  })
  const taken = await json('supplier', 'sync', 'Panel', '--apply', '--accept-jump', '1')
  expect(taken).toMatchObject({ jumps: [], routes: 1, repriced: 1 })
  expect((await run('review', 'list')).stdout).toBe('no open reviews\n')
  expect(await symptoms()).toContainEqual(expect.objectContaining({ name: 'lists', status: 'ok' }))
  expect(await json('price', 'list', '--service', 'service-1')).toMatchObject([{ price: '203125' }])
  lists([
    ['1', 'Unlocks', '1.00'],
    ['2', 'Checks', '0.05'],
  ])
  expect(await json('supplier', 'sync', 'Panel', '--apply', '--accept-jump', 'all')).toMatchObject({
    routes: 1,
  })
  const one = await run('supplier', 'sync', 'Panel', '--max-jump', '1001', '--json')
  expect(one.error()).toMatchObject({ field: 'max-jump' })
})

it('a second supplier is attached by codes, names or a file, after a look', async () => {
  const url = `http://127.0.0.1:${(panel.address() as AddressInfo).port}`
  const keyFile = join(temporaryFolder(), 'key')
  writeFileSync(keyFile, 'panel-key-2')
  await json(
    ...['supplier', 'add', '--kind', 'dhru', '--name', 'Second', '--url', url],
    ...['--username', 'us', '--apiaccesskey-file', keyFile],
  )
  lists([
    ['71', 'Other', '0.90'],
    ['72', 'Other', '0.95'],
  ])
  answer = answer.replace('Service 71', 'service  1')
  const attach = ['supplier', 'sync', 'Second', '--attach', 'name']
  const route = { service_code: 'service-1', remote_service: '71', name: 'service 1', cost: '0.90' }
  expect(await json(...attach)).toMatchObject({
    applied: false,
    attached: { routes: [route], there_already: 0, unmatched: [] },
  })
  const { stdout } = await run(...attach)
  expect(stdout).toMatch(/service-1 +Service 1 +71 +service 1 +\$0\.90\n/)
  expect(stdout).toMatch(/nothing was changed: add --apply\n$/)
  expect(await json('route', 'list', '--supplier', 'Second')).toEqual([])
  expect(await json(...attach, '--apply')).toMatchObject({ applied: true, attached: { routes: [route] } })
  expect(await json('route', 'list', '--supplier', 'Second')).toMatchObject([
    { service_code: 'service-1', position: 2, remote_service: '71', cost: '0.90', available: true },
  ])
  const file = join(temporaryFolder(), 'pairs.csv')
  writeFileSync(file, 'ours;theirs\nservice-1;72\nnobody;71\nservice-1;99\n')
  const paired = await run(...attach.slice(0, -1), file, '--apply')
  expect(paired.stdout).toContain('routes to Second: 1 new, 0 there already')
  expect(paired.stdout).toContain('line 3: nobody -> 71: we have no service nobody\n')
  expect(paired.stdout).toContain('line 4: service-1 -> 99: the list has no service 99')
  const wrong = await run(...attach.slice(0, -1), 'none.csv', '--json')
  expect(wrong.error()).toMatchObject({ code: 'invalid_input', field: 'attach' })
})

it('a list that is not to be believed is refused with its reason and exit code 6', async () => {
  lists([['1', 'Unlocks', '1.00']])
  const suspicious = await run('supplier', 'sync', 'Panel', '--apply', '--json')
  expect(suspicious.code).toBe(6)
  const error = 'the list has 1 of 2 services: nothing was changed; run with --accept-loss if that is right'
  expect(suspicious.json()).toMatchObject({ outcome: 'suspicious', error, counts: { gone: 1 } })
  expect(await json('supplier', 'sync', 'Panel', '--apply', '--accept-loss')).toMatchObject({ outcome: 'ok' })

  answer = answer.slice(0, -20)
  const half = await run('supplier', 'sync', 'Panel', '--apply', '--json')
  expect(half.code).toBe(6)
  expect(half.json()).toMatchObject({ outcome: 'failed', listed: null })
  const compared = await run('supplier', 'sync', 'Panel')
  expect(compared).toMatchObject({ code: 6, stdout: 'nothing was compared\n' })
  expect(compared.stderr).toMatch(/^error: the list of Panel is not whole: /)
})

it('a schedule is set and taken away, and a word that means nothing is refused', async () => {
  expect(await json('supplier', 'sync', 'Panel', '--schedule', '6h', '--max-loss', '5')).toMatchObject({
    supplier: 'Panel',
    every_minutes: 360,
    next_at: expect.any(String),
    max_loss: 5,
    max_jump: 30,
  })
  expect(await run('supplier', 'sync', 'Panel', '--schedule', 'off')).toMatchObject({
    stderr: '',
    stdout:
      'the list of Panel is read only when asked for; it may lose 5 percent, and a cost may change by 30\n',
  })
  const wrong: [string[], string][] = [
    [['--schedule', '6x'], 'schedule'],
    [['--apply', '--percent', '5'], 'group'],
    [['--apply', '--all'], 'percent'],
    [['--apply', '--all', '--percent', '5', '--round', 'x'], 'round'],
  ]
  for (const [args, field] of wrong) {
    const { code, error } = await run('supplier', 'sync', 'Panel', ...args, '--json')
    expect([code, error().field]).toEqual([2, field])
  }
  const none = await run('supplier', 'sync', 'sandbox', '--json')
  expect(none.error()).toMatchObject({
    code: 'invalid_input',
    message: expect.stringContaining('has no list'),
  })
})

it('of rates, those that hold and those to come are listed', async () => {
  await json('rate', 'set', 'EUR', 'USD', '1.1', '--from', '2020-01-01')
  await json('rate', 'set', 'EUR', 'USD', '1.2', '--from', '2021-01-01')
  await json('rate', 'set', 'EUR', 'USD', '1.3', '--from', '2099-01-01')
  const euros = (rates: { base: string; rate: string }[]) =>
    rates.filter(({ base }) => base === 'EUR').map(({ rate }) => rate)
  expect(euros(await json('rate', 'list'))).toEqual(['1.3', '1.2'])
  expect(euros(await json('rate', 'list', '--all'))).toEqual(['1.3', '1.2', '1.1'])
  expect((await run('rate', 'list')).stdout).toMatch(/EUR +USD +1\.2 +2021-01-01 00:00 UTC +cli:/)
  expect((await run('rate', 'set', 'EUR', 'EUR', '1', '--json')).error()).toMatchObject({ field: 'quote' })
})

it('services that are left out are named with their group, in the preview and in the report', async () => {
  const service = (id: string, more: object) => ({
    SERVICEID: id,
    SERVICENAME: `S${id}`,
    CREDIT: '1',
    ...more,
  })
  const SERVICES = [
    service('1', {}),
    service('', { SERVICENAME: 'Nameless <b>id</b>' }),
    service('3', { SERVICETYPE: 'FILE' }),
    { CREDIT: '1' },
  ]
  answer = JSON.stringify({ SUCCESS: [{ LIST: [{ GROUPNAME: 'Odd', GROUPTYPE: 'IMEI', SERVICES }] }] })
  const named = [
    { remote_service: null, group: 'Odd', name: 'Nameless id', reason: 'it has no id' },
    { remote_service: '3', group: 'Odd', name: 'S3', reason: 'it takes a file' },
    { remote_service: null, group: 'Odd', name: '', reason: 'it has no id' },
  ]
  expect((await json('supplier', 'sync', 'Panel')).left_out).toEqual(named)
  expect((await json('supplier', 'sync', 'Panel', '--apply', '--accept-loss')).left_out).toEqual(named)
  for (const options of [[], ['--apply']]) {
    const { stdout } = await run('supplier', 'sync', 'Panel', ...options)
    expect(stdout).toContain('left out Nameless id (Odd): it has no id')
    expect(stdout).toContain('left out 3 S3 (Odd): it takes a file')
    expect(stdout).toContain('left out (no name) (Odd): it has no id')
  }
})
