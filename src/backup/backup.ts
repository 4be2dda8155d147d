import { rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { CopySession } from '../database/copy.ts'
import type { DatabaseAddress } from '../database/database.ts'
import { installationId } from '../database/installation.ts'
import { schemaOf } from '../database/migrate.ts'
import { pools } from '../database/pools.ts'
import { Refusal } from '../errors.ts'
import { makeFolder, syncFolder } from '../lib/data-folder.ts'
import { version } from '../version.ts'
import { type Frame, openBackup, writeBackup } from './container.ts'
import {
  copyOutOf,
  fingerprintOf,
  selectKeyMarks,
  selectMoment,
  selectSequences,
  selectTables,
  type Table,
} from './schema.sql.ts'

/** MadeBackup is a backup that was written and read back whole. */
export interface MadeBackup {
  file: string
  /** `madeAt` is the moment that it holds. */
  madeAt: Date
  bytes: number
  rows: number
  /** `secretKeys` are the marks of the keys that secrets in it open with. */
  secretKeys: string[]
}

interface BackupOptions {
  passphrase?: string | undefined
  /** `onProgress` hears how many bytes of the tables are done, of how many; about. The backup goes on once it has heard. */
  onProgress?: ((done: number, total: number) => void | Promise<void>) | undefined
  signal?: AbortSignal | undefined
}

/**
 * `makeBackup` writes all that the database holds as of one moment into a file that is not there yet. Others go on meanwhile: it holds nothing
 * locked. The file has its name only once it is whole, on the disk, and was read back.
 */
export async function makeBackup(
  address: DatabaseAddress,
  file: string,
  { passphrase, onProgress = () => {}, signal }: BackupOptions = {},
): Promise<MadeBackup> {
  if (await isThere(file)) throw new Refusal('conflict', `${file} is there already`, 'file')
  makeFolder(dirname(file), 'BACKUP_FOLDER')
  const half = `${file}.part`
  const session = await CopySession.open(address, pools.backup.session)
  try {
    const { sql } = session
    await sql.unsafe('begin isolation level repeatable read read only')
    const madeAt = await selectMoment(sql)
    const tables = await selectTables(sql)
    const secretKeys = await selectKeyMarks(sql)
    const head = {
      madeAt: madeAt.toISOString(),
      program: version,
      schema: await schemaNumber(session),
      fingerprint: await fingerprintOf(sql),
      installation: await installationId(sql),
      secretKeys,
    }
    await rm(half, { force: true })
    const frames = framesOf(session, tables, onProgress, signal)
    const { bytes, rows } = await writeBackup(half, head, frames, passphrase)
    await sql.unsafe('commit')
    await checkBackup(half, passphrase, signal)
    await rename(half, file)
    syncFolder(dirname(file))
    return { file, madeAt, bytes, rows, secretKeys }
  } catch (error) {
    await rm(half, { force: true })
    throw error
  } finally {
    await session.end()
  }
}

async function schemaNumber({ sql }: CopySession): Promise<number> {
  const number = await schemaOf(sql)
  if (typeof number === 'number') return number
  throw new Error('the database was made before the first release of imeigate: it cannot be backed up')
}

async function* framesOf(
  session: CopySession,
  tables: Table[],
  onProgress: NonNullable<BackupOptions['onProgress']>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Frame, void> {
  const total = tables.reduce((sum, { bytes }) => sum + bytes, 0)
  let before = 0
  for (const table of tables) {
    const { name, columns, bytes: size } = table
    yield { kind: 'table', name, columns }
    let done = 0
    let rows = 0
    for await (const bytes of session.copyOut(copyOutOf(table))) {
      signal?.throwIfAborted()
      // A line break within a value is written as \n.
      for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, at + 1)) rows++
      done += bytes.length
      await onProgress(before + Math.min(done, size), total)
      yield { kind: 'rows', bytes }
    }
    yield { kind: 'end', rows }
    before += size
    await onProgress(before, total)
  }
  // Behind the tables: what a sequence has given since the snapshot is in no row of them, and not given again.
  yield { kind: 'sequences', sequences: await selectSequences(session.sql) }
}

const isThere = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  )

/** `checkBackup` reads a backup to its end. Throws a Refusal (invalid_input) where it is not as it was written. */
export async function checkBackup(
  file: string,
  passphrase: string | undefined,
  signal?: AbortSignal,
): Promise<{ rows: number; madeAt: Date; schema: number; secretKeys: string[] }> {
  const opened = await openBackup(file, passphrase)
  try {
    let rows = 0
    for await (const frame of opened.frames()) {
      signal?.throwIfAborted()
      if (frame.kind === 'end') rows += frame.rows
    }
    const { madeAt, schema, secretKeys } = opened.head
    return { rows, madeAt: new Date(madeAt), schema, secretKeys }
  } finally {
    await opened.close()
  }
}
