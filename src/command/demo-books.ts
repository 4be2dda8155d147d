import { parseMicros } from '../lib/money.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../lib/time.ts'
import { DEMO_PROOF } from './demo-proof.ts'
import type { DepositRow, Month, MonthEntry, Order, Stage, WalletRow } from './demo-rows.ts'
import { type MadeAccount, RESELLER } from './demo-shop.ts'

interface Movement {
  at: Date
  kind: MonthEntry['kind']
  amount: bigint
  order: number | null
  position: number | null
  note: string | null
}

/** Books keeps the accounts' ledgers: an account that runs out of money pays in before its next order. */
export class Books {
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
