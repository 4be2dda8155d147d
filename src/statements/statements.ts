import { Readable } from 'node:stream'
import { paperLogo } from '../brand/paper-logo.ts'
import { readSigned } from '../brand/shown-brand.ts'
import { type Reads, unshared } from '../database/account-reads.ts'
import type { Sql, Transaction } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import { findSeller } from '../invoices/seller.ts'
import { type BalanceChange, balanceChangeKinds, signed } from '../ledger/balance-change.ts'
import type { EntryKind } from '../ledger/entry.ts'
import { LedgerReader } from '../ledger/ledger-reader.ts'
import type { AccountId } from '../lib/ids.ts'
import { type Micros, micros } from '../lib/money.ts'
import type { Clock } from '../lib/time.ts'
import { because } from '../reasons.ts'
import { type StatementFormat, statementFormats } from './formats.ts'
import { type Month, monthOf } from './month.ts'
import type { Statement, StatementMonth, StatementTotal } from './statement.ts'
import {
  readInOrder,
  selectBounds,
  selectMonths,
  selectStatementAccount,
  selectTotals,
} from './statements.sql.ts'

/** SETTLED_AFTER_MS is how long after midnight a month may still grow: what began before may be committed after it. */
const SETTLED_AFTER_MS = 15 * 60_000

interface StatementsDeps {
  reads: Reads
  ledger: Pick<LedgerReader, 'everyBalanceChange'>
  clock: Clock
}

/** Statements makes the monthly statements of accounts from the ledger; nothing of them is kept. */
export class Statements {
  readonly #deps: StatementsDeps

  constructor(deps: StatementsDeps) {
    this.#deps = deps
  }

  /** `list` gives the months in which something moved, newest first. */
  async list(accountId: AccountId, signal?: AbortSignal): Promise<StatementMonth[]> {
    const { reads, clock } = this.#deps
    const now = clock.now()
    const months = await reads
      .of(accountId, signal)
      .begin('isolation level repeatable read read only', async (transaction) => {
        await readInOrder(transaction)
        return await selectMonths(transaction, accountId)
      })
    return months.reverse().map(({ moment, opening, closing }) => {
      const month = monthOf(moment)
      return { month, complete: isComplete(month, now), opening, closing }
    })
  }

  /**
   * `open` makes the statement of a month, as of one moment; `stream` reads its movements. A month goes from the first entry made in
   * it to the one before the first of the next, so that months join without a gap. Throws invalid_input for a month that has not
   * begun, and an internal error, not a statement, where it would not add up.
   */
  async open(accountId: AccountId, month: Month, signal?: AbortSignal): Promise<Statement> {
    const { reads, clock } = this.#deps
    const sql = reads.of(accountId, signal)
    const madeAt = clock.now()
    if (month.from > madeAt) throw new Refusal('invalid_input', `${month.text} has not begun`, 'month')
    return await sql.begin('isolation level repeatable read read only', async (transaction) => {
      await readInOrder(transaction)
      const account = await selectStatementAccount(transaction, accountId)
      if (!account) throw because('not_found', 'account_unknown', { account: accountId }, 'account')
      const { opening, closing, ...ids } = await selectBounds(transaction, accountId, month)
      const kinds = await selectTotals(transaction, accountId, ids)
      const totals = together(
        kinds.flatMap(({ kind, ...total }): StatementTotal[] =>
          kind === 'capture' || kind === 'correction' ? [] : [{ ...balanceChangeKinds[kind], ...total }],
        ),
      )
      const amountOf = (wanted: EntryKind): Micros =>
        kinds.find(({ kind }) => kind === wanted)?.amount ?? micros(0n)
      const [credits, debits] = [sumOf(totals, 'credit'), sumOf(totals, 'debit')]
      mustBe(micros(opening + credits - debits), closing, { account: accountId, month: month.text })
      return {
        account,
        seller: await findSeller(transaction),
        contacts: (await readSigned(transaction)).contacts.map(({ text }) => text),
        month,
        complete: isComplete(month, madeAt),
        madeAt,
        opening,
        closing,
        credits,
        debits,
        totals,
        count: totals.reduce((count, total) => count + total.count, 0),
        captured: micros(amountOf('capture') + amountOf('charge')),
        refunded: amountOf('refund'),
        ids,
      }
    })
  }

  /** `stream` gives a statement as bytes, and reads no faster than they are taken. */
  stream(statement: Statement, format: StatementFormat, signal?: AbortSignal): Readable {
    const sql = this.#deps.reads.of(statement.account.id, signal)
    const written = statementFormats[format].write(statement, this.#movements(statement, signal), () =>
      paperLogo(sql),
    )
    return Readable.from(written, { objectMode: false })
  }

  /** `#movements` gives the balance changes, oldest first, in pieces. Throws at the first that does not continue the one before. */
  async *#movements(statement: Statement, signal?: AbortSignal): AsyncGenerator<BalanceChange[]> {
    const { account, ids, month } = statement
    const where = { account: account.id, month: month.text }
    let balance = statement.opening
    for await (const piece of this.#deps.ledger.everyBalanceChange(account.id, ids, signal)) {
      for (const one of piece) {
        balance = micros(balance + signed(one))
        mustBe(balance, one.balanceAfter, { ...where, entry: one.id })
      }
      yield piece
    }
    mustBe(balance, statement.closing, where)
  }
}

/** `entriesOf` gives the ledger entries of a month: after one and up to another. */
export async function entriesOf(
  transaction: Transaction,
  accountId: AccountId,
  month: Month,
): Promise<Statement['ids']> {
  await readInOrder(transaction)
  const { after, last } = await selectBounds(transaction, accountId, month)
  return { after, last }
}

/** `together` adds up what people are told under one name: a price that was released, and one that was refunded. */
function together(totals: StatementTotal[]): StatementTotal[] {
  const byName = Map.groupBy(totals, ({ type, reason }) => `${type} ${reason}`)
  return [...byName.values()].map((same) => ({
    ...(same[0] as StatementTotal),
    count: same.reduce((count, total) => count + total.count, 0),
    amount: micros(same.reduce((sum, { amount }) => sum + amount, 0n)),
  }))
}

/** `statementsOn` reads statements for one who is alone: the staff, and the command line. */
export const statementsOn = (sql: Sql, clock: Clock): Statements =>
  new Statements({ reads: unshared(sql), ledger: new LedgerReader(sql), clock })

export const isComplete = ({ to }: Month, now: Date): boolean =>
  now.getTime() >= to.getTime() + SETTLED_AFTER_MS

const sumOf = (totals: StatementTotal[], type: BalanceChange['type']): Micros =>
  micros(totals.reduce((sum, total) => (total.type === type ? sum + total.amount : sum), 0n))

/** `mustBe` throws where a statement does not add up: `imeigate ledger check` then says what is wrong. */
function mustBe(found: Micros, expected: Micros, where: Record<string, unknown>): void {
  if (found === expected) return
  throw new Error(`a statement does not add up: ${found} instead of ${expected} ${JSON.stringify(where)}`)
}
