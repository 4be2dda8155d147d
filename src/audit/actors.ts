import type { Queryable } from '../database/database.ts'
import { selectActors } from './actors.sql.ts'

/** `actorNames` gives the names of those who are called so in the trail, as they are called now; of who has none there is none in it. */
export const actorNames = (sql: Queryable, actors: readonly string[]): Promise<Map<string, string>> =>
  selectActors(sql, [...new Set(actors)])
