import { type DatabaseAddress, openPool, type Queryable, type Sql } from './database.ts'

/** SHARED_SESSIONS is what the start and the doctor say of such a database. */
export const SHARED_SESSIONS =
  'DATABASE_URL leads to a pooler in transaction mode (PgBouncer: pool_mode = transaction), where neither notifications nor session settings arrive'
export const OWN_SESSIONS = 'set pool_mode = session, or connect to PostgreSQL itself'

/** PROBES are the connections that are opened beside the first: whoever pools gives one of them the session that is free. */
const PROBES = 3

/**
 * `sharesSessions` tells whether connections have no session of PostgreSQL of their own: while a first one is open and does nothing, a
 * transaction of another one is found to run in its session. Between us and PostgreSQL itself, or a pooler that gives each connection a
 * session, that never happens.
 */
export async function sharesSessions(
  address: DatabaseAddress,
  open: (address: DatabaseAddress) => Sql = (at) => openPool(at, { max: 1 }),
): Promise<boolean> {
  const first = open(address)
  const opened = [first]
  try {
    const own = await sessionOf(first)
    const heldTogether = async (left: number): Promise<boolean> => {
      if (left === 0) return false
      const other = open(address)
      opened.push(other)
      return await other.begin(
        async (transaction) => (await sessionOf(transaction)) === own || (await heldTogether(left - 1)),
      )
    }
    return await heldTogether(PROBES)
  } finally {
    await Promise.all(opened.map((sql) => sql.end({ timeout: 2 })))
  }
}

/** `sessionOf` asks without a prepared statement, which such a pooler loses. */
async function sessionOf(sql: Queryable): Promise<number> {
  const [row] = await sql.unsafe<{ pid: number }[]>('select pg_backend_pid() as pid')
  return row?.pid ?? 0
}
