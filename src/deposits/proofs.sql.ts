import { build } from '../database/build.ts'
import type { Queryable } from '../database/database.ts'
import type { DepositId } from '../lib/ids.ts'
import type { DepositState } from './deposit.ts'

export async function updateProof(sql: Queryable, id: DepositId, proof: string | null): Promise<void> {
  await sql.run(build.updateTable('deposits').set({ proof }).where('id', '=', id))
}

/** ProofFile is the file that a payer handed in. */
export interface ProofFile {
  mediaType: 'image/png' | 'image/jpeg' | 'application/pdf'
  content: Buffer
}

/** `upsertProofFile` replaces the file that was handed in before. */
export async function upsertProofFile(
  sql: Queryable,
  depositId: DepositId,
  file: ProofFile,
  createdAt: Date,
): Promise<void> {
  const row = { ...file, createdAt }
  await sql.run(
    build
      .insertInto('depositProofs')
      .values({ ...row, depositId })
      .onConflict((earlier) => earlier.column('depositId').doUpdateSet(row)),
  )
}

export async function selectProofFile(sql: Queryable, id: DepositId): Promise<ProofFile | undefined> {
  const [file] = await sql.run(
    build
      .selectFrom('depositProofs')
      .select(['mediaType', 'content'])
      .where('depositId', '=', id)
      .$narrowType<Pick<ProofFile, 'mediaType'>>(),
  )
  return file
}

/** SeenBefore is another deposit for which the same was handed in: the same text, the same file, or both. */
export interface SeenBefore {
  id: DepositId
  username: string
  state: DepositState
  createdAt: Date
  isSameText: boolean
  isSameFile: boolean
}

/** `selectSeenBefore` gives some other deposits, of whichever accounts, for which the same was handed in; the newest first. */
export async function selectSeenBefore(sql: Queryable, id: DepositId, limit: number): Promise<SeenBefore[]> {
  return await sql<SeenBefore[]>`
    with seen as (
      (select o.id, true as same_text, false as same_file
         from deposits d join deposits o on lower(o.proof) = lower(d.proof) and o.id <> d.id
        where d.id = ${id} order by o.id desc limit ${limit})
      union all
      (select o.deposit_id, false, true
         from deposit_proofs p join deposit_proofs o on sha256(o.content) = sha256(p.content) and o.deposit_id <> p.deposit_id
        where p.deposit_id = ${id} order by o.deposit_id desc limit ${limit})
    ), known as (
      select id, bool_or(same_text) as same_text, bool_or(same_file) as same_file from seen group by id
    )
    select d.id, a.username, d.state, d.created_at, k.same_text as is_same_text, k.same_file as is_same_file
      from known k join deposits d on d.id = k.id join accounts a on a.id = d.account_id
     order by d.id desc limit ${limit}`.records()
}
