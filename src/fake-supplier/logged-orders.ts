import { type Micros, micros, parseMicros, ZERO } from '../lib/money.ts'
import { type End, faultOf } from './faults.ts'
import type { Line, Via } from './log.ts'
import type { FakeOptions } from './options.ts'
import type { Order, OrderItem } from './order.ts'

const FIRST_ID = 1001

type BoughtLine = Extract<Line, { what: 'bought' | 'refused' }>

/**
 * LoggedOrders has the orders and the balance as they follow from the lines of the log, and from nothing else: a process that reads the log
 * knows what the one that wrote it knew.
 */
export class LoggedOrders {
  /** `balance` is what is left to buy for. */
  balance: Micros
  /** `bought` counts inputs. */
  bought = 0
  nextId = FIRST_ID
  readonly orders = new Map<number, Order>()
  readonly #options: FakeOptions
  readonly #byKey = new Map<string, Order>()
  readonly #boughtInputs = new Set<string>()
  readonly #ignored = new Set<string>()

  constructor(options: FakeOptions) {
    this.#options = options
    this.balance = options.balance
  }

  /** `record` takes in a line; `at` is in milliseconds since 1970. */
  record(line: Line, at: number): void {
    switch (line.what) {
      case 'bought':
      case 'refused':
        // Only a refusal of one of several inputs belongs to an order.
        if (line.order !== null) this.#addItem(this.#orderOf(line, line.order, at), line)
        break
      case 'ignored':
        for (const name of this.#namesOf(line.via, line.key, line.service, line.input))
          this.#ignored.add(name)
        break
      case 'asked':
        break
      default:
        this.#end(line.order, line.input, line.what === 'changed' ? line.to : line.what, at)
    }
  }

  /** `underKey` finds the order that was made under a key; undefined also where the protocol honours no keys. */
  underKey(via: Via, key: string | null): Order | undefined {
    return key !== null && this.#honoursKeys(via) ? this.#byKey.get(keyName(via, key)) : undefined
  }

  /** `hasInput` tells whether an input was bought before; it knows only those that are refused as duplicates. */
  hasInput(service: string, input: string): boolean {
    return this.#boughtInputs.has(inputName(service, input))
  }

  /** `wasIgnored` tells whether an input came in before, was ignored, and may be sent again safely. */
  wasIgnored(via: Via, key: string | null, service: string, input: string): boolean {
    return this.#namesOf(via, key, service, input).some((name) => this.#ignored.has(name))
  }

  /** `#namesOf` gives the names under which a repeated request is the same to this panel. */
  #namesOf(via: Via, key: string | null, service: string, input: string): string[] {
    const names = key !== null && this.#honoursKeys(via) ? [keyName(via, key)] : []
    return this.#options.refuseDuplicates ? [...names, inputName(service, input)] : names
  }

  #honoursKeys(via: Via): boolean {
    return via === 'rest' || (via === 'dhru' && this.#options.idempotency)
  }

  #orderOf(line: BoughtLine, id: number, at: number): Order {
    const known = this.orders.get(id)
    if (known) return known
    const { service, key, via } = line
    const order: Order = {
      id,
      service,
      key,
      via,
      at,
      unitPrice: ZERO,
      quantity: 1,
      balanceBefore: this.balance,
      items: [],
    }
    this.orders.set(id, order)
    this.nextId = Math.max(this.nextId, id + 1)
    if (key !== null && this.#honoursKeys(via)) this.#byKey.set(keyName(via, key), order)
    return order
  }

  #addItem(order: Order, line: BoughtLine): void {
    const { input } = line
    const item: OrderItem = { input, fault: faultOf(input), reported: null, reportedAt: 0, charged: false }
    order.items.push(item)
    if (line.what === 'refused') {
      item.reported = 'rejected'
      return
    }
    order.unitPrice = parseMicros(line.price) ?? ZERO
    order.quantity = line.quantity
    this.bought++
    this.#charge(order, item, true)
    if (this.#options.refuseDuplicates || item.fault.placing === 'once') {
      this.#boughtInputs.add(inputName(order.service, input))
    }
  }

  #end(id: number, input: string, end: End, at: number): void {
    const order = this.orders.get(id)
    const item = order?.items.find((one) => one.input === input)
    if (!order || !item) return
    if (item.reported === null) item.reportedAt = at
    item.reported = end
    this.#charge(order, item, end === 'delivered')
  }

  #charge(order: Order, item: OrderItem, charged: boolean): void {
    if (charged === item.charged) return
    const price = order.unitPrice * BigInt(order.quantity)
    this.balance = micros(charged ? this.balance - price : this.balance + price)
    item.charged = charged
  }
}

const keyName = (via: Via, key: string): string => `${via} ${key}`
const inputName = (service: string, input: string): string => `${service} ${input}`
