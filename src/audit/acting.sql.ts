import type { Queryable } from '../database/database.ts'

/** `actAs` names who acts in this transaction, and why: the trail has both, and the cost history and order events have who. */
export async function actAs(sql: Queryable, actor: string, why = ''): Promise<void> {
  await sql`select set_config('imeigate.actor', ${actor}, true), set_config('imeigate.why', ${why}, true)`
}
