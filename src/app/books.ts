import { checkChain } from '../audit/chain-check.ts'
import { readCheckpoints, signCheckpoint } from '../audit/checkpoint.ts'
import type { Sql } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import { checkLedger, type LedgerCheck } from '../ledger/check.ts'
import { formatMicros } from '../lib/money.ts'
import { checkSales } from '../sales/check.ts'
import { openSigner } from '../secret-keys/sealing.ts'
import { openSigners } from '../secret-keys/signers.ts'
import type { KeyRing } from '../secrets/key-ring.ts'

type Cell = LedgerCheck['rows'][number][string]

/** ReadableCheck is a check of the books whose rows have ids as numbers, and amounts as decimal texts. */
export interface ReadableCheck {
  name: string
  ok: boolean
  rows: Record<string, Exclude<Cell, bigint>>[]
}

/** `checkBooks` recomputes every balance and figure, and the hash chain, up to the checkpoints that were kept elsewhere. Throws invalid_input. */
export async function checkBooks(
  sql: Sql,
  keys: KeyRing,
  checkpoints: string,
): Promise<{ ok: boolean; checks: ReadableCheck[] }> {
  const kept = readCheckpoints(checkpoints, await openSigners(sql, keys))
  const found = [...(await checkLedger(sql)), ...(await checkSales(sql)), ...(await checkChain(sql, kept))]
  const checks = found.map(({ name, ok, rows }) => ({ name, ok, rows: rows.map(readable) }))
  return { ok: checks.every(({ ok }) => ok), checks }
}

/** `checkpointOf` signs how far the hash chain has come. Throws not_found where there is none yet. */
export async function checkpointOf(sql: Sql, keys: KeyRing): Promise<string> {
  const line = await signCheckpoint(sql, await openSigner(sql, keys))
  if (line !== undefined) return line
  throw new Refusal('not_found', 'nothing is chained yet: the server chains what was written within a second')
}

const readable = (row: Record<string, Cell>): ReadableCheck['rows'][number] =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => {
      if (typeof value !== 'bigint') return [name, value]
      return [name, name.endsWith('_id') ? Number(value) : formatMicros(value)]
    }),
  )
