import type { Queryable } from '../database/database.ts'

/** `selectActors` gives the names of people of the staff and of accounts, of operator tokens and of API keys, by what the trail calls them. */
export async function selectActors(sql: Queryable, actors: readonly string[]): Promise<Map<string, string>> {
  const rows = await sql<{ actor: string; name: string }[]>`
    select 'staff:' || id as actor, name from staff where 'staff:' || id = any(${actors}::text[]) and name <> ''
    union all
    select 'token:' || id, name from operator_tokens where 'token:' || id = any(${actors}::text[])
    union all
    select 'person:' || id, name from account_people where 'person:' || id = any(${actors}::text[]) and name <> ''
    union all
    select 'key:' || id, name from api_keys where 'key:' || id = any(${actors}::text[]) and name <> ''`.records()
  return new Map(rows.map(({ actor, name }) => [actor, name]))
}

/** MAX_NAMED bounds the actors whose names have a text in them. */
const MAX_NAMED = 1000

/** `selectActorsNamed` gives what the trail calls those whose names have a text in them, which is in lower case. */
export async function selectActorsNamed(sql: Queryable, text: string): Promise<string[]> {
  const rows = await sql<{ actor: string }[]>`
    select actor from (
      select 'staff:' || id as actor, name from staff
      union all
      select 'token:' || id, name from operator_tokens
      union all
      select 'person:' || id, name from account_people
      union all
      select 'key:' || id, name from api_keys) n
     where position(${text} in lower(name)) > 0 limit ${MAX_NAMED}`
  return rows.map(({ actor }) => actor)
}
