import type { Transaction } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import type { AccountId } from '../lib/ids.ts'
import { formatMicros, MAX_AMOUNT, type Micros } from '../lib/money.ts'
import { because } from '../reasons.ts'
import type { Wallet } from './entry.ts'
import { lockWallets, updateCreditLimit } from './wallets.sql.ts'

export { lockWallets, selectWallet } from './wallets.sql.ts'

/** `lockWallet` locks one wallet as `lockWallets` does. Throws not_found. */
export async function lockWallet(transaction: Transaction, accountId: AccountId): Promise<Wallet> {
  return (await lockWallets(transaction, [accountId])).get(accountId) ?? refuseUnknown(accountId)
}

/** `setCreditLimit` sets how far below 0 the available balance may go. Throws not_found, or invalid_input when more than that is used. */
export async function setCreditLimit(
  transaction: Transaction,
  accountId: AccountId,
  creditLimit: Micros,
): Promise<Wallet> {
  if (creditLimit < 0n || creditLimit > MAX_AMOUNT) {
    throw new Refusal('invalid_input', 'the credit limit is 0 or more', 'credit_limit')
  }
  const wallet = await lockWallet(transaction, accountId)
  if (wallet.available < -creditLimit) {
    const used = `${formatMicros(-wallet.available, wallet.currency)} ${wallet.currency}`
    throw because('invalid_input', 'credit_in_use', { used }, 'credit_limit')
  }
  await updateCreditLimit(transaction, accountId, creditLimit)
  return { ...wallet, creditLimit }
}

export function refuseUnknown(accountId: AccountId): never {
  throw because('not_found', 'account_unknown', { account: accountId }, 'account')
}
