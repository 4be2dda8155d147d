import type { Command } from 'commander'
import { stopOnSignals } from '../app/process.ts'
import { migrate, newestSchema } from '../database/migrate.ts'
import { withAddress } from './connection.ts'
import { answering } from './output.ts'

export function register(program: Command): void {
  program
    .command('migrate')
    .description('bring the database up to this version (starting the server does the same)')
    .action(
      answering(async () => {
        const stop = new AbortController()
        stopOnSignals((signal) => stop.abort(new Error(`stopped by ${signal} before the migration began`)))
        const applied = await withAddress((address) => migrate(address, stop.signal), stop.signal)
        const text =
          applied.length === 0 ? 'nothing to do' : applied.map((file) => `applied ${file}`).join('\n')
        return { json: { schema: newestSchema(), applied }, text }
      }),
    )
}
