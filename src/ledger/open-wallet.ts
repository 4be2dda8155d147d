import type { Transaction } from '../database/database.ts'
import type { AccountId } from '../lib/ids.ts'
import type { Micros } from '../lib/money.ts'
import { checkDeposit } from './adjustments.ts'
import { move } from './entries.ts'
import { insertWallet } from './wallets.sql.ts'
import { setCreditLimit } from './wallets.ts'

/** `openWallet` opens a new account's wallet inside the transaction that creates the account. */
export async function openWallet(
  transaction: Transaction,
  account: { id: AccountId; currency: string },
  opening: {
    deposit?: Micros | undefined
    /** `balance` is what the account has moved in with; below 0 is a debt. */
    balance?: Micros | undefined
    creditLimit?: Micros | undefined
    actor: string
    at: Date
  },
): Promise<void> {
  await insertWallet(transaction, account.id, account.currency)
  if (opening.creditLimit !== undefined) await setCreditLimit(transaction, account.id, opening.creditLimit)
  if (opening.deposit !== undefined) {
    checkDeposit(opening.deposit, 'deposit')
    await move(transaction, account.id, opening.deposit, { kind: 'deposit', ...opening })
  }
  if (opening.balance !== undefined) await openWith(transaction, account.id, opening.balance, opening)
}

/**
 * `openWith` writes the balance with which an account has moved in as its first ledger entry; nothing where it is 0. Throws
 * insufficient_balance where a debt is larger than the credit limit. A second one breaks a check of the ledger.
 */
export async function openWith(
  transaction: Transaction,
  accountId: AccountId,
  balance: Micros,
  { actor, at }: { actor: string; at: Date },
): Promise<void> {
  if (balance === 0n) return
  const kind = balance > 0n ? 'opening_up' : 'opening_down'
  await move(transaction, accountId, balance, { kind, actor, at, note: 'Opening balance' })
}
