import { type Static, Type } from 'typebox'
import type { Account } from '../../accounts/account.ts'
import { bound, timeOf } from '../../contract/page.ts'
import { mutationReasons, mutationTypes } from '../../contract/wallet.ts'
import { type BalanceChange, happenings } from '../../ledger/balance-change.ts'
import type { LedgerReader } from '../../ledger/ledger-reader.ts'
import type { EntryId } from '../../lib/ids.ts'
import { formatMicros } from '../../lib/money.ts'
import { DAY_MS } from '../../lib/time.ts'
import { cursorText, readCursor } from './cursors.ts'
import { amount, longId, oneOf, orNull, pageOf, pageQuery, time } from './shapes.ts'

/** The list of what moved the balance of an account, as its people and the staff read it. */

const balanceChange = Type.Object({
  id: longId,
  type: oneOf(mutationTypes),
  reason: oneOf(mutationReasons),
  amount: amount('Never negative: the type says which way it went'),
  balance_after: amount(),
  note: orNull(Type.String(), 'What happened, in English'),
  happening: oneOf(happenings, {
    description:
      "Of an order's debit what has become of it: `hold_given_back`: nothing of it was ever charged. `given_back`: an item ended without a result. " +
      '`refunded`: it had been charged. `charged_anew`: it was delivered after all',
  }),
  item: orNull(Type.Integer(), 'The position of the item that it is about'),
  words: orNull(Type.String(), 'What a person said of it'),
  order: orNull(longId),
  created_at: time(),
})

export const balanceChanges = pageOf(balanceChange)

export const balanceChangesQuery = Type.Object({
  ...pageQuery,
  type: Type.Optional(oneOf(mutationTypes)),
  reason: Type.Optional(oneOf(mutationReasons)),
  from: bound('The first instant: a time with its zone, or a day in UTC'),
  to: bound('The first instant behind it, or the last day in UTC'),
})

/** BALANCE_CHANGES_PART says of the list how far it looks at a time. */
export const BALANCE_CHANGES_PART =
  'A narrowed list looks at 20,000 entries at a time: a page may have few of them, or none, and go on behind its cursor.'

const wireBalanceChange = (one: BalanceChange, currency: string): Static<typeof balanceChange> => ({
  ...{ id: one.id, type: one.type, reason: one.reason, amount: formatMicros(one.amount, currency) },
  balance_after: formatMicros(one.balanceAfter, currency),
  ...{ note: one.note, happening: one.happening, item: one.position, words: one.words },
  ...{ order: one.orderId, created_at: one.createdAt },
})

/** `readBalanceChanges` reads a page of an account's. Throws invalid_input for a cursor of another list. */
export async function readBalanceChanges(
  reader: Pick<LedgerReader, 'balanceChanges'>,
  { id, currency }: Pick<Account, 'id' | 'currency'>,
  { limit, cursor, from, to, ...rest }: Static<typeof balanceChangesQuery>,
): Promise<Static<typeof balanceChanges>> {
  const filter = {
    ...rest,
    ...(from !== undefined && { from: timeOf(from) }),
    ...(to !== undefined && { to: timeOf(to, DAY_MS) }),
  }
  const named = { ...filter, account: id }
  const before = readCursor(cursor, named) as EntryId | undefined
  const { items, next } = await reader.balanceChanges(id, { ...filter, before, limit })
  return {
    page: {
      items: items.map((one) => wireBalanceChange(one, currency)),
      next_cursor: cursorText(next, named),
    },
  }
}
