import fc from 'fast-check'
import { expect, test } from 'vitest'
import { findAccount } from '../../src/accounts/accounts.ts'
import type { DuplicatePolicy, Service } from '../../src/catalogue/service.ts'
import { openPool, type Sql, STEADY_PLANS } from '../../src/database/database.ts'
import { Refusal } from '../../src/errors.ts'
import { correctResult } from '../../src/fulfilment/after/corrections.ts'
import { type Refunded, refund } from '../../src/fulfilment/after/refunds.ts'
import type { ClaimedItem } from '../../src/fulfilment/claimed-item.ts'
import { recordLate } from '../../src/fulfilment/outcome/late-answers.ts'
import { OutcomeWriter } from '../../src/fulfilment/outcome/outcome-writer.ts'
import type { ItemUpdate } from '../../src/fulfilment/outcome/outcomes.sql.ts'
import { cancelByOperator, requestCancel } from '../../src/fulfilment/people/cancel-verify.ts'
import { resolveReview } from '../../src/fulfilment/people/decisions.ts'
import { listReviews } from '../../src/fulfilment/people/reviews.ts'
import type { SupplierOutcome } from '../../src/integrations/suppliers/supplier.ts'
import { Adjustments } from '../../src/ledger/adjustments.ts'
import { LedgerReader } from '../../src/ledger/ledger-reader.ts'
import { sendMoney } from '../../src/ledger/transfers.ts'
import { setCreditLimit } from '../../src/ledger/wallets.ts'
import type { AccountId, OrderId } from '../../src/lib/ids.ts'
import { micros } from '../../src/lib/money.ts'
import type { ItemState, OrderState } from '../../src/lib/states.ts'
import type { Placement } from '../../src/orders/place/placement.ts'
import type { Placed, Purchase } from '../../src/orders/place/purchase.ts'
import type { OrderReader } from '../../src/orders/read/order-reader.ts'
import { takePending, takeSent } from '../fulfilment/fixed-directory.ts'
import { testDatabase } from '../support/postgres.ts'
import { imei, TestClock } from '../support/server.ts'
import {
  brokenPromises,
  input,
  newAccount,
  newService,
  openPlacement,
  orderReader,
} from './orders.fixtures.ts'

/** LEAST lets the model send single micros. */
const LEAST = new Map([['USD', micros(1n)]])

const WINDOW_MS = 600_000
const ACCOUNTS = 3
const SERVICES: { policy: DuplicatePolicy; price: bigint; kind: 'imei' | 'server'; manual?: boolean }[] = [
  { policy: 'replay', price: 10n, kind: 'imei' },
  { policy: 'refuse', price: 25n, kind: 'imei' },
  { policy: 'allow', price: 7n, kind: 'server' },
  { policy: 'replay', price: 0n, kind: 'imei', manual: true },
]

// What the model knows -------------------------------------------------------------------------------------

interface ModelItem {
  price: bigint
  state: ItemState
  result: string | null
  refunded: bigint
  /** `refunds` has what was given back, by the references of the requests. */
  refunds: Map<string, bigint>
}
interface ModelOrder {
  id: OrderId
  account: number
  service: number
  sameness: string
  placedAt: number
  items: ModelItem[]
}
interface ModelAccount {
  available: bigint
  held: bigint
  creditLimit: bigint
  revenue: bigint
  paidIn: bigint
  keys: Map<string, { id: OrderId; sameness: string }>
}
interface Model {
  accounts: ModelAccount[]
  orders: Map<OrderId, ModelOrder>
}

const isOpen = ({ state }: Pick<ModelItem, 'state'>): boolean =>
  ['pending', 'processing', 'unknown'].includes(state)

function stateOf({ items }: ModelOrder): OrderState {
  const states = new Set(items.map(({ state }) => state))
  const only = states.size === 1 ? [...states][0] : undefined
  if (only === 'pending' || only === 'success' || only === 'failed' || only === 'cancelled') return only
  if (items.some(isOpen)) return 'processing'
  return states.has('success') ? 'partial' : 'failed'
}

// The real thing -------------------------------------------------------------------------------------------

interface Real {
  sql: Sql
  clock: TestClock
  placement: Placement
  outcomes: OutcomeWriter
  orders: OrderReader
  accounts: AccountId[]
  services: Service[]
  /** `inHand` is what workers hold, and what they held before others took it. */
  inHand: ClaimedItem[]
  stale: ClaimedItem[]
  /** `ended` are those whose last answer was recorded. */
  ended: ClaimedItem[]
}

interface Buy {
  account: number
  service: number
  items: { n: number; quantity: number }[]
  reference: string | null
  key: string | null
}

const priceOf = (buy: Buy): bigint =>
  buy.items.reduce((sum, item) => sum + unitPrice(buy) * BigInt(amountOf(buy, item)), 0n)
const unitPrice = (buy: Buy): bigint => SERVICES[buy.service]?.price as bigint
const amountOf = (buy: Buy, item: Buy['items'][0]): number =>
  SERVICES[buy.service]?.kind === 'server' ? item.quantity : 1
const samenessOf = (buy: Buy): string =>
  JSON.stringify([
    buy.service,
    buy.reference,
    buy.items.map((item) => [SERVICES[buy.service]?.kind === 'server' ? 0 : item.n, amountOf(buy, item)]),
  ])

const purchaseOf = (real: Real, buy: Buy): Purchase => {
  const service = real.services[buy.service] as Service
  return {
    accountId: real.accounts[buy.account] as AccountId,
    keyId: null,
    via: 'dhru',
    service,
    unitPrice: micros(unitPrice(buy)),
    items: buy.items.map((item) => input(service, imei(item.n), amountOf(buy, item))),
    reference: buy.reference,
    idempotencyKey: buy.key,
  }
}

/** `expected` gives what must come of a purchase, on what the model knows. */
function expected(model: Model, buy: Buy, now: number): string {
  const account = model.accounts[buy.account] as ModelAccount
  const known = buy.key === null ? undefined : account.keys.get(buy.key)
  if (known) return known.sameness === samenessOf(buy) ? `replayed ${known.id}` : 'idempotency_conflict'
  const policy = SERVICES[buy.service]?.policy
  if (policy !== 'allow') {
    const earlier = [...model.orders.values()].findLast(
      (order) => order.account === buy.account && order.sameness === samenessOf(buy),
    )
    const state = earlier && stateOf(earlier)
    const answers =
      state === 'pending' ||
      state === 'processing' ||
      ((state === 'success' || state === 'partial') && now - (earlier?.placedAt ?? 0) < WINDOW_MS)
    if (answers) return policy === 'refuse' ? 'duplicate_order' : `replayed ${earlier?.id}`
  }
  return account.available + account.creditLimit < priceOf(buy) ? 'insufficient_balance' : 'placed'
}

/** `book` writes into the model what came of a purchase. */
function book(model: Model, buy: Buy, placed: Placed, now: number): void {
  if (placed instanceof Refusal) return
  const account = model.accounts[buy.account] as ModelAccount
  if (buy.key !== null) account.keys.set(buy.key, { id: placed.orderId, sameness: samenessOf(buy) })
  if (placed.replayed) return
  expect(model.orders.has(placed.orderId)).toBe(false)
  account.available -= priceOf(buy)
  account.held += priceOf(buy)
  model.orders.set(placed.orderId, {
    id: placed.orderId,
    account: buy.account,
    service: buy.service,
    sameness: samenessOf(buy),
    placedAt: now,
    items: buy.items.map((item) => ({
      price: unitPrice(buy) * BigInt(amountOf(buy, item)),
      state: 'pending',
      result: null,
      refunded: 0n,
      refunds: new Map(),
    })),
  })
}

const said = (placed: Placed): string =>
  placed instanceof Refusal ? placed.code : placed.replayed ? `replayed ${placed.orderId}` : 'placed'

function end(model: Model, order: ModelOrder, position: number, state: ItemState): void {
  const account = model.accounts[order.account] as ModelAccount
  const item = order.items[position - 1] as ModelItem
  expect(isOpen(item)).toBe(true)
  item.state = state
  if (isOpen(item)) return
  account.held -= item.price
  if (state === 'success') account.revenue += item.price
  else account.available += item.price
  if (state === 'success') item.result = 'clean'
}

/** `giveBack` writes into the model what a refund has moved. */
function giveBack(model: Model, order: ModelOrder, done: Refunded[], reference: string | null): void {
  const account = model.accounts[order.account] as ModelAccount
  for (const { position, amount, left, isRepeated } of done) {
    const item = order.items[position - 1] as ModelItem
    if (!isRepeated) {
      expect(item.state).toBe('success')
      item.refunded += amount
      account.available += amount
      account.revenue -= amount
      if (reference !== null) item.refunds.set(reference, amount)
    }
    expect(item.refunded <= item.price).toBe(true)
    expect(left).toBe(item.price - item.refunded)
    if (left === 0n) Object.assign(item, { state: 'failed', result: null })
  }
}

type Ending = 'success' | 'failed' | 'processing' | 'unknown'

function reportOf(item: ClaimedItem, ending: Ending, now: Date): ItemUpdate {
  const attemptState = { success: 'succeeded', failed: 'refused', processing: 'accepted', unknown: 'unknown' }
  const open = ending === 'processing' || ending === 'unknown'
  return {
    item,
    itemState: ending,
    attempt: {
      number: item.attempt,
      state: attemptState[ending] as ClaimedItem['attemptState'],
      reference: null,
      detail: null,
      asked: item.asked,
      fault: ending === 'failed' ? 'item' : null,
      recheckAt: null,
    },
    result: ending === 'success' ? 'clean' : null,
    reason: ending === 'failed' ? 'refused' : null,
    dueAt: open ? new Date(now.getTime() + 30_000) : null,
    review: null,
    claim: null,
  }
}

async function balancesMatch(model: Model, real: Real): Promise<void> {
  const wallets = await Promise.all(real.accounts.map((id) => new LedgerReader(real.sql).wallet(id)))
  expect(wallets.map(({ available, held, creditLimit }) => ({ available, held, creditLimit }))).toEqual(
    model.accounts.map(({ available, held, creditLimit }) => ({ available, held, creditLimit })),
  )
  for (const { available, held, creditLimit, revenue, paidIn } of model.accounts) {
    expect(available + held + revenue).toBe(paidIn)
    expect(available >= -creditLimit).toBe(true)
  }
}

// Commands -------------------------------------------------------------------------------------------------

type Command = fc.AsyncCommand<Model, Real>
const command = (words: string, run: (model: Model, real: Real) => Promise<void>): Command => ({
  check: () => true,
  run: async (model, real) => {
    await run(model, real)
    await balancesMatch(model, real)
  },
  toString: () => words,
})
const show = (value: unknown): string =>
  JSON.stringify(value, (_, inner) => (typeof inner === 'bigint' ? `${inner}` : inner))

const buy: fc.Arbitrary<Buy> = fc.record({
  account: fc.nat(ACCOUNTS - 1),
  service: fc.nat(SERVICES.length - 1),
  items: fc.array(fc.record({ n: fc.nat(3), quantity: fc.integer({ min: 1, max: 4 }) }), {
    minLength: 1,
    maxLength: 3,
  }),
  reference: fc.constantFrom(null, null, 'A', 'B'),
  key: fc.constantFrom(null, null, null, 'k1', 'k2'),
})

/** `burst` purchases are placed at the same time, and decided in order of arrival. */
const burst = (buys: Buy[]): Command =>
  command(`place ${show(buys)}`, async (model, real) => {
    const now = real.clock.now().getTime()
    const answers = await Promise.all(buys.map((one) => real.placement.place(purchaseOf(real, one))))
    for (const [index, one] of buys.entries()) {
      const placed = answers[index] as Placed
      expect(said(placed)).toBe(expected(model, one, now))
      book(model, one, placed, now)
    }
  })

/** `dispatch` is a run of a dispatcher. */
const dispatch = (limit: number): Command =>
  command(`dispatch ${limit}`, async (model, real) => {
    const now = real.clock.now()
    const taken = await takePending(real.sql, { limit, now })
    for (const item of taken) {
      const order = model.orders.get(item.orderId) as ModelOrder
      expect(SERVICES[order.service]?.manual).toBeUndefined()
      expect(order.items[item.position - 1]?.state).toBe('pending')
      end(model, order, item.position, 'processing')
    }
    real.inHand.push(...taken)
  })

/** `poll` lets time pass, and a poller claim what is due: whoever held it has lost it. */
const poll = (seconds: number): Command =>
  command(`poll after ${seconds} s`, async (model, real) => {
    real.clock.advance(seconds * 1000)
    const now = real.clock.now()
    for (const item of await takeSent(real.sql, { limit: 20, now })) {
      const order = model.orders.get(item.orderId) as ModelOrder
      expect(['processing', 'unknown']).toContain(order.items[item.position - 1]?.state)
      const same = (other: ClaimedItem): boolean =>
        other.orderId === item.orderId && other.position === item.position
      real.stale.push(...real.inHand.filter(same))
      real.inHand = [...real.inHand.filter((other) => !same(other)), item]
    }
  })

/** `report` has workers report on items in hand, together, and then once more. */
const report = (endings: Ending[]): Command =>
  command(`report ${endings}`, async (model, real) => {
    const items = real.inHand.splice(0, endings.length)
    const reports = items.map((item, index) => reportOf(item, endings[index] as Ending, real.clock.now()))
    expect(await Promise.all(reports.map((one) => real.outcomes.record(one)))).toEqual(items.map(() => true))
    for (const { item, itemState } of reports) {
      end(model, model.orders.get(item.orderId) as ModelOrder, item.position, itemState)
      if (isOpen({ state: itemState })) real.stale.push(item as ClaimedItem)
      else real.ended.push(item as ClaimedItem)
    }
    const ended = reports.filter(({ dueAt }) => dueAt === null)
    for (const one of ended) expect(await real.outcomes.record(one)).toBe(false)
  })

/** `reportLate` has a worker report that lost its lease. */
const reportLate = (ending: 'success' | 'failed'): Command =>
  command(`report late ${ending}`, async (_model, real) => {
    const late = real.stale.filter(
      (old) =>
        !real.inHand.includes(old) &&
        real.inHand.some((item) => item.orderId === old.orderId && item.position === old.position),
    )
    for (const item of late) {
      expect(await real.outcomes.record(reportOf(item, ending, real.clock.now()))).toBe(false)
    }
  })

const cancel = (nth: number, byOther: boolean): Command =>
  command(`cancel ${nth}${byOther ? ' of another' : ''}`, async (model, real) => {
    const order = [...model.orders.values()].at(-1 - nth)
    if (!order) return
    const account = byOther ? (order.account + 1) % ACCOUNTS : order.account
    const name = { accountId: real.accounts[account] as AccountId, orderId: order.id }
    const done = await requestCancel(real.sql, real.outcomes, name, 'test').then(
      ({ cancelled }) => cancelled,
      () => 0,
    )
    const pending = order.items.flatMap((item, index) => (item.state === 'pending' ? [index + 1] : []))
    expect(done).toBe(byOther ? 0 : pending.length)
    if (!byOther) for (const position of pending) end(model, order, position, 'cancelled')
  })

/** `deliver` has what waits sent, and what is in hand reported as these endings say, in turns. */
const deliver = (endings: Ending[]): Command =>
  command(`deliver ${endings}`, async (model, real) => {
    await dispatch(20).run(model, real)
    const all = real.inHand.map((_, at) => endings[at % endings.length] as Ending)
    if (all.length > 0) await report(all).run(model, real)
  })

/** `cancelAsOperator` is what an operator does, who sees the orders of all accounts. */
const cancelAsOperator = (nth: number): Command =>
  command(`cancel ${nth} as operator`, async (model, real) => {
    const order = [...model.orders.values()].at(-1 - nth)
    if (!order) return
    const { cancelled } = await cancelByOperator(
      real.sql,
      nameIn(real, order),
      { actor: 'cli:ann' },
      real.clock,
    )
    const pending = order.items.flatMap((item, index) => (item.state === 'pending' ? [index + 1] : []))
    expect(cancelled).toBe(pending.length)
    for (const position of pending) end(model, order, position, 'cancelled')
  })

const nameIn = (real: Real, { account, id }: ModelOrder) => ({
  accountId: real.accounts[account] as AccountId,
  orderId: id,
})

/** `chargedOrder` gives the nth newest order of which something was charged; where there is none, any. */
function chargedOrder(model: Model, nth: number): ModelOrder | undefined {
  const all = [...model.orders.values()]
  const charged = all.filter(({ items }) =>
    items.some((item) => item.state === 'success' || item.refunded > 0n),
  )
  return charged.at(-1 - (nth % (charged.length || 1))) ?? all.at(-1 - nth)
}

interface RefundOf {
  nth: number
  /** `only` is a position; null: all that was charged. */
  only: number | null
  amount: bigint | null
  reference: string | null
}

const refundOf = (
  real: Real,
  order: ModelOrder,
  { only, amount, reference }: RefundOf,
): Promise<Refunded[]> =>
  refund(
    real.sql,
    nameIn(real, order),
    {
      items: only === null ? undefined : [only],
      amount: amount === null ? undefined : micros(amount),
      reason: 'late',
      reference: reference ?? undefined,
    },
    'cli:ann',
    real.clock,
  )

/** `mayRefund` says whether a refund must be made, or refused. */
function mayRefund({ items }: ModelOrder, { only, amount, reference }: RefundOf): boolean {
  if (amount !== null && reference === null) return false
  const earlierOf = ({ refunds }: ModelItem): bigint | undefined =>
    reference === null ? undefined : refunds.get(reference)
  const wanted = items.filter((item, at) =>
    only === null ? item.state === 'success' || earlierOf(item) !== undefined : at + 1 === only,
  )
  const isRight = (item: ModelItem): boolean => {
    const earlier = earlierOf(item)
    if (earlier !== undefined) return amount === null || amount === earlier
    return item.state === 'success' && (amount ?? 0n) <= item.price - item.refunded
  }
  return wanted.length > 0 && wanted.every(isRight)
}

const refundSome = (wanted: RefundOf): Command =>
  command(`refund ${show(wanted)}`, async (model, real) => {
    const order = chargedOrder(model, wanted.nth)
    if (!order) return
    const may = mayRefund(order, wanted)
    const refunding = refundOf(real, order, wanted)
    if (!may) return expect(refunding).rejects.toBeInstanceOf(Refusal)
    giveBack(model, order, await refunding, wanted.reference)
  })

const correctSome = (nth: number, item: number, result: string): Command =>
  command(`correct ${nth} ${item}`, async (model, real) => {
    const order = chargedOrder(model, nth)
    if (!order) return
    const known = order.items[item - 1]
    const correcting = correctResult(
      real.sql,
      nameIn(real, order),
      { item, result, why: 'so' },
      'cli:ann',
      real.clock,
    )
    if (known?.state !== 'success') return expect(correcting).rejects.toBeInstanceOf(Refusal)
    expect(await correcting).toMatchObject({ position: item, before: known.result, after: result })
    known.result = result
  })

/** `answerLate` has a supplier say something once more of what has ended: a person may be asked, and nothing moves. */
const answerLate = (nth: number, outcome: SupplierOutcome): Command =>
  command(`late ${outcome.kind} of ${nth}`, async (_model, real) => {
    const item = real.ended.at(-1 - nth)
    if (!item) return
    const now = real.clock.now()
    const update = reportOf(item, outcome.kind === 'success' ? 'success' : 'failed', now)
    const late = await recordLate(real.sql, { item, outcome, update, supplier: 'sandbox' }, now)
    expect(['nothing', 'shown']).toContain(late)
  })

/** `decideChanged` gives back what a supplier has taken back. */
const decideChanged = (): Command =>
  command('decide what has changed', async (model, real) => {
    const [review] = await listReviews(real.sql, { kind: 'changed' })
    if (!review) return
    const order = model.orders.get(review.orderId) as ModelOrder
    const item = order.items[review.position - 1] as ModelItem
    const decide = (kind: 'give_back' | 'dismiss') =>
      resolveReview(real.sql, review.id, { kind }, { actor: 'cli:ann', why: 'so' }, real.clock)
    if (item.state !== 'success') {
      await expect(decide('give_back')).rejects.toMatchObject({ code: 'conflict' })
      await decide('dismiss')
      return
    }
    await decide('give_back')
    const left = micros(item.price - item.refunded)
    const done = { position: review.position, amount: left, left: micros(0n), isRepeated: false }
    giveBack(model, order, [done], `review ${review.id}`)
  })

const because = { actor: 'test', note: 'test' }
const payIn = (account: number, amount: bigint): Command =>
  command(`deposit ${amount} to ${account}`, async (model, real) => {
    await new Adjustments(real.sql).deposit(real.accounts[account] as AccountId, micros(amount), because)
    const known = model.accounts[account] as ModelAccount
    known.available += amount
    known.paidIn += amount
  })
const correct = (account: number, amount: bigint): Command =>
  command(`adjust ${account} by ${amount}`, async (model, real) => {
    const known = model.accounts[account] as ModelAccount
    const enough = amount > 0n || known.available + amount >= -known.creditLimit
    const adjusted = new Adjustments(real.sql).adjust(
      real.accounts[account] as AccountId,
      micros(amount),
      because,
    )
    if (!enough) return expect(adjusted).rejects.toMatchObject({ code: 'insufficient_balance' })
    await adjusted
    known.available += amount
    known.paidIn += amount
  })
/** `pass` sends money to another account: only what is there, and not the credit limit. */
const pass = (from: number, to: number, amount: bigint): Command =>
  command(`send ${amount} from ${from} to ${to}`, async (model, real) => {
    const enough = (model.accounts[from] as ModelAccount).available >= amount
    const sent = sendOn(real, from, to, amount)
    if (from === to) return expect(sent).rejects.toMatchObject({ field: 'receiver' })
    if (!enough) return expect(sent).rejects.toMatchObject({ code: 'insufficient_balance' })
    await sent
    bookSent(model, from, to, amount)
  })
const sendOn = (real: Real, from: number, to: number, amount: bigint): Promise<unknown> =>
  real.sql.begin(async (transaction) => {
    const { username } = await findAccount(transaction, String(real.accounts[to]))
    const senderId = real.accounts[from] as AccountId
    const at = real.clock.now()
    const sending = { senderId, receiver: username, amount: micros(amount), keyId: null, actor: 'test', at }
    return await sendMoney(transaction, sending, LEAST)
  })
const bookSent = (model: Model, from: number, to: number, amount: bigint): void => {
  for (const [account, change] of [
    [from, -amount],
    [to, amount],
  ] as const) {
    const known = model.accounts[account] as ModelAccount
    known.available += change
    known.paidIn += change
  }
}
const limit = (account: number, amount: bigint): Command =>
  command(`credit limit ${amount} for ${account}`, async (model, real) => {
    const known = model.accounts[account] as ModelAccount
    const set = real.sql.begin((transaction) =>
      setCreditLimit(transaction, real.accounts[account] as AccountId, micros(amount)),
    )
    if (known.available < -amount) return expect(set).rejects.toMatchObject({ code: 'invalid_input' })
    await set
    known.creditLimit = amount
  })

/** `storm` does everything at once: nobody can say in which order, but each answer must be true of the books. */
const storm = (buys: Buy[], endings: Ending[], amount: bigint, refunds: RefundOf[]): Command =>
  command(`storm ${show(buys)} ${endings} ${amount} ${show(refunds)}`, async (model, real) => {
    const now = real.clock.now()
    const items = real.inHand.splice(0, endings.length)
    const reports = items.map((item, index) => reportOf(item, endings[index] as Ending, now))
    const payers = buys.map(({ account }) => account)
    const next = (account: number): number => (account + 1) % ACCOUNTS
    const charged = refunds.flatMap((wanted) => {
      const order = chargedOrder(model, wanted.nth)
      return order ? [{ order, wanted }] : []
    })
    const [answers, recorded, taken, sent, , refunded] = await Promise.all([
      Promise.all(buys.map((one) => real.placement.place(purchaseOf(real, one)))),
      Promise.all(reports.map((one) => real.outcomes.record(one))),
      Promise.allSettled(
        payers.map((account) =>
          new Adjustments(real.sql).adjust(real.accounts[account] as AccountId, micros(-amount), because),
        ),
      ),
      Promise.allSettled(payers.map((account) => sendOn(real, account, next(account), amount))),
      Promise.all(
        payers.map((account) =>
          new Adjustments(real.sql).deposit(real.accounts[account] as AccountId, micros(amount), because),
        ),
      ),
      Promise.allSettled(charged.map(({ order, wanted }) => refundOf(real, order, wanted))),
    ])
    expect(recorded).toEqual(items.map(() => true))
    for (const [index, account] of payers.entries()) {
      if (sent[index]?.status === 'fulfilled') bookSent(model, account, next(account), amount)
      else expect(sent[index]?.reason).toMatchObject({ code: 'insufficient_balance' })
    }
    for (const [index, account] of payers.entries()) {
      if (taken[index]?.status === 'fulfilled') continue
      const known = model.accounts[account] as ModelAccount
      known.available += amount
      known.paidIn += amount
    }
    for (const { item, itemState } of reports) {
      end(model, model.orders.get(item.orderId) as ModelOrder, item.position, itemState)
    }
    bookRefunds(model, charged, refunded)
    for (const [index, one] of buys.entries()) {
      const placed = answers[index] as Placed
      if (!(placed instanceof Refusal) && placed.replayed) {
        expect(model.orders.get(placed.orderId)?.sameness).toBe(samenessOf(one))
      }
      book(model, one, placed, now.getTime())
    }
  })

/** `bookRefunds` writes into the model what refunds did that were made at once: those that say that they came first, before the others. */
function bookRefunds(
  model: Model,
  asked: { order: ModelOrder; wanted: RefundOf }[],
  settled: PromiseSettledResult<Refunded[]>[],
): void {
  const done = asked.flatMap(({ order, wanted }, at) => {
    const one = settled[at]
    if (one?.status === 'rejected') expect(one.reason).toBeInstanceOf(Refusal)
    return one?.status === 'fulfilled'
      ? one.value.map((refunded) => ({ order, reference: wanted.reference, refunded }))
      : []
  })
  // What was left of an item fell from each refund to the next.
  done.sort(
    (a, b) =>
      Number(b.refunded.left - a.refunded.left) ||
      Number(a.refunded.isRepeated) - Number(b.refunded.isRepeated),
  )
  for (const { order, reference, refunded } of done) giveBack(model, order, [refunded], reference)
}

const refunding: fc.Arbitrary<RefundOf> = fc.record({
  nth: fc.nat(3),
  only: fc.constantFrom(null, null, 1, 2),
  amount: fc.option(fc.bigInt(1n, 12n)),
  reference: fc.constantFrom(null, 'R1', 'R2', 'R3'),
})

const account = fc.nat(ACCOUNTS - 1)
const ending = fc.constantFrom<Ending>('success', 'success', 'failed', 'failed', 'processing', 'unknown')
const commands = fc.commands(
  [
    fc.array(buy, { minLength: 1, maxLength: 6 }).map(burst),
    fc.array(buy, { minLength: 1, maxLength: 6 }).map(burst),
    fc.integer({ min: 1, max: 20 }).map(dispatch),
    fc.integer({ min: 1, max: 20 }).map(dispatch),
    fc.array(ending, { minLength: 1, maxLength: 12 }).map(report),
    fc.array(ending, { minLength: 1, maxLength: 12 }).map(report),
    fc.constantFrom(1, 20, 40, 700).map(poll),
    fc.constantFrom<'success' | 'failed'>('success', 'failed').map(reportLate),
    fc.tuple(fc.nat(4), fc.boolean()).map(([nth, byOther]) => cancel(nth, byOther)),
    fc.array(ending, { minLength: 1, maxLength: 4 }).map((endings) => deliver(['success', ...endings])),
    fc.array(ending, { minLength: 1, maxLength: 4 }).map((endings) => deliver(['success', ...endings])),
    fc.nat(4).map(cancelAsOperator),
    refunding.map(refundSome),
    refunding.map(refundSome),
    refunding.map(refundSome),
    fc
      .tuple(fc.nat(3), fc.integer({ min: 1, max: 3 }), fc.constantFrom('A', 'B', 'C'))
      .map(([nth, item, result]) => correctSome(nth, item, result)),
    fc
      .tuple(
        fc.nat(5),
        fc.constantFrom<SupplierOutcome>(
          { kind: 'success', result: 'clean', reference: null },
          { kind: 'success', result: 'other', reference: null },
          { kind: 'refused', reason: 'no' },
        ),
      )
      .map(([nth, outcome]) => answerLate(nth, outcome)),
    fc.constant(null).map(decideChanged),
    fc.tuple(account, fc.bigInt(1n, 60n)).map(([id, amount]) => payIn(id, amount)),
    fc
      .tuple(
        account,
        fc.bigInt(-60n, 60n).filter((amount) => amount !== 0n),
      )
      .map(([id, amount]) => correct(id, amount)),
    fc.tuple(account, fc.bigInt(0n, 50n)).map(([id, amount]) => limit(id, amount)),
    fc.tuple(account, account, fc.bigInt(1n, 60n)).map(([from, to, amount]) => pass(from, to, amount)),
    fc
      .tuple(
        fc.array(buy, { maxLength: 5 }),
        fc.array(ending, { maxLength: 4 }),
        fc.bigInt(1n, 30n),
        fc.array(refunding, { maxLength: 4 }),
      )
      .map(([buys, endings, amount, refunds]) => storm(buys, endings, amount, refunds)),
  ],
  { maxCommands: 100, size: 'max' },
)

const OPENING = 60n

test('whatever happens in whatever order, money is conserved and every balance is what a simple model says', async () => {
  let ran = 0
  let refunds = 0
  await fc.assert(
    fc.asyncProperty(commands, async (sequence) => {
      const database = await testDatabase()
      const clock = new TestClock()
      const steady = openPool(database.address, { max: 4, session: STEADY_PLANS })
      const { placement, close } = openPlacement(database, clock)
      const outcomes = new OutcomeWriter(steady, clock)
      try {
        const services: Service[] = []
        for (const { policy, kind, manual } of SERVICES) {
          services.push(
            await newService(database.sql, {
              kind,
              duplicatePolicy: policy,
              replayWindowSeconds: WINDOW_MS / 1000,
              ...(kind === 'server' && { maxQuantity: 4 }),
              ...(manual && { processing: 'manual' }),
            }),
          )
        }
        const accounts: AccountId[] = []
        for (let n = 0; n < ACCOUNTS; n++) accounts.push(await newAccount(database.sql, OPENING))
        const model: Model = {
          accounts: accounts.map(() => ({
            available: OPENING,
            held: 0n,
            creditLimit: 0n,
            revenue: 0n,
            paidIn: OPENING,
            keys: new Map(),
          })),
          orders: new Map(),
        }
        const orders = orderReader(steady)
        const real: Real = {
          sql: database.sql,
          clock,
          placement,
          outcomes,
          orders,
          accounts,
          services,
          inHand: [],
          stale: [],
          ended: [],
        }
        await fc.asyncModelRun(() => ({ model, real }), sequence)
        ran += [...sequence].length

        expect(await brokenPromises(database.sql)).toEqual([])
        refunds += (await database.sql`select from ledger_entries where kind = 'refund'`).length
        for (const order of model.orders.values()) {
          const found = await orders.forBuyer(accounts[order.account] as AccountId).find(order.id)
          expect(found).toMatchObject({
            state: stateOf(order),
            items: order.items.map(({ state, price, refunded, result }) => ({
              state,
              price,
              refunded,
              result,
            })),
          })
        }
      } finally {
        await close()
        await outcomes.stop()
        await steady.end({ timeout: 2 })
        await database.drop()
      }
    }),
    { numRuns: 16 },
  )
  expect(ran).toBeGreaterThan(200)
  expect(refunds).toBeGreaterThan(20)
})
