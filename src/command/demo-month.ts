import { detailText } from '../fulfilment/review-details.ts'
import { ZERO } from '../lib/money.ts'
import { randomNumbers } from '../lib/random.ts'
import { DAY_MS, HOUR_MS, localTime, MINUTE_MS, SECOND_MS } from '../lib/time.ts'
import { Books } from './demo-books.ts'
import type { AttemptRow, Item, Month, Offered, Order, RequestRow, Review, Stage } from './demo-rows.ts'
import { type MadeAccount, RESELLER } from './demo-shop.ts'

/**
 * The month that the demo shows: what its resellers have ordered, paid in and asked for in the last 30 days, as rows of the tables. It is made up
 * by a seed, and each account's entries are in the order of their times, with the balance that each left.
 */

const DAYS = 30

/** Trade says how a service is bought in the demo: how often, how long it takes in half of all cases, and what comes of it. */
interface Trade {
  often: number
  medianMs: number
  result: (pick: Choose) => string
}
type Choose = <T>(from: readonly T[]) => T

const MODELS = [
  'iPhone 13 128GB Midnight',
  'iPhone 12 64GB White',
  'Galaxy S22 256GB',
  'Pixel 7 128GB',
  'Redmi Note 12',
  'iPhone 15 Pro 256GB',
  'Galaxy A54 5G',
  'iPhone 11 64GB Black',
]
const CARRIERS = ['Alpha Mobile', 'Beta Telecom', 'Gamma Wireless', 'Unlocked']
const digits = (count: number, pick: Choose): string =>
  Array.from({ length: count }, () => pick([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])).join('')

const trades: Record<string, Trade> = {
  'imei-basic': { often: 26, medianMs: 3 * SECOND_MS, result: (pick) => `Model: ${pick(MODELS)}` },
  blacklist: {
    often: 30,
    medianMs: 5 * SECOND_MS,
    result: (pick) =>
      `Model: ${pick(MODELS)}\nBlacklist status: ${pick(['Clean', 'Clean', 'Clean', 'Clean', 'Reported lost or stolen'])}`,
  },
  carrier: {
    often: 14,
    medianMs: 95 * SECOND_MS,
    result: (pick) =>
      `Model: ${pick(MODELS)}\nCarrier: ${pick(CARRIERS)}\nLock status: ${pick(['Locked', 'Unlocked'])}`,
  },
  'carrier-once': {
    often: 3,
    medianMs: 100 * SECOND_MS,
    result: (pick) => `Carrier: ${pick(CARRIERS)}\nLock status: Locked`,
  },
  'unlock-network': {
    often: 4,
    medianMs: 26 * HOUR_MS,
    result: () => 'Unlocked in the database of the maker. Connect to Wi-Fi and restart.',
  },
  'unlock-model': { often: 5, medianMs: 7 * HOUR_MS, result: (pick) => `NCK: ${digits(8, pick)}` },
  'unlock-office': { often: 2, medianMs: 2 * HOUR_MS, result: (pick) => `NCK: ${digits(16, pick)}` },
  'unlock-gold': {
    often: 1.5,
    medianMs: 20 * HOUR_MS,
    result: () => 'Unlocked in the database of the maker.',
  },
  'serial-warranty': {
    often: 6,
    medianMs: 8 * SECOND_MS,
    result: (pick) => `Warranty: ${pick(['valid until 2027-03-14', 'ended', 'valid until 2026-12-02'])}`,
  },
  'serial-lock': {
    often: 4,
    medianMs: 9 * SECOND_MS,
    result: (pick) => `Activation lock: ${pick(['Off', 'Off', 'On'])}`,
  },
  'tool-credits': { often: 3, medianMs: 6 * MINUTE_MS, result: () => 'Credits were added to the account.' },
  'tool-licence': {
    often: 0.8,
    medianMs: 8 * MINUTE_MS,
    result: (pick) => `Licence key: ${digits(4, pick)}-${digits(4, pick)}-${digits(4, pick)}`,
  },
  'tool-handmade': {
    often: 0.5,
    medianMs: 52 * HOUR_MS,
    result: () => 'The firmware is in your folder: patched for the new modem.',
  },
}

const REFUSALS = [
  'IMEI not found',
  'Not eligible: the contract is still open',
  'This model is not supported',
  'Wrong network',
  'Not found in the database of the maker',
]
const UNKNOWN_WORDS = 'Device not in policy 4417, contact your manager'
/** UNKNOWN_TEXT is how such words are compared: without numbers. */
const UNKNOWN_TEXT = 'device not in policy contact your manager'
/** NEVER is the sandbox's TAC that it never answers of, so that what is unknown in the demo stays so. */
const NEVER = '00100104'
/** COST_ROSE_MS is since when the cost of `serial-lock` is above its price. */
const COST_ROSE_MS = 26 * HOUR_MS

const decimal = (amount: bigint): string => (Number(amount) / 1_000_000).toFixed(2)

/** `makeMonth` gives the rows of the month. Pure: the same stage gives the same rows. */
export function makeMonth(stage: Stage): Month {
  return new Maker(stage).make()
}

class Maker {
  readonly #stage: Stage
  readonly #random: () => number
  readonly #prices: Map<string, bigint>
  #count = 0

  constructor(stage: Stage) {
    this.#stage = stage
    this.#random = randomNumbers(stage.seed)
    this.#prices = new Map(stage.sold.map((one) => [`${one.accountId} ${one.serviceId}`, one.unitPrice]))
  }

  make(): Month {
    const orders: Order[] = []
    while (orders.length < this.#stage.orders) {
      const order = this.#order(this.#moment())
      if (order) orders.push(order)
    }
    orders.push(...this.#specials())
    orders.sort((one, other) => one.at.getTime() - other.at.getTime())
    const books = new Books(this.#stage, orders, this.#random)
    return { orders, ...books.keep(), requests: this.#requests(orders) }
  }

  readonly #pick: Choose = (from) => from[Math.floor(this.#random() * from.length)] as (typeof from)[number]

  /** `#weighted` picks the more often the heavier. */
  #weighted<T>(from: readonly T[], weight: (one: T) => number): T {
    let left = this.#random() * from.reduce((sum, one) => sum + weight(one), 0)
    for (const one of from) {
      left -= weight(one)
      if (left < 0) return one
    }
    return from.at(-1) as T
  }

  /** `#moment` is in the last 30 days: more of them at noon than at night, fewer on Sundays, and more each week. */
  #moment(): Date {
    const { now } = this.#stage
    for (;;) {
      const ago = this.#random() * DAYS * DAY_MS
      const at = new Date(now.getTime() - ago - 20 * SECOND_MS)
      const byHour =
        0.25 +
        0.75 *
          Math.max(
            0,
            Math.sin(((at.getUTCHours() + at.getUTCMinutes() / 60 - 4) / 24) * 2 * Math.PI) * 0.5 + 0.5,
          )
      const byDay = [0.55, 0.95, 1, 1, 1.05, 1, 0.8][at.getUTCDay()] as number
      const byAge = 1 - (ago / DAY_MS / DAYS) * 0.35
      if (this.#random() < byHour * byDay * byAge) return at
    }
  }

  #order(at: Date): Order | undefined {
    const { now, accounts, services } = this.#stage
    const account = this.#weighted(accounts, ({ weight }) => weight)
    if (at.getTime() < now.getTime() - account.sinceDays * DAY_MS + HOUR_MS / 2) return undefined
    const service = this.#weighted(services, ({ code }) => trades[code]?.often ?? 0)
    const unitPrice = this.#prices.get(`${account.id} ${service.id}`)
    if (unitPrice === undefined) return undefined
    // An order that would be sold below its cost waits since then, see #specials.
    if (service.code === 'serial-lock' && now.getTime() - at.getTime() < COST_ROSE_MS) return undefined
    const isCheck = (trades[service.code]?.medianMs ?? 0) < 5 * MINUTE_MS && service.kind !== 'server'
    const count = isCheck && this.#random() < 0.16 ? 2 + Math.floor(this.#random() ** 2 * 14) : 1
    const items = Array.from({ length: count }, () => this.#item(service, unitPrice, at))
    return { account, service, unitPrice, at, items, note: null, reference: this.#reference(account) }
  }

  #reference({ via }: MadeAccount): string | null {
    if (via === 'portal')
      return this.#random() < 0.3 ? `Ticket ${1000 + Math.floor(this.#random() * 9000)}` : null
    return `cart-${20_000 + ++this.#count}`
  }

  /** `#blank` is an item that nothing has become of yet. */
  #blank(service: Offered, unitPrice: bigint, tac?: string): Item {
    const quantity = service.code === 'tool-credits' ? 5 * (1 + Math.floor(this.#random() * 10)) : 1
    const input = service.kind === 'imei' ? this.#imei(tac) : service.kind === 'serial' ? this.#serial() : ''
    return {
      ...{
        input,
        quantity,
        fields: this.#fields(service),
        price: unitPrice * BigInt(quantity),
        state: 'pending',
      },
      ...{ result: null, reason: null, due_at: null, finished_at: null, supplier_id: null },
      ...{ attempts: [], review: null, refunds: [] },
    }
  }

  #fields({ code }: Offered): Record<string, string> | null {
    if (code === 'unlock-network') return { NETWORK: this.#pick(CARRIERS.slice(0, 3)) }
    if (code === 'unlock-model')
      return { MODEL: this.#pick(['SM-A546B', 'SM-G991U', 'XT2301-4', 'M2101K6G']) }
    if (code === 'tool-credits')
      return { EMAIL: `tool${100 + Math.floor(this.#random() * 900)}@shop.example` }
    if (code === 'tool-handmade')
      return {
        NOTES: this.#pick([
          'Downgrade to the firmware of March',
          'For a tablet with another modem',
          'Remove the demo mode of a shop',
        ]),
      }
    return null
  }

  #imei(
    tac = this.#pick(['35693803', '35387923', '35216211', '86123405', '35672011', '86740206', '35891110']),
  ): string {
    const body = tac + digits(6, this.#pick)
    const sum = [...body].reduce((total, digit, place) => {
      const twice = Number(digit) * (place % 2 === 1 ? 2 : 1)
      return total + (twice > 9 ? twice - 9 : twice)
    }, 0)
    return `${body}${(10 - (sum % 10)) % 10}`
  }

  #serial(): string {
    return (
      this.#pick(['F2L', 'C39', 'DNP', 'G0N']) +
      Array.from({ length: 9 }, () => this.#pick([...'ABCDEFGHJKLMNPQRSTUVWXYZ0123456789'])).join('')
    )
  }

  #took(medianMs: number): number {
    const normal = Math.sqrt(-2 * Math.log(1 - this.#random())) * Math.cos(2 * Math.PI * this.#random())
    return Math.round(medianMs * Math.exp(normal * 0.55)) + 400
  }

  /** `#item` is one that has ended, or will within its usual time. */
  #item(service: Offered, unitPrice: bigint, at: Date): Item {
    const item = this.#blank(service, unitPrice)
    const { medianMs, result } = trades[service.code] as Trade
    const end = new Date(at.getTime() + this.#took(medianMs))
    const luck = this.#random()
    const withdrawn = new Date(at.getTime() + 5 * MINUTE_MS)
    if (luck < 0.012 && medianMs > HOUR_MS && withdrawn < this.#stage.now) {
      return { ...item, state: 'cancelled', reason: 'Cancelled before it was sent', finished_at: withdrawn }
    }
    const isRefused = luck > 0.945
    const isSecond = !isRefused && luck > 0.9 && service.routes.length > 1
    const tried =
      isSecond || (isRefused && this.#random() < 0.5)
        ? service.routes.slice(0, 2)
        : service.routes.slice(0, 1)
    const step = Math.max(end.getTime() - at.getTime(), 1000) / tried.length
    for (const [place, route] of tried.entries()) {
      const sent = new Date(at.getTime() + 150 + place * step)
      const over = new Date(at.getTime() + (place + 1) * step)
      const isLast = place === tried.length - 1
      if (over > this.#stage.now) {
        this.#send(item, route, sent, { state: 'accepted' })
        return { ...item, state: 'processing', due_at: over, supplier_id: route.supplierId }
      }
      if (isLast && !isRefused) {
        this.#send(item, route, sent, { state: 'succeeded', finished_at: over })
        Object.assign(item, {
          state: 'success',
          result: result(this.#pick),
          finished_at: over,
          supplier_id: route.supplierId,
        })
      } else {
        const detail = this.#pick(REFUSALS)
        this.#send(item, route, sent, {
          state: 'refused',
          detail,
          fault: 'item',
          reference: null,
          finished_at: over,
        })
        if (isLast)
          Object.assign(item, {
            state: 'failed',
            reason: detail,
            finished_at: over,
            supplier_id: route.supplierId,
          })
      }
    }
    if (item.state === 'success') this.#giveBack(item)
    return item
  }

  /** `#giveBack` refunds a few of what was charged, in whole or in part, some time later. */
  #giveBack(item: Item): void {
    const luck = this.#random()
    const end = item.finished_at as Date
    const at = new Date(end.getTime() + HOUR_MS + this.#random() * 40 * HOUR_MS)
    if (luck > 0.014 || at > this.#stage.now || item.price < 100_000n) return
    const isWhole = luck < 0.008
    const amount = isWhole ? item.price : item.price / 2n - ((item.price / 2n) % 10_000n)
    const note = isWhole
      ? this.#pick(['The result was of another phone', 'The code was not accepted'])
      : 'It came later than promised'
    item.refunds.push({ at, amount, note })
  }

  #send(
    item: Item,
    route: Offered['routes'][number],
    at: Date,
    how: Partial<AttemptRow> & Pick<AttemptRow, 'state'>,
  ): void {
    const number = item.attempts.length + 1
    item.attempts.push({
      ...{
        number,
        supplier_id: route.supplierId,
        route_id: route.id,
        reference: this.#number(route.supplier),
        detail: null,
        fault: null,
      },
      ...{
        cost: route.cost === null ? null : String(route.cost * BigInt(item.quantity)),
        unrecognised: null,
        created_at: at,
        finished_at: null,
      },
      ...how,
    })
  }

  /** `#number` is what a supplier calls an order. */
  #number(supplier: string): string {
    return `${supplier.replaceAll(/[^A-Z]/g, '')}-${700_000 + ++this.#count}`
  }

  /** `#specials` are orders that wait for a person, or are late. */
  #specials(): Order[] {
    const { now } = this.#stage
    const ago = (hours: number): Date => new Date(now.getTime() - hours * HOUR_MS)
    const soon = (hours: number): Date => new Date(now.getTime() + hours * HOUR_MS)
    const place = (
      username: string,
      code: string,
      hours: number,
      become: (item: Item, service: Offered, at: Date) => void,
      tac?: string,
    ): Order[] => {
      const account = this.#stage.accounts.find((one) => one.username === username) as MadeAccount
      const service = this.#stage.services.find((one) => one.code === code) as Offered
      const unitPrice = this.#prices.get(`${account.id} ${service.id}`)
      if (unitPrice === undefined) return []
      const at = ago(hours)
      const item = this.#blank(service, unitPrice, tac)
      become(item, service, at)
      return [
        { account, service, unitPrice, at, items: [item], note: null, reference: this.#reference(account) },
      ]
    }
    const sent = (
      item: Item,
      service: Offered,
      at: Date,
      how: Partial<AttemptRow> & Pick<AttemptRow, 'state'>,
    ): void => {
      const route = service.routes[0] as Offered['routes'][number]
      this.#send(item, route, new Date(at.getTime() + 200), how)
      item.supplier_id = route.supplierId
    }
    const unknown = (item: Item, service: Offered, at: Date): void => {
      const place = `${service.routes[0]?.supplier.toLowerCase().replaceAll(' ', '-')}.example:443`
      const detail = detailText('too_late', { place, ms: 30_000 })
      sent(item, service, at, { state: 'unknown', reference: null, detail })
      const review: Review = {
        kind: 'unknown',
        detail,
        opened_by: 'imeigate',
        opened_at: new Date(at.getTime() + 40 * MINUTE_MS),
      }
      Object.assign(item, { state: 'unknown', due_at: soon(20), review })
    }
    const unrecognised =
      (isFirst: boolean) =>
      (item: Item, service: Offered, at: Date): void => {
        sent(item, service, at, {
          state: 'unknown',
          reference: null,
          detail: UNKNOWN_WORDS,
          unrecognised: UNKNOWN_TEXT,
        })
        const review: Review = {
          kind: 'unrecognised answer',
          detail: UNKNOWN_WORDS,
          opened_by: 'imeigate',
          opened_at: new Date(at.getTime() + SECOND_MS),
        }
        Object.assign(item, { state: 'unknown', due_at: soon(20), review: isFirst ? review : null })
      }
    const slow =
      (kind?: 'cancel' | 'expired', openedHours = 2) =>
      (item: Item, service: Offered, at: Date): void => {
        sent(item, service, at, { state: 'accepted' })
        const detail =
          kind === 'cancel'
            ? detailText('cancel_wanted_by_reseller', {})
            : detailText('open_since', { time: localTime(ago(openedHours)) })
        const opened_by = kind === 'cancel' ? 'handy-klinik-berlin' : 'imeigate'
        const review = kind === undefined ? null : { kind, detail, opened_by, opened_at: ago(openedHours) }
        Object.assign(item, { state: 'processing', due_at: soon(26), review })
      }
    const below = (item: Item, service: Offered, at: Date): void => {
      const cost = (service.routes[0]?.cost ?? ZERO) * BigInt(item.quantity)
      const sums = { cost: decimal(cost), price: decimal(item.price), currency: 'USD' }
      const detail = detailText('below_cost', { supplier: 'Big Panel', ...sums })
      const review: Review = {
        kind: 'margin',
        detail,
        opened_by: 'imeigate',
        opened_at: new Date(at.getTime() + SECOND_MS),
      }
      Object.assign(item, { due_at: soon(0.02), review })
    }
    const doubted = (item: Item, service: Offered, at: Date): void => {
      const over = new Date(at.getTime() + 4 * SECOND_MS)
      sent(item, service, at, { state: 'succeeded', finished_at: over })
      const review: Review = {
        kind: 'verify',
        detail: detailText('doubted_by_reseller', {}),
        opened_by: 'corner-phones',
        opened_at: ago(3.2),
      }
      Object.assign(item, {
        state: 'success',
        result: 'Model: iPhone 13 128GB Midnight\nBlacklist status: Clean',
        finished_at: over,
        review,
      })
    }
    return [
      ...place('lagos-unlock-hub', 'unlock-model', 27, unknown, NEVER),
      ...place('dubai-gsm-traders', 'carrier', 9, unknown, NEVER),
      ...place('corner-phones', 'blacklist', 2.5, unknown, NEVER),
      ...place('mobile-hospital', 'carrier', 5.2, unrecognised(true), NEVER),
      ...place('phone-bazaar-karachi', 'carrier', 4.6, unrecognised(false), NEVER),
      ...place('mobile-hospital', 'carrier', 3.1, unrecognised(false), NEVER),
      ...place('fixit-felix', 'carrier-once', 2.2, unrecognised(false), NEVER),
      ...place('handy-klinik-berlin', 'unlock-network', 22, slow('cancel', 5)),
      ...place('celulares-del-norte', 'unlock-network', 198, slow('expired', 30)),
      ...place('quick-fix-nairobi', 'serial-lock', 7, below),
      ...place('lagos-unlock-hub', 'serial-lock', 4.4, below),
      ...place('corner-phones', 'blacklist', 51, doubted),
      ...place(RESELLER.username, 'carrier', 3, slow()),
      ...place('toko-seluler-jaya', 'carrier', 5.5, slow()),
      ...place('mobile-hospital', 'unlock-model', 58, slow()),
      ...place(RESELLER.username, 'unlock-network', 6, slow()),
      ...place('dubai-gsm-traders', 'tool-handmade', 30, slow()),
      ...place('mobile-hospital', 'tool-handmade', 11, slow()),
      ...place('corner-phones', 'tool-handmade', 3.5, slow()),
    ]
  }

  /** `#requests` is what resellers' programs have called in the last week: each order, and some calls that were refused. */
  #requests(orders: readonly Order[]): RequestRow[] {
    const since = this.#stage.now.getTime() - 7 * DAY_MS
    const ips = new Map(this.#stage.accounts.map(({ id }, place) => [id, `203.0.113.${10 + place * 7}`]))
    return orders.flatMap(({ account, service, at }, order): RequestRow[] => {
      if (account.keyId === null || account.via === 'portal' || at.getTime() < since) return []
      const action =
        account.via === 'rest'
          ? 'POST /api/order'
          : service.kind === 'server'
            ? 'placeserverorder'
            : 'placeimeiorder'
      const call = {
        ...{
          account_id: account.id,
          key_id: account.keyId,
          via: account.via,
          action,
          ip: ips.get(account.id) as string,
        },
        took_us: 3000 + Math.floor(this.#random() * 9000),
      }
      const done = { ...call, at, status: 200, outcome: 'ok', detail: null, order }
      if (this.#random() > 0.05) return [done]
      const [outcome, detail, status] = this.#pick([
        ['invalid_imei', 'The check digit of the IMEI is wrong', 422],
        ['duplicate_order', 'This IMEI was ordered before', 409],
        ['insufficient_balance', 'Not enough credit', 402],
      ] as const)
      const refused = { ...call, at: new Date(at.getTime() - 40 * SECOND_MS), outcome, detail, order: null }
      return [{ ...refused, status: account.via === 'dhru' ? 200 : status }, done]
    })
  }
}
