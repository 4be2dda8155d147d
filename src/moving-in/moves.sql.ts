import type { Queryable } from '../database/database.ts'

/** `insertMove` notes that a folder's files begin to move in. */
export async function insertMove(sql: Queryable, folder: string, at: Date): Promise<number> {
  const [row] = await sql<{ id: number }[]>`
    insert into moves (folder, started_at) values (${folder}, ${at}) returning id`
  if (!row) throw new Error('the move was not noted')
  return row.id
}

/** `endMove` notes what was made and changed. */
export async function endMove(sql: Queryable, id: number, counts: unknown, at: Date): Promise<void> {
  await sql`update moves set counts = ${JSON.stringify(counts)}::text::jsonb, ended_at = ${at} where id = ${id}`
}
