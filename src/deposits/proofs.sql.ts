import { build } from '../database/build.ts'
import type { Queryable } from '../database/database.ts'
import type { DepositId } from '../lib/ids.ts'

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
