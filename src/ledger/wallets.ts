import type { Queryable, Sql, Transaction } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import type { AccountId, EntryId } from '../lib/ids.ts'
import { formatMicros, MAX_AMOUNT, type Micros, micros, ZERO } from '../lib/money.ts'
import { type Clock, systemClock } from '../lib/time.ts'
import type { EntryKind, LedgerEntry, Wallet } from './entry.ts'
import {
  insertEntry,
  insertWallet,
  lockWallets,
  selectEntries,
  selectWallet,
  updateCreditLimit,
} from './wallets.sql.ts'

export { lockWallets } from './wallets.sql.ts'

/** `Reason` says who moves money, as it is recorded, and why. */
export interface Reason {
  actor: string
  note?: string | null | undefined
}

/** `MAX_BALANCE` keeps the sum of many deposits inside a bigint column. */
export const MAX_BALANCE = 8_000_000_000_000_000_000n

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

/** `deposit` adds a payment of the account's owner. Throws not_found, or invalid_input unless the amount is above 0. */
export async function deposit(
  sql: Sql,
  accountId: AccountId,
  amount: Micros,
  reason: Reason,
  clock: Clock = systemClock,
): Promise<LedgerEntry> {
  checkDeposit(amount, 'amount')
  return await sql.begin((transaction) =>
    move(transaction, accountId, amount, { kind: 'deposit', ...reason, at: clock.now() }),
  )
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
): Promise<LedgerEntry> {
  return await move(transaction, accountId, amount, { kind: 'deposit', depositId: id, ...reason })
}

/**
 * `adjust` corrects a balance, up or (a negative amount) down. Throws not_found, invalid_input when the amount is 0 or the
 * note is missing, or insufficient_balance when less than minus the credit limit would remain.
 */
export async function adjust(
  sql: Sql,
  accountId: AccountId,
  amount: Micros,
  reason: Reason,
  clock: Clock = systemClock,
): Promise<LedgerEntry> {
  return await sql.begin((transaction) => adjustWithin(transaction, accountId, amount, reason, clock))
}

/** `adjustWithin` does what `adjust` does, inside the caller's transaction. */
export async function adjustWithin(
  transaction: Transaction,
  accountId: AccountId,
  amount: Micros,
  reason: Reason,
  clock: Clock,
): Promise<LedgerEntry> {
  if (amount === 0n) throw new Refusal('invalid_input', 'the amount is 0', 'amount')
  if (!reason.note?.trim()) throw new Refusal('invalid_input', 'an adjustment needs a note', 'note')
  return await move(transaction, accountId, amount, {
    kind: amount > 0n ? 'adjust_up' : 'adjust_down',
    ...reason,
    at: clock.now(),
  })
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
    const used = `${formatMicros(-wallet.available)} ${wallet.currency}`
    throw new Refusal('invalid_input', `${used} of the credit is in use`, 'credit_limit')
  }
  await updateCreditLimit(transaction, accountId, creditLimit)
  return { ...wallet, creditLimit }
}

async function lockWallet(transaction: Transaction, accountId: AccountId): Promise<Wallet> {
  return (await lockWallets(transaction, [accountId])).get(accountId) ?? refuseUnknown(accountId)
}

/** `walletOf` reads an account's wallet. Throws not_found. */
export async function walletOf(sql: Queryable, accountId: AccountId): Promise<Wallet> {
  return (await selectWallet(sql, accountId)) ?? refuseUnknown(accountId)
}

/** `listEntries` gives a page of an account's entries, newest first; `next` is the cursor of the following page, if there is one. */
export async function listEntries(
  sql: Queryable,
  accountId: AccountId,
  { before, limit = 100 }: { before?: EntryId | undefined; limit?: number } = {},
): Promise<{ entries: LedgerEntry[]; next: EntryId | undefined }> {
  const entries = await selectEntries(sql, accountId, { before, limit: limit + 1 })
  return {
    entries: entries.slice(0, limit),
    next: entries.length > limit ? entries[limit - 1]?.id : undefined,
  }
}

/** `move` moves a signed amount between bank and available (promise 2, money is conserved): the entry and the balance, or neither. */
async function move(
  transaction: Transaction,
  accountId: AccountId,
  amount: Micros,
  { kind, actor, note, at, depositId }: Reason & { kind: EntryKind; at: Date; depositId?: number },
): Promise<LedgerEntry> {
  const wallet = await lockWallet(transaction, accountId)
  const availableAfter = micros(wallet.available + amount)
  if (amount < 0n && availableAfter < -wallet.creditLimit) {
    const most = formatMicros(wallet.available + wallet.creditLimit)
    throw new Refusal('insufficient_balance', `at most ${most} ${wallet.currency} can be taken`, 'amount')
  }
  if (availableAfter > MAX_BALANCE) {
    throw new Refusal('invalid_input', 'the balance would be too large', 'amount')
  }
  const entry = {
    kind,
    amount: micros(amount < 0n ? -amount : amount),
    availableAfter,
    actor,
    note: checkNote(note),
    createdAt: at,
  }
  const id = await insertEntry(transaction, { accountId, ...entry }, depositId)
  return { id, orderId: null, position: null, ...entry }
}

function checkDeposit(amount: Micros, field: string): void {
  if (amount <= ZERO) throw new Refusal('invalid_input', `a deposit is more than 0`, field)
}

/** `checkNote` trims what is noted with money; null: nothing. Throws invalid_input. */
export function checkNote(note: string | null | undefined, field = 'note'): string | null {
  const text = note?.trim()
  if (!text) return null
  if (text.length > 500 || /\p{Cc}/u.test(text) || !text.isWellFormed()) {
    throw new Refusal('invalid_input', `a ${field} is one line of at most 500 characters`, field)
  }
  return text
}

function refuseUnknown(accountId: AccountId): never {
  throw new Refusal('not_found', `there is no account ${accountId}`, 'account')
}
