import fc from 'fast-check'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openPool, type Sql } from '../../src/database/database.ts'
import { selectDeposit } from '../../src/deposits/deposits.sql.ts'
import { Deposits } from '../../src/deposits/deposits.ts'
import type { Gateways } from '../../src/deposits/gateways.ts'
import { takeTransfers } from '../../src/deposits/incoming.ts'
import { OperatorDeposits } from '../../src/deposits/operator-deposits.ts'
import type { Provider } from '../../src/deposits/provider.ts'
import { Providers } from '../../src/deposits/providers.ts'
import { settle } from '../../src/deposits/settlement.ts'
import { Refusal } from '../../src/errors.ts'
import { correctResult } from '../../src/fulfilment/after/corrections.ts'
import { deliverAfterAll } from '../../src/fulfilment/after/late-results.ts'
import { refund } from '../../src/fulfilment/after/refunds.ts'
import { Adjustments } from '../../src/ledger/adjustments.ts'
import { sendMoney } from '../../src/ledger/transfers.ts'
import type { AccountId, DepositId, OrderId } from '../../src/lib/ids.ts'
import { formatMicros, micros } from '../../src/lib/money.ts'
import { wallTime } from '../../src/lib/wall-clock.ts'
import { sealer } from '../deposits/deposits.fixtures.ts'
import { FakeSupplier, REFUSED, SUCCESS, until, Workshop } from '../fulfilment/fulfilment.fixtures.ts'
import { folderOf, move } from '../moving-in/moving.fixtures.ts'
import { brokenPromises, input } from '../orders/orders.fixtures.ts'
import { cleanUp } from '../support/process.ts'
import { imei } from '../support/server.ts'

/** Two accounts have moved in, and all that moves money happens to them at random: again, at once, late, too much and too little. */

const PRICE = 120_000n
const ACTOR = 'cli:ann'
let shop: Workshop
/** `pools` are of two processes. */
let pools: [Sql, Sql]
let card: Provider
let transfer: Provider
let orders = 0
let delivered = 0

beforeAll(async () => {
  shop = await Workshop.open()
  shop.workers(new FakeSupplier(async ({ work }) => (isRefused(work.input) ? REFUSED : SUCCESS)))
  pools = [shop.sql, openPool(shop.database.address)]
  const providers = new Providers(shop.sql, sealer)
  card = await providers.create({
    ...{ kind: 'stripe', code: 'card', name: 'Card', currency: 'USD' },
    settings: { success_url: 'https://shop.example.com/paid' },
    secrets: { secret_key: 'sk_of_the_test', webhook_secret: 'whsec_of_the_test' },
  })
  transfer = await providers.create({
    ...{ kind: 'unique-amount', code: 'transfer', name: 'Transfer', currency: 'USD' },
    settings: { account_number: '12345', account_holder_name: 'The Operator', tail_max: 999 },
    secrets: { hook_secret: 'of the test' },
  })
})
afterAll(async () => {
  await pools[1].end()
  await shop.close()
  await cleanUp()
})

/** `isRefused` is so of every third IMEI. */
const isRefused = (text: string): boolean => Number(text.slice(8, 14)) % 3 === 2

/** Amounts are such as $0.40. */
const amounts = fc.integer({ min: 1, max: 150 }).map((cents) => micros(BigInt(cents) * 10_000n))
const balances = fc.integer({ min: -90, max: 300 }).map((cents) => micros(BigInt(cents) * 10_000n))
const who = fc.constantFrom(0, 1)
const which = fc.nat(2)

type Step =
  | { does: 'move in again' }
  | {
      does: 'pay by card'
      which: number
      state: 'processing' | 'paid' | 'expired'
      over: bigint
      event: number
    }
  | { does: 'pay by transfer'; which: number; over: bigint; name: number; told: 'hook' | 'statement' }
  | { does: 'decide'; which: number; kind: 'card' | 'transfer'; confirms: boolean }
  | { does: 'buy'; who: number; items: number }
  | { does: 'refund'; which: number; item: number; amount: bigint | undefined; name: number }
  | { does: 'correct'; which: number; item: number }
  | { does: 'deliver'; nth: number }
  | { does: 'adjust' | 'deposit'; who: number; amount: bigint; name: number }
  | { does: 'send'; who: number; amount: bigint }

const over = fc.constantFrom(0n, 0n, 0n, 10_000n, -10_000n)
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ does: fc.constant('move in again' as const) }),
  fc.record({
    ...{ does: fc.constant('pay by card' as const), which, over, event: fc.nat(2) },
    state: fc.constantFrom('processing' as const, 'paid' as const, 'paid' as const, 'expired' as const),
  }),
  fc.record({
    ...{ does: fc.constant('pay by transfer' as const), which, over, name: fc.nat(2) },
    told: fc.constantFrom('hook' as const, 'statement' as const),
  }),
  fc.record({
    ...{ does: fc.constant('decide' as const), which, confirms: fc.boolean() },
    kind: fc.constantFrom('card' as const, 'transfer' as const),
  }),
  fc.record({ does: fc.constant('buy' as const), who, items: fc.integer({ min: 1, max: 4 }) }),
  fc.record({
    ...{ does: fc.constant('refund' as const), which, item: fc.integer({ min: 1, max: 3 }), name: fc.nat(2) },
    amount: fc.option(fc.constantFrom(PRICE / 3n, PRICE / 2n, PRICE), { nil: undefined }),
  }),
  fc.record({ does: fc.constant('correct' as const), which, item: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ does: fc.constant('deliver' as const), nth: fc.nat(5) }),
  fc.record({ does: fc.constant('deliver' as const), nth: fc.nat(5) }),
  fc.record({
    ...{ does: fc.constantFrom('adjust' as const, 'deposit' as const), who, name: fc.nat(2) },
    amount: fc.oneof(
      amounts,
      amounts.map((amount) => micros(-amount)),
    ),
  }),
  fc.record({ does: fc.constant('send' as const), who, amount: amounts }),
)

/** `House` is the shop of one run: two accounts, three deposits of each kind, the orders, and what has moved as the answers say. */
class House {
  readonly name: string
  readonly accounts: [AccountId, AccountId]
  readonly expected: [bigint, bigint]
  readonly #folder: string
  readonly #deposits: Record<'card' | 'transfer', DepositId[]>
  /** `#mayBeCredited` are deposits that were paid as asked, or that a person confirmed. */
  readonly #mayBeCredited = new Set<DepositId>()
  readonly #orders: { id: OrderId; who: 0 | 1 }[] = []

  static async open(openings: [bigint, bigint]): Promise<House> {
    const name = `house${++orders}`
    const rows = openings.map(
      (balance, n) => `${name}-${n},${name}-${n},${name}-${n}@mail.example,USD,${formatMicros(balance)},1`,
    )
    const folder = folderOf({
      'accounts.csv': `id,username,email,currency,balance,credit_limit\n${rows.join('\n')}\n`,
    })
    await move(shop.database, folder, { only: ['accounts'] })
    const found = await shop.sql<[{ id: AccountId }, { id: AccountId }]>`
      select id from accounts where username like ${`${name}-%`} order by username`
    const accounts: [AccountId, AccountId] = [
      Number(found[0].id) as AccountId,
      Number(found[1].id) as AccountId,
    ]
    const begin = async (providerCode: string): Promise<DepositId[]> => {
      const deposits = new Deposits({
        ...{ sql: shop.sql, clock: shop.clock, log: pino({ level: 'silent' }) },
        gateways: {} as Gateways,
      })
      const ids: DepositId[] = []
      for (const id of [accounts[0], accounts[0], accounts[1]]) {
        const account = { id, currency: 'USD' } as Parameters<Deposits['begin']>[1]
        ids.push(
          await shop.sql.begin((transaction) =>
            deposits.begin(transaction, account, { providerCode, amount: micros(500_000n) }),
          ),
        )
      }
      return ids
    }
    return new House(name, folder, accounts, openings, {
      card: await begin('card'),
      transfer: await begin('transfer'),
    })
  }

  private constructor(
    name: string,
    folder: string,
    accounts: [AccountId, AccountId],
    openings: [bigint, bigint],
    deposits: Record<'card' | 'transfer', DepositId[]>,
  ) {
    this.name = name
    this.#folder = folder
    this.accounts = accounts
    this.expected = [...openings]
    this.#deposits = deposits
  }

  /** `does` does a step in one of the processes. A refusal is an answer, too, and moves nothing. */
  async does(sql: Sql, step: Step): Promise<void> {
    try {
      await this.#does(sql, step)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
    }
  }

  async #does(sql: Sql, step: Step): Promise<void> {
    const { clock } = shop
    switch (step.does) {
      case 'move in again':
        await move(shop.database, this.#folder, { only: ['accounts'] })
        return
      case 'pay by card': {
        const depositId = this.#deposits.card[step.which] as DepositId
        const { totalPay } = await this.#deposit(depositId)
        const payment = {
          ...{ reference: `cs_${depositId}`, state: step.state, currency: 'USD' },
          amount: micros(totalPay + step.over),
        }
        if (step.state === 'paid' && step.over === 0n) this.#mayBeCredited.add(depositId)
        // An event of one id says the same whenever it is told.
        const id = `${depositId} ${step.event} ${step.state} ${step.over}`
        await settle(
          sql,
          card,
          { depositId, payment, event: { id, type: 'test', depositId, payment } },
          clock,
        )
        return
      }
      case 'pay by transfer': {
        const id = this.#deposits.transfer[step.which] as DepositId
        const amount = (await this.#deposit(id)).totalPay + step.over
        // A cent more or less may be what another deposit asks for: that is how transfers are told apart.
        for (const other of this.#deposits.transfer)
          if ((await this.#deposit(other)).totalPay === amount) this.#mayBeCredited.add(other)
        const one = {
          ...{ id: `${this.name} ${step.which} ${step.name} ${step.over}`, amount, currency: null },
          ...{ at: wallTime(clock.now(), 'UTC'), words: '' },
        }
        await takeTransfers(sql, transfer, [one], { told: step.told, clock })
        return
      }
      case 'decide': {
        const id = this.#deposits[step.kind][step.which] as DepositId
        const deposits = new OperatorDeposits(sql, clock)
        if (step.confirms) {
          this.#mayBeCredited.add(id)
          await deposits.confirm(id, { actor: ACTOR })
        } else await deposits.refuse(id, { actor: ACTOR, reason: 'no such payment' })
        return
      }
      case 'buy': {
        const accountId = this.accounts[step.who] as AccountId
        const inputs = Array.from({ length: step.items }, () => imei(++orders))
        const items = inputs.map((text) => input(shop.service, text))
        const id = await shop.place(0, { accountId, items, unitPrice: micros(PRICE) })
        this.#orders.push({ id, who: step.who as 0 | 1 })
        this.expected[step.who as 0 | 1] -= PRICE * BigInt(inputs.filter((text) => !isRefused(text)).length)
        return
      }
      case 'refund': {
        const order = this.#orders[step.which]
        if (!order) return
        const { amount, item, name } = step
        const request = { reason: 'late', items: [item], reference: `ticket ${name}` }
        const asked = amount === undefined ? request : { ...request, amount: micros(amount) }
        const nameOf = { accountId: this.accounts[order.who] as AccountId, orderId: order.id }
        for (const given of await refund(sql, nameOf, asked, ACTOR, clock))
          if (!given.isRepeated) this.expected[order.who] += given.amount
        return
      }
      case 'correct': {
        const order = this.#orders[step.which]
        if (!order) return
        const nameOf = { accountId: this.accounts[order.who] as AccountId, orderId: order.id }
        await correctResult(sql, nameOf, { item: step.item, result: 'another', why: 'wrong' }, ACTOR, clock)
        return
      }
      case 'deliver': {
        // Of what was given back, or delivered after all before.
        const found = await shop.sql<{ accountId: AccountId; orderId: OrderId; position: number }[]>`
          select account_id, order_id, position from items
           where account_id = any(${this.accounts}) and (state = 'failed' or ended_before is not null)
           order by order_id, position`.records()
        const one = found[step.nth % Math.max(1, found.length)]
        if (!one) return
        const late = { item: one.position, result: 'late', why: 'it came' }
        const { charged } = await deliverAfterAll(sql, one, late, ACTOR, clock)
        expect(charged).toBe(PRICE)
        this.expected[one.accountId === this.accounts[0] ? 0 : 1] -= charged
        delivered++
        return
      }
      case 'adjust':
      case 'deposit': {
        const reason = { actor: ACTOR, note: 'so', reference: `${step.does} ${step.name}` }
        const done = await new Adjustments(sql, clock)[step.does](
          this.accounts[step.who] as AccountId,
          micros(step.amount),
          reason,
        )
        if (!done.isRepeated) this.expected[step.who as 0 | 1] += step.amount
        return
      }
      case 'send': {
        const [from, to] = step.who === 0 ? ([0, 1] as const) : ([1, 0] as const)
        const senderId = this.accounts[from]
        const sending = { amount: micros(step.amount), keyId: null, actor: ACTOR, at: clock.now() }
        await sql.begin((transaction) =>
          sendMoney(transaction, { senderId, receiver: `${this.name}-${to}`, ...sending }),
        )
        this.expected[from] -= step.amount
        this.expected[to] += step.amount
        return
      }
    }
  }

  async #deposit(id: DepositId): Promise<{ totalPay: bigint; amount: bigint; state: string }> {
    const found = await selectDeposit(shop.sql, null, id)
    if (!found) throw new Error(`no deposit ${id}`)
    return found
  }

  /** `credited` is what succeeded deposits of an account come to: once each, however often they were paid. */
  async credited(who: 0 | 1): Promise<bigint> {
    const at = who === 0 ? [0, 1] : [2]
    let sum = 0n
    for (const ids of Object.values(this.#deposits))
      for (const n of at) {
        const { state, amount } = await this.#deposit(ids[n] as DepositId)
        if (state !== 'succeeded') continue
        expect(this.#mayBeCredited).toContain(ids[n])
        sum += amount
      }
    return sum
  }

  /** `ended` waits for the orders, whose outcomes the workers write. */
  async ended(): Promise<void> {
    await until(async () => {
      const [row] = await shop.sql<[{ open: bigint }]>`
        select count(*) as open from items where account_id = any(${this.accounts}) and due_at is not null
           and state not in ('success', 'failed', 'cancelled')`
      return Number(row.open) === 0
    })
  }

  /** `isOver` ends what would wait for the clock, so that amounts and accounts are free for the next run. */
  async isOver(): Promise<void> {
    await shop.sql`update deposits set state = 'failed', settled_at = now(), settled_by = 'test', check_at = null
                    where account_id = any(${this.accounts}) and state in ('pending', 'review')`
  }
}

/** `totals` are the sums of the whole ledger, which says the same as the wallets. */
const totals = async () => {
  const [row] = await shop.sql`
    select (select sum(available + held)::text from wallets) as wallets,
           (select sum(delta)::text from ledger_lines where side in ('available', 'held')) as lines,
           (select sum(delta)::text from ledger_lines) as all`
  return row as { wallets: string; lines: string; all: string }
}

test('whatever moves money, in whatever order and at once: wallets are what the ledger says, nothing is credited twice, nothing is given back above its price', async () => {
  const bursts = fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { minLength: 3, maxLength: 10 })
  await fc.assert(
    fc.asyncProperty(fc.tuple(balances, balances), bursts, async (openings, script) => {
      const house = await House.open(openings)
      for (const burst of script) {
        await Promise.all(burst.map((one, at) => house.does(pools[at % 2] as Sql, one)))
        await house.ended()
      }
      for (const who of [0, 1] as const) {
        const [wallet] = await shop.sql`
          select available::text, held::text from wallets where account_id = ${house.accounts[who]}`
        const expected = house.expected[who] + (await house.credited(who))
        expect(wallet).toEqual({ available: String(expected), held: '0' })
      }
      const refunds = await shop.sql`
        select i.price::text, i.refunded::text, sum(e.amount)::text as given
          from items i
          left join ledger_entries c on c.account_id = i.account_id and c.order_id = i.order_id and c.position = i.position
                                    and c.kind = 'charge'
          join ledger_entries e on e.account_id = i.account_id and e.order_id = i.order_id and e.position = i.position
                               and e.kind = 'refund' and e.id > coalesce(c.id, 0)
         group by i.account_id, i.order_id, i.position
        having sum(e.amount) > i.price or sum(e.amount) <> i.refunded`
      expect([...refunds]).toEqual([])
      const { wallets, lines, all } = await totals()
      expect({ wallets, all }).toEqual({ wallets: lines, all: '0' })
      await house.isOver()
    }),
    { numRuns: 25 },
  )
  expect(await brokenPromises(shop.sql)).toEqual([])
  expect(delivered).toBeGreaterThan(0)
})
