import { userInfo } from 'node:os'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { SupplierOutcome } from '../../src/integrations/suppliers/supplier.ts'
import type { OrderId } from '../../src/lib/ids.ts'
import { FakeSupplier, until, Workshop } from '../fulfilment/fulfilment.fixtures.ts'
import { brokenPromises } from '../orders/orders.fixtures.ts'
import { imeigate, type Run } from '../support/command.ts'
import { settingsFor } from '../support/database-on.ts'

const ODD: SupplierOutcome = {
  kind: 'unknown',
  reason: 'Kode 77: hubungi sales',
  askable: false,
  unrecognised: 'kode hubungi sales',
}

let shop: Workshop
let settings: Record<string, string>
let orders: OrderId[]
beforeAll(async () => {
  shop = await Workshop.open()
  settings = settingsFor(shop.database.address)
  orders = await shop.placeMany(2)
  const workers = shop.workers(new FakeSupplier(async () => ODD))
  await until(async () => (await shop.sql`select from attempts where state = 'unknown'`).length === 2)
  await workers.idle()
  // From here on only the command line does something.
  await workers.stop(0)
})
afterAll(async () => {
  expect(await brokenPromises(shop.sql)).toEqual([])
  await shop.close()
})

const run = (...args: string[]): Promise<Run> => imeigate(['review', ...args], settings)

// biome-ignore lint/suspicious/noExplicitAny: each test looks into what it asked for.
async function json(...args: string[]): Promise<any> {
  const ended = await run(...args, '--json')
  expect(ended).toMatchObject({ code: 0, stderr: '' })
  return ended.json()
}

it('words that nobody knows are decided about for good, listed and forgotten', async () => {
  const [one, ...more] = await json('list', '--kind', 'unrecognised answer')
  expect([one.detail, more]).toEqual(['Kode 77: hubungi sales', []])
  expect((await run('show', String(one.id))).stdout).toContain('--keep')
  const resolved = await json('resolve', String(one.id), '--give-back', '--keep', '--why', 'they said so')
  expect(resolved).toMatchObject({ resolution: 'give_back', alike: 1 })
  for (const id of orders) expect((await shop.order(id)).state).toBe('failed')
  const [kept] = await json('kept')
  expect(kept).toMatchObject({
    words: 'kode hubungi sales',
    decision: 'give_back',
    decided_by: `cli:${userInfo().username}`,
    why: 'they said so',
  })
  expect((await run('kept')).stdout).toContain('kode hubungi sales')
  const { supplier, words } = kept
  expect(await json('forget', supplier, words)).toEqual({ supplier, words })
  expect(await json('kept')).toEqual([])
  expect((await run('forget', supplier, words, '--json')).error()).toMatchObject({ code: 'not_found' })
})
