import { Socket } from 'node:net'
import type { Sql as DriverSql, TransactionSql } from 'postgres'
import { postgres } from './driver.ts'

/** A pool, or one transaction of it: what every query function takes first. int8 columns arrive as bigint. */
export type Sql = DriverSql<{ bigint: bigint }>
export type Transaction = TransactionSql<{ bigint: bigint }>
export type Queryable = Sql | Transaction

/** Where a database is: a connection URL, or an embedded one's socket. */
export type DatabaseAddress = string | { host: string; port: number; user: string; database: string }

interface PoolOptions {
  max?: number
  /** PostgreSQL parameters for every connection of this pool. */
  session?: Record<string, string>
  /** Hears the notifications that its sessions listen to. */
  onNotify?: (channel: string, payload: string) => void
}

/** Opens a pool. Connections are made when first used, re-made when lost. */
export function openPool(
  address: DatabaseAddress,
  { max = 10, session = {}, onNotify }: PoolOptions = {},
): Sql {
  const options = {
    max,
    // Promise 1 holds whatever the cluster's default is.
    connection: { application_name: 'imeigate', TimeZone: 'UTC', synchronous_commit: 'on', ...session },
    types: { bigint: postgres.BigInt, ...arrays },
    // The driver would ask for the array types first thing on each connection, and loses track of a connection that
    // ends meanwhile: we bring those we use.
    fetch_types: false,
    onnotice: () => {},
    ...(onNotify && { onnotify: onNotify }),
    connect_timeout: 10,
    // The driver would wait up to 20 seconds between tries, and its queries with it, long after the server is back.
    backoff: (tries: number) => Math.min(0.05 * 2 ** tries, MAX_SECONDS_BETWEEN_TRIES),
    // A statement that the network swallowed must not hang a worker for ever.
    keep_alive: 30,
    socket: openSocket,
  }
  return typeof address === 'string' ? postgres(address, options) : postgres({ ...address, ...options })
}

/** A connection that was lost is tried again at least this often. */
const MAX_SECONDS_BETWEEN_TRIES = 0.5

/** A query may also bring the literal itself. */
type List<T> = string | readonly T[]

const numbers = {
  serialize: (values: List<number | bigint | null>) =>
    typeof values === 'string' ? values : `{${values.map((value) => value ?? 'null').join()}}`,
}

const texts = {
  serialize: (values: List<string | null>) =>
    typeof values === 'string'
      ? values
      : `{${values.map((value) => (value === null ? 'null' : `"${value.replace(/["\\]/g, '\\$&')}"`)).join()}}`,
  parse: (text: string) =>
    [...text.matchAll(/"((?:[^"\\]|\\.)*)"|([^,{}]+)/g)].map(
      ([, quoted, plain]) => plain ?? quoted?.replace(/\\(.)/g, '$1') ?? '',
    ),
}

/** The array types that queries here use, by their fixed ids in PostgreSQL. Arrays that are read hold no nulls. */
const arrays = {
  smallints: { to: 1005, from: [1005], ...numbers, parse: (text: string) => texts.parse(text).map(Number) },
  ints: { to: 1007, from: [1007], ...numbers, parse: (text: string) => texts.parse(text).map(Number) },
  bigints: { to: 1016, from: [1016], ...numbers, parse: (text: string) => texts.parse(text).map(BigInt) },
  texts: { to: 1009, from: [1009], ...texts },
  uuids: { to: 2951, from: [2951], ...texts },
  times: { to: 1185, from: [1185], ...texts },
}

/** What the driver may send ahead on a connection before it waits for answers, in bytes. */
const SEND_AHEAD = 4_194_304

/**
 * The driver pipelines statements only while the socket takes them without buffering, which by default ends after
 * 16 KiB: every statement behind a large one would cost a round trip of its own.
 */
function openSocket({ host, port, path }: { host: string[]; port: number[]; path?: string | false }): Socket {
  const socket = new Socket({ writableHighWaterMark: SEND_AHEAD } as ConstructorParameters<typeof Socket>[0])
  if (path) return socket.connect(path)
  // The driver names the server by this in a TLS handshake.
  return Object.assign(socket, { host: host[0] }).connect(port[0] ?? 5432, host[0] ?? 'localhost')
}

/**
 * Session settings for the pools of the hot paths. Every statement there reads through indexes for a batch of
 * keys; a plan made while a table was young and empty would otherwise be kept, and scan it when it has grown.
 */
export const STEADY_PLANS = {
  plan_cache_mode: 'force_generic_plan',
  enable_seqscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
  // Compiling a plan of a few rows costs more than running it.
  jit: 'off',
}

/**
 * Whether an error means that the connection went away (server stopped, crashed, unreachable), so that it is not
 * known what became of the statement; any other error is the server's own answer.
 */
export function isConnectionLoss(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' && LOST.test(code)
}

const LOST =
  /^(CONNECTION_|CONNECT_TIMEOUT|ECONN|ENOENT|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|08|57P0)/
