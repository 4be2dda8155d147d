import type { ClientConfig } from 'pg'
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

/** `connectionSettings` is what every connection to a database is opened with. */
export function connectionSettings(address: DatabaseAddress, session: Session = {}): ClientConfig {
  const { options, ...where } = whereabouts(address)
  const parameters = {
    TimeZone: 'UTC',
    // Promise 1 (what was acknowledged is durable) holds whatever the default of the cluster is.
    synchronous_commit: 'on',
    // Who is named in the trail where no person is.
    'imeigate.actor': 'imeigate',
    ...session,
  }
  return {
    ...where,
    application_name: 'imeigate',
    options: [options, ...Object.entries(parameters).map(([name, value]) => `-c ${name}=${escaped(value)}`)]
      .filter(Boolean)
      .join(' '),
    types,
    pipeline: true,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    // A statement that the network swallowed without a sign must not hang for the quarter of an hour that the operating system waits.
    query_timeout: Number(session['statement_timeout'] ?? 0) * SILENT_TIMES,
    keepAlive: true,
    keepAliveInitialDelayMillis: 30_000,
  }
}

const CONNECT_TIMEOUT_MS = 10_000
/** SILENT_TIMES: an answer is waited for so many statement time-outs, since others may come before it; then its connection is lost. */
const SILENT_TIMES = 3

/**
 * `queueSettings` is what the job queue opens its own connections with: it reads values by the driver's own types. A process that is frozen in the
 * middle of a transaction of the queue loses it.
 */
export function queueSettings(address: DatabaseAddress): ClientConfig {
  const { options = '', ...where } = whereabouts(address)
  return {
    ...where,
    application_name: 'imeigate',
    options: `${options} -c idle_in_transaction_session_timeout=${QUEUE_IDLE_MS}`.trim(),
    keepAlive: true,
  }
}

const QUEUE_IDLE_MS = 10_000

const escaped = (value: string): string => value.replace(/[\\ ]/g, '\\$&')

/** `whereabouts` gives the options of the URL apart, because the driver would let them replace ours. */
function whereabouts(address: DatabaseAddress): ClientConfig {
  if (typeof address !== 'string') return address
  if (!URL.canParse(address)) return { connectionString: address }
  const url = new URL(address)
  const options = url.searchParams.get('options') ?? undefined
  url.searchParams.delete('options')
  // The driver would take sslmode=require for verify-full, unlike PostgreSQL's own programs.
  if (url.searchParams.has('sslmode') && !url.searchParams.has('uselibpqcompat')) {
    url.searchParams.set('uselibpqcompat', 'true')
  }
  return { connectionString: url.href, ...(options && { options }) }
}
