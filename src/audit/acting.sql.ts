import type { Queryable } from '../database/database.ts'

/** `actAs` names who acts in this transaction, and why: the trail has both, and the cost history and order events have who. */
export async function actAs(sql: Queryable, actor: string, why = ''): Promise<void> {
  await sql`select set_config('imeigate.actor', ${actor}, true), set_config('imeigate.why', ${why}, true)`
}

export async function actFor(sql: Queryable, why: string): Promise<void> {
  await sql`select set_config('imeigate.why', ${why}, true)`
}

/** `actByPlan` has this transaction's lines of the trail name a plan, and the reason for it, beside who acts. */
export async function actByPlan(sql: Queryable, plan: number, why: string): Promise<void> {
  await sql`
    select set_config('imeigate.by', (coalesce(acting_by(), '{}') || jsonb_build_object('plan_id', ${plan}::int))::text, true),
           set_config('imeigate.why', ${why}, true)`
}

/** `actAgain` is `actAs` for somebody who gave the order earlier, and came in as `imeigate.by` had it then. */
export async function actAgain(sql: Queryable, actor: string, cameBy: string, why: string): Promise<void> {
  await sql`
    select set_config('imeigate.actor', ${actor}, true), set_config('imeigate.by', ${cameBy}, true), set_config('imeigate.why', ${why}, true)`
}
