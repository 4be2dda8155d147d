import { formatMicros, type Micros } from '../lib/money.ts'
import { Book } from './book.ts'
import { type End, type Fault, faultOf, mannerOf } from './faults.ts'
import { type Line, Log, readLog, type Via } from './log.ts'
import type { Order, OrderItem, Verdict, Wanted } from './order.ts'
import type { Panel } from './panel.ts'
import type { RefusalName } from './refusals.ts'
import type { FakeService } from './services.ts'

/** Between the first final answer and another one, as a multiple of `finishMs`. */
const CHANGES_AFTER = 4

/** Sells, and tells what became of it. */
export class Orders {
  /** Is told of each new order. */
  onBought: (order: Order) => void = () => {}
  readonly #panel: Panel
  readonly #book: Book
  readonly #log: Log

  /** Goes on with the orders of the log. Throws when that cannot be read or written. */
  constructor(panel: Panel) {
    const { options } = panel
    this.#panel = panel
    this.#book = new Book(options)
    if (options.log !== undefined)
      for (const line of readLog(options.log)) this.#book.record(line, Date.parse(line.at))
    this.#log = new Log(options.log)
  }

  /** What is left to buy for. */
  get balance(): Micros {
    return this.#book.balance
  }

  /** Until the next start only: the log does not know. */
  setBalance(balance: Micros): void {
    this.#book.balance = balance
  }

  /** Inputs that were bought since the log began. */
  get bought(): number {
    return this.#book.bought
  }

  /** All of them, the oldest first. */
  all(): Iterable<Order> {
    return this.#book.orders.values()
  }

  /** Buys, or does what the fault of an input wants. A purchase stands in the log when this returns. */
  place(wanted: Wanted): Verdict {
    const { via, key, inputs } = wanted
    const service = this.#panel.find(wanted.service)
    const same = this.#book.underKey(via, key)
    if (same) {
      const repeated =
        same.service === service?.id && inputs.join() === same.items.map(({ input }) => input).join()
      return repeated ? { kind: 'bought', order: same, manner: 'whole' } : this.#refuse(wanted, 'key')
    }
    if (!service) return this.#refuse(wanted, 'service')
    if (lacks(service, wanted)) return this.#refuse(wanted, 'input')
    const ignoring = inputs.filter(
      (input) => faultOf(input).placing === 'ignored' && !this.#book.wasIgnored(via, key, service.id, input),
    )
    if (ignoring.length > 0) {
      this.#record(
        ...ignoring.map((input): Line => ({ what: 'ignored', service: service.id, input, key, via })),
      )
      return { kind: 'ignored', manner: mannerOf(ignoring.map((input) => faultOf(input).manner)) }
    }
    return this.#buy(wanted, service)
  }

  #buy(wanted: Wanted, service: FakeService): Verdict {
    const { via, key, quantity } = wanted
    const rows = wanted.inputs.map((input) => {
      const fault = faultOf(input)
      return { input, fault, refusal: this.#refusalOf(service, input, fault) }
    })
    const buying = rows.filter(({ refusal }) => refusal === undefined)
    const refusal = rows[0]?.refusal
    if (buying.length === 0 && refusal !== undefined) return this.#refuse(wanted, refusal)
    const unitPrice = this.#panel.priceOf(service)
    if (unitPrice * BigInt(quantity * buying.length) > this.balance) return this.#refuse(wanted, 'credit')
    const order = this.#book.nextId
    const price = formatMicros(unitPrice)
    const lines = rows.map(({ input, refusal: reason }): Line => {
      const tried = { order, service: service.id, input, key, via }
      return reason === undefined
        ? { what: 'bought', ...tried, price, quantity }
        : { what: 'refused', ...tried, reason }
    })
    this.#record(...lines)
    const bought = this.#book.orders.get(order) as Order
    this.onBought(bought)
    // Of what was ignored before, this is the answer at last.
    const manners = buying.map(({ fault }) => (fault.placing === 'ignored' ? 'whole' : fault.manner))
    return { kind: 'bought', order: bought, manner: mannerOf(manners) }
  }

  #refusalOf(service: FakeService, input: string, fault: Fault): RefusalName | undefined {
    if (this.#panel.mode === 'credit') return 'credit'
    const guarded = this.#panel.options.refuseDuplicates || fault.placing === 'once'
    if (guarded && input !== '' && this.#book.hasInput(service.id, input)) return 'duplicate'
    return fault.placing === 'refused' ? fault.refusal : undefined
  }

  #refuse(wanted: Wanted, reason: RefusalName): Verdict {
    const { key, via } = wanted
    const service = this.#panel.find(wanted.service)?.id ?? wanted.service
    const lines = wanted.inputs.map(
      (input): Line => ({ what: 'refused', order: null, service, input, key, via, reason }),
    )
    this.#record(...lines)
    return { kind: 'refused', refusal: reason }
  }

  /** An order by the number that a client asks for; undefined when it is told that there is none. */
  ask(id: string, via: Via): Order | undefined {
    if (this.#panel.options.logAsked) this.#record({ what: 'asked', order: id, via })
    const order = /^\d{1,15}$/.test(id) ? this.#book.orders.get(Number(id)) : undefined
    return order?.items.some(({ fault }) => fault.unfindable) ? undefined : order
  }

  /** How an item stands, said to the client: a final answer goes into the log, and moves the money. Null: not ended. */
  tell(order: Order, item: OrderItem): End | null {
    const end = this.look(order, item)
    if (end !== null && end !== item.told) {
      const about = { order: order.id, input: item.input }
      this.#record(item.told === null ? { what: end, ...about } : { what: 'changed', ...about, to: end })
    }
    return end
  }

  /** How an item stands, without saying it. */
  look(order: Order, item: OrderItem): End | null {
    const due = this.changesAt(order, item)
    if (due === undefined || Date.now() < due) return item.told
    const [first, then] = item.fault.ends
    return (item.told === null ? first : then) ?? null
  }

  /** When an item gets its next answer, in milliseconds since 1970; undefined: never. */
  changesAt({ at, via }: Order, { fault, told, toldAt }: OrderItem): number | undefined {
    const [first, then] = fault.ends
    const { finishMs } = this.#panel.options
    // An instant check has its result at once.
    if (told === null) return first && at + (via === 'http' ? 0 : finishMs)
    return then && told === first ? toldAt + CHANGES_AFTER * finishMs : undefined
  }

  close(): void {
    this.#log.close()
  }

  #record(...lines: Line[]): void {
    const at = Date.now()
    this.#log.write(at, ...lines)
    for (const line of lines) this.#book.record(line, at)
  }
}

/** Whether something that the service needs is not given, or there is too much of it. */
function lacks(service: FakeService, { inputs, quantity, fields }: Wanted): boolean {
  if (service.kind !== 'server' && (inputs.length === 0 || inputs.includes(''))) return true
  if (!Number.isInteger(quantity) || quantity < 1 || quantity > service.maxQuantity) return true
  return service.fields.some(({ name }) => !fields.has(name))
}
