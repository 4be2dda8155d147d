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
  opening: { deposit?: Micros | undefined; creditLimit?: Micros | undefined; actor: string; at: Date },
): Promise<void> {
  await insertWallet(transaction, account.id, account.currency)
  if (opening.creditLimit !== undefined) await setCreditLimit(transaction, account.id, opening.creditLimit)
  if (opening.deposit !== undefined) {
    checkDeposit(opening.deposit, 'deposit')
    await move(transaction, account.id, opening.deposit, { kind: 'deposit', ...opening })
  }
}
