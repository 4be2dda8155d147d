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

const run = (...args: string[]): Promise<Run> => imeigate(args, settings)

// biome-ignore lint/suspicious/noExplicitAny: each test looks into what it asked for.
async function json(...args: string[]): Promise<any> {
  const ended = await run(...args, '--json')
  expect(ended).toMatchObject({ code: 0, stderr: '' })
  return ended.json()
}

it('words that nobody knows are listed, taught after a preview, and forgotten', async () => {
  const [heard, ...more] = await json('answer', 'list')
  expect([heard.words, heard.waiting, heard.meaning, more]).toEqual(['kode hubungi sales', 2, null, []])
  const { supplier } = heard
  const teach = [
    'answer',
    'teach',
    supplier,
    'refused',
    '--words',
    'Kode 99: hubungi SALES',
    '--why',
    'they said so',
  ]
  const shown = await run(...teach, '--preview')
  expect(shown.stdout).toContain('fits 2 of the last 2 answers')
  expect(shown.stdout).toContain('2 items wait for it')
  expect(await json('answer', 'rules')).toEqual([])
  const taught = await json(...teach)
  expect(taught).toMatchObject({ words: 'kode hubungi sales', meaning: 'refused', suppliers: [supplier] })
  expect(taught.waiting.map(({ order }: { order: number }) => order).sort()).toEqual([...orders].sort())
  expect(await json('answer', 'rules')).toMatchObject([
    {
      id: taught.id,
      supplier,
      words: 'kode hubungi sales',
      taught_by: `cli:${userInfo().username}`,
      why: 'they said so',
    },
  ])
  expect((await json('answer', 'list'))[0]).toMatchObject({ rule: taught.id, meaning: 'refused' })
  expect(await json('answer', 'forget', String(taught.id))).toEqual({ id: taught.id })
  expect(await json('answer', 'rules')).toEqual([])
  expect((await run('answer', 'forget', String(taught.id), '--json')).error()).toMatchObject({
    code: 'not_found',
  })
})

it('a decision that is kept is a rule', async () => {
  const [one, ...more] = await json('review', 'list', '--kind', 'unrecognised answer')
  expect([one.detail, more]).toEqual(['Kode 77: hubungi sales', []])
  expect((await run('review', 'show', String(one.id))).stdout).toContain('--keep')
  const resolved = await json(
    'review',
    'resolve',
    String(one.id),
    '--give-back',
    '--keep',
    '--why',
    'they said so',
  )
  expect(resolved).toMatchObject({ resolution: 'give_back', alike: 1 })
  for (const id of orders) expect((await shop.order(id)).state).toBe('failed')
  expect(await json('answer', 'rules')).toMatchObject([{ words: 'kode hubungi sales', meaning: 'refused' }])
  expect((await run('answer', 'rules')).stdout).toContain('kode hubungi sales')
})
