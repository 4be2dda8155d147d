import type { Queryable } from '../database/database.ts'
import type { DepositId } from '../lib/ids.ts'

export async function updateProof(sql: Queryable, id: DepositId, proof: string | null): Promise<void> {
  await sql`update deposits set proof = ${proof} where id = ${id}`
}

export interface ProofFile {
  mediaType: 'image/png' | 'image/jpeg' | 'application/pdf'
  content: Buffer
}

export async function upsertProofFile(
  sql: Queryable,
  id: DepositId,
  file: ProofFile,
  at: Date,
): Promise<void> {
  await sql`
    insert into deposit_proofs (deposit_id, media_type, content, created_at)
    values (${id}, ${file.mediaType}, ${file.content}, ${at})
    on conflict (deposit_id) do update
       set media_type = excluded.media_type, content = excluded.content, created_at = excluded.created_at`
}

export async function selectProofFile(sql: Queryable, id: DepositId): Promise<ProofFile | undefined> {
  const [row] = await sql<{ media_type: ProofFile['mediaType']; content: Buffer }[]>`
    select media_type, content from deposit_proofs where deposit_id = ${id}`
  return row && { mediaType: row.media_type, content: row.content }
}
