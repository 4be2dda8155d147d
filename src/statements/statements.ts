import type { Sql } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import { type BalanceChange, balanceChangeKinds, signed } from '../ledger/balance-change.ts'
import { readMutations } from '../ledger/balance-changes.ts'
import type { AccountId } from '../lib/ids.ts'
import { type Micros, micros } from '../lib/money.ts'
import type { Clock } from '../lib/time.ts'
import { type Month, monthOf } from './month.ts'
import type { Statement, StatementMonth, StatementTotal } from './statement.ts'
import {
  readInOrder,
  selectBounds,
  selectMonths,
  selectStatementAccount,
  selectTotals,
} from './statements.sql.ts'

/** What began before midnight may still be committed after it. */
const SETTLED_AFTER_MS = 15 * 60_000

/**
 * The statement of a month, as of one moment; the movements themselves are read by `movementsOf`. A month goes from the
 * first transfer made in it to the one before the first of the next, so that months join without a gap. Throws
 * invalid_input for a month that has not begun, and an internal error, not a statement, where it would not add up.
 */
export async function openStatement(
  sql: Sql,
  accountId: AccountId,
  month: Month,
  clock: Clock,
): Promise<Statement> {
  const madeAt = clock.now()
  if (month.from > madeAt) throw new Refusal('invalid_input', `${month.text} has not begun`, 'month')
  return await sql.begin('isolation level repeatable read read only', async (transaction) => {
    await readInOrder(transaction)
    const account = await selectStatementAccount(transaction, accountId)
    if (!account) throw new Refusal('not_found', `there is no account ${accountId}`, 'account')
    const { opening, closing, ...ids } = await selectBounds(transaction, accountId, month)
    const kinds = await selectTotals(transaction, accountId, ids)
    const totals = kinds.flatMap(({ kind, ...total }): StatementTotal[] =>
      kind === 'capture' ? [] : [{ ...balanceChangeKinds[kind], ...total }],
    )
    const [credits, debits] = [sumOf(totals, 'credit'), sumOf(totals, 'debit')]
    mustBe(micros(opening + credits - debits), closing, { account: accountId, month: month.text })
    return {
      account,
      month,
      complete: isComplete(month, madeAt),
      madeAt,
      opening,
      closing,
      credits,
      debits,
      totals,
      count: totals.reduce((count, total) => count + total.count, 0),
      captured: kinds.find(({ kind }) => kind === 'capture')?.amount ?? micros(0n),
      ids,
    }
  })
}

/** A statement's movements, oldest first, in pieces. Throws at the first one that does not continue the one before. */
export async function* movementsOf(sql: Sql, statement: Statement): AsyncGenerator<BalanceChange[]> {
  const where = { account: statement.account.id, month: statement.month.text }
  let balance = statement.opening
  for await (const piece of readMutations(sql, statement.account.id, statement.ids)) {
    for (const one of piece) {
      balance = micros(balance + signed(one))
      mustBe(balance, one.balanceAfter, { ...where, transfer: one.id })
    }
    yield piece
  }
  mustBe(balance, statement.closing, where)
}

/** The months in which something moved, newest first. */
export async function listStatements(
  sql: Sql,
  accountId: AccountId,
  clock: Clock,
): Promise<StatementMonth[]> {
  const now = clock.now()
  const months = await sql.begin('isolation level repeatable read read only', async (transaction) => {
    await readInOrder(transaction)
    return await selectMonths(transaction, accountId)
  })
  return months.reverse().map(({ moment, opening, closing }) => {
    const month = monthOf(moment)
    return { month, complete: isComplete(month, now), opening, closing }
  })
}

const isComplete = ({ to }: Month, now: Date): boolean => now.getTime() >= to.getTime() + SETTLED_AFTER_MS

const sumOf = (totals: StatementTotal[], type: BalanceChange['type']): Micros =>
  micros(totals.reduce((sum, total) => (total.type === type ? sum + total.amount : sum), 0n))

/** Whoever reads this asks `imeigate ledger check` what is wrong. */
function mustBe(found: Micros, expected: Micros, where: Record<string, unknown>): void {
  if (found === expected) return
  throw new Error(`a statement does not add up: ${found} instead of ${expected} ${JSON.stringify(where)}`)
}
