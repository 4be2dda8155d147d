import type { Queryable } from '../../database/database.ts'

/** `selectRefusingWords` gives the words of a supplier, by name or id, or of all. */
export async function selectRefusingWords(sql: Queryable, supplier: string | undefined): Promise<string[]> {
  const rows = await sql<{ word: string }[]>`
    select distinct unnest(w.words) as word
      from refusing_words w join suppliers s on s.id = w.supplier_id
     where ${supplier ?? null}::text is null or lower(s.name) = lower(${supplier ?? null}::text) or s.id::text = ${supplier ?? null}::text
     order by word`.records()
  return rows.map(({ word }) => word)
}

/** `rememberWords` keeps the words of a supplier in place of earlier ones. */
export async function rememberWords(
  sql: Queryable,
  supplier: string,
  words: readonly string[],
): Promise<void> {
  await sql`
    insert into refusing_words (supplier_id, words)
    select id, ${words}::text[] from suppliers where name = ${supplier}
    on conflict (supplier_id) do update set words = excluded.words where refusing_words.words <> excluded.words`
}
