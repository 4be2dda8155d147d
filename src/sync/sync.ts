import { actAs } from '../audit/acting.ts'
import type { Sql, Transaction } from '../database/database.ts'
import type { SupplierService } from '../integrations/suppliers/supplier.ts'
import { Rates } from '../ledger/rates.ts'
import type { Micros } from '../lib/money.ts'
import { type Clock, systemClock } from '../lib/time.ts'
import { versionOf } from '../lib/version.ts'
import { lastOfTrail } from '../price-book/moves.ts'
import { because } from '../reasons.ts'
import { type AttachBy, type Attached, attachMatches, findMatches } from './attach.ts'
import { type ListChange, selectChanges } from './comparison.sql.ts'
import { type Comparison, compare } from './comparison.ts'
import { type DetailChange, findFollowing, followList } from './follow.ts'
import {
  checkSelection,
  type ImportRequest,
  type ImportResult,
  importSelected,
  type Progress,
  pricedBy,
} from './import.ts'
import { type AcceptedJumps, holdJumps } from './jumps.ts'
import { forgetRead, keepRead } from './kept-list.sql.ts'
import { deactivateLost, keepList, reactivateFound, recordCosts, updateRoutes } from './list.sql.ts'
import { BrokenList, type ListedSupplier, type StagedList, stage } from './remote-list.ts'
import { countRepriced, type Repriced } from './repriced.sql.ts'
import {
  finishRun,
  insertRun,
  isDue,
  moveNext,
  type RunCounts,
  type SyncOutcome,
  type SyncTrigger,
} from './runs.sql.ts'
import { underLock } from './under-lock.ts'

/** SyncProgress is told how many services were read of a list whose length nobody knows, then how many were written of a total. */
export interface SyncProgress {
  onRead?: ((services: number) => void) | undefined
  onWrite?: Progress | undefined
}

export interface SyncPreview extends Comparison {
  changes: PreviewedChange[]
  /** `total` counts the changes without the limit. */
  total: number
  /** `followed` are the details of imported services that the list has otherwise than before. */
  followed: DetailChange[]
  /** `attached` has the routes that would be made; null: none are asked for. */
  attached: Attached | null
  /** `plan` stands for exactly this. */
  plan: string
}

export interface PreviewedChange extends ListChange {
  /** `salePrice` is what an import would sell it for, in the rule's currency; null: no import takes it. */
  salePrice: Micros | null
}

/** Wanted is what else than the list as it is would be done with it. */
interface Wanted {
  importing?: ImportRequest | undefined
  /** `attaching` says which services of ours get a route to this supplier, too. */
  attaching?: AttachBy | undefined
  /** `acceptJumps` is a person's word that these costs are right, though they have jumped. */
  acceptJumps?: AcceptedJumps | undefined
}

/** PreviewOptions choose the changes of these groups (in any case; null: of all), and at most `limit` of them (null: all). */
interface PreviewOptions extends SyncProgress, Wanted {
  groups: string[] | null
  limit: number | null
}

/**
 * `previewSync` compares a supplier's list with what is known, and changes nothing. Throws BrokenList when the list is not
 * whole, conflict when the list is being read already, and invalid_input when an import cannot be as asked for. The pool needs two
 * connections.
 */
export async function previewSync(
  sql: Sql,
  supplier: ListedSupplier,
  list: AsyncIterable<SupplierService>,
  { groups, limit, onRead, ...wanted }: PreviewOptions,
): Promise<SyncPreview> {
  return await underLock(sql, supplier, async (transaction) => {
    const staged = await stage(sql, supplier.id, list, onRead)
    await holdJumps(transaction, supplier, wanted.acceptJumps)
    const preview = await foresee(transaction, supplier, staged, wanted)
    const named = groups?.map((name) => name.toLowerCase())
    const changes = named
      ? preview.changes.filter(({ group }) => named.includes(group.toLowerCase()))
      : preview.changes
    return { ...preview, changes: changes.slice(0, limit ?? changes.length), total: changes.length }
  })
}

/** `foresee` says what a staged list would change, whose jumps are held. */
async function foresee(
  transaction: Transaction,
  supplier: ListedSupplier,
  staged: StagedList,
  { importing, attaching }: Wanted,
): Promise<Omit<SyncPreview, 'total'>> {
  const comparison = await compare(transaction, supplier, staged)
  const { id, currency } = supplier
  const found = await selectChanges(transaction, id, currency, importing?.selection)
  const price = importing && (await priceImport(transaction, supplier, importing))
  const changes = found.map((change) => {
    const { oldCost, newCost, waits, taken } = change
    // The cost that stands is the one that an import counts with.
    const cost = waits ? oldCost : newCost
    return { ...change, salePrice: price && taken && cost !== null ? price(cost) : null }
  })
  const attached = attaching ? await findMatches(transaction, supplier, attaching, systemClock) : null
  const followed = await findFollowing(transaction, supplier)
  const routes = attached?.matches.map(({ ours, theirs }) => [ours.id, theirs.remoteId, theirs.cost])
  const details = followed.map(({ service, remoteId, detail, kept }) => [service.id, remoteId, detail, kept])
  const { listed, known, counts, jumps } = comparison
  const ruled = importing && [importing.follows, importing.priceGroup ?? null, importing.into ?? null]
  const plan = versionOf([
    listed,
    known,
    counts,
    jumps,
    changes,
    routes,
    details,
    ruled,
    importing?.rule.currency,
  ])
  return { ...comparison, changes, followed, attached, plan }
}

async function priceImport(
  transaction: Transaction,
  { id, currency }: ListedSupplier,
  { selection, rule }: ImportRequest,
): Promise<(cost: Micros) => Micros> {
  await checkSelection(transaction, id, selection)
  return pricedBy(rule, currency, await new Rates(transaction).load(systemClock.now()))
}

export interface SyncOptions extends SyncProgress, Wanted {
  /** `trigger`, `scheduled`: the run is refused unless the supplier is due, and sets the time of the next one. */
  trigger: SyncTrigger
  /** `stopping` breaks a run off; a scheduled one stays due. */
  stopping?: AbortSignal | undefined
  actor: string
  clock: Clock
  /** `acceptLoss` is a person's word that what the list has lost is really gone. */
  acceptLoss?: boolean | undefined
  /** `plan` is that of a preview: if something else would be done by now, nothing is. */
  plan?: string | undefined
}

/** SyncChanges counts what an applied list changed. */
interface SyncChanges extends ImportResult, Repriced {
  /** `routes` counts those whose cost or availability was changed. */
  routes: number
  deactivated: number
  reactivated: number
  /** `followed` are the details of imported services that the list has otherwise than before. */
  followed: DetailChange[]
  attached: Attached | null
}

/** SyncReport says how one run went. Only an `ok` one has changed anything. */
export interface SyncReport {
  run: number
  outcome: SyncOutcome
  /** `error` says why nothing was changed; null: it was. */
  error: string | null
  comparison: Comparison | null
  changes: SyncChanges | null
}

/**
 * `applySync` reads a supplier's list to its end, makes routes, costs and prices as it says, and imports what is asked for. All of it
 * happens in one transaction: a list that is not whole changes nothing (`failed`), nor does one that has lost more than it may
 * (`suspicious`). A cost that has jumped waits until a person accepts it, and the known one stands. No service is ever deleted. Every run is recorded. Throws conflict when the list is being read already (or, scheduled,
 * was), and invalid_input when an import cannot be as asked for. The pool needs two connections.
 */
export async function applySync(
  sql: Sql,
  supplier: ListedSupplier,
  list: AsyncIterable<SupplierService>,
  options: SyncOptions,
): Promise<SyncReport> {
  const { trigger, actor, clock } = options
  let run: number | undefined
  let counts: RunCounts = {}
  const finish = async (
    queryable: Sql | Transaction,
    outcome: SyncOutcome,
    error: string | null,
  ): Promise<void> => {
    if (run === undefined) return
    await finishRun(queryable, run, { outcome, counts, error, at: clock.now() })
    // This happens while the lock is held, so that a process that gets the lock next does not find the list due.
    if (trigger === 'scheduled' && !options.stopping?.aborted) {
      await moveNext(queryable, supplier.id, clock.now())
    }
  }
  const report = { comparison: null, changes: null }
  try {
    return await underLock(sql, supplier, async (transaction) => {
      if (trigger === 'scheduled' && !(await isDue(transaction, supplier.id, clock.now()))) {
        throw because('conflict', 'list_just_read', { supplier: supplier.name })
      }
      run = await insertRun(sql, { supplier: supplier.id, trigger, actor, at: clock.now() })
      let staged: StagedList
      try {
        staged = await stage(sql, supplier.id, list, options.onRead)
      } catch (error) {
        if (!(error instanceof BrokenList)) throw error
        await finish(sql, 'failed', error.message)
        return { ...report, run, outcome: 'failed', error: error.message }
      }
      await holdJumps(transaction, supplier, options.acceptJumps)
      const comparison = await compare(transaction, supplier, staged)
      const { known, jumps } = comparison
      counts = { listed: staged.listed, known, jumps: jumps.length, ...comparison.counts }
      if (comparison.suspicion !== null && !options.acceptLoss) {
        const error = `${comparison.suspicion}: nothing was changed; run with --accept-loss if that is right`
        await keepRead(transaction, supplier.id, { ...comparison, actor, at: clock.now() })
        await finish(transaction, 'suspicious', error)
        return { ...report, run, outcome: 'suspicious', error, comparison }
      }
      if (options.plan !== undefined) {
        const { plan } = await foresee(transaction, supplier, staged, options)
        if (plan !== options.plan) throw because('conflict', 'import_changed', {}, 'plan')
      }
      const changes = await takeOver(transaction, supplier, { ...options, run })
      const { skipped, attached, followed, ...done } = changes
      const edited = followed.filter(({ kept }) => kept !== null).length
      counts = {
        ...{ ...counts, ...done, followed: followed.length - edited, edited },
        ...{ skipped: skipped.length, attached: attached?.matches.length ?? 0 },
      }
      await forgetRead(transaction, supplier.id)
      await finish(transaction, 'ok', null)
      return { run, outcome: 'ok', error: null, comparison, changes }
    })
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    await finish(sql, 'failed', message).catch(() => {
      // The database is away: the next run closes this one.
    })
    throw error
  }
}

/** Taking is what is done with a staged list beside taking over what it says; `at` is when it was read. */
interface Taking extends Pick<Wanted, 'importing' | 'attaching'> {
  actor: string
  clock: Clock
  onWrite?: Progress | undefined
  at?: Date | undefined
  /** `run` is the reading that it is done in. */
  run?: number | undefined
}

/** `takeOver` makes routes, costs and prices as the staged list says, whose jumps are held, and imports what is asked for. */
export async function takeOver(
  transaction: Transaction,
  supplier: ListedSupplier,
  { actor, clock, importing, attaching, onWrite = () => {}, at = clock.now(), run }: Taking,
): Promise<SyncChanges> {
  const known = { supplier: supplier.id, currency: supplier.currency, at }
  await actAs(transaction, actor)
  const since = await lastOfTrail(transaction)
  const followed = await followList(transaction, supplier)
  await recordCosts(transaction, { ...known, run })
  await keepList(transaction, known)
  const routes = await updateRoutes(transaction, supplier.id)
  const rates = await new Rates(transaction).load(clock.now())
  const imported: ImportResult = importing
    ? await importSelected(transaction, supplier, importing, { rates, onProgress: onWrite })
    : { imported: 0, ruled: 0, skipped: [] }
  const attached = attaching ? await attachMatches(transaction, supplier, attaching, clock) : null
  const repriced = await countRepriced(transaction, supplier.id, { since, currency: supplier.currency })
  const deactivated = await deactivateLost(transaction, supplier.id)
  const reactivated = await reactivateFound(transaction, supplier.id)
  return { routes, ...imported, ...repriced, deactivated, reactivated, followed, attached }
}
