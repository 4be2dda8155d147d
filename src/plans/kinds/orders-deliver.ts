import { deliverAfterAll, deliveredBefore } from '../../fulfilment/after/late-results.ts'
import { selectWallet } from '../../ledger/wallets.ts'
import type { AccountId, OrderId } from '../../lib/ids.ts'
import { formatMicros } from '../../lib/money.ts'
import { SECRET } from '../../orders/read/secret-results.ts'
import { rowKind, type Work } from '../plan-kind.ts'
import { applyLine, type ItemRow, keptOf, type NamedItem, orderLines, rowsOfLines } from './order-lines.ts'

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
  applyRow: ({ sql, actor, why, clock }, row) =>
    applyLine(
      row,
      ({ name, item, result }) => deliverAfterAll(sql, name, { item, result, why }, actor, clock),
      {
        conflict: { outcome: 'skipped', reason: 'changed' },
        insufficient_balance: { outcome: 'failed', reason: 'insufficient_balance' },
      },
    ),
})

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

  async rowOf(named: NamedItem): Promise<ItemRow> {
    const { found, item, result } = named
    const { currency, secretResults } = found
    const { accountId, id } = found.order
    const ended = item.state === 'failed' || item.state === 'cancelled'
    if (!ended || (await this.#deliveredBefore(accountId, id)).has(item.position))
      return { verdict: 'nothing_given_back' }
    const money = { currency, charges: formatMicros(item.price, currency) }
    const spendable = await this.#spendable(accountId)
    if (spendable < item.price) return { verdict: 'insufficient_balance', money }
    this.#left.set(accountId, spendable - item.price)
    this.#sums.set(currency, (this.#sums.get(currency) ?? 0n) + item.price)
    const after = { state: 'success', result: secretResults ? SECRET : result }
    return { verdict: 'fits', before: { state: item.state }, after, money, own: { ...keptOf(named) } }
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
    const spendable = wallet ? wallet.available + wallet.creditLimit : 0n
    this.#left.set(account, spendable)
    return spendable
  }
}
