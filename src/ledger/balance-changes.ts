import type { Queryable, Sql } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import type { AccountId, EntryId } from '../lib/ids.ts'
import type { Period } from '../lib/period.ts'
import { type BalanceChange, type BalanceChangeReason, balanceChangeKinds } from './balance-change.ts'
import { selectBalanceChanges } from './balance-changes.sql.ts'
import { inOrder } from './ledger-rows.sql.ts'

export interface BalanceChangeFilter extends Period {
  type?: BalanceChange['type'] | undefined
  reason?: BalanceChangeReason | undefined
  /** Only smaller ids: the last id of the page before. */
  before?: EntryId | undefined
  limit: number
}

const everyKind = Object.keys(balanceChangeKinds) as (keyof typeof balanceChangeKinds)[]

/** A page of an account's mutations, newest first; `next` is the cursor of the following page, if there is one. */
export async function listBalanceChanges(
  sql: Sql,
  accountId: AccountId,
  { type, reason, limit, ...filter }: BalanceChangeFilter,
): Promise<{ mutations: BalanceChange[]; next: EntryId | undefined }> {
  const kinds = everyKind.filter(
    (kind) =>
      (type === undefined || balanceChangeKinds[kind].type === type) &&
      (reason === undefined || balanceChangeKinds[kind].reason === reason),
  )
  const rows = { ...filter, kinds, limit: limit + 1 }
  const found = await inOrder(sql, (transaction) => selectBalanceChanges(transaction, accountId, rows))
  const mutations = found.slice(0, limit)
  return { mutations, next: found.length > limit ? mutations.at(-1)?.id : undefined }
}

/** Throws not_found. */
export async function findBalanceChange(
  sql: Queryable,
  accountId: AccountId,
  id: EntryId,
): Promise<BalanceChange> {
  const [mutation] = await selectBalanceChanges(sql, accountId, { kinds: everyKind, id, limit: 1 })
  if (!mutation) throw new Refusal('not_found', `there is no mutation ${id}`, 'id')
  return mutation
}

/**
 * All of an account's mutations after one id and up to another, oldest first, read in pieces: what is in the ledger never
 * changes and nothing comes in between, so that no connection is held while a slow reader takes them.
 */
export async function* readMutations(
  sql: Sql,
  accountId: AccountId,
  { after, last }: { after: EntryId; last: EntryId },
): AsyncGenerator<BalanceChange[]> {
  for (let from = after; ; ) {
    const rows = { kinds: everyKind, after: from, last, limit: PIECE }
    const piece = await inOrder(sql, (transaction) => selectBalanceChanges(transaction, accountId, rows))
    if (piece.length > 0) yield piece
    const end = piece.at(-1)?.id
    if (end === undefined || piece.length < PIECE) return
    from = end
  }
}

/** Rows that are read at once: few enough to hold up nobody while they are written out. */
const PIECE = 500
