import { pino } from 'pino'
import type { Service } from '../../src/catalogue/service.ts'
import { openPool, type Sql, STEADY_PLANS } from '../../src/database/database.ts'
import { Refusal } from '../../src/errors.ts'
import { Fulfilment } from '../../src/fulfilment/fulfilment.ts'
import { OutcomeWriter } from '../../src/fulfilment/outcome/outcome-writer.ts'
import type { Supplier, SupplierOutcome, SupplierTask } from '../../src/integrations/suppliers/supplier.ts'
import type { AccountId, OrderId, SupplierId } from '../../src/lib/ids.ts'
import type { Clock } from '../../src/lib/time.ts'
import type { Order } from '../../src/orders/order.ts'
import type { Purchase } from '../../src/orders/place/purchase.ts'
import type { OrderReader } from '../../src/orders/read/order-reader.ts'
import type { ConnectedSupplier } from '../../src/suppliers/directory.ts'
import { newAccount, newService, openPlacement, orderReader, purchase } from '../orders/orders.fixtures.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { until as untilSo } from '../support/until.ts'
import { directoryOf, SANDBOX } from './fixed-directory.ts'

/** `StillClock` stands still until it is moved. */
export class StillClock implements Clock {
  #at = new Date('2030-01-01T12:00:00Z').getTime()
  /** `onAdvance` is called when the clock was moved. */
  onAdvance: () => void = () => {}
  now(): Date {
    return new Date(this.#at)
  }
  advance(ms: number): void {
    this.#at += ms
    this.onAdvance()
  }
}

export interface Call {
  call: 'send' | 'ask'
  work: SupplierTask
}

/** `FakeSupplier` does as the test says, in this process, and remembers what it was called for. */
export class FakeSupplier implements Supplier {
  sendAtOnce = 1
  askAtOnce = 1
  readonly calls: Call[] = []
  /** `underWay` counts the calls that are not answered yet. */
  underWay = 0
  readonly #numbers = new Map<string, number>()
  readonly #answer: (call: Call, signal: AbortSignal) => Promise<SupplierOutcome>

  constructor(answer: (call: Call, signal: AbortSignal) => Promise<SupplierOutcome>) {
    this.#answer = answer
  }
  send(works: SupplierTask[], signal: AbortSignal): Promise<SupplierOutcome[]> {
    return Promise.all(works.map((work) => this.#called({ call: 'send', work }, signal)))
  }
  ask(works: SupplierTask[], signal: AbortSignal): Promise<SupplierOutcome[]> {
    return Promise.all(works.map((work) => this.#called({ call: 'ask', work }, signal)))
  }
  #called(call: Call, signal: AbortSignal): Promise<SupplierOutcome> {
    this.calls.push(call)
    this.underWay++
    return this.#answer(call, signal)
      .then((outcome) => this.#numbered(call.work, outcome))
      .finally(() => this.underWay--)
  }
  /** `#numbered` has R1 stand for a number of the item's own, as real suppliers give: R1 of the first, R2 of the second. */
  #numbered({ attemptKey }: SupplierTask, outcome: SupplierOutcome): SupplierOutcome {
    if (!('reference' in outcome) || outcome.reference !== 'R1') return outcome
    const item = attemptKey.replace(/-\d+$/, '')
    const number = this.#numbers.get(item) ?? this.#numbers.size + 1
    this.#numbers.set(item, number)
    return { ...outcome, reference: `R${number}` }
  }
  /** `history` is what was called, in order: 'send', 'ask'. */
  get history(): string[] {
    return this.calls.map(({ call }) => call)
  }
}

export const SUCCESS: SupplierOutcome = { kind: 'success', result: 'clean', reference: 'R1' }
export const REFUSED: SupplierOutcome = { kind: 'refused', reason: 'no such device' }

/** `Workshop` has an account with 1,000,000 micros, a service at 10, and as many workers as a test starts. */
export class Workshop {
  readonly clock = new StillClock()
  readonly database: TestDatabase
  readonly sql: Sql
  readonly steady: Sql
  readonly orders: OrderReader
  readonly outcomes: OutcomeWriter
  readonly account: AccountId
  readonly service: Service
  readonly #closing: (() => Promise<unknown>)[] = []
  readonly #placement: ReturnType<typeof openPlacement>
  readonly #working = new Set<Fulfilment>()

  static async open(): Promise<Workshop> {
    const database = await testDatabase()
    return new Workshop(database, await newAccount(database.sql, 1_000_000n), await newService(database.sql))
  }

  private constructor(database: TestDatabase, account: AccountId, service: Service) {
    this.database = database
    this.sql = database.sql
    this.account = account
    this.service = service
    this.steady = openPool(database.address, { max: 4, session: STEADY_PLANS })
    this.orders = orderReader(this.steady)
    this.outcomes = new OutcomeWriter(this.steady, this.clock)
    this.#placement = openPlacement(database, this.clock)
    this.clock.onAdvance = () => this.#wake()
  }

  /** `addSupplier` makes another supplier with a route of the service, and gives its id. */
  async addSupplier(name: string, route: Partial<RouteInput> = {}): Promise<SupplierId> {
    const [row] = await this.sql<{ id: SupplierId }[]>`
      insert into suppliers (kind, name, currency) values ('sandbox', ${name}, ${route.currency ?? 'USD'}) returning id`
    const id = row?.id as SupplierId
    await this.sql`
      insert into supplier_routes (service_id, supplier_id, position, cost, margin_floor)
      values (${(route.service ?? this.service).id}, ${id}, ${route.position ?? 2}, ${route.cost ?? null}, ${route.marginFloor ?? 0})`
    return id
  }

  /** `workers` starts what a process has of workers, on connections of its own: for the sandbox, or for several suppliers by their ids. */
  workers(
    suppliers: Supplier | Map<SupplierId, Supplier>,
    over: Partial<ConnectedSupplier> = {},
  ): Fulfilment {
    const sql = openPool(this.database.address, { max: 4, session: STEADY_PLANS })
    const fulfilment = new Fulfilment({
      sql,
      directory: directoryOf(suppliers instanceof Map ? suppliers : new Map([[SANDBOX, suppliers]]), over),
      clock: this.clock,
      log: pino({ level: 'silent' }),
    })
    fulfilment.start()
    this.#working.add(fulfilment)
    this.#closing.push(async () => {
      await fulfilment.stop(0)
      await sql.end({ timeout: 2 })
    })
    return fulfilment
  }

  /** `idle` waits until the workers have looked for something to do and found nothing. */
  async idle(): Promise<void> {
    for (const one of this.#working) await one.idle()
  }

  async place(n: number, over: Partial<Purchase> = {}): Promise<OrderId> {
    const placed = await this.#placement.placement.place(purchase(this.account, this.service, n, over))
    if (placed instanceof Refusal) throw placed
    this.#wake()
    return placed.orderId
  }

  /** `loseLeases` has the leases of all items end, as those of a worker do that could not extend them. */
  async loseLeases(): Promise<void> {
    const now = this.clock.now()
    await this.sql`update items set due_at = ${now}, leased_until = ${now} where leased_until is not null`
    this.#wake()
  }

  placeMany(count: number): Promise<OrderId[]> {
    return Promise.all(Array.from({ length: count }, (_, n) => this.place(n)))
  }

  /** `#wake` has the workers look for something to do at once, and not when their intervals are over. */
  #wake(): void {
    for (const one of this.#working) void one.idle()
  }

  async order(id: OrderId): Promise<Order> {
    const order = await this.orders.forBuyer(this.account).find(id)
    if (!order) throw new Error(`no order ${id}`)
    return order
  }

  async close(): Promise<void> {
    await Promise.all(this.#closing.map((close) => close()))
    await this.#placement.close()
    await this.outcomes.stop()
    await this.steady.end({ timeout: 2 })
    await this.database.drop()
  }
}

interface RouteInput {
  service: Service
  position: number
  cost: bigint
  marginFloor: number
  currency: string
}

/** `until` waits for something that the workers will do in a moment. Where they do not, the condition is shown as it is written. */
export const until = (holds: () => boolean | Promise<boolean>): Promise<void> => untilSo(`${holds}`, holds)
