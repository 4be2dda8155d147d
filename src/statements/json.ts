import { wireStatementHead } from '../contract/statements.ts'
import { wireMutation } from '../contract/wallet.ts'
import type { BalanceChange } from '../ledger/balance-change.ts'
import { jsonWithAmounts } from '../lib/money-json.ts'
import type { Statement } from './statement.ts'

/** `jsonOf` writes `{"data": {...}}` with the movements last, so that they can be written as they are read. */
export async function* jsonOf(
  statement: Statement,
  movements: AsyncIterable<BalanceChange[]>,
): AsyncGenerator<string> {
  yield `{"data":${jsonWithAmounts(wireStatementHead(statement)).slice(0, -1)},"movements":[`
  let between = ''
  for await (const piece of movements) {
    yield between + piece.map((one) => jsonWithAmounts(wireMutation(one))).join()
    between = ','
  }
  yield ']}}'
}
