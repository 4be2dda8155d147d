import type { Queryable } from '../database/database.ts'

/** `newestRate` gives since when, in milliseconds, the newest exchange rate holds; 0: there is none. */
export async function newestRate(sql: Queryable): Promise<number> {
  const [newest] = await sql<
    { at: Date | null }[]
  >`select max(valid_from) as at from exchange_rates where valid_from <= now()`
  return newest?.at?.getTime() ?? 0
}

/** `repriceAll` makes every price that a rule gives as the rule gives it now. */
export async function repriceAll(sql: Queryable): Promise<void> {
  await sql`select reprice(null)`
}
