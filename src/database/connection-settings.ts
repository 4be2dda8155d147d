import { type ClientBase, type ClientConfig, escapeLiteral } from 'pg'
import { types } from './value-types.ts'

/** DatabaseAddress says where a database is: a connection URL, or the socket of an embedded one. */
export type DatabaseAddress = string | { host: string; port: number; user: string; database: string }

/** Session is PostgreSQL parameters that hold for every connection of a pool. */
export type Session = Record<string, string>

/**
 * STEADY_PLANS are session settings for the pools of the hot paths. Every statement there reads through indexes for a batch of
 * keys; a plan made while a table was young and empty would otherwise be kept, and scan it when it has grown.
 */
export const STEADY_PLANS: Session = {
  plan_cache_mode: 'force_generic_plan',
  enable_seqscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
  // Compiling a plan of a few rows costs more than running it.
  jit: 'off',
}

/** `connectionSettings` is what every connection to a database is opened with; `openSession` does the rest. */
export function connectionSettings(
  address: DatabaseAddress,
  { statement_timeout: longest = '0' }: Session = {},
): ClientConfig {
  return {
    ...whereabouts(address),
    application_name: 'imeigate',
    types,
    pipeline: true,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    // A statement that the network swallowed without a sign must not hang for the quarter of an hour that the operating system waits.
    query_timeout: Number(longest) * SILENT_TIMES,
    keepAlive: true,
    keepAliveInitialDelayMillis: 30_000,
  }
}

const CONNECT_TIMEOUT_MS = 10_000
/** SILENT_TIMES: an answer is waited for so many statement time-outs, since others may come before it; then its connection is lost. */
const SILENT_TIMES = 3

/**
 * `openSession` gives a connection that was just made its settings. By a statement, since poolers drop or refuse settings that come with the
 * connection; and behind one that leaves nothing of others, since a pooler may give a session that somebody has used before.
 */
export async function openSession(client: ClientBase, session: Session = {}): Promise<void> {
  const settings = {
    TimeZone: 'UTC',
    // Promise 1 (what was acknowledged is durable) holds whatever the default of the cluster is.
    synchronous_commit: 'on',
    // Who is named in the trail where no person is.
    'imeigate.actor': 'imeigate',
    ...SOON_NOTICED,
    ...session,
  }
  await client.query(`reset all; deallocate all; unlisten *; ${setting(settings)}`)
}

/**
 * SOON_NOTICED has PostgreSQL end a session within 15 seconds whose client was cut off, or takes no answers because it is frozen, instead of
 * after hours: what it held locked is free, and its connection counts no more. Of a socket in a folder it holds nothing.
 */
const SOON_NOTICED: Session = {
  tcp_keepalives_idle: '5',
  tcp_keepalives_interval: '5',
  tcp_keepalives_count: '2',
  tcp_user_timeout: '15000',
}

const setting = (session: Session): string =>
  `select ${Object.entries(session)
    .map(([name, value]) => `set_config(${escapeLiteral(name)}, ${escapeLiteral(value)}, false)`)
    .join(', ')}`

/** `queueSettings` is what the job queue opens its own connections with, since it reads values by the driver's own types; `openSession` does the rest. */
export function queueSettings(address: DatabaseAddress): ClientConfig {
  return { ...whereabouts(address), application_name: 'imeigate', keepAlive: true }
}

function whereabouts(address: DatabaseAddress): ClientConfig {
  if (typeof address !== 'string') return address
  if (!URL.canParse(address)) return { connectionString: address }
  const url = new URL(address)
  // The driver would take sslmode=require for verify-full, unlike PostgreSQL's own programs.
  if (url.searchParams.has('sslmode') && !url.searchParams.has('uselibpqcompat')) {
    url.searchParams.set('uselibpqcompat', 'true')
  }
  return { connectionString: url.href }
}
