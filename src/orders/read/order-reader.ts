import type { Asker } from '../../accounts/account.ts'
import type { Catalogue } from '../../catalogue/catalogue.ts'
import type { ServiceKind } from '../../catalogue/service.ts'
import { type Reads, unshared } from '../../database/account-reads.ts'
import type { Sql, Transaction } from '../../database/database.ts'
import { MAX_SCANNED_ROWS } from '../../database/walk.ts'
import { Refusal } from '../../errors.ts'
import { groupsOf } from '../../lib/groups.ts'
import type { AccountId, OrderId, ServiceId } from '../../lib/ids.ts'
import { Semaphore } from '../../lib/semaphore.ts'
import { isStorable } from '../../lib/text.ts'
import { Batcher } from '../../runtime/batcher.ts'
import type { Order } from '../order.ts'
import type { BuyerItem, BuyerOrderFilter, BuyerOrderSummary, OrderDetails } from './buyer-order.ts'
import { readDetails } from './order-details.sql.ts'
import { type ItemFilter, selectItems, serviceOf } from './order-items.sql.ts'
import type { FoundOrder } from './order-list.sql.ts'
import { findOrders } from './order-list.ts'
import { bySupplierReference, newestByReference, orderOfTransaction } from './order-references.sql.ts'
import { ITEMS_PER_READ, type OrderName, readLargeOrder, readOrders, selectLarge } from './orders.sql.ts'
import { readSummaries } from './summaries.sql.ts'

export type { OrderName } from './orders.sql.ts'

/** KindedItem is an item with its service's kind, which decides the name of its input on the wire. */
export type KindedItem = BuyerItem & { kind: ServiceKind }

/** Services is the part of the catalogue that orders are read with: hot statements join no configuration. */
type Services = Pick<Catalogue, 'current' | 'getService'>

/** MAX_ORDERS_PER_READ, MAX_DETAILS_PER_READ: the most orders that one statement reads. */
const MAX_ORDERS_PER_READ = 500
const MAX_DETAILS_PER_READ = 200
/** MAX_BATCHED_ITEMS are the items of an order up to which it is read together with all others that are asked for. */
const MAX_BATCHED_ITEMS = 5
/** LARGE_AT_ONCE statements read orders of more items at a time. */
const LARGE_AT_ONCE = 2
/** MAX_SUMMARY_ITEMS bounds the items of a summary, so that a page of the largest orders stays small. */
const MAX_SUMMARY_ITEMS = 100

/** Reading is what all orders of a process are read with. `batches` read together what is asked for together. */
interface Reading {
  sql: Sql
  reads: Reads
  services: Services
  /** `maxScanned` bounds the orders, and their items, that one page is looked for in. */
  maxScanned: number
  batches: {
    orders: Batcher<OrderName, Order | undefined>
    details: Batcher<OrderName, OrderDetails | undefined>
    summaries: Batcher<OrderName, BuyerOrderSummary | undefined>
  }
}

/** OrderReader reads orders for buyers. What they ask for together is read together, in one statement. */
export class OrderReader {
  readonly #reading: Reading

  /** `sql` and `reads` are pools with steady plans. */
  constructor(
    sql: Sql,
    services: Services,
    {
      reads = unshared(sql),
      maxScanned = MAX_SCANNED_ROWS.account,
    }: { reads?: Reads; maxScanned?: number } = {},
  ) {
    const large = new Semaphore(LARGE_AT_ONCE)
    const whole = <Found>(read: (transaction: Transaction) => Promise<Found>): Promise<Found> =>
      sql.begin('isolation level repeatable read read only', read)
    const details = async (found: Promise<Omit<OrderDetails, 'service'>[]>): Promise<OrderDetails[]> =>
      await withServices(services, await found)
    const summaries = async (names: OrderName[], maxItems?: number): Promise<BuyerOrderSummary[]> =>
      await withServices(services, await readSummaries(sql, names, { rows: MAX_SUMMARY_ITEMS, maxItems }))
    const batches = {
      orders: batch<Order>({
        ...{ sql, large, size: MAX_ORDERS_PER_READ, nameOf: (order) => order },
        read: (names, maxItems) => readOrders(sql, names, { maxItems }),
        readLarge: (name) => whole((transaction) => readLargeOrder(transaction, name)),
      }),
      details: batch<OrderDetails>({
        ...{ sql, large, size: MAX_DETAILS_PER_READ, nameOf: ({ order }) => order },
        read: (names, maxItems) => details(readDetails(sql, names, readOrders(sql, names, { maxItems }))),
        readLarge: (name) =>
          details(
            whole((transaction) => readDetails(transaction, [name], readLargeOrder(transaction, name))),
          ),
      }),
      summaries: batch<BuyerOrderSummary>({
        ...{ sql, large, size: MAX_DETAILS_PER_READ, nameOf: ({ order }) => order },
        read: summaries,
        readLarge: (name) => summaries([name]),
      }),
    }
    this.#reading = { sql, reads, services, maxScanned, batches }
  }

  /** `forBuyer` reads the account's orders only (promise 6, own data only). Lists are no longer read when `signal` is aborted. */
  forBuyer(accountId: AccountId, signal?: AbortSignal): BuyerOrders {
    return new BuyerOrders(accountId, this.#reading, signal)
  }

  /** `forAsker` is `forBuyer` for who asks: somebody of the staff sees no secret results. */
  forAsker({ account, isOfStaff }: Pick<Asker, 'account' | 'isOfStaff'>, signal?: AbortSignal): BuyerOrders {
    return new BuyerOrders(account.id, this.#reading, signal, isOfStaff)
  }
}

/** BuyerOrders reads one account's orders. Another account's order is answered as one that is not there (promise 6, own data only). */
export class BuyerOrders {
  readonly #accountId: AccountId
  readonly #reading: Reading
  readonly #isOfStaff: boolean
  /** `#lists` is what lists are read with, many rows at a time. */
  readonly #lists: Sql

  /** `isOfStaff`: secret results are left out. */
  constructor(accountId: AccountId, reading: Reading, signal?: AbortSignal, isOfStaff = false) {
    this.#accountId = accountId
    this.#reading = reading
    this.#isOfStaff = isOfStaff
    this.#lists = reading.reads.of(accountId, signal)
  }

  /** `find` gives the order with its items and nothing beside it. */
  async find(id: OrderId): Promise<Order | undefined> {
    const order = await this.#reading.batches.orders.add(this.#name(id))
    return order && (await this.#hides(order.serviceId)) ? withoutResults(order) : order
  }

  async findDetails(id: OrderId): Promise<OrderDetails | undefined> {
    const found = await this.#reading.batches.details.add(this.#name(id))
    return found && (await this.#hides(found.order.serviceId))
      ? { ...found, order: withoutResults(found.order) }
      : found
  }

  /** `getDetails` takes any name of an order. Throws order_not_found. */
  getDetails(name: string): Promise<OrderDetails> {
    return this.#named(name, (id) => this.findDetails(id))
  }

  async findSummary(id: OrderId): Promise<BuyerOrderSummary | undefined> {
    const found = await this.#reading.batches.summaries.add(this.#name(id))
    return found && this.#shown(found)
  }

  /** `getSummary` takes any name of an order. Throws order_not_found. */
  getSummary(name: string): Promise<BuyerOrderSummary> {
    return this.#named(name, (id) => this.findSummary(id))
  }

  /** `idOf` gives the number of the order that a name is for. Throws order_not_found. */
  async idOf(name: string): Promise<OrderId> {
    return (await this.#serviceOf(name)).id
  }

  /** `list` gives summaries, newest first, those before others that a search names whole. A page may be short before the end: `next` is null only there. */
  async list(filter: BuyerOrderFilter): Promise<{ items: BuyerOrderSummary[]; next: OrderId | null }> {
    const { processing, service, transaction, ...rest } = filter
    const texts = [rest.search, rest.reference, transaction]
    if (!texts.every((text) => isStorable(text ?? ''))) return { items: [], next: null }
    const serviceIds = await this.#serviceIds(processing, service)
    if (serviceIds?.length === 0) return { items: [], next: null }
    const { services, maxScanned } = this.#reading
    const only = transaction === undefined ? undefined : await this.#ofTransaction(transaction)
    if (only?.length === 0) return { items: [], next: null }
    const { found, next } = await findOrders(
      this.#lists,
      this.#accountId,
      { ...rest, ids: only, serviceIds },
      { maxRows: maxScanned },
    )
    const items: BuyerOrderSummary[] = []
    for (const some of groupsOf(found, shownItems, ITEMS_PER_READ)) {
      const names = some.map(({ id }) => this.#name(id))
      const how = { rows: MAX_SUMMARY_ITEMS, search: rest.search }
      items.push(...(await withServices(services, await readSummaries(this.#lists, names, how))))
    }
    const place = new Map(found.map(({ id }, index) => [id, index]))
    const placeOf = ({ order }: BuyerOrderSummary): number => place.get(order.id) ?? 0
    items.sort((a, b) => placeOf(a) - placeOf(b))
    return { items: await Promise.all(items.map((one) => this.#shown(one))), next }
  }

  /** `items` gives one page of an order's items, by position. Throws order_not_found. */
  async items(name: string, filter: ItemFilter): Promise<{ items: KindedItem[]; next: number | null }> {
    const { id, kind, hides } = await this.#serviceOf(name)
    const found = await selectItems(this.#lists, this.#name(id), { ...filter, limit: filter.limit + 1 })
    const items = found.slice(0, filter.limit).map((item) => kinded(item, kind, hides))
    return { items, next: found.length > filter.limit ? (items.at(-1)?.position ?? null) : null }
  }

  /**
   * `everyItem` gives all items of an order, page by page: a slow reader holds no connection between two pages, and an
   * item is as it was when its page was read. Throws order_not_found before the first page.
   */
  async everyItem(
    name: string,
    filter: Omit<ItemFilter, 'limit'>,
  ): Promise<AsyncGenerator<KindedItem[], void>> {
    return this.#pages(await this.#serviceOf(name), filter)
  }

  async *#pages(
    { id, kind, hides }: { id: OrderId; kind: ServiceKind; hides: boolean },
    filter: Omit<ItemFilter, 'limit'>,
  ): AsyncGenerator<KindedItem[], void> {
    for (let { after } = filter; ; ) {
      const found = await selectItems(this.#lists, this.#name(id), {
        ...filter,
        after,
        limit: ITEMS_PER_READ,
      })
      if (found.length > 0) yield found.map((item) => kinded(item, kind, hides))
      const last = found.at(-1)
      if (!last || found.length < ITEMS_PER_READ) return
      after = last.position
    }
  }

  /** `#serviceOf` gives an order's number, the kind of its service, and whether its results are left out. Throws order_not_found. */
  async #serviceOf(name: string): Promise<{ id: OrderId; kind: ServiceKind; hides: boolean }> {
    const { sql, services } = this.#reading
    const { id, serviceId } = await this.#named(name, async (id) => {
      const serviceId = await serviceOf(sql, this.#name(id))
      return serviceId === undefined ? undefined : { id, serviceId }
    })
    return { id, kind: (await services.getService(serviceId)).kind, hides: await this.#hides(serviceId) }
  }

  /** `#hides` tells whether the results of a service are left out. */
  async #hides(serviceId: ServiceId): Promise<boolean> {
    if (!this.#isOfStaff) return false
    return (await this.#reading.services.getService(serviceId)).secretResults
  }

  async #shown(found: BuyerOrderSummary): Promise<BuyerOrderSummary> {
    return (await this.#hides(found.order.serviceId)) ? withoutResults(found) : found
  }

  /**
   * `#named` finds an order by a name that may be its number, the buyer's reference or the supplier's, in this order; of several orders
   * that have a reference the newest. Throws order_not_found.
   */
  async #named<Found>(name: string, find: (id: OrderId) => Promise<Found | undefined>): Promise<Found> {
    const number = numberOf(name)
    const numbered = number === undefined ? undefined : await find(number as OrderId)
    if (numbered !== undefined) return numbered
    const id = isStorable(name) ? await this.#byReference(name) : undefined
    return (id === undefined ? undefined : await find(id)) ?? notFound(name)
  }

  async #byReference(reference: string): Promise<OrderId | undefined> {
    const { sql } = this.#reading
    const own = await newestByReference(sql, this.#accountId, reference)
    return own ?? (await bySupplierReference(sql, this.#accountId, reference, 1))[0]
  }

  /** `#ofTransaction` gives the orders that have a transaction's number, or a reference of the supplier's. */
  async #ofTransaction(text: string): Promise<OrderId[]> {
    const { sql } = this.#reading
    const number = numberOf(text)
    const [reserved, supplied] = await Promise.all([
      number === undefined ? undefined : orderOfTransaction(sql, this.#accountId, number),
      bySupplierReference(sql, this.#accountId, text, MAX_ORDERS_PER_READ),
    ])
    return reserved === undefined ? supplied : [reserved, ...supplied]
  }

  /** `#serviceIds` gives the services that a filter names; undefined: it names none. */
  async #serviceIds(
    processing: BuyerOrderFilter['processing'],
    service: string | undefined,
  ): Promise<ServiceId[] | undefined> {
    if (processing === undefined && service === undefined) return undefined
    const catalogue = await this.#reading.services.current()
    const named = service === undefined ? catalogue.services : [catalogue.find(service)]
    return named.flatMap((one) =>
      one && (processing === undefined || one.processing === processing) ? [one.id] : [],
    )
  }

  #name(id: OrderId): OrderName {
    return { accountId: this.#accountId, id }
  }
}

const withoutResults = <Found extends { items: { result: string | null }[] }>(found: Found): Found => ({
  ...found,
  items: found.items.map((item) => ({ ...item, result: null })),
})

const kinded = (item: BuyerItem, kind: ServiceKind, hides: boolean): KindedItem => ({
  ...item,
  ...(hides && { result: null }),
  kind,
})

/** `withServices` adds what a buyer may know of the service of each order. */
async function withServices<Found extends { order: { serviceId: ServiceId } }>(
  services: Services,
  found: Found[],
): Promise<(Found & { service: { code: string; kind: ServiceKind } })[]> {
  const catalogue = await services.current()
  return await Promise.all(
    found.map(async (one) => {
      const { serviceId } = one.order
      const { code, kind } = catalogue.byId(serviceId) ?? (await services.getService(serviceId))
      return { ...one, service: { code, kind } }
    }),
  )
}

/** `numberOf` gives the number that a text is; undefined: it is none that an order or a transaction can have. */
function numberOf(text: string): number | undefined {
  const number = /^\d{1,16}$/.test(text) ? Number(text) : 0
  return number > 0 && Number.isSafeInteger(number) ? number : undefined
}

function notFound(name: string): never {
  throw new Refusal('order_not_found', name, 'id')
}

interface Batch<Found> {
  sql: Sql
  large: Semaphore
  /** `read` leaves out orders of more than `maxItems` items. */
  read: (names: OrderName[], maxItems?: number) => Promise<Found[]>
  /** `readLarge` reads one order of more than ITEMS_PER_READ items. */
  readLarge: (name: OrderName) => Promise<Found[]>
  nameOf: (found: Found) => OrderName
  size: number
}

/**
 * `batch` reads together what is asked for together, and gives each caller only the order of the account it named. Orders of many items are
 * read by themselves, a few statements at a time, each of a bounded number of items, so that nobody waits for somebody else's.
 */
function batch<Found>({
  sql,
  large,
  read,
  readLarge,
  nameOf,
  size,
}: Batch<Found>): Batcher<OrderName, Found | undefined> {
  return new Batcher(
    async (names) => {
      const found = new Map((await read(names, MAX_BATCHED_ITEMS)).map((one) => [nameOf(one).id, one]))
      const missing = names.filter(({ id }) => !found.has(id))
      const counts = missing.length === 0 ? new Map() : await selectLarge(sql, missing, MAX_BATCHED_ITEMS)
      const apart = missing.filter(({ id }) => counts.has(id))
      const countOf = ({ id }: OrderName): number => counts.get(id) ?? 0
      const later = new Map<OrderName, Promise<Found | undefined>>()
      for (const group of groupsOf(apart, countOf, ITEMS_PER_READ)) {
        const [first] = group as [OrderName]
        const reading = large.through(() =>
          countOf(first) > ITEMS_PER_READ ? readLarge(first) : read(group),
        )
        for (const name of group) {
          later.set(
            name,
            reading.then((some) => some.find((one) => isNamed(nameOf(one), name))),
          )
        }
      }
      return names.map((name) => {
        const one = found.get(name.id)
        if (one === undefined) return later.get(name)
        return isNamed(nameOf(one), name) ? one : undefined
      })
    },
    { size },
  )
}

const isNamed = (one: OrderName, name: OrderName): boolean =>
  one.id === name.id && one.accountId === name.accountId

/** `shownItems` counts the items of an order that a summary shows. */
const shownItems = ({ itemCount }: FoundOrder): number => Math.min(itemCount, MAX_SUMMARY_ITEMS)
