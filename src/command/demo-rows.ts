import type { MadeAccount } from './demo-shop.ts'

/** The rows of the month that the demo shows, and what they are made from. */

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
export interface AttemptRow {
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

/** ExchangeRow is a request about an item, and what came of it: it was sent, by POST. */
export interface ExchangeRow {
  account_id: number
  order_id: number
  position: number
  number: number
  at: Date
  url: string
  request: string
  status: number | null
  answer: string | null
  error: string | null
  milliseconds: number
}

export interface Review {
  kind: 'unknown' | 'margin' | 'expired' | 'cancel' | 'verify' | 'unrecognised answer'
  detail: string
  opened_by: string
  opened_at: Date
}

export interface Item {
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
export interface MonthEntry {
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

export interface DepositRow {
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
export interface RequestRow {
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
