import type { Compilable } from 'kysely'
import type { DatabaseAddress, Session } from './connection-settings.ts'
import { Query, type Rows, type Run } from './query.ts'
import { ClientSource, PoolSource, type Source, type Told } from './sources.ts'
import { Identifier } from './statement-text.ts'

export { isConnectionLoss } from './connection-loss.ts'
export { type DatabaseAddress, STEADY_PLANS } from './connection-settings.ts'

/** Queryable is a pool, or one transaction of it: what every function that reads or writes takes first. */
export interface Queryable {
  /** A template is a statement with parameters. int8 columns arrive as bigint. */
  <R extends readonly unknown[] = Record<string, unknown>[]>(
    strings: TemplateStringsArray,
    ...values: readonly unknown[]
  ): Query<R>
  /** A text is a name, to be put into a statement. */
  (name: string): Identifier
  /** `run` sends what `build` built, and gives its rows as records. */
  run<O>(built: Compilable<O>): Promise<Rows<O[]>>
  /** `unsafe` sends one or more statements as they are, without parameters. Gives the rows of the last one. */
  unsafe<R extends readonly unknown[] = Record<string, unknown>[]>(text: string): Promise<Rows<R>>
}

/** Transaction is one transaction: what is sent through it is committed or rolled back as one. */
export interface Transaction extends Queryable {
  readonly inTransaction: true
}

/** Sql is a pool of connections. Connections are made when they are first used, and made again when they were lost. */
export interface Sql extends Queryable {
  /**
   * `begin` runs `work` in a transaction and commits it; rolls it back when `work` throws. Statements that are sent together go out together,
   * without waiting for each other's answers. `mode` is what follows `begin`, such as "read only".
   */
  begin<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>
  begin<T>(mode: string, work: (transaction: Transaction) => Promise<T>): Promise<T>
  /** `end` closes the connections; those that are in use after `timeout` seconds are cut off. */
  end(options?: { timeout?: number }): Promise<void>
}

interface PoolOptions {
  /** `max` bounds the connections. With one, statements are sent ahead on it without waiting for each other's answers. */
  max?: number
  session?: Session
  /** `told` hears of the connection of a pool of one. */
  told?: Told
}

/** `openPool` opens a pool; it connects when it is first used. */
export function openPool(address: DatabaseAddress, { max = 10, session = {}, told }: PoolOptions = {}): Sql {
  return sqlOn(max === 1 ? new ClientSource(address, session, told) : new PoolSource(address, session, max))
}

/** `asking` opens a connection for as long as a question takes. */
export async function asking<T>(address: DatabaseAddress, question: (sql: Sql) => Promise<T>): Promise<T> {
  const sql = openPool(address, { max: 1 })
  try {
    return await question(sql)
  } finally {
    await sql.end({ timeout: 2 })
  }
}

type Work<T> = (transaction: Transaction) => Promise<T>

/** `sqlOn` sends statements on the connections that a source lends. */
export function sqlOn(source: Source): Sql {
  const tag = queryable({
    send: (statement, form) => source.use((client) => client.send(statement, form)),
    sendText: (text) => source.use((client) => client.sendText(text)),
  })
  return Object.assign(tag, {
    begin: <T>(...given: [Work<T>] | [mode: string, Work<T>]): Promise<T> => {
      const [mode, work] = given.length === 1 ? (['', given[0]] as const) : given
      return source.transaction(mode, (client) => work(inside(client)))
    },
    end: ({ timeout = 5 } = {}) => source.end(timeout * 1000),
  })
}

/**
 * `within` is a transaction for what begins transactions of its own, one after the other: each becomes a part of this one, and what a part throws
 * undoes that part.
 */
export function within(transaction: Transaction): Sql {
  let parts = 0
  const tag = (first: TemplateStringsArray & string, ...values: readonly unknown[]) =>
    transaction(first, ...values)
  return Object.assign(tag as Queryable, {
    run: transaction.run,
    unsafe: transaction.unsafe,
    begin: async <T>(...given: [Work<T>] | [mode: string, Work<T>]): Promise<T> => {
      const work = given.length === 1 ? given[0] : given[1]
      const part = `part_${++parts}`
      await transaction.unsafe(`savepoint ${part}`)
      try {
        const result = await work(transaction)
        await transaction.unsafe(`release savepoint ${part}`)
        return result
      } catch (error) {
        // It is released as well: a part within this part has a savepoint of the same name.
        await transaction.unsafe(`rollback to savepoint ${part}; release savepoint ${part}`).catch(() => {})
        throw error
      }
    },
    end: async () => {},
  })
}

interface Sender {
  send: Run
  sendText(text: string): Promise<Rows<unknown[]>>
}

const inside = (client: Sender): Transaction =>
  Object.assign(queryable(client), { inTransaction: true as const })

function queryable(sender: Sender): Queryable {
  const send: Run = (statement, form) => sender.send(statement, form)
  const tag = (first: TemplateStringsArray | string, ...values: readonly unknown[]): Query | Identifier =>
    typeof first === 'string' ? new Identifier(first) : new Query({ strings: first, values }, send)
  const run = (built: Compilable): Promise<Rows<unknown[]>> => {
    const { sql: text, parameters: values } = built.compile()
    return send({ text, values }, 'records')
  }
  return Object.assign(tag, { run, unsafe: (text: string) => sender.sendText(text) }) as unknown as Queryable
}
