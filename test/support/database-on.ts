import type { DatabaseAccess } from '../../src/database/access.ts'
import type { DatabaseAddress } from '../../src/database/database.ts'

/** `databaseOn` gives the address of another database of the same server. */
export function databaseOn(server: DatabaseAddress, database: string): DatabaseAddress {
  if (typeof server !== 'string') return { ...server, database }
  const url = new URL(server)
  url.pathname = `/${database}`
  return url.href
}

/** `accessOn` gives the ways into another database of the same server. */
export const accessOn = ({ serving, owner }: DatabaseAccess, database: string): DatabaseAccess => ({
  serving: databaseOn(serving, database),
  owner: databaseOn(owner, database),
})

/** `settingsFor` gives the settings with which a process finds a database. A URL cannot name a socket's folder: PGHOST does. */
export function settingsFor(address: DatabaseAddress): Record<string, string> {
  if (typeof address === 'string') return { DATABASE_URL: address }
  const { host, port, user, database } = address
  return { DATABASE_URL: `postgres:///${database}`, PGHOST: host, PGPORT: `${port}`, PGUSER: user }
}
