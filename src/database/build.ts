import { createRequire } from 'node:module'
import type { Kysely, sql } from 'kysely'
import type { Database } from './types.ts'

/**
 * `build` builds statements whose tables, columns and rows are checked against the schema when compiling. It sends nothing:
 * `sql.run(build.selectFrom(...))` sends it on the caller's pool or transaction, pipelined and prepared like every other statement.
 */
export const build: Kysely<Database> = whenUsed(() => {
  const {
    CamelCasePlugin,
    DummyDriver,
    Kysely,
    PostgresAdapter,
    PostgresIntrospector,
    PostgresQueryCompiler,
  } = kysely()
  return new Kysely<Database>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
    plugins: [new CamelCasePlugin({ maintainNestedObjectKeys: true })],
  })
})

/** `literal` is a part of a built statement in SQL. */
export const literal: typeof sql = whenUsed(() => kysely().sql)

/**
 * `kysely` loads Kysely when the first statement is built. It is 300 files: about 110 ms of processor time, a third of what
 * `imeigate order list` took from its start to its end, and many commands build nothing.
 */
const kysely = (): typeof import('kysely') => createRequire(import.meta.url)('kysely')

/** `whenUsed` stands for an object, or a function, that is made when it is first used. */
function whenUsed<T extends object>(make: () => T): T {
  let made: T | undefined
  const get = (): T => {
    made ??= make()
    return made
  }
  return new Proxy<T>((() => {}) as unknown as T, {
    get: (_, name) => {
      const value: unknown = Reflect.get(get(), name)
      return typeof value === 'function' ? value.bind(get()) : value
    },
    apply: (_, __, given) => Reflect.apply(get() as () => unknown, undefined, given),
  })
}
