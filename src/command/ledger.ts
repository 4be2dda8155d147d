import type { Command } from 'commander'
import { checkChain } from '../audit/chain-check.ts'
import { readCheckpoints, signCheckpoint } from '../audit/checkpoint.ts'
import { Refusal } from '../errors.ts'
import { checkLedger } from '../ledger/check.ts'
import { formatMicros } from '../lib/money.ts'
import { checkSales } from '../sales/check.ts'
import { openSigner } from '../secret-keys/sealing.ts'
import { openSigners } from '../secret-keys/signers.ts'
import { KeyRing } from '../secrets/key-ring.ts'
import { withDatabase } from './connection.ts'
import { readBytes, textOfFile } from './input.ts'
import { type Answer, answering, type Cell, table } from './output.ts'

export function register(program: Command): void {
  const ledger = program.command('ledger').description('the books')
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
  const found = await withDatabase(async ({ sql, config }) => {
    const text = checkpoints === undefined ? '' : textOfFile(await readBytes(checkpoints, 'checkpoints'))
    const kept = readCheckpoints(text, await openSigners(sql, new KeyRing(config)))
    return [...(await checkLedger(sql)), ...(await checkSales(sql)), ...(await checkChain(sql, kept))]
  })
  const checks = found.map(({ name, ok, rows }) => ({ name, ok, rows: rows.map(readable) }))
  const ok = checks.every((one) => one.ok)
  const lines = checks.flatMap((one) =>
    one.ok ? [`ok      ${one.name}`] : [`BROKEN  ${one.name}`, indented(one.rows)],
  )
  return { json: { ok, checks }, text: lines.join('\n'), bad: !ok }
}

const checkpoint = (): Promise<Answer> =>
  withDatabase(async ({ sql, config }) => {
    const line = await signCheckpoint(sql, await openSigner(sql, new KeyRing(config)))
    if (line === undefined) {
      throw new Refusal(
        'not_found',
        'nothing is chained yet: the server chains what was written within a second',
      )
    }
    return { json: { checkpoint: line }, text: line }
  })

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
