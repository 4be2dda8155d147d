import type { Command } from 'commander'
import { checkLedger } from '../ledger/check.ts'
import { formatMicros } from '../lib/money.ts'
import { withDatabase } from './connection.ts'
import { answering, type Cell, table } from './output.ts'

export function register(program: Command): void {
  program
    .command('ledger')
    .description('the books')
    .command('check')
    .description('recompute every balance and check every promise; exit code 1 when one is broken')
    .action(
      answering(async () => {
        const found = await withDatabase(({ sql }) => checkLedger(sql))
        const checks = found.map(({ name, ok, rows }) => ({ name, ok, rows: rows.map(readable) }))
        const ok = checks.every((check) => check.ok)
        const lines = checks.flatMap((check) =>
          check.ok ? [`ok      ${check.name}`] : [`BROKEN  ${check.name}`, indented(check.rows)],
        )
        return { json: { ok, checks }, text: lines.join('\n'), bad: !ok }
      }),
    )
}

/** `readable` writes ids as numbers, and amounts as decimal strings. */
const readable = (row: Record<string, Cell>): Record<string, Exclude<Cell, bigint>> =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => {
      if (typeof value !== 'bigint') return [name, value]
      return [name, name.endsWith('_id') ? Number(value) : formatMicros(value)]
    }),
  )

const indented = (rows: Record<string, Cell>[]): string =>
  table(
    rows,
    Object.fromEntries(Object.keys(rows[0] ?? {}).map((name) => [name, (row) => row[name]])),
  ).replace(/^/gm, '        ')
