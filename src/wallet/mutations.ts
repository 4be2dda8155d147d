import type { AccountId } from '../accounts/account.ts'
import type { Queryable, Sql } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import { inOrder } from './ledger-rows.sql.ts'
import { type Mutation, type MutationReason, mutationKinds } from './mutation.ts'
import { selectMutations } from './mutations.sql.ts'
import type { Period } from './period.ts'
import type { TransferId } from './transfer.ts'

export interface MutationFilter extends Period {
  type?: Mutation['type'] | undefined
  reason?: MutationReason | undefined
  /** Only smaller ids: the last id of the page before. */
  before?: TransferId | undefined
  limit: number
}

const everyKind = Object.keys(mutationKinds) as (keyof typeof mutationKinds)[]

/** A page of an account's mutations, newest first; `next` is the cursor of the following page, if there is one. */
export async function listMutations(
  sql: Sql,
  accountId: AccountId,
  { type, reason, limit, ...filter }: MutationFilter,
): Promise<{ mutations: Mutation[]; next: TransferId | undefined }> {
  const kinds = everyKind.filter(
    (kind) =>
      (type === undefined || mutationKinds[kind].type === type) &&
      (reason === undefined || mutationKinds[kind].reason === reason),
  )
  const rows = { ...filter, kinds, limit: limit + 1 }
  const found = await inOrder(sql, (transaction) => selectMutations(transaction, accountId, rows))
  const mutations = found.slice(0, limit)
  return { mutations, next: found.length > limit ? mutations.at(-1)?.id : undefined }
}

/** Throws not_found. */
export async function findMutation(sql: Queryable, accountId: AccountId, id: TransferId): Promise<Mutation> {
  const [mutation] = await selectMutations(sql, accountId, { kinds: everyKind, id, limit: 1 })
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
  { after, last }: { after: TransferId; last: TransferId },
): AsyncGenerator<Mutation[]> {
  for (let from = after; ; ) {
    const rows = { kinds: everyKind, after: from, last, limit: PIECE }
    const piece = await inOrder(sql, (transaction) => selectMutations(transaction, accountId, rows))
    if (piece.length > 0) yield piece
    const end = piece.at(-1)?.id
    if (end === undefined || piece.length < PIECE) return
    from = end
  }
}

/** Rows that are read at once: few enough to hold up nobody while they are written out. */
const PIECE = 500
