import type { DatabaseAddress } from '../database/database.ts'
import { QUEUE_SCHEMA } from '../database/serving-role.ts'
import { queuePool } from './queue-pool.ts'

/** `installQueue` makes the queue's own tables, or brings them up to date. Where they are, it changes nothing. */
export async function installQueue(address: DatabaseAddress): Promise<void> {
  const pool = queuePool(address, 2)
  try {
    // The import is here so that no command loads the queue before it needs it.
    const { Logger, runMigrations } = await import('graphile-worker')
    await runMigrations({ pgPool: pool, schema: QUEUE_SCHEMA, logger: new Logger(() => () => {}) })
    const { rows } = await pool.query<{ name: string }>(
      `select quote_ident(relname) as name from pg_class
        where relnamespace = '${QUEUE_SCHEMA}'::regnamespace and relrowsecurity and pg_has_role(relowner, 'member')`,
    )
    // The queue lets nobody but the owner of its tables see their rows, and who serves does not own them.
    for (const { name } of rows)
      await pool.query(`alter table ${QUEUE_SCHEMA}.${name} disable row level security`)
  } finally {
    await pool.end()
  }
}
