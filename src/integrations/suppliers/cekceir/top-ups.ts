import { failure } from '../../../lib/failures.ts'
import { formatMicros, type Micros, minorUnit, ZERO } from '../../../lib/money.ts'
import { type Clock, HOUR_MS } from '../../../lib/time.ts'
import { balanceOf, decimalIn } from '../http-kit/amounts.ts'
import { isObject, type JsonObject, own, textField } from '../http-kit/json.ts'
import type { Reasons } from '../http-kit/reasons.ts'
import type { PayTo, SupplierDeposit, TopUpOutcome, TopUps, TopUpWay, TopUpWish } from '../top-ups.ts'
import { answered } from './account.ts'
import { type Api, type Said, unwrapped } from './api.ts'
import { uuidOf } from './group.ts'
import { readList, windowOf } from './lost-order.ts'

const PAGE_SIZE = 50
const MAX_PAGES = 4
/** MAX_KEY_AGE_MS is well below the day after which most servers forget idempotency keys. */
const MAX_KEY_AGE_MS = 12 * HOUR_MS
/** MAX_QR_LENGTH is what a QR code of a screen holds with room to spare. */
const MAX_QR_LENGTH = 1000
/** MAX_TAIL is by how many of the smallest unit a deposit may be raised, so that its total is its own. */
const MAX_TAIL = 999n

interface Deps {
  api: Api
  reasons: Reasons
  clock: Clock
  installation: string
  /** `honoursKeys`: the same request under its Idempotency-Key begins no second deposit. */
  honoursKeys: boolean
  /** `currency` is that of our account there. */
  currency: string
}

/**
 * CekceirTopUps are deposits at a Cek Ceir style API, such as another imeigate. One whose answer was lost is asked for again, under its key, only where
 * the server is known to honour idempotency keys; elsewhere it is searched in the list of deposits.
 */
export class CekceirTopUps implements TopUps {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  async ways(signal: AbortSignal): Promise<TopUpWay[]> {
    const { api, reasons, currency } = this.#deps
    const body = answered(await api.get('/deposit/provider', signal, { limit: String(PAGE_SIZE) }), reasons)
    const all = itemsOf(body)
    if (!all) throw new Error('its ways to pay in cannot be read')
    const active = all.filter((one) => own(one, 'is_active') !== false)
    const ours = active.filter((one) => (textField(one, 'currency') ?? currency) === currency)
    if (ours.length === 0 && active.length > 0)
      throw new Error(
        `its ways to pay in are in ${textField(active[0] as JsonObject, 'currency')}, and the supplier is kept in ${currency}: change its currency`,
      )
    return ours.flatMap((one) => {
      const code = textField(one, 'code')
      return code === undefined ? [] : [wayOf(one, code, currency)]
    })
  }

  async begin(wish: TopUpWish, signal: AbortSignal): Promise<TopUpOutcome> {
    return this.#begun(await this.#post(wish, signal), { isFirst: true })
  }

  async find(wish: TopUpWish, others: ReadonlySet<string>, signal: AbortSignal): Promise<TopUpOutcome> {
    const { clock, honoursKeys } = this.#deps
    if (honoursKeys && clock.now().getTime() - wish.at.getTime() <= MAX_KEY_AGE_MS) {
      // The same request again gives the same deposit, whole, also where its first answer was an error.
      const again = this.#begun(await this.#post(wish, signal), { isFirst: false })
      if (again.kind === 'begun') return again
    }
    const found = await this.#listed(wish, others, signal)
    return found === 'none' ? lookedFor('its list of deposits does not have it') : found
  }

  async ask(reference: string, signal: AbortSignal): Promise<SupplierDeposit> {
    const { api, reasons } = this.#deps
    const said = await api.get(`/deposit/${encodeURIComponent(reference)}`, signal)
    const deposit = this.#read(unwrapped(answered(said, reasons)))
    if (deposit?.reference !== reference)
      throw new Error(`asked about deposit ${reference}, answered about ${deposit?.reference ?? 'none'}`)
    return deposit
  }

  close(): Promise<void> {
    return this.#deps.api.close()
  }

  #post({ key, way, amount }: TopUpWish, signal: AbortSignal): Promise<Said> {
    const { api, currency, installation } = this.#deps
    // The amount is a JSON number of exactly these digits.
    const body = `{"amount":${formatMicros(amount, currency)},"provider_code":${JSON.stringify(way)}}`
    const idempotencyKey = uuidOf(JSON.stringify([installation, 'top-up', key, body]))
    return api.post('/deposit', { body, idempotencyKey }, { signal })
  }

  /** `#begun`: a refusal of the first request proves that nothing was begun; one of a repeated request says nothing of the first. */
  #begun(said: Said, { isFirst }: { isFirst: boolean }): TopUpOutcome {
    const { reasons } = this.#deps
    if (said.kind === 'answer') {
      const deposit = this.#read(unwrapped(said.body))
      return deposit ? { kind: 'begun', deposit } : { kind: 'unknown', reason: failure('deposit_unread', {}) }
    }
    const isProof =
      said.kind === 'not sent' ||
      (said.kind === 'fault' && (said.status < 500 || own(said.body, 'mayHaveBeenDone') === false))
    const reason = reasons.of(said.kind === 'fault' ? `HTTP ${said.status}: ${said.message}` : said.why)
    return { kind: isProof && isFirst ? 'refused' : 'unknown', reason }
  }

  /** `#listed` finds the one deposit that was begun by this way when the wish was sent, for its amount or a little more, and is no other wish's. */
  async #listed(
    wish: TopUpWish,
    others: ReadonlySet<string>,
    signal: AbortSignal,
  ): Promise<TopUpOutcome | 'none'> {
    const { api, reasons, clock, currency } = this.#deps
    const found = new Map<string, SupplierDeposit>()
    let cursor: string | undefined
    for (let page = 1; page <= MAX_PAGES; page++) {
      const said = await api.get('/deposit', signal, {
        ...{ provider_code: wish.way, limit: String(PAGE_SIZE) },
        ...(cursor !== undefined && { cursor }),
      })
      if (said.kind !== 'answer') {
        const reason = errorOf(said, reasons)
        return said.kind === 'fault' ? lookedFor(reason) : { kind: 'unknown', reason }
      }
      const list = readList(said.body)
      if (!list) return lookedFor('its list of deposits cannot be read')
      const { from, to } = windowOf(wish.at, said.date, clock)
      const times = list.items.map((one) => Date.parse(textField(one, 'created_at') ?? ''))
      for (const [place, one] of list.items.entries()) {
        const made = times[place] ?? Number.NaN
        const deposit = this.#read(one)
        if (!deposit || others.has(deposit.reference) || !(made >= from && made <= to)) continue
        if (
          (textField(one, 'provider_code') ?? wish.way) !== wish.way ||
          !fits(deposit, wish.amount, currency)
        )
          continue
        found.set(deposit.reference, deposit)
      }
      const isOver = list.next === undefined || times.some((made) => made < from)
      if (isOver) {
        const all = [...found.values()]
        const exact = all.filter(({ credited }) => credited === wish.amount)
        const [deposit, ...more] = exact.length > 0 ? exact : all
        if (!deposit) return 'none'
        return more.length === 0
          ? { kind: 'begun', deposit }
          : lookedFor('it has several deposits that may be this one')
      }
      cursor = list.next
    }
    return lookedFor('its list of deposits has no end')
  }

  /** `#read` gives undefined for what is no deposit. */
  #read(body: JsonObject): SupplierDeposit | undefined {
    const reference = textField(body, 'id', 'deposit_id')
    if (reference === undefined) return undefined
    const { reasons, currency } = this.#deps
    const amounts = own(body, 'amounts')
    const of = isObject(amounts) ? amounts : body
    const money = (name: string) => moneyOf(own(of, name), currency)
    const reason = textField(body, 'reason')
    const expiresAt = new Date(textField(body, 'expires_at') ?? '')
    return {
      reference,
      // Words that nobody knows are no proof of an end: it is asked about again.
      state: states[textField(body, 'status')?.toLowerCase() ?? ''] ?? 'pending',
      credited: money('deposit_amount'),
      toPay: money('total_pay'),
      payTo: payToOf(body),
      reason: reason === undefined ? null : reasons.of(reason),
      expiresAt: Number.isNaN(expiresAt.getTime()) ? null : expiresAt,
    }
  }
}

const states: Readonly<Record<string, SupplierDeposit['state']>> = {
  ...{ pending: 'pending', review: 'review' },
  ...{ succeeded: 'credited', success: 'credited', completed: 'credited', paid: 'credited' },
  ...{ cancelled: 'cancelled', canceled: 'cancelled', expired: 'expired', failed: 'failed' },
}

/** `fits`: a deposit is for the amount, or for a little more, so that its total is its own, and has then not been credited yet. */
const fits = ({ credited, state }: SupplierDeposit, amount: Micros, currency: string): boolean =>
  credited === amount ||
  (credited !== null &&
    state !== 'credited' &&
    credited > amount &&
    credited - amount <= MAX_TAIL * minorUnit(currency))

const lookedFor = (reason: string): TopUpOutcome => ({ kind: 'unknown', reason, wasLookedFor: true })

const errorOf = (said: Exclude<Said, { kind: 'answer' }>, reasons: Reasons): string =>
  reasons.of(
    `its deposits cannot be listed: ${said.kind === 'fault' ? `HTTP ${said.status}: ${said.message}` : said.why}`,
  )

/** `itemsOf` finds the items of a list, which may stand in `data` alone. */
function itemsOf(body: JsonObject): JsonObject[] | undefined {
  const data = own(body, 'data')
  return Array.isArray(data) && data.every(isObject) ? data : readList(body)?.items
}

const moneyOf = (value: unknown, currency: string): Micros | null =>
  balanceOf(decimalIn(value, currency) ?? '') ?? null

function wayOf(one: JsonObject, code: string, currency: string): TopUpWay {
  const percent = textField(one, 'fee_percent') ?? '0'
  return {
    code,
    name: textField(one, 'name') ?? code,
    minAmount: moneyOf(own(one, 'min_deposit'), currency),
    maxAmount: moneyOf(own(one, 'max_deposit'), currency),
    feePercent: /^\d{1,3}(\.\d{1,6})?$/.test(percent) ? percent : '0',
    feeFlat: moneyOf(own(one, 'fee_flat'), currency) ?? ZERO,
  }
}

/** `payToOf` leaves out a page that is none of http or https: people click on it. */
function payToOf(body: JsonObject): PayTo {
  const shown = ['account_number', 'account_holder_name', 'bank', 'instructions'] as const
  const texts = shown.flatMap((name) => {
    const text = textField(body, name)
    return text === undefined ? [] : [[name, text.slice(0, 2000)]]
  })
  const page = textField(body, 'payment_url', 'qr_url')
  const qr = textField(body, 'qr_string')
  return {
    ...Object.fromEntries(texts),
    ...(page !== undefined && /^https?:$/.test(URL.parse(page)?.protocol ?? '') && { payment_url: page }),
    ...(qr !== undefined && qr.length <= MAX_QR_LENGTH && { qr_string: qr }),
  }
}
