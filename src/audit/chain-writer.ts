import type { Logger } from 'pino'
import type { Sql, Transaction } from '../database/database.ts'
import type { Clock } from '../lib/time.ts'
import { Loop } from '../runtime/loop.ts'
import type { RuntimeService } from '../runtime/runtime-service.ts'
import type { Signer } from '../secrets/signer.ts'
import {
  hashChanges,
  hashEntries,
  insertLink,
  lockChain,
  noteAccounts,
  noteAllAccounts,
  replaceRanges,
  selectLastLink,
  selectRanges,
  selectUnchainedChanges,
  selectUnchainedEntries,
  takeNotes,
} from './chain.sql.ts'
import { signCheckpoint } from './checkpoint.ts'
import { hashOf, START } from './link.ts'
import { without } from './unchained.ts'

interface ChainWriterDeps {
  sql: Sql
  clock: Clock
  log: Logger
  /** `signer` gives undefined while the installation has no secret key. */
  signer: () => Promise<Signer | undefined>
}

const EVERY_MS = 1000
/** LIMITS bound what one link holds, and the notes that are taken for it. */
const LIMITS = { accounts: 200, entries: 500, changes: 1000, notes: 1000 }
const EMPTY = Buffer.alloc(0)

/**
 * ChainWriter chains what was written to the ledger and the trail by hashes, a second behind and in transactions of its own, so that placing an
 * order waits for nothing of it. What is written to a ledger is noted with it, and only those accounts are looked at; all of them once a day, and
 * at the start. One process does so at a time. Once a day it logs a checkpoint, to be found where logs are kept.
 */
export class ChainWriter implements RuntimeService {
  readonly name = 'hash chain'
  readonly #deps: ChainWriterDeps
  readonly #loop: Loop
  /** `#day` is the last one that has its checkpoint, and `#notedDay` the last on which all accounts were looked at. */
  #day = ''
  #notedDay = ''

  constructor(deps: ChainWriterDeps) {
    this.#deps = deps
    this.#loop = new Loop({ name: this.name, log: deps.log, intervalMs: EVERY_MS, run: () => this.#run() })
  }

  start(): void {
    this.#loop.start()
  }

  stop(): Promise<void> {
    return this.#loop.stop()
  }

  /** `idle` resolves when nothing waits to be chained, for tests. */
  idle(): Promise<void> {
    return this.#loop.idle()
  }

  async #run(): Promise<boolean> {
    const { sql, clock, log, signer } = this.#deps
    const now = clock.now()
    const day = now.toISOString().slice(0, 10)
    if (day !== this.#notedDay) {
      await noteAllAccounts(sql)
      this.#notedDay = day
    }
    const more = await chainNext(sql, now)
    if (more || day === this.#day) return more
    this.#day = day
    const key = await signer()
    const checkpoint = key && (await signCheckpoint(sql, key))
    if (checkpoint !== undefined) {
      log.info({ checkpoint }, 'the hash chain has come so far')
    }
    return more
  }
}

/** `chainNext` writes one link; true: there is more. */
export const chainNext = (sql: Sql, now: Date): Promise<boolean> =>
  sql.begin('isolation level repeatable read', (transaction) => writeLink(transaction, now))

/** `writeLink` does so within a transaction. */
export async function writeLink(transaction: Transaction, now: Date): Promise<boolean> {
  if (!(await lockChain(transaction))) return false
  const last = await selectLastLink(transaction)
  const id = (last?.id ?? 0) + 1
  const { taken, accounts } = await takeNotes(transaction, LIMITS.notes)
  const found = await selectUnchainedEntries(transaction, accounts.slice(0, LIMITS.accounts), LIMITS.entries)
  const spans = found.map((span) => ({ link: id, ...span }))
  const full = spans.filter(({ first, last: end }) => end - first + 1 === LIMITS.entries)
  const later = [...full.map(({ accountId }) => accountId), ...accounts.slice(LIMITS.accounts)]
  await noteAccounts(transaction, later)
  const ranges = await selectRanges(transaction)
  const changes = await selectUnchainedChanges(transaction, ranges, LIMITS.changes)
  const more = later.length > 0 || taken === LIMITS.notes || changes.length === LIMITS.changes
  if (spans.length === 0 && changes.length === 0) return more
  const entriesHash = (await hashEntries(transaction, spans)).get(id) ?? EMPTY
  const named = changes.map((change) => ({ link: id, id: change }))
  const changesHash = (await hashChanges(transaction, named)).get(id) ?? EMPTY
  const link = {
    id,
    at: now,
    accounts: spans.map(({ accountId }) => accountId),
    counts: spans.map(({ first, last: end }) => end - first + 1),
    changes,
    entriesHash,
    changesHash,
  }
  await replaceRanges(transaction, ranges, without(ranges, changes, now))
  await insertLink(transaction, { ...link, hash: hashOf(last?.hash ?? START, link) }, spans)
  return more
}
