import { afterEach, expect, test, vi } from 'vitest'
import { Sandbox } from '../../../src/integrations/suppliers/sandbox/index.ts'
import type { SupplierOutcome, SupplierTask } from '../../../src/integrations/suppliers/supplier.ts'
import { LedgerReader } from '../../../src/ledger/ledger-reader.ts'
import type { OrderId } from '../../../src/lib/ids.ts'
import { Cuts } from '../../../src/runtime/cuts.ts'
import { StillClock, until, Workshop } from '../../fulfilment/fulfilment.fixtures.ts'
import { brokenPromises, input, newService } from '../../orders/orders.fixtures.ts'
import { imei } from '../../support/server.ts'

const DAY_MS = 86_400_000
let shop: Workshop | undefined
afterEach(async () => {
  vi.restoreAllMocks()
  if (!shop) return
  expect(await brokenPromises(shop.sql)).toEqual([])
  await shop.close()
  shop = undefined
})

const work = (input: string, sentAt: Date, quantity = 1): SupplierTask => ({
  attemptKey: '7-1-1',
  orderId: 7 as OrderId,
  remoteService: '',
  input,
  fields: null,
  quantity,
  sentAt,
  reference: null,
})
const patient = new AbortController().signal
const send = async (
  sandbox: Sandbox,
  item: SupplierTask,
  signal = patient,
): Promise<SupplierOutcome | undefined> => (await sandbox.send([item], signal))[0]
const ask = async (
  sandbox: Sandbox,
  item: SupplierTask,
  signal = patient,
): Promise<SupplierOutcome | undefined> => (await sandbox.ask([item], signal))[0]

test('any input succeeds at once, the same way each time, with a result that says it is none', async () => {
  const clock = new StillClock()
  const sandbox = new Sandbox(clock)
  const once = await send(sandbox, work(imei(1), clock.now()))
  expect(once).toEqual({
    kind: 'success',
    result: `Sandbox result, not a real one: ${imei(1)} is clean`,
    reference: 'SANDBOX-7-1-1',
  })
  expect(await send(sandbox, work(imei(1), clock.now()))).toEqual(once)
  expect(await send(sandbox, work('', clock.now(), 3))).toMatchObject({
    result: expect.stringContaining('quantity 3'),
  })
})

test.each([
  ['00100101', 5_000],
  ['00100105', DAY_MS],
])('TAC %s is accepted and succeeds %d ms after it was sent, by the clock', async (tac, ms) => {
  const clock = new StillClock()
  const sandbox = new Sandbox(clock)
  const item = work(imei(1, tac), clock.now())
  const accepted = { kind: 'accepted', reference: 'SANDBOX-7-1-1' }
  expect(await send(sandbox, item)).toEqual({ ...accepted, askAgainAfterMs: ms })
  clock.advance(ms - 1)
  expect(await ask(sandbox, item)).toEqual({ ...accepted, askAgainAfterMs: 1 })
  clock.advance(1)
  expect(await ask(sandbox, item)).toMatchObject({ kind: 'success' })
})

test('TAC 00100102 is refused, also when asked', async () => {
  const sandbox = new Sandbox(new StillClock())
  const item = work(imei(1, '00100102'), new Date())
  expect(await send(sandbox, item)).toMatchObject({ kind: 'refused' })
  expect(await ask(sandbox, item)).toMatchObject({ kind: 'refused' })
})

test('TAC 00100103 loses the reply of what it has done', async () => {
  const sandbox = new Sandbox(new StillClock())
  const item = work(imei(1, '00100103'), new Date())
  await expect(send(sandbox, item)).rejects.toThrow()
  expect(await ask(sandbox, item)).toMatchObject({ kind: 'success' })
})

test('TAC 00100104 never answers: its calls end with the signal', async () => {
  const sandbox = new Sandbox(new StillClock())
  const item = work(imei(1, '00100104'), new Date())
  const abort = new AbortController()
  const calls = [send(sandbox, item, abort.signal), ask(sandbox, item, abort.signal)]
  const early = Symbol('not yet')
  expect(await Promise.race([...calls, new Promise((resolve) => setImmediate(resolve, early))])).toBe(early)
  abort.abort(new Error('enough'))
  for (const call of calls) await expect(call).rejects.toThrow('enough')
  await expect(send(sandbox, item, abort.signal)).rejects.toThrow('enough')
})

test('in one order each item goes by its own TAC, and the order ends as partial', async () => {
  // The call that never answers is given up at once instead of after 30 s.
  const { begin } = Cuts.prototype
  vi.spyOn(Cuts.prototype, 'begin').mockImplementation(function (this: Cuts) {
    return begin.call(this, 100)
  })
  shop = await Workshop.open()
  const { sql, account } = shop
  const service = await newService(sql, { imeiFormat: 'imei-digits' })
  const tacs = ['00100101', '00100102', '00100103', '00100104', '00100105', '35000000']
  shop.workers(new Sandbox(shop.clock))
  const id = await shop.place(1, { service, items: tacs.map((tac) => input(service, imei(1, tac))) })
  const states = async (): Promise<string[]> => (await shop?.order(id))?.items.map(({ state }) => state) ?? []
  const become = async (...expected: string[]): Promise<void> => {
    await until(async () => `${await states()}` === `${expected}`)
    expect((await shop?.order(id))?.state).toBe('processing')
  }

  await become('processing', 'failed', 'unknown', 'unknown', 'processing', 'success')
  expect(await new LedgerReader(sql).wallet(account)).toMatchObject({ available: 999_950n, held: 40n })
  shop.clock.advance(5_000)
  await become('success', 'failed', 'unknown', 'unknown', 'processing', 'success')
  shop.clock.advance(25_000)
  await become('success', 'failed', 'success', 'unknown', 'processing', 'success')
  shop.clock.advance(DAY_MS - 30_000)
  await become('success', 'failed', 'success', 'unknown', 'success', 'success')
  expect(await new LedgerReader(sql).wallet(account)).toMatchObject({ available: 999_950n, held: 10n })

  const rest = await shop.place(1, {
    service,
    items: tacs.filter((tac) => tac !== '00100104').map((tac) => input(service, imei(1, tac))),
  })
  await until(
    async () => (await shop?.order(rest))?.items.filter(({ finishedAt }) => finishedAt).length === 2,
  )
  shop.clock.advance(DAY_MS)
  await until(async () => (await shop?.order(rest))?.state === 'partial')
  // What never answers is still held, and still asked about.
  expect((await shop.order(id)).items[3]).toMatchObject({ state: 'unknown', finishedAt: null })
  expect(await new LedgerReader(sql).wallet(account)).toMatchObject({ available: 999_910n, held: 10n })
})
