import { type DatabaseAddress, openPool, type Queryable } from './database.ts'
import { pools } from './pools.ts'

/** NUMBERS_A_SECOND is how many orders a second may have been placed all the time since a backup was made, and no number is given twice. */
const NUMBERS_A_SECOND = 100
/** NO_PRIVILEGE: the user may not ask which server this is. */
const NO_PRIVILEGE = '42501'
const IN_RECOVERY = '55000'
const STANDBY =
  'the database is a standby, which takes no changes: promote it, or have DATABASE_URL lead to the one that takes them'

/**
 * `keepNumbersApart` lets the numbers of orders go on beyond all that were given before, where the database is another one than it was: a
 * backup that was restored, or a standby that was promoted. Such a database has forgotten the last orders, whose numbers suppliers know as
 * ours: their idempotency keys are made of them. `restored`: somebody says so, as of a copy of the files, which cannot be told.
 * Gives the number before the next order's; undefined: nothing was changed.
 */
export async function keepNumbersApart(
  address: DatabaseAddress,
  { restored = false, now = new Date() }: { restored?: boolean; now?: Date } = {},
): Promise<number | undefined> {
  const sql = openPool(address, pools.migration)
  try {
    const server = await serverOf(sql)
    return await sql.begin(async (transaction) => {
      const [known] = await transaction<
        { server: string | null }[]
      >`select server from installation for update`
      const isAnother = server !== undefined && known?.server !== null && known?.server !== server
      if (server !== undefined) await transaction`update installation set server = ${server}`
      if (!isAnother && !restored) return undefined
      return await passNumbers(transaction, now)
    })
  } finally {
    await sql.end({ timeout: 2 })
  }
}

/**
 * `adoptServer` does the same within the transaction that restores a backup, wherever that was made. `server` is what `serverOf` says, which may
 * not be asked within a transaction.
 */
export async function adoptServer(sql: Queryable, server: string | undefined, now: Date): Promise<number> {
  await sql`update installation set server = ${server ?? null}::text`
  return await passNumbers(sql, now)
}

/** `passNumbers` gives the number before the next order's. It goes by the clock, so that a backup that is restored twice gives no number twice. */
async function passNumbers(sql: Queryable, now: Date): Promise<number> {
  const least = Math.floor(now.getTime() / 1000) * NUMBERS_A_SECOND
  const [row] = await sql<{ last: bigint }[]>`
    select setval('order_ids', greatest(${least}::bigint, (select last_value from order_ids) + ${NUMBERS_A_SECOND}::int)) as last`
  return Number(row?.last)
}

/** `serverOf` names the database server and its history: another server has another name, and a promoted standby another timeline. */
export async function serverOf(sql: Queryable): Promise<string | undefined> {
  try {
    const [row] = await sql<{ server: string }[]>`
      select system_identifier::text || '-' || left(pg_walfile_name(pg_current_wal_lsn()), 8) as server
        from pg_control_system()`
    return row?.server
  } catch (error) {
    const { code } = error as { code?: string }
    if (code === NO_PRIVILEGE) return undefined
    if (code === IN_RECOVERY) throw new Error(STANDBY)
    throw error
  }
}
