import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { imeigate, type Run } from '../support/command.ts'
import { settingsFor } from '../support/database-on.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'

let database: TestDatabase
let settings: Record<string, string>

beforeAll(async () => {
  database = await testDatabase()
  const { address, sql } = database
  settings = settingsFor(address)
  await sql`insert into suppliers (kind, name, url, currency) values ('dhru', 'Panel', 'https://x.example', 'EUR')`
  await sql`insert into services (id, code, name, group_name, kind, input_schema, duplicate_policy)
            values (5000, 'check', 'Check', 'Checks', 'imei', '{}', 'replay')`
})
afterAll(() => database.drop())

const run = (...args: string[]): Promise<Run> => imeigate(args, settings)

// biome-ignore lint/suspicious/noExplicitAny: each test looks into what it asked for.
async function json(...args: string[]): Promise<any> {
  const ended = await run(...args, '--json')
  expect(ended).toMatchObject({ code: 0, stderr: '' })
  return ended.json()
}

const add = ['route', 'add', '--service', 'check', '--supplier', 'panel']

describe('imeigate route', () => {
  it('adds, lists, changes and removes the ways of a service', async () => {
    const first = await json(...add, '--remote-service', '1382', '--cost', '0.80', '--margin-floor', '2.5%')
    expect(first).toEqual({
      id: expect.any(Number),
      service: 5000,
      service_code: 'check',
      supplier: 2,
      supplier_name: 'Panel',
      remote_service: '1382',
      accept_unlisted: false,
      cost: '0.80',
      waiting_cost: null,
      currency: 'EUR',
      position: 1,
      margin_floor: '2.5',
      available: null,
      works: true,
    })
    const second = await json(
      ...['route', 'add', '--service', '5000', '--supplier', 'sandbox', '--position', '1'],
    )
    expect(second).toMatchObject({ remote_service: null, cost: null, position: 1, margin_floor: '0' })
    expect(await json('route', 'list', '--service', 'check')).toEqual([second, { ...first, position: 2 }])
    expect(await json('route', 'list', '--supplier', '2')).toHaveLength(1)
    const { stdout } = await run('route', 'list')
    expect(stdout).toMatch(/check +2 +Panel +1382 +0\.80 EUR +2\.5% +- +yes\n/)

    const id = String(first.id)
    const changed = ['--cost', '', '--position', '1', '--margin-floor', '-10']
    expect(await json('route', 'update', id, ...changed)).toEqual({
      ...first,
      cost: null,
      margin_floor: '-10',
    })
    expect((await run('route', 'update', id)).stderr).toContain('there is nothing to change')
    expect(await json('route', 'remove', id)).toEqual({ id: first.id, removed: true })
    expect(await json('route', 'list')).toMatchObject([{ supplier_name: 'sandbox', position: 1 }])
    expect(await run('route', 'remove', id)).toMatchObject({
      code: 4,
      stderr: `error: Not found: there is no route ${id}\n`,
    })
  })

  it.each([
    [[], /^Invalid input: --remote-service is missing/, 'remote-service'],
    [['--remote-service', '1', '--cost', 'cheap'], /^Invalid input: --cost must be an amount/, 'cost'],
    [['--remote-service', '1', '--margin-floor', 'half'], /--margin-floor must be a perc/, 'margin-floor'],
  ])('add with %o says what is wrong', async (more, message, field) => {
    const ended = await run(...add, ...more, '--json')
    expect(ended.code).toBe(2)
    expect(ended.error()).toMatchObject({ code: 'invalid_input', field })
    expect(ended.error().message).toMatch(message)
  })

  it('is asked for where a service is given to a supplier that has many', async () => {
    const ended = await run('service', 'update', 'check', '--supplier', 'panel', '--json')
    expect(ended.error()).toMatchObject({ field: 'supplier', message: expect.stringContaining('route add') })
  })
})
