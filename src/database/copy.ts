import { once } from 'node:events'
import pg from 'pg'
import { ConnectionLost, withCode } from './connection-loss.ts'
import { connectionSettings, type DatabaseAddress, openSession, type Session } from './connection-settings.ts'
import { type Queryable, sqlOn } from './database.ts'
import { Connection } from './sources.ts'

/** PIECE_BYTES is how many bytes of rows are handed on together. */
const PIECE_BYTES = 65_536

/** PLAIN_TEXT has PostgreSQL write values in one way, whatever the settings of its role are, and read them so. */
const PLAIN_TEXT: Session = {
  DateStyle: 'ISO, YMD',
  IntervalStyle: 'postgres',
  bytea_output: 'hex',
  client_encoding: 'UTF8',
  extra_float_digits: '1',
}

/** CopySession is one connection of its own, on which statements are sent one after the other, and whole tables come and go by COPY. */
export class CopySession {
  readonly #client: pg.Client
  readonly sql: Queryable

  static async open(address: DatabaseAddress, session: Session): Promise<CopySession> {
    // COPY does not go together with statements that are sent ahead.
    const client = new pg.Client({ ...connectionSettings(address, session), pipeline: false })
    // What is under way fails by itself.
    client.on('error', () => {})
    try {
      await client.connect()
      await openSession(client, { ...PLAIN_TEXT, ...session })
    } catch (error) {
      cutOff(client)
      throw withCode(error)
    }
    return new CopySession(client)
  }

  private constructor(client: pg.Client) {
    this.#client = client
    const connection = new Connection(client)
    this.sql = sqlOn({
      use: (work) => work(connection),
      transaction: (mode, work) => connection.transaction(mode, work),
      end: () => this.end(),
    })
  }

  /** `copyOut` gives what `copy ... to stdout` gives, as it comes; PostgreSQL waits for whoever takes it. */
  async *copyOut(statement: string): AsyncGenerator<Buffer, void> {
    const copy = new CopyOut(statement)
    this.#client.query(copy)
    let ended = false
    try {
      yield* copy.pieces()
      ended = true
    } finally {
      // Half a table was taken: the rest of it would come before the next answer.
      if (!ended) cutOff(this.#client)
    }
  }

  /** `copyIn` sends rows to `copy ... from stdin`, and gives how many there were. What `rows` throws undoes the statement, and is thrown. */
  async copyIn(statement: string, rows: AsyncIterable<Uint8Array>): Promise<number> {
    const copy = new CopyIn(statement, rows)
    this.#client.query(copy)
    return await copy.ended
  }

  /** `end` closes the connection; what was not committed is undone. */
  async end(): Promise<void> {
    await this.#client.end().catch(() => {})
  }
}

/** `cutOff` closes a connection without waiting for what is under way on it. */
function cutOff(client: pg.Client): void {
  wireOf(client).stream.destroy()
}

/** Wire is what the driver's types do not tell of: the connection that carries the messages. */
interface Wire {
  readonly stream: NodeJS.WritableStream & {
    pause(): void
    resume(): void
    destroy(): void
    destroyed: boolean
  }
  query(text: string): void
  sendCopyFromChunk(chunk: Uint8Array): boolean | undefined
  endCopyFrom(): void
  sendCopyFail(message: string): void
}

const wireOf = (client: pg.Client): Wire => (client as unknown as { connection: Wire }).connection

/** Copy is a statement as the driver sends it and tells it of its answers. */
abstract class Copy {
  readonly #statement: string
  /** `callback` is the driver's; it must be there, and is not needed. */
  callback = (): void => {}

  constructor(statement: string) {
    this.#statement = statement
  }

  submit(connection: unknown): void {
    ;(connection as Wire).query(this.#statement)
  }

  handleRowDescription(): void {}
  handleDataRow(): void {}
  handlePortalSuspended(): void {}
  handleEmptyQuery(): void {}
  handleCommandComplete(_message: { text: string }): void {}
  handleCopyInResponse(_connection: unknown): void {}
  handleCopyData(_message: { chunk: Buffer }, _connection: unknown): void {}
  abstract handleReadyForQuery(): void
  abstract handleError(error: Error): void
}

class CopyOut extends Copy {
  #piece = Buffer.allocUnsafe(PIECE_BYTES)
  #filled = 0
  readonly #ready: Buffer[] = []
  #ended = false
  #error: Error | undefined
  #wire: Wire | undefined
  #tell: () => void = () => {}

  override handleCopyData({ chunk }: { chunk: Buffer }, connection: unknown): void {
    this.#wire = connection as Wire
    // The driver uses its buffer again.
    for (let from = 0; from < chunk.length; ) {
      const taken = chunk.copy(this.#piece, this.#filled, from)
      from += taken
      this.#filled += taken
      if (this.#filled === PIECE_BYTES) this.#handOn()
    }
    if (this.#ready.length > 0) this.#wire.stream.pause()
  }

  handleReadyForQuery(): void {
    if (this.#filled > 0) this.#handOn()
    this.#ended = true
    // The end may have been read together with what the connection was paused for: the next statement's answer has to come.
    this.#wire?.stream.resume()
    this.#tell()
  }

  handleError(error: Error): void {
    this.#error ??= withCode(error) as Error
    this.#tell()
  }

  async *pieces(): AsyncGenerator<Buffer, void> {
    for (;;) {
      const piece = this.#ready.shift()
      if (piece) yield piece
      else if (this.#error) throw this.#error
      else if (this.#ended) return
      else {
        const { promise, resolve } = Promise.withResolvers<void>()
        this.#tell = resolve
        this.#wire?.stream.resume()
        await promise
      }
    }
  }

  #handOn(): void {
    this.#ready.push(this.#piece.subarray(0, this.#filled))
    this.#piece = Buffer.allocUnsafe(PIECE_BYTES)
    this.#filled = 0
    this.#tell()
  }
}

class CopyIn extends Copy {
  readonly #rows: AsyncIterable<Uint8Array>
  readonly #outcome = Promise.withResolvers<number>()
  #count = 0
  /** `#error` is the first one: what the rows threw goes before what PostgreSQL says of the end of them. */
  #error: Error | undefined

  constructor(statement: string, rows: AsyncIterable<Uint8Array>) {
    super(statement)
    this.#rows = rows
  }

  get ended(): Promise<number> {
    return this.#outcome.promise
  }

  override handleCopyInResponse(connection: unknown): void {
    void this.#send(connection as Wire)
  }

  override handleCommandComplete({ text }: { text: string }): void {
    this.#count = Number(/\d+$/.exec(text)?.[0] ?? 0)
  }

  handleReadyForQuery(): void {
    this.#outcome.resolve(this.#count)
  }

  handleError(error: Error): void {
    this.#error ??= withCode(error) as Error
    this.#outcome.reject(this.#error)
  }

  async #send(wire: Wire): Promise<void> {
    try {
      for await (const rows of this.#rows) {
        if (this.#error) return
        if (wire.stream.destroyed) throw new ConnectionLost(new Error('the connection was closed'))
        if (wire.sendCopyFromChunk(rows) === false && !wire.stream.destroyed) {
          await Promise.race([once(wire.stream, 'drain'), once(wire.stream, 'close')])
        }
      }
      wire.endCopyFrom()
    } catch (error) {
      this.#error ??= error as Error
      wire.sendCopyFail('what was to be copied cannot be read')
    }
  }
}
