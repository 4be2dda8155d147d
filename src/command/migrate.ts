import type { Command } from 'commander'
import { stopOnSignals } from '../app/process.ts'
import { keepNumbersApart } from '../database/continuity.ts'
import { newestSchema } from '../database/migrate.ts'
import { withAccess } from './connection.ts'
import { answering } from './output.ts'

export function register(program: Command): void {
  program
    .command('migrate')
    .option(
      '--restored',
      'a backup was restored: numbers of orders go on beyond those that may have been given since it was made',
    )
    .action(
      answering(async ({ restored = false }: { restored?: boolean }) => {
        const stop = new AbortController()
        stopOnSignals((signal) => stop.abort(new Error(`stopped by ${signal} before the migration began`)))
        const { prepareDatabase } = await import('../app/prepare-database.ts')
        const { applied, granted } = await withAccess((access) => prepareDatabase(access, stop.signal), {
          signal: stop.signal,
          creates: true,
        })
        const last = restored
          ? await withAccess(({ serving }) => keepNumbersApart(serving, { restored }))
          : undefined
        const lines = applied.map((file) => `applied ${file}`)
        if (granted.length > 0) lines.push('granted to the role that serves what it needs')
        if (last !== undefined) lines.push(`the next order is ${last + 1}`)
        return {
          json: { schema: newestSchema(), applied, ...(last !== undefined && { next_order: last + 1 }) },
          text: lines.join('\n') || 'nothing to do',
        }
      }),
    )
}
