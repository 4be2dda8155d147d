import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Fulfilment } from '../../src/fulfilment/fulfilment.ts'
import type {
  SupplierAccount,
  SupplierFault,
  SupplierOutcome,
} from '../../src/integrations/suppliers/supplier.ts'
import { LedgerReader } from '../../src/ledger/ledger-reader.ts'
import type { OrderId, SupplierId } from '../../src/lib/ids.ts'
import { micros } from '../../src/lib/money.ts'
import { brokenPromises } from '../orders/orders.fixtures.ts'
import { SANDBOX } from './fixed-directory.ts'
import { type Call, FakeSupplier, REFUSED, SUCCESS, until, Workshop } from './fulfilment.fixtures.ts'

let shop: Workshop
beforeEach(async () => {
  shop = await Workshop.open()
})
afterEach(async () => {
  expect(await brokenPromises(shop.sql)).toEqual([])
  await shop.close()
})

/** `Banked` is a supplier that can be asked for our account. */
class Banked extends FakeSupplier {
  looks = 0
  readonly #account: () => Promise<SupplierAccount>

  constructor(
    answer: (call: Call, signal: AbortSignal) => Promise<SupplierOutcome>,
    account: () => Promise<SupplierAccount>,
  ) {
    super(answer)
    this.#account = account
  }

  account(): Promise<SupplierAccount> {
    this.looks++
    return this.#account()
  }
}

const unavailable = (why: SupplierFault): SupplierOutcome => ({
  kind: 'unavailable',
  why,
  reason: `out of ${why}`,
})
const balance = (amount: bigint): SupplierAccount => ({
  balance: micros(amount),
  currency: 'USD',
  name: null,
})

interface Health {
  open: boolean
  why: SupplierFault | null
  reason: string | null
  needed: bigint | null
  probe_at: Date | null
  balance: bigint | null
}
const health = async (id: SupplierId = SANDBOX): Promise<Health | undefined> => {
  const [row] = await shop.sql<Health[]>`
    select open, why, reason, needed, probe_at, balance from supplier_health where supplier_id = ${id}`
  return row
}
const isOpen = async (): Promise<boolean> => (await health())?.open === true
/** `probeIn` gives when the next probe is due, in milliseconds from now. */
const probeIn = async (): Promise<number | undefined> => {
  const at = (await health())?.probe_at
  return at ? at.getTime() - shop.clock.now().getTime() : undefined
}
const ended = (id: OrderId): Promise<void> => until(async () => (await shop.order(id)).finishedAt !== null)
const allEnded = (): Promise<void> =>
  until(async () => (await new LedgerReader(shop.sql).wallet(shop.account)).held === 0n)
/** `passes` lets time pass until something holds, half a second at a time, as the workers can follow. */
async function passes(holds: () => Promise<boolean> | boolean): Promise<void> {
  await until(async () => {
    shop.clock.advance(500)
    return await holds()
  })
}

const troubles: [string, () => Promise<SupplierOutcome>, number, SupplierFault][] = [
  ['credit', async () => unavailable('credit'), 3, 'credit'],
  ['login', async () => unavailable('login'), 3, 'login'],
  ['transport', async () => unavailable('transport'), 3, 'transport'],
  ['busy', async () => unavailable('busy'), 2, 'busy'],
  [
    'words that the database does not take',
    async () => ({ kind: 'unavailable', why: 'busy', reason: 'wait\0' }),
    2,
    'busy',
  ],
  ['no clear answer', () => Promise.reject(new Error('HTTP 502')), 5, 'transport'],
]
test.each(troubles)(
  'after calls in a row that came to %s nothing more is sent',
  async (_name, answer, count, why) => {
    const supplier = new FakeSupplier(answer)
    // One item at a time, so that calls come one after the other.
    shop.workers(supplier, { concurrency: 1 })
    for (let n = 1; n < count; n++) {
      await shop.place(n)
      await until(() => supplier.calls.length === n)
      await shop.idle()
      expect(await isOpen()).toBe(false)
    }
    await shop.place(count)
    await until(isOpen)
    expect(await health()).toMatchObject({ why })
    expect(await probeIn()).toBe(2_000)
    const sent = supplier.calls.length
    await shop.place(99)
    await shop.idle()
    expect(supplier.calls.length).toBe(sent)
  },
)

test('a clear answer between them begins the count anew', async () => {
  let times = 0
  const supplier = new FakeSupplier(async () => (++times % 2 === 0 ? REFUSED : unavailable('busy')))
  shop.workers(supplier, { concurrency: 1 })
  for (let n = 1; n <= 4; n++) {
    await shop.place(n)
    await until(() => supplier.calls.length === n)
  }
  await shop.idle()
  expect(await health()).toBeUndefined()
})

test('one call counts once, however many items it was about', async () => {
  const supplier = new FakeSupplier(async () => unavailable('transport'))
  supplier.sendAtOnce = 20
  await shop.placeMany(20)
  shop.workers(supplier)
  await until(() => supplier.calls.length === 20)
  await shop.idle()
  expect(await health()).toBeUndefined()
})

test('a process that stops and breaks its calls off does not take the supplier for ill', async () => {
  const supplier = new FakeSupplier(() => new Promise(() => {}))
  const workers = shop.workers(supplier)
  const ids = await shop.placeMany(8)
  await until(() => supplier.calls.length === 8)
  await workers.stop(50)
  for (const id of ids) expect((await shop.order(id)).items[0]?.state).toBe('unknown')
  expect(await health()).toBeUndefined()
})

test('one refusal for want of credit is held against our balance there, and opens where that is too little', async () => {
  await shop.sql`update supplier_routes set cost = 7 where supplier_id = ${SANDBOX}`
  let left = 6n
  const supplier = new Banked(
    async () => (left < 7n ? unavailable('credit') : SUCCESS),
    async () => balance(left),
  )
  shop.workers(supplier)
  const id = await shop.place(1)
  await until(isOpen)
  expect(await health()).toMatchObject({ why: 'credit', reason: 'out of credit', needed: 7n, balance: 6n })
  expect(supplier.history).toEqual(['send'])
  // A deposit that does not suffice for the item.
  await passes(async () => supplier.looks >= 2)
  await until(async () => (await health())?.reason === 'the balance is 0.000006 USD')
  expect(supplier.history).toEqual(['send'])
  left = 7n
  await passes(async () => (await shop.order(id)).finishedAt !== null)
  expect(await health()).toMatchObject({ open: false, balance: 7n })
  expect(supplier.history).toEqual(['send', 'send'])
})

test('one refusal of our login is held against our account, which it does not give', async () => {
  const supplier = new Banked(
    async () => unavailable('login'),
    () => Promise.reject(new Error('who are you?')),
  )
  shop.workers(supplier)
  await shop.place(1)
  await until(isOpen)
  expect(supplier.history).toEqual(['send'])
})

test('a refusal for want of credit that our account does not confirm is the item’s own matter', async () => {
  const supplier = new Banked(
    async () => unavailable('credit'),
    async () => balance(1_000_000n),
  )
  shop.workers(supplier)
  await shop.place(1)
  await until(() => supplier.looks === 1)
  await shop.idle()
  expect(await health()).toMatchObject({ open: false, balance: 1_000_000n })
})

test('probes come after 2 s, 4 s, 8 s, up to 256 s, and buy nothing', async () => {
  const supplier = new Banked(
    async () => unavailable('login'),
    () => Promise.reject(new Error('still\0 not')),
  )
  shop.workers(supplier)
  await shop.place(1)
  await until(isOpen)
  for (const seconds of [2, 4, 8, 16, 32, 64, 128, 256, 256]) {
    await until(async () => (await probeIn()) === seconds * 1000)
    const { looks } = supplier
    shop.clock.advance(seconds * 1000 - 1)
    await shop.idle()
    expect(supplier.looks).toBe(looks)
    shop.clock.advance(1)
  }
  expect(supplier.history).toEqual(['send'])
  expect(await health()).toMatchObject({ reason: 'still\ufffd not' })
})

test('a supplier that does not answer its probe holds up no other’s', async () => {
  const b = await shop.addSupplier('b')
  const gate = Promise.withResolvers<SupplierAccount>()
  const silent = new Banked(
    async () => unavailable('busy'),
    () => gate.promise,
  )
  let isWell = true
  const other = new FakeSupplier(async () => (isWell ? SUCCESS : unavailable('busy')))
  shop.workers(
    new Map([
      [SANDBOX, silent],
      [b, other],
    ]),
    { concurrency: 1 },
  )
  for (let n = 1; n <= 2; n++) await ended(await shop.place(n))
  await passes(() => silent.looks === 1)
  isWell = false
  await shop.placeMany(2)
  await passes(async () => (await health(b))?.open === true)
  isWell = true
  await passes(async () => (await health(b))?.open === false)
  expect(silent.looks).toBe(1)
  gate.resolve(balance(1n))
  await passes(async () => (await new LedgerReader(shop.sql).wallet(shop.account)).held === 0n)
})

test('what fails while it is open puts off no probe', async () => {
  const gate = Promise.withResolvers<void>()
  let calls = 0
  const supplier = new FakeSupplier(async () => {
    if (++calls > 3) await gate.promise
    return unavailable('transport')
  })
  shop.workers(supplier)
  await shop.placeMany(10)
  await until(isOpen)
  shop.clock.advance(1_000)
  gate.resolve()
  await until(async () => (await shop.sql`select from attempts where state = 'sent'`).length === 0)
  await shop.idle()
  expect(await probeIn()).toBe(1_000)
})

test('other routes are taken while it is open', async () => {
  const b = await shop.addSupplier('b')
  const [ill, well] = [
    new FakeSupplier(async () => unavailable('busy')),
    new FakeSupplier(async () => SUCCESS),
  ]
  shop.workers(
    new Map([
      [SANDBOX, ill],
      [b, well],
    ]),
    { concurrency: 1 },
  )
  for (let n = 1; n <= 6; n++) await ended(await shop.place(n))
  expect(ill.calls).toHaveLength(2)
  expect(well.calls).toHaveLength(6)
})

test('all processes share it; no item is lost or sent twice while it opens and closes', async () => {
  let ill = false
  const taken: string[] = []
  const supplier = new Banked(
    async ({ call, work }) => {
      await new Promise((resolve) => setTimeout(resolve, 5))
      if (call === 'ask' || ill) return unavailable('transport')
      taken.push(work.input)
      return SUCCESS
    },
    async () => {
      if (ill) throw new Error('connection refused')
      return balance(1n)
    },
  )
  const both: Fulfilment[] = [1, 2].map(() => shop.workers(supplier, { concurrency: 10 }))
  const wake = (): void => {
    for (const one of both) one.wake()
  }
  await shop.placeMany(30)
  wake()
  await allEnded()
  ill = true
  await Promise.all(Array.from({ length: 90 }, (_, n) => shop.place(100 + n)))
  wake()
  await until(isOpen)
  // What was under way comes to its end.
  await shop.idle()
  await until(() => supplier.underWay === 0)
  await shop.idle()
  const calls = supplier.calls.length
  await Promise.all(Array.from({ length: 10 }, (_, n) => shop.place(200 + n)))
  wake()
  await shop.idle()
  expect(supplier.calls.length).toBe(calls)
  expect(taken).toHaveLength(30)
  ill = false
  await passes(async () => (await new LedgerReader(shop.sql).wallet(shop.account)).held === 0n)
  expect(await isOpen()).toBe(false)
  expect(taken).toHaveLength(130)
  expect(new Set(taken).size).toBe(130)
  expect(await new LedgerReader(shop.sql).wallet(shop.account)).toMatchObject({ available: 998_700n })
})

test('questions go on, but not to a supplier that cannot be reached, unless they are long due', async () => {
  const supplier = new FakeSupplier(async ({ call }) =>
    call === 'send' ? { kind: 'accepted', reference: 'R1', askAgainAfterMs: 5_000 } : SUCCESS,
  )
  shop.workers(supplier)
  const id = await shop.place(1)
  await until(
    async () => (await shop.order(id)).items[0]?.state === 'processing' && supplier.calls.length === 1,
  )
  await until(
    async () => (await shop.order(id)).items[0]?.dueAt?.getTime() === shop.clock.now().getTime() + 5_000,
  )
  await shop.sql`
    insert into supplier_health (supplier_id, open, why, opened_at, probe_at)
    values (${SANDBOX}, true, 'transport', now(), '2031-01-01')`
  shop.clock.advance(5_000 + 600_000 - 1)
  await shop.idle()
  expect(supplier.history).toEqual(['send'])
  shop.clock.advance(1)
  await ended(id)
  expect(supplier.history).toEqual(['send', 'ask'])
})
