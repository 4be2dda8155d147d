import type { Queryable } from './database.ts'

/** `installationId` is 32 hex digits, made with the database: no other installation has them. */
export async function installationId(sql: Queryable): Promise<string> {
  const [row] = await sql<{ id: string }[]>`select id from installation`
  if (!row) throw new Error('the database has lost the name of its installation')
  return row.id
}
