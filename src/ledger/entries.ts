import type { Transaction } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import { both, invalid, orThrow, type Result, resultOf } from '../lib/fault.ts'
import type { AccountId } from '../lib/ids.ts'
import { formatMicros, type Micros, micros } from '../lib/money.ts'
import { isBlank, plainLineFault } from '../lib/text.ts'
import { because } from '../reasons.ts'
import { insertEntry, selectByReference } from './entries.sql.ts'
import type { EntryKind, LedgerEntry } from './entry.ts'
import { lockWallet } from './wallets.ts'

export { selectByReference as findByReference } from './entries.sql.ts'

/** `MAX_BALANCE` keeps the sum of many deposits inside a bigint column, together with what is held, because that may come back. */
export const MAX_BALANCE = 8_000_000_000_000_000_000n

/** `Reason` says who moves money, as it is recorded, and why. */
export interface Reason {
  actor: string
  note?: string | null | undefined
  /** `reference` names the request: it counts once, however often it is made. */
  reference?: string | null | undefined
}

/** Moved is an entry; `isRepeated`: an earlier request with the same reference wrote it, and nothing moved now. */
export type Moved = LedgerEntry & { isRepeated: boolean }

/**
 * `move` moves a signed amount between bank and available (promise 2, money is conserved): the entry and the balance, or neither. Throws
 * conflict where the reference was used for something else.
 */
export async function move(
  transaction: Transaction,
  accountId: AccountId,
  amount: Micros,
  { kind, actor, at, depositId, ...reason }: Reason & { kind: EntryKind; at: Date; depositId?: number },
): Promise<Moved> {
  const [note, reference] = orThrow(both(readNote(reason.note), readNote(reason.reference, 'reference', 200)))
  // A program that lost its reference would be counted each time.
  if (reference === null && typeof reason.reference === 'string') orThrow(invalid('reference', 'is empty'))
  const wallet = await lockWallet(transaction, accountId)
  const earlier = reference === null ? undefined : await selectByReference(transaction, accountId, reference)
  if (earlier) {
    if (earlier.kind === kind && earlier.amount === magnitude(amount)) return { ...earlier, isRepeated: true }
    const what = `${earlier.kind} of ${formatMicros(earlier.amount, wallet.currency)} ${wallet.currency}`
    throw new Refusal('conflict', `the reference names entry ${earlier.id}, a ${what}`, 'reference')
  }
  const availableAfter = micros(wallet.available + amount)
  if (amount < 0n && availableAfter < -wallet.creditLimit) {
    const most = formatMicros(wallet.available + wallet.creditLimit, wallet.currency)
    throw because('insufficient_balance', 'most_taken', { most, currency: wallet.currency }, 'amount')
  }
  if (availableAfter + wallet.held > MAX_BALANCE) {
    throw because('invalid_input', 'balance_too_large', {}, 'amount')
  }
  const entry = {
    kind,
    amount: magnitude(amount),
    availableAfter,
    ...{ actor, note, reference },
    createdAt: at,
  }
  const id = await insertEntry(transaction, { accountId, ...entry }, depositId)
  return { id, ...entry, isRepeated: false }
}

const magnitude = (amount: Micros): Micros => micros(amount < 0n ? -amount : amount)

/** `readNote` trims what is noted with money; null: nothing. */
export function readNote(
  note: string | null | undefined,
  path = 'note',
  maxLength = 500,
): Result<string | null> {
  const text = note?.trim() ?? ''
  return resultOf(isBlank(text) ? null : text, [plainLineFault(path, text, maxLength)])
}
