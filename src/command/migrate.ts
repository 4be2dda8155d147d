import type { Command } from 'commander'
import { migrate, newestSchema } from '../database/migrate.ts'
import { withAddress } from './connection.ts'
import { answering } from './output.ts'

/** `firstSignal` aborts on the first SIGTERM or SIGINT. A second one ends the process at once. */
function firstSignal(): AbortSignal {
  const stop = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => stop.abort(new Error(`stopped by ${signal} before the migration began`)))
  }
  return stop.signal
}

export function register(program: Command): void {
  program
    .command('migrate')
    .description('bring the database up to this version (starting the server does the same)')
    .action(
      answering(async () => {
        const signal = firstSignal()
        const applied = await withAddress((address) => migrate(address, signal), signal)
        const text =
          applied.length === 0 ? 'nothing to do' : applied.map((file) => `applied ${file}`).join('\n')
        return { json: { schema: newestSchema(), applied }, text }
      }),
    )
}
