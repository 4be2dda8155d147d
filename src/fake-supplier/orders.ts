import { formatMicros, type Micros } from '../lib/money.ts'
import { type End, type Fault, faultOf, mannerOf } from './faults.ts'
import { type Line, Log, readLog, type Via } from './log.ts'
import { LoggedOrders } from './logged-orders.ts'
import type { Order, OrderItem, PurchaseRequest, PurchaseResult } from './order.ts'
import type { Panel } from './panel.ts'
import type { RefusalName } from './refusals.ts'
import type { FakeService } from './services.ts'

/** CHANGES_AFTER is the time from the first final answer to another one, as a multiple of `finishMs`. */
const CHANGES_AFTER = 4

/** Orders sells, and answers what became of each order. */
export class Orders {
  /** `onBought` is called with each new order. */
  onBought: (order: Order) => void = () => {}
  readonly #panel: Panel
  readonly #logged: LoggedOrders
  readonly #log: Log

  /** The constructor takes the orders of the log over. It throws when the log cannot be read or written. */
  constructor(panel: Panel) {
    const { options } = panel
    this.#panel = panel
    this.#logged = new LoggedOrders(options)
    if (options.log !== undefined)
      for (const line of readLog(options.log)) this.#logged.record(line, Date.parse(line.at))
    this.#log = new Log(options.log)
  }

  /** `balance` is what is left to buy for. */
  get balance(): Micros {
    return this.#logged.balance
  }

  /** `setBalance` holds until the next start: it is not in the log. */
  setBalance(balance: Micros): void {
    this.#logged.balance = balance
  }

  /** `bought` counts the inputs that were bought since the log began. */
  get bought(): number {
    return this.#logged.bought
  }

  /** `all` gives every order, the oldest first. */
  all(): Iterable<Order> {
    return this.#logged.orders.values()
  }

  /** `place` buys, or does what the fault of an input wants. A purchase stands in the log when it returns. */
  place(purchase: PurchaseRequest): PurchaseResult {
    const { via, key, inputs } = purchase
    const service = this.#panel.find(purchase.service)
    const same = this.#logged.underKey(via, key)
    if (same) {
      const repeated =
        same.service === service?.id && inputs.join() === same.items.map(({ input }) => input).join()
      return repeated ? { kind: 'bought', order: same, manner: 'whole' } : this.#refuse(purchase, 'key')
    }
    if (!service) return this.#refuse(purchase, 'service')
    if (lacks(service, purchase)) return this.#refuse(purchase, 'input')
    const ignoring = inputs.filter(
      (input) =>
        faultOf(input).placing === 'ignored' && !this.#logged.wasIgnored(via, key, service.id, input),
    )
    if (ignoring.length > 0) {
      this.#record(
        ...ignoring.map((input): Line => ({ what: 'ignored', service: service.id, input, key, via })),
      )
      return { kind: 'ignored', manner: mannerOf(ignoring.map((input) => faultOf(input).manner)) }
    }
    return this.#buy(purchase, service)
  }

  #buy(purchase: PurchaseRequest, service: FakeService): PurchaseResult {
    const { via, key, quantity } = purchase
    const rows = purchase.inputs.map((input) => {
      const fault = faultOf(input)
      return { input, fault, refusal: this.#refusalOf(service, input, fault) }
    })
    const buying = rows.filter(({ refusal }) => refusal === undefined)
    const refusal = rows[0]?.refusal
    if (buying.length === 0 && refusal !== undefined) return this.#refuse(purchase, refusal)
    const unitPrice = this.#panel.priceOf(service)
    if (unitPrice * BigInt(quantity * buying.length) > this.balance) return this.#refuse(purchase, 'credit')
    const order = this.#logged.nextId
    const price = formatMicros(unitPrice)
    const lines = rows.map(({ input, refusal: reason }): Line => {
      const tried = { order, service: service.id, input, key, via }
      return reason === undefined
        ? { what: 'bought', ...tried, price, quantity }
        : { what: 'refused', ...tried, reason }
    })
    this.#record(...lines)
    const bought = this.#logged.orders.get(order) as Order
    this.onBought(bought)
    // What was ignored before is answered this time.
    const manners = buying.map(({ fault }) => (fault.placing === 'ignored' ? 'whole' : fault.manner))
    return { kind: 'bought', order: bought, manner: mannerOf(manners) }
  }

  #refusalOf(service: FakeService, input: string, fault: Fault): RefusalName | undefined {
    if (this.#panel.mode === 'credit') return 'credit'
    const guarded = this.#panel.options.refuseDuplicates || fault.placing === 'once'
    if (guarded && input !== '' && this.#logged.hasInput(service.id, input)) return 'duplicate'
    return fault.placing === 'refused' ? fault.refusal : undefined
  }

  #refuse(purchase: PurchaseRequest, reason: RefusalName): PurchaseResult {
    const { key, via } = purchase
    const service = this.#panel.find(purchase.service)?.id ?? purchase.service
    const lines = purchase.inputs.map(
      (input): Line => ({ what: 'refused', order: null, service, input, key, via, reason }),
    )
    this.#record(...lines)
    return { kind: 'refused', refusal: reason }
  }

  /** `ask` finds an order by the number that a client asks for; undefined when the answer is that there is none. */
  ask(id: string, via: Via): Order | undefined {
    if (this.#panel.options.logAsked) this.#record({ what: 'asked', order: id, via })
    const order = /^\d{1,15}$/.test(id) ? this.#logged.orders.get(Number(id)) : undefined
    return order?.items.some(({ fault }) => fault.unfindable) ? undefined : order
  }

  /** `reportEnd` is `endOf` for an answer to the client: a new final answer goes into the log, and moves the money. */
  reportEnd(order: Order, item: OrderItem): End | null {
    const end = this.endOf(order, item)
    if (end !== null && end !== item.reported) {
      const about = { order: order.id, input: item.input }
      this.#record(item.reported === null ? { what: end, ...about } : { what: 'changed', ...about, to: end })
    }
    return end
  }

  /** `endOf` gives the final answer of an item at this time; null: it has not ended. */
  endOf(order: Order, item: OrderItem): End | null {
    const due = this.changesAt(order, item)
    if (due === undefined || Date.now() < due) return item.reported
    const [first, then] = item.fault.ends
    return (item.reported === null ? first : then) ?? null
  }

  /** `changesAt` gives when an item gets its next final answer, in milliseconds since 1970; undefined: never. */
  changesAt({ at, via }: Order, { fault, reported, reportedAt }: OrderItem): number | undefined {
    const [first, then] = fault.ends
    const { finishMs } = this.#panel.options
    // An instant check has its result at once.
    if (reported === null) return first && at + (via === 'http' ? 0 : finishMs)
    return then && reported === first ? reportedAt + CHANGES_AFTER * finishMs : undefined
  }

  close(): void {
    this.#log.close()
  }

  #record(...lines: Line[]): void {
    const at = Date.now()
    this.#log.write(at, ...lines)
    for (const line of lines) this.#logged.record(line, at)
  }
}

/** `lacks` tells whether something that the service needs is missing, or the quantity is out of its range. */
function lacks(service: FakeService, { inputs, quantity, fields }: PurchaseRequest): boolean {
  if (service.kind !== 'server' && (inputs.length === 0 || inputs.includes(''))) return true
  if (!Number.isInteger(quantity) || quantity < 1 || quantity > service.maxQuantity) return true
  return service.fields.some(({ name }) => !fields.has(name))
}
