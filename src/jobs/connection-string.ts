import type { DatabaseAddress } from '../database/database.ts'

/** An address as the queue's own driver (node-postgres) reads it, so that it finds what the pools find. */
export function connectionString(address: DatabaseAddress): string {
  if (typeof address === 'string') return withLibpqTls(address)
  const { host, port, user, database } = address
  const settings = new URLSearchParams({ host, port: `${port}` })
  return `postgres://${encodeURIComponent(user)}@/${encodeURIComponent(database)}?${settings}`
}

/** The driver would take sslmode=require for verify-full, unlike PostgreSQL's own programs and the pools. */
function withLibpqTls(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (!url?.searchParams.has('sslmode') || url.searchParams.has('uselibpqcompat')) return address
  url.searchParams.set('uselibpqcompat', 'true')
  return url.href
}
