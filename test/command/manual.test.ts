import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OrderId } from '../../src/lib/ids.ts'
import { FakeSupplier, until, Workshop } from '../fulfilment/fulfilment.fixtures.ts'
import { brokenPromises, input } from '../orders/orders.fixtures.ts'
import { imeigate, type Run } from '../support/command.ts'
import { settingsFor } from '../support/database-on.ts'
import { imei } from '../support/server.ts'

let shop: Workshop
let settings: Record<string, string>
/** `orders` all wait for a person; the first has three items, the others have one. */
let orders: OrderId[]
const folder = mkdtempSync(join(tmpdir(), 'imeigate-'))

beforeAll(async () => {
  shop = await Workshop.open()
  settings = settingsFor(shop.database.address)
  await shop.sql`update suppliers set kind = 'manual'`
  const workers = shop.workers(new FakeSupplier(async () => ({ kind: 'accepted', reference: null })))
  const three = [1, 2, 3].map((n) => input(shop.service, imei(n)))
  orders = [await shop.place(1, { items: three })]
  for (const n of [4, 5, 6, 7, 8]) orders.push(await shop.place(n))
  await until(async () => (await shop.sql`select from attempts where state = 'accepted'`).length === 8)
  // From here on only the command line does something.
  await workers.stop(0)
})
afterAll(async () => {
  expect(await brokenPromises(shop.sql)).toEqual([])
  await shop.close()
  rmSync(folder, { recursive: true })
})

const run = (...args: string[]): Promise<Run> => imeigate(args, settings)

// biome-ignore lint/suspicious/noExplicitAny: each test looks into what it asked for.
async function json(...args: string[]): Promise<any> {
  const ended = await run(...args, '--json')
  expect(ended).toMatchObject({ code: 0, stderr: '' })
  return ended.json()
}
const itemsOf = async (n: number) => (await shop.order(orders[n] as OrderId)).items
const who = `cli:${userInfo().username}`

describe('imeigate manual', () => {
  it('lists what waits for a person, the oldest first', async () => {
    const listed = await json('manual', 'list', '--supplier', 'sandbox', '--service', shop.service.code)
    expect(listed).toHaveLength(8)
    expect(listed[0]).toEqual({
      order: orders[0],
      item: 1,
      supplier: 'sandbox',
      service_code: shop.service.code,
      input: imei(1),
      fields: null,
      quantity: 1,
      sent_at: '2030-01-01T12:00:00.000Z',
      taken: null,
    })
    const { stdout } = await run('manual', 'list', '--limit', '1')
    expect(stdout.split('\n\n')[0]?.split('\n')).toHaveLength(2)
    expect(stdout).toContain('there are more: --limit shows up to 1000')
    expect((await run('manual', 'list', '--service', 'none')).stdout).toBe(
      'no items that wait for a person\n',
    )
  })

  it('notes who works on an order', async () => {
    expect(await json('manual', 'take', String(orders[1]), String(orders[2]))).toEqual({ taken: 2 })
    const listed: { order: number; taken: string | null }[] = await json('manual', 'list')
    const taken = listed.filter((one) => one.taken?.startsWith(`taken by ${who} at 20`))
    expect(taken.map(({ order }) => order)).toEqual([orders[1], orders[2]])
    expect((await run('manual', 'list')).stdout).toMatch(
      /taken by \S+ at 20\d\d-\d\d-\d\d \d\d:\d\d (UTC|[+-]\d\d:\d\d)/,
    )
  })

  it('answers one item, and then the rest of its order', async () => {
    const order = String(orders[0])
    expect(await json('manual', 'answer', order, '--item', '2', '--result', 'two')).toEqual({
      answered: 1,
      items: [{ order: orders[0], item: 2 }],
    })
    const again = await run('manual', 'answer', order, '--item', '2', '--result', 'x', '--json')
    expect(again.error()).toMatchObject({ code: 'conflict' })
    expect((await run('manual', 'answer', order, '--result', 'other')).stdout).toBe('2 answered\n')
    expect((await itemsOf(0)).map(({ result }) => result)).toEqual(['other', 'two', 'other'])
  })

  it('refuses, and then the next supplier may try', async () => {
    expect(await json('manual', 'refuse', String(orders[1]), '--reason', 'not this model')).toMatchObject({
      answered: 1,
    })
    expect(await itemsOf(1)).toMatchObject([{ state: 'pending' }])
    const missing = await run('manual', 'refuse', String(orders[2]), '--json')
    expect(missing.error()).toMatchObject({ code: 'invalid_input', field: 'reason' })
  })

  it('answers several orders, or none where one of them does not wait', async () => {
    const [ended, , one, two] = orders.map(String) as [string, string, string, string]
    const all = await run('manual', 'answer', one, ended, two, '--result', 'x', '--json')
    expect(all.error()).toMatchObject({ code: 'conflict' })
    expect(await itemsOf(2)).toMatchObject([{ state: 'processing' }])
    const typo = await run('manual', 'answer', 'abc', '--result', 'x', '--json')
    expect(typo.error()).toMatchObject({ code: 'invalid_input', field: 'id' })
    expect(await json('manual', 'answer', one, two, '--result', 'both')).toMatchObject({ answered: 2 })
  })

  it('takes a pasted list from a file: all of it, or without the lines that fit nothing', async () => {
    const file = join(folder, 'results.txt')
    writeFileSync(file, `${imei(8)}\tclean\n${imei(99)} clean\n`)
    const refused = await run('manual', 'paste', file, '--json')
    expect(refused.error()).toMatchObject({ code: 'invalid_input', field: 'file' })
    expect(refused.error().message).toContain(`line 2: nothing waits for ${imei(99)}`)
    expect(await itemsOf(5)).toMatchObject([{ state: 'processing' }])
    expect(await json('manual', 'paste', file, '--skip-unknown')).toEqual({
      answered: 1,
      items: [{ order: orders[5], item: 1 }],
      problems: [{ line: 2, reason: `nothing waits for ${imei(99)}` }],
    })
    expect(await itemsOf(5)).toMatchObject([{ state: 'success', result: 'clean' }])
    const gone = await run('manual', 'paste', join(folder, 'gone.txt'), '--json')
    expect(gone.error()).toMatchObject({ code: 'invalid_input', field: 'file' })
  })

  it('shows where each line of a pasted list would go, and writes nothing', async () => {
    const file = join(folder, 'sheet.csv')
    writeFileSync(
      file,
      Buffer.from(`\ufeffIMEI;Result\r\n"${imei(7)}";"NOT FOUND"\r\n${imei(99)};clean\r\n`, 'utf16le'),
    )
    const refused = ['--refused', 'not found']
    expect(await json('manual', 'paste', file, '--preview', ...refused)).toEqual({
      preview: [
        { line: 2, order: orders[4], item: 1, input: imei(7), found_by: 'input', refusal: 'NOT FOUND' },
      ],
      problems: [{ line: 3, reason: `nothing waits for ${imei(99)}` }],
    })
    const { stdout } = await run('manual', 'paste', file, '--preview', ...refused)
    expect(stdout).toMatch(
      /refused +NOT FOUND\nline 3: .*\nwould be .*; 1 line that cannot be used\nnothing was written: put these lines right or add --skip-unknown, then leave --preview out\n$/,
    )
    const skipping = await run('manual', 'paste', file, '--preview', '--skip-unknown', ...refused)
    expect(skipping.stdout).toMatch(/\nnothing was written: leave --preview out\n$/)
    expect(await itemsOf(4)).toMatchObject([{ state: 'processing' }])
  })

  it('takes a pasted list from standard input', async () => {
    const { stdout } = await imeigate(['manual', 'paste'], settings, `${imei(7)}: Model X, clean\r\n`)
    expect(stdout).toBe('1 answered\n')
    expect(await itemsOf(4)).toMatchObject([{ state: 'success', result: 'Model X, clean' }])
  })
})
