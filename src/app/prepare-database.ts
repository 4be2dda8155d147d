import type { DatabaseAccess } from '../database/access.ts'
import { asking } from '../database/database.ts'
import { MIGRATION_LOCK, migrate } from '../database/migrate.ts'
import { grantServing, roleOf } from '../database/serving-role.ts'
import { installQueue } from '../jobs/install.ts'

/** NO_PRIVILEGE and NO_SCHEMA are what PostgreSQL says to a role that may not make tables. */
const NO_PRIVILEGE = '42501'
const NO_SCHEMA = '3F000'

/** Prepared is what was done to a database so that this program can serve from it. */
export interface Prepared {
  /** `applied` are the files of the schema, `granted` the statements by which the serving role got what it needs. */
  applied: string[]
  granted: string[]
}

/**
 * `prepareDatabase` brings a database up to this version: its schema, the tables of the job queue, and what the serving role may do. Where
 * all is as it should be it changes nothing, and then the serving role itself will do. `signal` cancels it, see `migrate`.
 */
export async function prepareDatabase(access: DatabaseAccess, signal?: AbortSignal): Promise<Prepared> {
  try {
    const applied = await migrate(access.owner, signal)
    signal?.throwIfAborted()
    await installQueue(access.owner)
    signal?.throwIfAborted()
    return { applied, granted: await grant(access) }
  } catch (error) {
    const { code } = error as { code?: string }
    if ((code !== NO_PRIVILEGE && code !== NO_SCHEMA) || access.owner !== access.serving) throw error
    const why = (error as Error).message
    throw new Error(
      `the database must be migrated, which the role of DATABASE_URL may not do (${why}): set MIGRATE_DATABASE_URL, and run imeigate migrate`,
      { cause: error },
    )
  }
}

async function grant({ serving, owner }: DatabaseAccess): Promise<string[]> {
  if (owner === serving) return []
  const role = await asking(serving, roleOf)
  return await asking(owner, (sql) =>
    sql.begin(async (transaction) => {
      await transaction`select pg_advisory_xact_lock(${MIGRATION_LOCK})`
      return (await roleOf(transaction)) === role ? [] : await grantServing(transaction, role)
    }),
  )
}
