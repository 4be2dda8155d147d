import type { Queryable } from '../database/database.ts'

/** ExportId is the number of a file that was sent. */
type ExportId = number & { readonly exportId: unique symbol }

/** `insertExport` notes, and so tells the trail, that a file of a list is sent, with the filter of the list. */
export async function insertExport(
  sql: Queryable,
  { list, filter }: { list: string; filter: object },
): Promise<ExportId> {
  const [row] = await sql<{ id: ExportId }[]>`
    insert into exports (list, filter, began_at) values (${list}, ${JSON.stringify(filter)}::text::jsonb, now())
    returning id::int as id`
  return row?.id as ExportId
}

/** `updateExport` notes how many rows of it were sent, once it has ended or was broken off. */
export async function updateExport(sql: Queryable, id: ExportId, rows: number): Promise<void> {
  await sql`update exports set row_count = ${rows} where id = ${id}`
}
