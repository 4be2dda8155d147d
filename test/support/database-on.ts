import type { DatabaseAddress } from '../../src/database/database.ts'

/** The address of another database of the same server. */
export function databaseOn(server: DatabaseAddress, database: string): DatabaseAddress {
  if (typeof server !== 'string') return { ...server, database }
  const url = new URL(server)
  url.pathname = `/${database}`
  return url.href
}

/** The same as DATABASE_URL takes it; a socket's folder is percent-encoded. */
export function urlOf(address: DatabaseAddress): string {
  if (typeof address === 'string') return address
  const { host, port, user, database } = address
  return `postgres://${user}@${encodeURIComponent(host)}:${port}/${database}`
}
