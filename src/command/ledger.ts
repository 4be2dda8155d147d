import type { Command } from 'commander'
import { checkBooks, checkpointOf } from '../app/books.ts'
import { KeyRing } from '../secrets/key-ring.ts'
import { withDatabase } from './connection.ts'
import { readBytes, textOfFile } from './input.ts'
import { type Answer, answering, type Cell, table } from './output.ts'

export function register(program: Command): void {
  const ledger = program.command('ledger')
  ledger
    .command('check')
    .description(
      'recompute every balance, check every promise and the hash chain; exit code 6 when one is broken',
    )
    .option('--checkpoints <file>', 'checkpoints that were kept elsewhere, one a line')
    .action(answering(check))
  ledger
    .command('checkpoint')
    .description(
      'one signed line that says how far the hash chain has come: keep it where the database is not',
    )
    .action(answering(checkpoint))
}

async function check({ checkpoints }: { checkpoints?: string }): Promise<Answer> {
  const text = checkpoints === undefined ? '' : textOfFile(await readBytes(checkpoints, 'checkpoints'))
  const { ok, checks } = await withDatabase(({ sql, config }) => checkBooks(sql, new KeyRing(config), text))
  const lines = checks.flatMap((one) =>
    one.ok ? [`ok      ${one.name}`] : [`BROKEN  ${one.name}`, indented(one.rows)],
  )
  return { json: { ok, checks }, text: lines.join('\n'), bad: !ok }
}

const checkpoint = (): Promise<Answer> =>
  withDatabase(async ({ sql, config }) => {
    const line = await checkpointOf(sql, new KeyRing(config))
    return { json: { checkpoint: line }, text: line }
  })

const indented = (rows: Record<string, Cell>[]): string =>
  table(
    rows,
    Object.fromEntries(Object.keys(rows[0] ?? {}).map((name) => [name, (row) => row[name]])),
  ).replace(/^/gm, '        ')
