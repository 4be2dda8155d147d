import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import { endsWithin } from '../lib/time.ts'
import { undone } from '../lib/undone.ts'
import { cancelledBy } from './cancellation.ts'
import { ConnectionLost, isConnectionLoss, NotConnected, withCode } from './connection-loss.ts'
import { connectionSettings, type DatabaseAddress, openSession, type Session } from './connection-settings.ts'
import type { Form, Rows } from './query.ts'
import { recordsOf } from './records.ts'
import type { Written } from './statement-text.ts'
import { arrayText } from './value-types.ts'

/** Source lends connections to statements and transactions. */
export interface Source {
  use<T>(work: (client: Connection) => Promise<T>): Promise<T>
  transaction<T>(mode: string, work: (client: Connection) => Promise<T>): Promise<T>
  end(withinMs: number): Promise<void>
}

/** Connection is one session of PostgreSQL. What is sent on it together goes out together (pipelining). */
export class Connection {
  readonly #client: pg.ClientBase
  readonly #signal: AbortSignal | undefined
  #firstError: unknown

  /** Once `signal` is aborted nothing more is sent. */
  constructor(client: pg.ClientBase, signal?: AbortSignal) {
    this.#client = client
    this.#signal = signal
  }

  /** `send` sends one statement, which PostgreSQL parses and plans once for each session and text. */
  async send({ text, values }: Written, form: Form): Promise<Rows<unknown[]>> {
    const parameters = values.map((value) => (Array.isArray(value) ? (arrayText(value) ?? value) : value))
    const known = preparedAs(text)
    const query = { name: known?.name ?? '', text, values: parameters }
    const sentAt = performance.now()
    try {
      return form === 'rows' ? await this.#ask(query) : await this.#ask({ ...query, rowMode: 'array' })
    } finally {
      if (known) noteTime(known, performance.now() - sentAt)
    }
  }

  async sendText(text: string): Promise<Rows<unknown[]>> {
    return await this.#ask({ text })
  }

  async #ask(query: pg.QueryConfig & { rowMode?: 'array' }): Promise<Rows<unknown[]>> {
    this.#signal?.throwIfAborted()
    sendTogether(this.#client)
    try {
      const results = (await this.#client.query(query)) as pg.QueryResult | pg.QueryResult[]
      const result = (Array.isArray(results) ? results.at(-1) : results) as pg.QueryResult
      const { rowCount } = result
      const rows = query.rowMode === 'array' ? recordsOf(result.fields, result.rows) : result.rows
      return Object.defineProperty(rows, 'count', { value: rowCount ?? rows.length }) as Rows<unknown[]>
    } catch (caught) {
      const error = withCode(caught)
      this.#firstError ??= error
      throw error
    }
  }

  /**
   * `transaction` runs `work` between begin and commit. Throws when PostgreSQL answers the commit with a rollback. Of what it throws only a lost
   * answer to the commit leaves open what became of it.
   */
  async transaction<T>(mode: string, work: (client: Connection) => Promise<T>): Promise<T> {
    const begun = this.sendText(`begin ${mode}`)
    // The first statement goes out behind it without waiting; what fails here fails there too.
    begun.catch(() => {})
    let result: T
    try {
      result = await work(this)
      await begun
    } catch (error) {
      await this.#client.query('rollback').catch(() => {})
      // Statements that were sent together fail together: the first error says why, the others only that there was one.
      throw undone.put(codeOf(error) === IN_FAILED_TRANSACTION ? this.#firstError : error)
    }
    const { command } = await this.#client.query('commit').catch((caught) => {
      const error = withCode(caught)
      throw isConnectionLoss(error) ? error : undone.put(error)
    })
    // A statement failed, and its error was caught by the work: PostgreSQL answers so, and not with an error.
    if (command !== 'COMMIT')
      throw undone.put(new Error('the transaction was rolled back, because a statement in it failed'))
    return result
  }
}

/** MAX_PREPARED bounds the texts that are kept prepared. */
const MAX_PREPARED = 2000

/** StatementTimes is what a statement has taken since this process began, with the time that it waited for others on its connection. */
export interface StatementTimes {
  /** `text` has no values in it. */
  text: string
  times: number
  totalMs: number
  longestMs: number
}

interface Prepared extends StatementTimes {
  name: string
}

const prepared = new Map<string, Prepared>()

/** `preparedAs` gives a statement's prepared form: the same text has the same name in every session. undefined: there are too many. */
function preparedAs(text: string): Prepared | undefined {
  let known = prepared.get(text)
  if (known === undefined) {
    if (prepared.size >= MAX_PREPARED) return undefined
    known = { name: `s${prepared.size + 1}`, text, times: 0, totalMs: 0, longestMs: 0 }
    prepared.set(text, known)
  }
  return known
}

function noteTime(known: Prepared, ms: number): void {
  known.times++
  known.totalMs += ms
  if (ms > known.longestMs) known.longestMs = ms
}

/** `costliest` gives the statements that have taken the most time of all, as this process has measured them. */
export const costliest = (limit: number): StatementTimes[] =>
  [...prepared.values()]
    .sort((a, b) => b.totalMs - a.totalMs)
    .slice(0, limit)
    .map(({ name: _, text, ...times }) => ({ text: text.replace(/\s+/g, ' ').trim(), ...times }))

/** Backoff spaces tries to connect to a server that is away: at most half a second apart. */
class Backoff {
  #failures = 0
  #failedAt = 0

  async connect<T>(connect: () => Promise<T>): Promise<T> {
    if (this.#failures > 0) {
      const pause = Math.min(MIN_PAUSE_MS * 2 ** (this.#failures - 1), MAX_PAUSE_MS)
      const left = this.#failedAt + pause - performance.now()
      if (left > 0) await wait(left)
    }
    try {
      const connected = await connect()
      this.#failures = 0
      return connected
    } catch (error) {
      this.#failures = Math.min(this.#failures + 1, 10)
      this.#failedAt = performance.now()
      throw undone.put(new NotConnected(withCode(error)))
    }
  }
}

const MIN_PAUSE_MS = 50
const MAX_PAUSE_MS = 500

/** PoolSource lends each statement or transaction a connection of its own. */
export class PoolSource implements Source {
  readonly #pool: pg.Pool
  readonly #clients = new Set<pg.PoolClient>()
  readonly #backoff = new Backoff()

  constructor(address: DatabaseAddress, session: Session, max: number) {
    this.#pool = new pg.Pool({
      ...connectionSettings(address, session),
      ...{ max, idleTimeoutMillis: 0, onConnect: (client) => openSession(client, session) },
    })
    // An idle connection that the server ends: the pool makes another when it needs one.
    this.#pool.on('error', () => {})
    this.#pool.on('connect', (client) => {
      this.#clients.add(client)
      // Without a listener an error on a connection that is lent would end the process; its statements fail by themselves.
      client.on('error', () => {})
    })
    this.#pool.on('remove', (client) => this.#clients.delete(client))
  }

  /** `use`: what runs when `signal` is aborted is cancelled, and its reason thrown. */
  async use<T>(work: (client: Connection) => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted()
    const client = await this.#backoff.connect(() => this.#pool.connect())
    const settle = signal && cancelledBy(signal, client)
    try {
      const result = await work(new Connection(client, signal))
      await settle?.()
      client.release()
      return result
    } catch (error) {
      await settle?.()
      client.release(isSpoilt(error))
      signal?.throwIfAborted()
      throw error
    }
  }

  async transaction<T>(mode: string, work: (client: Connection) => Promise<T>): Promise<T> {
    return await this.use((client) => client.transaction(mode, work))
  }

  async end(withinMs: number): Promise<void> {
    if (!(await endsWithin(withinMs, this.#pool.end()))) for (const client of this.#clients) cutOff(client)
  }
}

/** Told is what hears of a ClientSource's connection. */
export interface Told {
  /** `onNotify` takes the notifications that the session listens to. */
  onNotify?: (channel: string, payload: string) => void
  onConnected?: () => void
  /** `onLost` is called when the connection was lost, and when there is none to be had. */
  onLost?: () => void
}

/** ClientSource holds one connection, on which statements are sent ahead; a transaction has it to itself. */
export class ClientSource implements Source {
  readonly #address: DatabaseAddress
  readonly #session: Session
  readonly #told: Told
  readonly #backoff = new Backoff()
  #client: pg.Client | undefined
  #connecting: Promise<pg.Client> | undefined
  /** `#free` resolves when the transaction that has the connection to itself has ended. */
  #free: Promise<void> | undefined
  readonly #underWay = new Set<Promise<unknown>>()
  #ended = false

  constructor(address: DatabaseAddress, session: Session, told: Told = {}) {
    this.#address = address
    this.#session = session
    this.#told = told
  }

  async use<T>(work: (client: Connection) => Promise<T>): Promise<T> {
    while (this.#free) await this.#free
    return await this.#track(this.#run(work))
  }

  async transaction<T>(mode: string, work: (client: Connection) => Promise<T>): Promise<T> {
    while (this.#free) await this.#free
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#free = promise
    try {
      return await this.#track(this.#run((client) => client.transaction(mode, work)))
    } finally {
      this.#free = undefined
      resolve()
    }
  }

  async end(withinMs: number): Promise<void> {
    this.#ended = true
    const idle = Promise.allSettled([...this.#underWay, this.#connecting])
    const ended = idle.then(() => this.#client?.end().catch(() => {}))
    if (!(await endsWithin(withinMs, ended)) && this.#client) cutOff(this.#client)
  }

  async #track<T>(work: Promise<T>): Promise<T> {
    this.#underWay.add(work)
    try {
      return await work
    } finally {
      this.#underWay.delete(work)
    }
  }

  async #run<T>(work: (client: Connection) => Promise<T>): Promise<T> {
    const client = this.#client ?? (await this.#connect())
    try {
      return await work(new Connection(client))
    } catch (error) {
      if (isSpoilt(error)) this.#drop(client)
      throw error
    }
  }

  #connect(): Promise<pg.Client> {
    if (this.#ended) return Promise.reject(new ConnectionLost(new Error('the connection was closed')))
    this.#connecting ??= this.#backoff
      .connect(async () => {
        const client = new pg.Client(connectionSettings(this.#address, this.#session))
        client.on('error', () => this.#drop(client))
        client.on('end', () => this.#drop(client))
        client.on('notification', ({ channel, payload = '' }) => this.#told.onNotify?.(channel, payload))
        await client.connect()
        await openSession(client, this.#session).catch((error: unknown) => {
          cutOff(client)
          throw error
        })
        this.#client = client
        this.#told.onConnected?.()
        return client
      })
      .catch((error: unknown) => {
        if (!this.#ended) this.#told.onLost?.()
        throw error
      })
      .finally(() => {
        this.#connecting = undefined
      })
    return this.#connecting
  }

  #drop(client: pg.Client): void {
    if (this.#client !== client) return
    this.#client = undefined
    cutOff(client)
    if (!this.#ended) this.#told.onLost?.()
  }
}

/** `isSpoilt`: a connection that was lost, or whose prepared plans no longer fit the schema, is not used again. */
const isSpoilt = (error: unknown): boolean => isConnectionLoss(error) || codeOf(error) === CACHED_PLAN_MISFITS

const IN_FAILED_TRANSACTION = '25P02'
const CACHED_PLAN_MISFITS = '0A000'

const codeOf = (error: unknown): unknown => (error as { code?: unknown } | null)?.code

interface Socket {
  cork(): void
  uncork(): void
  destroy(): void
}

/** `socketOf` is what the driver's types do not tell of: the socket, which is not there before a client connects. */
const socketOf = (client: pg.ClientBase): Socket | undefined =>
  (client as unknown as { connection?: { stream?: Socket } }).connection?.stream

const corked = new WeakSet<Socket>()

/** `sendTogether` has what is sent in this turn go out in one write: the driver makes one for each statement, and each costs as much. */
function sendTogether(client: pg.ClientBase): void {
  const socket = socketOf(client)
  if (!socket || corked.has(socket)) return
  corked.add(socket)
  socket.cork()
  process.nextTick(() => {
    corked.delete(socket)
    socket.uncork()
  })
}

/** `cutOff` ends a connection without waiting for what is under way on it; its statements fail. */
const cutOff = (client: pg.ClientBase): void => socketOf(client)?.destroy()
