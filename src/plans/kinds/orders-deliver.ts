import { Refusal } from '../../errors.ts'
import { deliverAfterAll, deliveredBefore } from '../../fulfilment/after/late-results.ts'
import { selectWallet } from '../../ledger/wallets.ts'
import type { AccountId, OrderId } from '../../lib/ids.ts'
import { formatMicros } from '../../lib/money.ts'
import { SECRET } from '../../orders/read/secret-results.ts'
import { type RowOutcome, rowKind, type Work } from '../plan-kind.ts'
import { type ItemRow, type NamedItem, orderLines, rowsOfLines } from './order-lines.ts'

/** `ordersDeliver` gives many items their results after all by pasted lines; the prices are charged anew, once, and the resellers are told. */
export const ordersDeliver = rowKind({
  name: 'orders.deliver',
  what: 'Many orders delivered after all by pasted results',
  permissions: ['orders.refund'],
  reading: 'orders.read',
  fields: { file: 'input.text' },
  input: orderLines,
  needsReason: () => true,
  async compute(work, input) {
    const till = new Till(work)
    const rows = await rowsOfLines(work, input, (named) => till.rowOf(named))
    return { rows, summary: { lines: rows.length, charges: till.sums() } }
  },
  async applyRow({ sql, actor, why, clock }, { verdict, own }): Promise<RowOutcome> {
    if (verdict !== 'fits' || !own) return { outcome: 'skipped', reason: verdict }
    const { account, order, item, result } = own as unknown as Own
    try {
      const name = { accountId: account, orderId: order }
      await deliverAfterAll(sql, name, { item, result, why }, actor, clock)
      return { outcome: 'done' }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      if (error.code === 'conflict') return { outcome: 'skipped', reason: 'changed' }
      if (error.code === 'insufficient_balance') return { outcome: 'failed', reason: 'insufficient_balance' }
      throw error
    }
  },
})

/** Own is what a row needs to be applied. */
interface Own {
  account: AccountId
  order: OrderId
  item: number
  result: string
}

/** Till counts what the lines take of each account, one after the other, so that a line which can no longer be paid is known before. */
class Till {
  readonly #work: Work
  /** `#left` is what each account can spend after the lines before. */
  readonly #left = new Map<AccountId, bigint>()
  readonly #sums = new Map<string, bigint>()
  readonly #before = new Map<OrderId, ReadonlySet<number>>()

  constructor(work: Work) {
    this.#work = work
  }

  async rowOf({ found, item, result }: NamedItem): Promise<ItemRow> {
    const { currency, secretResults } = found
    const { accountId, id } = found.order
    const ended = item.state === 'failed' || item.state === 'cancelled'
    if (!ended || (await this.#deliveredBefore(accountId, id)).has(item.position))
      return { verdict: 'nothing_given_back' }
    const money = { currency, charges: formatMicros(item.price, currency) }
    const left = (await this.#spendable(accountId)) - item.price
    if (left < 0n) return { verdict: 'insufficient_balance', money }
    this.#left.set(accountId, left)
    this.#sums.set(currency, (this.#sums.get(currency) ?? 0n) + item.price)
    const own: Own = { account: accountId, order: id, item: item.position, result }
    const after = { state: 'success', result: secretResults ? SECRET : result }
    return { verdict: 'fits', before: { state: item.state }, after, money, own: { ...own } }
  }

  sums(): Record<string, string> {
    return Object.fromEntries(
      [...this.#sums].map(([currency, sum]) => [currency, formatMicros(sum, currency)]),
    )
  }

  async #deliveredBefore(accountId: AccountId, orderId: OrderId): Promise<ReadonlySet<number>> {
    const known = this.#before.get(orderId) ?? (await deliveredBefore(this.#work.sql, { accountId, orderId }))
    this.#before.set(orderId, known)
    return known
  }

  async #spendable(account: AccountId): Promise<bigint> {
    const known = this.#left.get(account)
    if (known !== undefined) return known
    const wallet = await selectWallet(this.#work.sql, account)
    return wallet ? wallet.available + wallet.creditLimit : 0n
  }
}
