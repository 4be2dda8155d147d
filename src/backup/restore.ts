import { adoptServer, serverOf } from '../database/continuity.ts'
import { CopySession } from '../database/copy.ts'
import { asking, type DatabaseAddress, type Queryable } from '../database/database.ts'
import { MIGRATION_LOCK, migrate, newestSchema } from '../database/migrate.ts'
import { pools } from '../database/pools.ts'
import { Refusal } from '../errors.ts'
import { type Clock, MINUTE_MS, systemClock } from '../lib/time.ts'
import { type Frame, type OpenedBackup, openBackup } from './container.ts'
import {
  countForeign,
  countOthers,
  emptied,
  endUnfinishedBackups,
  hasRows,
  holdOpenItems,
  locked,
  moveSequences,
  watched,
} from './restore.sql.ts'
import { copyInto, fingerprintOf, selectTables, type Table } from './schema.sql.ts'

/** UNUSED has the rows of a schema that was just made. */
const UNUSED: Readonly<Record<string, number>> = { installation: 1, sales_state: 1, suppliers: 1 }
/** WITHOUT_WORTH are tables in which a server writes that nobody has used yet, and one that is the schema's own. */
const WITHOUT_WORTH = ['entry_kinds', 'placement_probes', 'stranger_requests', 'unchained_changes']

/** Restored is what a restore did. */
export interface Restored {
  madeAt: Date
  rows: number
  /** `lastNumber` is the number before the next order's. */
  lastNumber: number
  /** `waiting` and `sent` count the open items: those that no supplier had, and those that one had. */
  waiting: number
  sent: number
}

interface RestoreOptions {
  passphrase?: string | undefined
  /** `onProgress` hears how many rows are there. */
  onProgress?: ((rows: number) => void) | undefined
  clock?: Clock
}

/** `refuseNewer` throws a Refusal (invalid_input) where a backup is of a newer program. */
export function refuseNewer(schema: number, file: string): void {
  const newest = newestSchema()
  if (schema <= newest) return
  throw new Refusal(
    'invalid_input',
    `${file} was made by a newer imeigate: it has schema ${schema}, this one knows ${newest}`,
    'file',
  )
}

/**
 * `restore` puts a backup into an empty database: all of it in one transaction, or nothing. Throws a Refusal: conflict where the database is not
 * empty or in use, invalid_input where the file is not as it was written. The caller migrates afterwards: the schema is the backup's.
 */
export async function restore(
  owner: DatabaseAddress,
  file: string,
  { passphrase, onProgress = () => {}, clock = systemClock }: RestoreOptions = {},
): Promise<Restored> {
  const backup = await openBackup(file, passphrase)
  try {
    refuseNewer(backup.head.schema, file)
    if ((await asking(owner, countForeign)) > 0) throw notEmpty('it has tables of something else')
    await migrate(owner, undefined, backup.head.schema)
    const session = await CopySession.open(owner, pools.backup.session)
    try {
      return await fill(session, backup, file, onProgress, clock)
    } finally {
      await session.end()
    }
  } finally {
    await backup.close()
  }
}

const notEmpty = (why: string): Refusal =>
  new Refusal('conflict', `a backup is restored into an empty database only, and ${why}`)

async function fill(
  session: CopySession,
  { head, frames }: OpenedBackup,
  file: string,
  onProgress: (rows: number) => void,
  clock: Clock,
): Promise<Restored> {
  const { sql } = session
  const run = async (statements: readonly string[]): Promise<void> => {
    for (const statement of statements) await sql.unsafe(statement)
  }
  const server = await serverOf(sql)
  await sql.unsafe('begin')
  // Starts wait here until it is all there.
  await sql`select pg_advisory_xact_lock(${MIGRATION_LOCK})`
  const others = await countOthers(sql)
  if (others > 0) throw notEmpty(`${others} other connections to this one are open: stop imeigate first`)
  const tables = await selectTables(sql)
  const names = tables.map(({ name }) => name)
  await sql.unsafe(locked(names))
  await refuseFilled(sql, tables)
  if ((await fingerprintOf(sql)) !== head.fingerprint) {
    const message = `${file} has other tables than schema ${head.schema} of this imeigate: it was made by a changed one`
    throw new Refusal('invalid_input', message, 'file')
  }
  await run(emptied(names))
  const reader = new TableReader(frames(), tables)
  let rows = 0
  for (let table = await reader.next(); table; table = await reader.next()) {
    rows += await session.copyIn(copyInto(table), reader.rows())
    onProgress(rows)
  }
  const madeAt = new Date(head.madeAt)
  await moveSequences(sql, reader.sequences, (clock.now().getTime() - madeAt.getTime()) / MINUTE_MS)
  const lastNumber = await adoptServer(sql, server, clock.now())
  const open = await holdOpenItems(sql)
  await endUnfinishedBackups(sql)
  await run(watched(names))
  await sql.unsafe('commit')
  return { madeAt, rows, lastNumber, ...open }
}

async function refuseFilled(sql: Queryable, tables: readonly Table[]): Promise<void> {
  for (const { name } of tables) {
    if (WITHOUT_WORTH.includes(name)) continue
    const rows = await sql.unsafe(hasRows(name, UNUSED[name] ?? 0))
    if (rows.length > 0) throw notEmpty(`${name} has rows in this one`)
  }
}

/** TableReader gives the tables of a backup one after the other, each with its rows. */
class TableReader {
  readonly #frames: AsyncGenerator<Frame, void>
  readonly #known: ReadonlyMap<string, readonly string[]>
  /** `sequences` are known when there is no further table. */
  sequences: Extract<Frame, { kind: 'sequences' }>['sequences'] = []

  constructor(frames: AsyncGenerator<Frame, void>, tables: readonly Table[]) {
    this.#frames = frames
    this.#known = new Map(tables.map(({ name, columns }) => [name, columns]))
  }

  /** `next` gives undefined when the backup was read to its end, and is as it was written. */
  async next(): Promise<{ name: string; columns: string[] } | undefined> {
    for (;;) {
      const { value: frame } = await this.#frames.next()
      if (!frame) return undefined
      if (frame.kind === 'sequences') this.sequences = frame.sequences
      else if (frame.kind === 'table') {
        if (!this.#known.has(frame.name))
          throw new Error(`the backup has a table ${frame.name}, which is unknown`)
        return frame
      } else throw new Error('the backup has rows of no table')
    }
  }

  async *rows(): AsyncGenerator<Buffer, void> {
    for (;;) {
      const { value: frame } = await this.#frames.next()
      if (frame?.kind === 'rows') yield frame.bytes
      else if (frame?.kind === 'end') return
      else throw new Error('the rows of a table have no end')
    }
  }
}
