import { afterAll, beforeAll, expect, it } from 'vitest'
import { CopySession } from '../../src/database/copy.ts'
import { pools } from '../../src/database/pools.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'

let database: TestDatabase
let session: CopySession

beforeAll(async () => {
  database = await testDatabase()
  session = await CopySession.open(database.access.serving, pools.backup.session)
})
afterAll(async () => {
  await session?.end()
  await database?.drop()
})

/** A table that hangs the next one is ended by the time-out. The sizes lie round a whole piece of 65,536 bytes, so that the last of them and the end of the table come in one read. */
it.each([65_000, 65_400, 65_536, 65_700, 66_000, 131_072, 140_000])(
  'a table of %i bytes comes whole, and the next one behind it',
  async (bytes) => {
    for (let round = 0; round < 3; round++) {
      const copied: Buffer[] = []
      const rows = `copy (select repeat('x', 99) from generate_series(1, ${bytes / 100})) to stdout`
      for await (const piece of session.copyOut(rows)) copied.push(Buffer.from(piece))
      expect(Buffer.concat(copied).toString()).toBe(`${'x'.repeat(99)}\n`.repeat(Math.floor(bytes / 100)))
    }
  },
  60_000,
)
