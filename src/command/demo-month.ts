import { parseMicros, ZERO } from '../lib/money.ts'
import { randomNumbers } from '../lib/random.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../lib/time.ts'
import { DEMO_PROOF } from './demo-proof.ts'
import { type MadeAccount, RESELLER } from './demo-shop.ts'

/**
 * The month that the demo shows: what its resellers have ordered, paid in and asked for in the last 30 days, as rows of the tables. It is made up
 * by a seed, and each account's entries are in the order of their times, with the balance that each left.
 */

const DAYS = 30

/** Sold is what one account pays for one service. */
export interface Sold {
  accountId: number
  serviceId: number
  unitPrice: bigint
}

/** Offered is a service with the routes that it has, the preferred one first. */
export interface Offered {
  id: number
  code: string
  kind: 'imei' | 'serial' | 'server'
  routes: { id: number; supplierId: number; supplier: string; cost: bigint | null }[]
}

export interface Stage {
  now: Date
  seed: number
  /** `orders` is how many the month has, beside those that show something special. */
  orders: number
  accounts: readonly MadeAccount[]
  services: readonly Offered[]
  sold: readonly Sold[]
  /** `providers` are the ways to pay in, by currency. */
  providers: ReadonlyMap<string, { id: number; details: object }>
}

type ItemState = 'pending' | 'processing' | 'unknown' | 'success' | 'failed' | 'cancelled'

/** Rows are named as columns are; amounts are texts, because JSON has no numbers of their size. `order` and `deposit` are places in the lists of rows. */
interface AttemptRow {
  number: number
  supplier_id: number
  route_id: number
  state: 'accepted' | 'unknown' | 'succeeded' | 'refused'
  reference: string | null
  detail: string | null
  cost: string | null
  fault: 'item' | null
  unrecognised: string | null
  created_at: Date
  finished_at: Date | null
}

interface Review {
  kind: 'unknown' | 'margin' | 'expired' | 'cancel' | 'verify' | 'unrecognised answer'
  detail: string
  opened_by: string
  opened_at: Date
}

interface Item {
  input: string
  fields: Record<string, string> | null
  quantity: number
  price: bigint
  state: ItemState
  result: string | null
  reason: string | null
  due_at: Date | null
  finished_at: Date | null
  supplier_id: number | null
  attempts: AttemptRow[]
  review: Review | null
  refunds: { at: Date; amount: bigint; note: string }[]
}

export interface Order {
  account: MadeAccount
  service: Offered
  unitPrice: bigint
  reference: string | null
  at: Date
  items: Item[]
  note: string | null
}

/** MonthEntry is an entry of an account's ledger. */
interface MonthEntry {
  account_id: number
  id: number
  kind: 'deposit' | 'adjust_up' | 'adjust_down' | 'hold' | 'capture' | 'release' | 'refund'
  amount: string
  available_after: string
  order: number | null
  position: number | null
  deposit: number | null
  actor: string | null
  note: string | null
  reference: string | null
  created_at: Date
}

interface DepositRow {
  account_id: number
  provider_id: number
  state: 'pending' | 'review' | 'succeeded' | 'cancelled' | 'expired' | 'failed'
  currency: string
  amount: string
  details: object
  proof: string | null
  note: string | null
  reason: string | null
  expires_at: Date
  check_at: Date | null
  settled_at: Date | null
  settled_by: string | null
  created_at: Date
  /** `file` is a PNG in base64. */
  file: string | null
}

/** RequestRow is a call of a reseller's program. */
interface RequestRow {
  account_id: number
  at: Date
  key_id: number
  via: 'dhru' | 'rest'
  action: string
  status: number
  outcome: string
  detail: string | null
  order: number | null
  ip: string
  took_us: number
}

export interface WalletRow {
  account_id: number
  available: string
  held: string
  last_entry: number
}

export interface Month {
  orders: Order[]
  entries: MonthEntry[]
  deposits: DepositRow[]
  requests: RequestRow[]
  wallets: WalletRow[]
}

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
      const detail = 'no answer within 30 seconds'
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
            ? 'wanted by the reseller, after it was sent'
            : `open since before ${ago(openedHours).toISOString()}`
        const opened_by = kind === 'cancel' ? 'handy-klinik-berlin' : 'imeigate'
        const review = kind === undefined ? null : { kind, detail, opened_by, opened_at: ago(openedHours) }
        Object.assign(item, { state: 'processing', due_at: soon(26), review })
      }
    const below = (item: Item, service: Offered, at: Date): void => {
      const cost = (service.routes[0]?.cost ?? ZERO) * BigInt(item.quantity)
      const detail = `Big Panel: costs ${decimal(cost)}, sold for ${decimal(item.price)} USD`
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
        detail: 'the reseller doubts the result',
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

const decimal = (amount: bigint): string => (Number(amount) / 1_000_000).toFixed(2)

interface Movement {
  at: Date
  kind: MonthEntry['kind']
  amount: bigint
  order: number | null
  position: number | null
  note: string | null
}

/** Books keeps the accounts' ledgers: whoever runs out of money pays in before the next order. */
class Books {
  readonly #stage: Stage
  readonly #orders: readonly Order[]
  readonly #random: () => number
  readonly #entries: MonthEntry[] = []
  readonly #deposits: DepositRow[] = []

  constructor(stage: Stage, orders: readonly Order[], random: () => number) {
    this.#stage = stage
    this.#orders = orders
    this.#random = random
  }

  keep(): Pick<Month, 'entries' | 'deposits' | 'wallets'> {
    const movements = new Map<number, Movement[]>(this.#stage.accounts.map(({ id }) => [id, []]))
    for (const [order, { account, at, items }] of this.#orders.entries()) {
      const list = movements.get(account.id) as Movement[]
      const total = items.reduce((sum, { price }) => sum + price, 0n)
      list.push({ at, kind: 'hold', amount: total, order, position: null, note: null })
      for (const [place, item] of items.entries()) {
        const of = { order, position: place + 1 }
        if (item.finished_at === null) continue
        list.push({
          ...of,
          at: item.finished_at,
          kind: item.state === 'success' ? 'capture' : 'release',
          amount: item.price,
          note: null,
        })
        for (const { at: later, amount, note } of item.refunds)
          list.push({ ...of, at: later, kind: 'refund', amount, note })
      }
    }
    const wallets = this.#stage.accounts.map((account) =>
      this.#account(account, movements.get(account.id) as Movement[]),
    )
    this.#unpaid()
    // Their numbers grow with the time at which they were begun.
    const order = this.#deposits
      .map((_, at) => at)
      .sort((one, other) => this.#begun(one) - this.#begun(other))
    const places = new Map(order.map((at, place) => [at, place]))
    const entries = this.#entries.map((entry) => ({
      ...entry,
      deposit: entry.deposit === null ? null : (places.get(entry.deposit) as number),
    }))
    return { entries, deposits: order.map((at) => this.#deposits[at] as DepositRow), wallets }
  }

  #begun(at: number): number {
    return (this.#deposits[at] as DepositRow).created_at.getTime()
  }

  #account(account: MadeAccount, movements: Movement[]): WalletRow {
    const { now } = this.#stage
    movements.sort((one, other) => one.at.getTime() - other.at.getTime())
    const size = depositSizes[account.currency] as bigint
    // A reseller who buys much pays in much at a time.
    const usual = size * BigInt(account.weight > 12 ? 5 : 2)
    const credit = parseMicros(account.creditLimit ?? '0') as bigint
    let available = 0n
    let held = 0n
    let id = 0
    let last = new Date(now.getTime() - account.sinceDays * DAY_MS)
    const write = (
      one: Omit<Movement, 'amount'> & {
        amount: bigint
        actor?: string
        deposit?: number
        reference?: string
      },
    ): void => {
      const { kind, amount } = one
      if (kind === 'hold' || kind === 'adjust_down') available -= amount
      else if (kind !== 'capture') available += amount
      held += kind === 'hold' ? amount : kind === 'capture' || kind === 'release' ? -amount : 0n
      last = one.at
      this.#entries.push({
        ...{
          account_id: account.id,
          id: ++id,
          kind,
          amount: String(amount),
          available_after: String(available),
          order: one.order,
        },
        ...{
          position: one.position,
          deposit: one.deposit ?? null,
          actor: one.actor ?? null,
          note: one.note,
          reference: one.reference ?? null,
        },
        created_at: one.at,
      })
    }
    const payIn = (at: Date, amount: bigint): void => {
      const place = this.#random() < 0.8 ? this.#paid(account, amount, at) : undefined
      const note = place === undefined ? 'Paid in cash' : null
      write({
        at,
        kind: 'deposit',
        amount,
        order: null,
        position: null,
        note,
        actor: 'demo',
        ...(place !== undefined && { deposit: place }),
      })
    }
    for (const movement of movements) {
      if (movement.kind === 'hold' && available + (credit * 4n) / 5n < movement.amount) {
        const before = new Date(Math.max(last.getTime(), movement.at.getTime() - 9 * MINUTE_MS))
        let amount = usual
        while (available + amount < movement.amount) amount += usual
        payIn(before, amount)
      }
      const isLate = movement.kind === 'refund'
      const reference = isLate ? `demo-${movement.order}-${movement.position}` : undefined
      write({ ...movement, ...(isLate && { actor: 'demo' }), ...(reference !== undefined && { reference }) })
    }
    // The reseller to try things with begins with a round sum.
    const wanted = account.username === RESELLER.username ? 1_000_000_000n - available : 0n
    if (wanted > 0n) payIn(new Date(Math.max(last.getTime(), now.getTime() - 30 * MINUTE_MS)), wanted)
    if (id === 0) payIn(last, usual)
    return { account_id: account.id, available: String(available), held: String(held), last_entry: id }
  }

  /** `#paid` gives the place of a deposit that was confirmed at a time. */
  #paid(account: MadeAccount, amount: bigint, at: Date): number {
    const begun = new Date(at.getTime() - (8 + this.#random() * 90) * MINUTE_MS)
    const proof = `FT26${300 + Math.floor(this.#random() * 30)}${letters(this.#random)}`
    return (
      this.#deposits.push(
        this.#deposit(account, amount, begun, {
          state: 'succeeded',
          settled_at: at,
          settled_by: 'demo',
          proof,
        }),
      ) - 1
    )
  }

  #deposit(
    account: MadeAccount,
    amount: bigint,
    at: Date,
    how: Partial<DepositRow> & Pick<DepositRow, 'state'>,
  ): DepositRow {
    const provider = this.#stage.providers.get(account.currency) as { id: number; details: object }
    return {
      ...{
        account_id: account.id,
        provider_id: provider.id,
        currency: account.currency,
        amount: String(amount),
      },
      ...{
        details: provider.details,
        proof: null,
        note: null,
        reason: null,
        expires_at: new Date(at.getTime() + 72 * HOUR_MS),
      },
      ...{ check_at: null, settled_at: null, settled_by: null, created_at: at, file: null, ...how },
    }
  }

  /** `#unpaid` are deposits that credited nothing, or not yet. */
  #unpaid(): void {
    const { now, accounts } = this.#stage
    const ago = (hours: number): Date => new Date(now.getTime() - hours * HOUR_MS)
    const add = (
      username: string,
      units: number,
      hours: number,
      how: Partial<DepositRow> & Pick<DepositRow, 'state'>,
    ): void => {
      const account = accounts.find((one) => one.username === username) as MadeAccount
      const amount = BigInt(units) * 1_000_000n
      const row = this.#deposit(account, amount, ago(hours), how)
      this.#deposits.push(row.state === 'pending' ? { ...row, check_at: row.expires_at } : row)
    }
    const settled = (hours: number, by: string) => ({ settled_at: ago(hours), settled_by: by })
    add('corner-phones', 250, 4, { state: 'review', proof: 'FT26329ABCD', file: DEMO_PROOF })
    add('lagos-unlock-hub', 100, 2.6, { state: 'review', proof: 'Sent from Zenith, session 000013261129' })
    add('handy-klinik-berlin', 75, 1.2, { state: 'review', proof: 'SEPA instant, Handy Klinik, 75 EUR' })
    add('celulares-del-norte', 50, 3, { state: 'pending' })
    add('toko-seluler-jaya', 1_500_000, 0.7, { state: 'pending' })
    add('second-life-phones', 60, 70, {
      state: 'failed',
      proof: 'FT26301QXYZ',
      reason: 'The bank shows no such payment',
      ...settled(46, 'demo'),
    })
    add('quick-fix-nairobi', 40, 120, { state: 'cancelled', ...settled(119, 'demo') })
    add('fixit-felix', 100, 190, { state: 'expired', ...settled(118, 'imeigate') })
  }
}

/** `depositSizes` are round amounts of each currency. */
const depositSizes: Record<string, bigint> = { USD: 100_000_000n, EUR: 100_000_000n, IDR: 1_000_000_000_000n }

const letters = (random: () => number): string =>
  Array.from({ length: 4 }, () => 'ABCDEFGHKLMNPRSTUVWXYZ'[Math.floor(random() * 22)]).join('')
