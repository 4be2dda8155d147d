import { findAccount, findPriceGroup } from '../../accounts/accounts.ts'
import type { Sql } from '../../database/database.ts'
import { isGiven, MAX_SCANNED_ROWS } from '../../database/walk.ts'
import { Refusal } from '../../errors.ts'
import { type Counted, countUpTo } from '../../lib/counted.ts'
import type { AccountId, KeyId, OrderId, ServiceId, SupplierId } from '../../lib/ids.ts'
import type { Micros } from '../../lib/money.ts'
import { pageOf } from '../../lib/page.ts'
import type { Via } from '../../lib/states.ts'
import { systemClock } from '../../lib/time.ts'
import { because } from '../../reasons.ts'
import type { Order } from '../order.ts'
import { dueOf, expectedTimes } from './expected-times.ts'
import { marginFinder, type WantedMargin } from './operator-margins.ts'
import {
  type AttemptView,
  accountOfOrder,
  isNamed,
  type LookedAt,
  listAttempts,
  lookAt,
  namesOf,
  selectAccountsOfGroup,
  selectEnd,
  selectEnded,
  selectKeysCalled,
  selectRange,
  selectServicesOfGroup,
  selectSuppliersOfKinds,
  type WantedOrders,
  type WantedState,
} from './operator-orders.sql.ts'
import { newestDownTo } from './order-list.ts'
import { type OrderName, readOrders } from './orders.sql.ts'
import { attemptWords } from './secret-results.ts'

export type { WantedState } from './operator-orders.sql.ts'

/** OperatorOrder is an order as operators may see it: with the names behind its ids, and every attempt. */
export interface OperatorOrder {
  order: Order
  username: string
  currency: string
  serviceCode: string
  serviceName: string
  /** `secretResults`: its results are left out, unless they are read for their buyer. */
  secretResults: boolean
  attempts: AttemptView[]
}

/** Many is one value, or several of which any will do. */
type Many<T extends string> = T | readonly T[]

/** OperatorOrderFilter narrows a list; `account`, `service`, `supplier` and `group` are ids or names. */
export interface OperatorOrderFilter {
  /** `ids` leaves out all other orders. */
  ids?: readonly OrderId[] | undefined
  account?: Many<string> | undefined
  /** `accountId` leaves out the orders of all other accounts, of which none is looked at, and `serviceIds` those of all other services. */
  accountId?: AccountId | undefined
  serviceIds?: readonly ServiceId[] | undefined
  /** `group` is the price group of the account, `serviceGroup` the group that the service is in. */
  group?: string | undefined
  service?: Many<string> | undefined
  serviceGroup?: string | undefined
  /** `supplier` is the one that has, or had, an item at last. */
  supplier?: Many<string> | undefined
  state?: Many<WantedState> | undefined
  via?: Many<Via> | undefined
  /** `key` is the API key that it was placed with: security id, id, or name, which several may have. */
  key?: string | undefined
  refunded?: boolean | undefined
  /** `totalFrom` and `totalTo` bound the total, both included, in the currency of the order. */
  totalFrom?: Micros | undefined
  totalTo?: Micros | undefined
  /** `margin` is what is left of the price: it costs a second look at each order. */
  margin?: WantedMargin | undefined
  /** `from` and `to` bound when it was placed; `to` is excluded. */
  from?: Date | undefined
  to?: Date | undefined
  /** `endedFrom` and `endedTo` bound when it ended; `endedTo` is excluded. */
  endedFrom?: Date | undefined
  endedTo?: Date | undefined
  /** `reference` and `imei` (or serial number) are whole, in any case. */
  reference?: string | undefined
  imei?: string | undefined
  /** `search` is an order's number, or a part of its reference, or of an IMEI or serial number. */
  search?: string | undefined
  sort?: OrderSort | undefined
  /** `before` is the last order of the page before, in the order of the list. */
  before?: OrderId | undefined
}

/** `orderSorts` are the orders of a list: by when they were placed, which is the newest first unless said otherwise, or by when they ended. */
export const orderSorts = ['-placed', 'placed', '-ended', 'ended'] as const

export type OrderSort = (typeof orderSorts)[number]

/** Paging bounds a page: its orders, and for how many milliseconds they are looked for. */
interface Paging {
  limit: number
  ms?: number
}

/** OperatorPage is a page of a list. `next`: behind this order the next one begins. `stoppedAt`: older orders than this one were not looked at. */
interface OperatorPage {
  orders: OperatorOrder[]
  next: OrderId | undefined
  stoppedAt: OrderId | undefined
}

/** OperatorOrders reads the orders of every account. */
export class OperatorOrders {
  readonly #sql: Sql
  readonly #reading: { isBuyer: boolean }

  /** `isBuyer`: they are read for their own account, which sees secret results. */
  constructor(sql: Sql, { isBuyer = false }: { isBuyer?: boolean } = {}) {
    this.#sql = sql
    this.#reading = { isBuyer }
  }

  async find(id: OrderId): Promise<OperatorOrder | undefined> {
    const accountId = await accountOfOrder(this.#sql, id)
    return accountId === undefined
      ? undefined
      : (await readOperatorOrders(this.#sql, [{ accountId, id }], this.#reading))[0]
  }

  /**
   * `list` gives them newest first, unless sorted otherwise. A search gives the orders that it names whole, of any age; where there is none, those
   * that have it as a part. Throws not_found when there is no such account, service or supplier, and invalid_input for what no list can be sorted by.
   */
  async list(filter: OperatorOrderFilter & Paging): Promise<OperatorPage> {
    const { names, ...end } = await this.names(filter)
    return { orders: await readOperatorOrders(this.#sql, names, this.#reading), ...end }
  }

  /** `names` gives the orders of a page without reading them. */
  async names({
    limit,
    ms = Number.POSITIVE_INFINITY,
    ...filter
  }: OperatorOrderFilter & Paging): Promise<{ names: OrderName[] } & Omit<OperatorPage, 'orders'>> {
    const sql = this.#sql
    const from = performance.now()
    const wanted = await wantedOf(sql, filter)
    // Where every order that is looked at fits, no more are looked at than the page holds.
    const isNarrowed = isGiven(...Object.values({ ...wanted, accountIds: undefined }))
    const step = isNarrowed ? ORDERS_PER_LOOK : Math.min(limit + 1, ORDERS_PER_LOOK)
    const names: OrderName[] = []
    let looked = 0
    let stoppedAt: OrderId | undefined
    for await (const part of walk(sql, wanted, filter, step)) {
      names.push(...part.filter(({ fits }) => fits))
      looked += part.reduce((rows, { itemCount }) => rows + (wanted.part === undefined ? 1 : itemCount), 0)
      if (names.length > limit) break
      if (looked >= MAX_SCANNED_ROWS.operator || performance.now() - from > ms) {
        stoppedAt = part.at(-1)?.id
        break
      }
    }
    const { items, next } = pageOf(names, limit, ({ id }) => id)
    const end = next === undefined ? stoppedAt : undefined
    return { names: items, next: next ?? end, stoppedAt: end }
  }

  /** `count` counts those that fit, as `countUpTo` does. */
  async count(filter: OperatorOrderFilter, bounds: { max: number; ms: number }): Promise<Counted> {
    const parts = walk(this.#sql, await wantedOf(this.#sql, filter), filter, ORDERS_PER_LOOK)
    return await countUpTo(parts, (part) => part.filter(({ fits }) => fits).length, bounds)
  }

  /**
   * `fitting` gives the numbers of all orders that fit, no newer than `newest`, the newest first. Throws invalid_input where these are more than `most`, or
   * more would have to be looked at than a list looks through.
   */
  async fitting(filter: OperatorOrderFilter, newest: OrderId, most: number): Promise<OrderId[]> {
    const found: OrderId[] = []
    let looked = 0
    const behind = { ...filter, sort: '-placed' as const, before: (newest + 1) as OrderId }
    for await (const part of walk(this.#sql, await wantedOf(this.#sql, behind), behind, ORDERS_PER_LOOK)) {
      found.push(...part.filter(({ id, fits }) => fits && id <= newest).map(({ id }) => id))
      looked += part.length
      if (found.length > most || looked > MAX_SCANNED_ROWS.operator) {
        const reason =
          found.length > most ? `more than ${most} orders fit` : 'too many orders would be looked at'
        throw because('invalid_input', 'list_too_much', { reason }, 'filter')
      }
    }
    return found
  }

  /** `every` gives all orders that fit, newest first, some at a time; no connection is held while a slow reader takes them. */
  async *every(filter: OperatorOrderFilter): AsyncGenerator<OperatorOrder[], void> {
    const wanted = await wantedOf(this.#sql, filter)
    for await (const part of walk(this.#sql, wanted, filter, ORDERS_PER_LOOK)) {
      const names = part.filter(({ fits }) => fits)
      for (let at = 0; at < names.length; at += ORDERS_PER_READ) {
        yield await readOperatorOrders(this.#sql, names.slice(at, at + ORDERS_PER_READ), this.#reading)
      }
    }
  }
}

/** ORDERS_PER_LOOK and ITEMS_PER_LOOK bound what one statement looks at; ORDERS_PER_READ what is read whole at a time. */
const ORDERS_PER_LOOK = 1_000
const ITEMS_PER_LOOK = 50_000
const ORDERS_PER_READ = 100

type Sorted = Pick<OperatorOrderFilter, 'sort' | 'from' | 'to' | 'before'>

/** `walk` looks at the orders that may fit, in the order of the list, some at a time, to the end of them. */
async function* walk(
  sql: Sql,
  wanted: WantedOrders,
  filter: Sorted,
  limit: number,
): AsyncGenerator<LookedAt[], void> {
  if (wanted.margin === undefined) return yield* walkPlain(sql, wanted, filter, limit)
  const withMargin = await marginFinder(sql, wanted.margin)
  for await (const part of walkPlain(sql, wanted, filter, limit)) {
    const found = await withMargin(part.filter(({ fits }) => fits))
    yield part.map((one) => ({ ...one, fits: one.fits && found.has(one.id) }))
  }
}

async function* walkPlain(
  sql: Sql,
  wanted: WantedOrders,
  filter: Sorted,
  limit: number,
): AsyncGenerator<LookedAt[], void> {
  const { sort = '-placed', before: behind, from, to } = filter
  const ascending = sort === 'placed'
  const { endedFrom, endedTo } = wanted
  if (endedFrom && sort.endsWith('ended'))
    return yield* walkEnded(sql, { ...wanted, endedFrom }, filter, limit)
  const few = endedFrom && (await selectEnded(sql, { ...wanted, from: endedFrom, to: endedTo }, FEW_ENDED))
  if (few) {
    const isIn = ({ id }: OrderName): boolean =>
      behind === undefined || (ascending ? id > behind : id < behind)
    few.sort((a, b) => (ascending ? a.id - b.id : b.id - a.id))
    return yield* lookAmong(sql, wanted, few.filter(isIn), limit)
  }
  const cursor = ascending ? { after: behind } : { before: behind }
  // An order that ended before a moment was placed before it.
  const placedTo = endedTo && (!to || endedTo < to) ? endedTo : to
  let { first, below } = await selectRange(sql, { from, to: placedTo, ...cursor })
  while (first < below) {
    const part = { first, below, limit, maxItems: ITEMS_PER_LOOK, ascending }
    const looked = await lookAt(sql, wanted, part)
    const last = looked.at(-1)
    if (last === undefined) return
    yield looked
    if (ascending) first = (last.id + 1) as OrderId
    else below = last.id
  }
}

/** FEW_ENDED is how many items may have ended in a time, for its orders to be found by that; otherwise they are looked for among all that were placed before. */
const FEW_ENDED = 10_000

/** FIRST_SLICE_MS is how much of a time is looked through first for what ended in it; each further part is twice as long. */
const FIRST_SLICE_MS = 3_600_000

/** `walkEnded` looks at the orders that ended in a time, sorted by their ends: a part of the time after the other. */
async function* walkEnded(
  sql: Sql,
  wanted: WantedOrders & { endedFrom: Date },
  { sort, before: behind }: Sorted,
  limit: number,
): AsyncGenerator<LookedAt[], void> {
  const isLastFirst = sort === '-ended'
  const behindAt = behind === undefined ? undefined : await selectEnd(sql, behind)
  let { endedFrom: from, endedTo: to } = wanted
  if (behindAt && isLastFirst) to = new Date(behindAt.getTime() + 1)
  else if (behindAt) from = behindAt
  const end = to ?? new Date()
  let skipped = behind
  for (let ms = FIRST_SLICE_MS; ; ms *= 2) {
    const edge = isLastFirst
      ? new Date(Math.max(from.getTime(), (to ?? end).getTime() - ms))
      : new Date(from.getTime() + ms)
    const isLast = isLastFirst ? edge <= from : edge >= end
    const slice = isLastFirst ? { from: edge, to } : { from, to: isLast ? to : edge }
    const found = await selectEnded(
      sql,
      { accountIds: wanted.accountIds, ...slice },
      MAX_SCANNED_ROWS.operator,
    )
    if (!found) throw because('invalid_input', 'ended_too_long', {}, 'ended_from')
    if (isLastFirst) found.reverse()
    const start = found.findIndex(({ id }) => id === skipped) + 1
    yield* lookAmong(sql, wanted, found.slice(start), limit)
    if (isLast) return
    if (isLastFirst) to = edge
    else from = edge
    skipped = undefined
  }
}

/** `lookAmong` looks at these orders, in their order, some at a time. */
async function* lookAmong(
  sql: Sql,
  wanted: WantedOrders,
  names: readonly OrderName[],
  limit: number,
): AsyncGenerator<LookedAt[], void> {
  const all = { first: 1 as OrderId, below: Number.MAX_SAFE_INTEGER as OrderId, ascending: false }
  for (let at = 0; at < names.length; at += limit) {
    const among = names.slice(at, at + limit)
    const looked = await lookAt(sql, wanted, { ...all, among, limit, maxItems: Number.MAX_SAFE_INTEGER })
    const byId = new Map(looked.map((one) => [one.id, one]))
    yield among.flatMap(({ id }) => byId.get(id) ?? [])
  }
}

const listOf = <T extends string>(given: Many<T> | undefined): readonly T[] | undefined =>
  given === undefined ? undefined : typeof given === 'string' ? [given as T] : given

/** `bothOf` gives what is in both lists; undefined: everything is. */
const bothOf = <Id>(some: readonly Id[] | undefined, others: readonly Id[] | undefined) =>
  some && others ? some.filter((id) => others.includes(id)) : (some ?? others)

/** `wantedOf` finds what a filter names. */
async function wantedOf(sql: Sql, filter: OperatorOrderFilter): Promise<WantedOrders> {
  const { imei, search, sort = '-placed', from, to, endedFrom, endedTo } = filter
  if (sort.endsWith('ended') && !endedFrom) throw because('invalid_input', 'sort_needs_end', {}, 'sort')
  if (endedTo && !endedFrom) throw new Refusal('invalid_input', 'is missing beside ended_to', 'ended_from')
  const text = search?.trim() || undefined
  const all = <Id>(given: Many<string> | undefined, find: (one: string) => Promise<Id>) => {
    const names = listOf(given)
    return names && Promise.all(names.map(find))
  }
  const ofGroup = filter.group === undefined ? undefined : await accountsOfGroup(sql, filter.group)
  const ofServiceGroup =
    filter.serviceGroup === undefined ? undefined : await selectServicesOfGroup(sql, filter.serviceGroup)
  const states = listOf(filter.state)
  const keys = filter.key === undefined ? undefined : await findKeysCalled(sql, filter.key)
  const accountIds = [
    await all(filter.account, async (one) => (await findAccount(sql, one)).id),
    ofGroup,
    // No other account's orders were placed with a key.
    keys?.map(({ accountId }) => accountId),
    filter.accountId === undefined ? undefined : [filter.accountId],
  ].reduce<readonly AccountId[] | undefined>(bothOf, undefined)
  const own = filter.accountId && {
    accountId: filter.accountId,
    newestDownTo: (text ?? imei) === undefined ? (0 as OrderId) : await newestDownTo(sql, filter.accountId),
  }
  const isName = text !== undefined && (await isNamed(sql, text, { accountIds, own }))
  return {
    ...{ from, to, endedFrom, endedTo, keyIds: keys?.map(({ id }) => id), ids: filter.ids },
    accountIds,
    own,
    serviceIds: [
      await all(filter.service, (one) => serviceIdOf(sql, one)),
      ofServiceGroup,
      filter.serviceIds,
    ].reduce<readonly ServiceId[] | undefined>(bothOf, undefined),
    supplierIds: (await all(filter.supplier, (one) => supplierIdsOf(sql, one)))?.flat(),
    states,
    via: listOf(filter.via),
    isRefunded: filter.refunded === true ? true : undefined,
    ...{ totalFrom: filter.totalFrom, totalTo: filter.totalTo, margin: filter.margin },
    reference: filter.reference?.trim() || undefined,
    input: imei?.trim() || undefined,
    named: isName ? text : undefined,
    part: isName ? undefined : text,
    people: states?.includes('waiting_person') ? await peopleOf(sql) : undefined,
    due: states?.includes('late') ? dueOf(await expectedTimes(sql, systemClock.now())) : undefined,
  }
}

async function accountsOfGroup(sql: Sql, group: string): Promise<AccountId[]> {
  return await selectAccountsOfGroup(sql, await findPriceGroup(sql, group))
}

/** `peopleOf` loads the kinds of suppliers only where a list asks for people. */
async function peopleOf(sql: Sql): Promise<SupplierId[]> {
  const { kindsDoneByPeople } = await import('../../integrations/suppliers/index.ts')
  return await selectSuppliersOfKinds(sql, kindsDoneByPeople)
}

/** `serviceIdOf` loads what makes and changes services only where a list names one. Throws service_not_found. */
async function serviceIdOf(sql: Sql, idOrCode: string): Promise<ServiceId> {
  const { findService } = await import('../../catalogue/services.ts')
  return (await findService(sql, idOrCode)).id
}

/** `findKeysCalled` throws not_found. */
async function findKeysCalled(sql: Sql, named: string): Promise<{ id: KeyId; accountId: AccountId }[]> {
  const found = await selectKeysCalled(sql, named.trim())
  const first = found[0]?.by
  if (first === undefined) throw new Refusal('not_found', `there is no API key ${named}`, 'key')
  return found.filter(({ by }) => by === first)
}

async function supplierIdsOf(sql: Sql, named: string): Promise<SupplierId[]> {
  const { findSuppliers } = await import('../../suppliers/suppliers.ts')
  return (await findSuppliers(sql, named)).map(({ id }) => id)
}

async function readOperatorOrders(
  sql: Sql,
  names: OrderName[],
  { isBuyer }: { isBuyer: boolean },
): Promise<OperatorOrder[]> {
  const [orders, attempts, allNames] = await Promise.all([
    readOrders(sql, names),
    listAttempts(sql, names),
    namesOf(sql, names),
  ])
  return names.flatMap(({ id }) => {
    const order = orders.find((found) => found.id === id)
    const name = allNames.find((found) => found.id === id)
    if (!order || !name) return []
    const found = { order, ...name, attempts: attempts.filter((attempt) => attempt.orderId === id) }
    return [name.secretResults && !isBuyer ? withoutResults(found) : found]
  })
}

const withoutResults = ({ order, attempts, ...rest }: OperatorOrder): OperatorOrder => ({
  ...rest,
  order: { ...order, items: order.items.map((item) => ({ ...item, result: null })) },
  attempts: attempts.map((one) => ({ ...one, detail: attemptWords(one) })),
})
