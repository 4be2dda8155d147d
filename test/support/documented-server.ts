import { pino } from 'pino'
import { startServer } from '../../src/app/server.ts'
import { readConfig } from '../../src/config.ts'
import { type Clock, systemClock } from '../../src/lib/time.ts'
import { settingsFor } from './database-on.ts'
import { testDatabase } from './postgres.ts'
import { TestServer } from './server.ts'
import { Terminal } from './terminal.ts'

/** Documented is a server of its own, and the terminal in which the commands of a page are typed, with its settings. */
interface Documented {
  server: TestServer
  terminal: Terminal
  settings: Record<string, string>
}

/** `startDocumented` starts a server for the commands of a page. `secrets` are variables that the terminal has besides; `more` are further settings. */
export async function startDocumented({
  secrets,
  more = {},
  clock = systemClock,
}: {
  secrets?: Record<string, string>
  more?: Record<string, string>
  clock?: Clock
} = {}): Promise<Documented> {
  const database = await testDatabase()
  const settings = {
    ...settingsFor(database.address),
    OUTBOUND_ALLOW: '127.0.0.0/8',
    IMEIGATE_SECRET_KEY: 'c3'.repeat(32),
    LOG_LEVEL: 'silent',
    HOST: '127.0.0.1',
    PORT: '0',
    ...more,
  }
  const started = await startServer(readConfig(settings), database.access, pino({ level: 'silent' }), clock)
  const terminal = new Terminal(() => settings, ...(secrets === undefined ? [] : [secrets]))
  await terminal.open()
  return { server: new TestServer(started, database), terminal, settings }
}
