import type { Sql, Transaction } from '../database/database.ts'
import type { AccountId } from '../lib/ids.ts'
import { type Micros, ZERO } from '../lib/money.ts'
import { type Clock, systemClock } from '../lib/time.ts'
import { because } from '../reasons.ts'
import { type Moved, move, type Reason } from './entries.ts'

/** Adjustments is what operators do to wallets by hand. */
export class Adjustments {
  readonly #sql: Sql
  readonly #clock: Clock

  constructor(sql: Sql, clock: Clock = systemClock) {
    this.#sql = sql
    this.#clock = clock
  }

  /** `deposit` adds a payment of the account's owner. Throws not_found, invalid_input unless the amount is above 0, or conflict as `move`. */
  async deposit(accountId: AccountId, amount: Micros, reason: Reason): Promise<Moved> {
    checkDeposit(amount, 'amount')
    const at = this.#clock.now()
    return await this.#sql.begin((transaction) =>
      move(transaction, accountId, amount, { kind: 'deposit', ...reason, at }),
    )
  }

  /**
   * `adjust` corrects a balance, up or (a negative amount) down. Throws not_found, invalid_input when the amount is 0 or the
   * note is missing, insufficient_balance when less than minus the credit limit would remain, or conflict as `move`.
   */
  async adjust(accountId: AccountId, amount: Micros, reason: Reason): Promise<Moved> {
    return await this.#sql.begin((transaction) =>
      adjustWithin(transaction, accountId, amount, reason, this.#clock),
    )
  }
}

/**
 * `creditDeposit` credits what was asked for with `src/deposits`, as part of the transaction that settles it. A second credit of the
 * same deposit breaks a unique index, and the transaction with it. Throws invalid_input when the balance would be too
 * large, before anything is written.
 */
export async function creditDeposit(
  transaction: Transaction,
  { id, accountId, amount }: { id: number; accountId: AccountId; amount: Micros },
  reason: Reason & { at: Date },
): Promise<Moved> {
  return await move(transaction, accountId, amount, { kind: 'deposit', depositId: id, ...reason })
}

/** `adjustWithin` does what `adjust` does, inside the caller's transaction. */
export async function adjustWithin(
  transaction: Transaction,
  accountId: AccountId,
  amount: Micros,
  reason: Reason,
  clock: Clock,
): Promise<Moved> {
  if (amount === 0n) throw because('invalid_input', 'amount_zero', {}, 'amount')
  if (!reason.note?.trim()) throw because('invalid_input', 'note_needed', {}, 'note')
  return await move(transaction, accountId, amount, {
    kind: amount > 0n ? 'adjust_up' : 'adjust_down',
    ...reason,
    at: clock.now(),
  })
}

/** `checkDeposit` throws invalid_input naming the field unless the amount is above 0. */
export function checkDeposit(amount: Micros, field: string): void {
  if (amount <= ZERO) throw because('invalid_input', 'deposit_zero', {}, field)
}
