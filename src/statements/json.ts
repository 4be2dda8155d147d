import { type BalanceChange, balanceChangeFields } from '../ledger/balance-change.ts'
import { jsonWithAmounts } from '../lib/money-json.ts'
import type { Statement } from './statement.ts'

/** `{"data": {...}}` with the movements last, so that they can be written as they are read. */
export async function* jsonOf(
  statement: Statement,
  movements: AsyncIterable<BalanceChange[]>,
): AsyncGenerator<string> {
  const head = jsonWithAmounts({
    month: statement.month.text,
    from: statement.month.from.toISOString(),
    to: statement.month.to.toISOString(),
    complete: statement.complete,
    made_at: statement.madeAt.toISOString(),
    account_id: statement.account.id,
    username: statement.account.username,
    currency: statement.account.currency,
    opening_balance: statement.opening,
    closing_balance: statement.closing,
    credits: statement.credits,
    debits: statement.debits,
    captured: statement.captured,
    totals: statement.totals.map(({ type, reason, count, amount }) => ({ type, reason, count, amount })),
    count: statement.count,
  })
  yield `{"data":${head.slice(0, -1)},"movements":[`
  let between = ''
  for await (const piece of movements) {
    yield between + piece.map((one) => jsonWithAmounts(balanceChangeFields(one))).join()
    between = ','
  }
  yield ']}}'
}
