import { type DatabaseAddress, openPool, type Queryable, type Sql } from './database.ts'

/** Sharing is by what a pooler gives sessions away, so that connections have none of their own. */
export type Sharing = 'transaction' | 'statement'

/** `sharedSessions` is what the start and the doctor say of such a database. */
export const sharedSessions = (by: Sharing): string =>
  `DATABASE_URL leads to a pooler in ${by} mode (PgBouncer: pool_mode = ${by}), where ${BREAKS[by]}`

const BREAKS = {
  transaction: 'neither notifications nor session settings arrive',
  statement: 'there are no transactions',
}
export const OWN_SESSIONS = 'set pool_mode = session, or connect to PostgreSQL itself'

/** PROBES are the connections that are opened beside the first: whoever pools gives one of them the session that is free. */
const PROBES = 3

/**
 * `sessionSharing` tells whether connections have no session of PostgreSQL of their own: while a first one is open and does nothing, a
 * transaction of another one is found to run in its session, or is refused. Between us and PostgreSQL itself, or a pooler that gives each
 * connection a session, that never happens.
 */
export async function sessionSharing(
  address: DatabaseAddress,
  open: (address: DatabaseAddress) => Sql = (at) => openPool(at, { max: 1 }),
): Promise<Sharing | undefined> {
  const first = open(address)
  const opened = [first]
  try {
    const own = await sessionOf(first)
    // An empty transaction, so that the error is that of its begin.
    await first.begin(async () => {})
    const heldTogether = async (left: number): Promise<boolean> => {
      if (left === 0) return false
      const other = open(address)
      opened.push(other)
      return await other.begin(
        async (transaction) => (await sessionOf(transaction)) === own || (await heldTogether(left - 1)),
      )
    }
    return (await heldTogether(PROBES)) ? 'transaction' : undefined
  } catch (error) {
    if (error instanceof Error && error.message.includes('statement pooling mode')) return 'statement'
    throw error
  } finally {
    await Promise.all(opened.map((sql) => sql.end({ timeout: 2 })))
  }
}

/** `sessionOf` asks without a prepared statement, which such a pooler loses. */
async function sessionOf(sql: Queryable): Promise<number> {
  const [row] = await sql.unsafe<{ pid: number }[]>('select pg_backend_pid() as pid')
  return row?.pid ?? 0
}
