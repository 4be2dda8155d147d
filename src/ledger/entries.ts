import type { Transaction } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import { orThrow, type Result, resultOf } from '../lib/fault.ts'
import type { AccountId } from '../lib/ids.ts'
import { formatMicros, type Micros, micros } from '../lib/money.ts'
import { isBlank, plainLineFault } from '../lib/text.ts'
import { insertEntry } from './entries.sql.ts'
import type { EntryKind, LedgerEntry } from './entry.ts'
import { lockWallet } from './wallets.ts'

/** `MAX_BALANCE` keeps the sum of many deposits inside a bigint column, together with what is held, because that may come back. */
export const MAX_BALANCE = 8_000_000_000_000_000_000n

/** `Reason` says who moves money, as it is recorded, and why. */
export interface Reason {
  actor: string
  note?: string | null | undefined
}

/** `move` moves a signed amount between bank and available (promise 2, money is conserved): the entry and the balance, or neither. */
export async function move(
  transaction: Transaction,
  accountId: AccountId,
  amount: Micros,
  { kind, actor, note, at, depositId }: Reason & { kind: EntryKind; at: Date; depositId?: number },
): Promise<LedgerEntry> {
  const wallet = await lockWallet(transaction, accountId)
  const availableAfter = micros(wallet.available + amount)
  if (amount < 0n && availableAfter < -wallet.creditLimit) {
    const most = formatMicros(wallet.available + wallet.creditLimit, wallet.currency)
    throw new Refusal('insufficient_balance', `at most ${most} ${wallet.currency} can be taken`, 'amount')
  }
  if (availableAfter + wallet.held > MAX_BALANCE) {
    throw new Refusal('invalid_input', 'the balance would be too large', 'amount')
  }
  const entry = {
    kind,
    amount: micros(amount < 0n ? -amount : amount),
    availableAfter,
    actor,
    note: orThrow(readNote(note)),
    createdAt: at,
  }
  const id = await insertEntry(transaction, { accountId, ...entry }, depositId)
  return { id, ...entry }
}

/** `readNote` trims what is noted with money; null: nothing. */
export function readNote(note: string | null | undefined, path = 'note'): Result<string | null> {
  const text = note?.trim() ?? ''
  return resultOf(isBlank(text) ? null : text, [plainLineFault(path, text, 500)])
}
