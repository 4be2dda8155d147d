import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { imeigate } from '../support/command.ts'
import { settingsFor } from '../support/database-on.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'

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
  const refused = await run(...wanted, '--json')
  expect(refused.error()).toMatchObject({ code: 'invalid_input', field: 'currency' })
  expect(await json('rate', 'set', 'USD', 'IDR', '16250', '--from', '2026-01-01')).toMatchObject({
    base: 'USD',
    quote: 'IDR',
    rate: '16250',
    valid_from: '2026-01-01T00:00:00.000Z',
    actor: expect.stringMatching(/^cli:/),
  })
  const priced = await json(...wanted.slice(0, -1))
  expect(priced.changes).toMatchObject([{ remote_service: '1', sale_price: '16250', sale_currency: 'IDR' }])
  const { stdout } = await run(...wanted.slice(0, -1))
  expect(stdout).toMatch(/new cost +sale price\n.*16,?250/)
  expect(stdout).toMatch(/nothing was changed: add --apply\n$/)
  expect(await json(...wanted)).toMatchObject({ outcome: 'ok', imported: 1, skipped: [] })
  expect(await json('price', 'list', '--service', 'panel-1')).toMatchObject([
    { currency: 'IDR', price: '16250' },
  ])

  lists([
    ['1', 'Unlocks', '1.00'],
    ['2', 'Checks', '0.05'],
  ])
  expect((await run('supplier', 'sync', 'Panel', '--apply')).stdout).toMatch(/prices changed +1\n/)
  expect(await json('price', 'list', '--service', 'panel-1')).toMatchObject([
    { currency: 'IDR', price: '20313' },
  ])
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
  const wrong = await run('supplier', 'sync', 'Panel', '--apply', '--accept-jump', '2', '--json')
  expect(wrong.error()).toMatchObject({
    code: 'invalid_input',
    message: expect.stringContaining('service 2'),
  })
  const taken = await json('supplier', 'sync', 'Panel', '--apply', '--accept-jump', '1')
  expect(taken).toMatchObject({ jumps: [], routes: 1, repriced: 1 })
  expect(await json('price', 'list', '--service', 'panel-1')).toMatchObject([{ price: '203125' }])
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

it('a list that is not to be believed is refused with its reason and exit code 1', async () => {
  lists([['1', 'Unlocks', '1.00']])
  const suspicious = await run('supplier', 'sync', 'Panel', '--apply', '--json')
  expect(suspicious.code).toBe(1)
  const error = 'the list has 1 of 2 services: nothing was changed; run with --accept-loss if that is right'
  expect(suspicious.json()).toMatchObject({ outcome: 'suspicious', error, counts: { gone: 1 } })
  expect(await json('supplier', 'sync', 'Panel', '--apply', '--accept-loss')).toMatchObject({ outcome: 'ok' })

  answer = answer.slice(0, -20)
  const half = await run('supplier', 'sync', 'Panel', '--apply', '--json')
  expect(half.code).toBe(1)
  expect(half.json()).toMatchObject({ outcome: 'failed', listed: null })
  const compared = await run('supplier', 'sync', 'Panel')
  expect(compared).toMatchObject({ code: 1, stdout: 'nothing was compared\n' })
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
    expect([code, error().field]).toEqual([1, field])
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
  expect((await run('rate', 'list')).stdout).toMatch(/EUR +USD +1\.2 +2021-01-01T00:00:00\.000Z +cli:/)
  expect((await run('rate', 'set', 'EUR', 'EUR', '1', '--json')).error()).toMatchObject({ field: 'quote' })
})
