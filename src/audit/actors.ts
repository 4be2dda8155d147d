import type { Queryable } from '../database/database.ts'
import { selectActors, selectActorsNamed } from './actors.sql.ts'

/** `actorNames` gives the names of those who are called so in the trail, as they are called now; of who has none there is none in it. */
export const actorNames = (sql: Queryable, actors: readonly string[]): Promise<Map<string, string>> =>
  selectActors(sql, [...new Set(actors)])

/** `actorsCalled` gives what the trail calls those whom a text names: one as the trail does, or some by a part of their names. */
export const actorsCalled = async (sql: Queryable, text: string): Promise<string[]> => {
  const called = text.trim()
  return [called, ...(await selectActorsNamed(sql, called.toLowerCase()))]
}
