import type { Sql } from '../../database/database.ts'
import type { SupplierOutcome } from '../../integrations/suppliers/supplier.ts'
import { Batcher } from '../../runtime/batcher.ts'
import type { ClaimedItem } from '../claimed-item.ts'
import type { OutcomeWriter } from './outcome-writer.ts'
import { ownersOf, type ReferenceClaim } from './references.sql.ts'

const BATCH_SIZE = 500

/**
 * References keeps the supplier's numbers apart: one that another of our orders has already is no answer to this one (promise 4). Numbers
 * that come in at the same moment are told apart in memory, until they are recorded.
 */
export class References {
  readonly #owners: Batcher<ReferenceClaim, string | null>
  readonly #patiently: OutcomeWriter['patiently']
  readonly #coming = new Map<string, Set<ClaimedItem>>()

  /** `patiently` waits for a database that is away: the answer must not be lost for it. */
  constructor(sql: Sql, patiently: OutcomeWriter['patiently']) {
    this.#patiently = patiently
    this.#owners = new Batcher((claims) => ownersOf(sql, claims), { size: BATCH_SIZE })
  }

  /**
   * `check` gives the outcomes of one call, those under another's number as unknown, and `recorded`, to be called once they are recorded.
   * `shared`: the supplier's orders hold many items, which are told apart by their inputs.
   */
  async check(
    items: ClaimedItem[],
    outcomes: SupplierOutcome[],
    shared: boolean,
  ): Promise<{ outcomes: SupplierOutcome[]; recorded: () => void }> {
    const claims = items.map((item, index) => claimOf(item, outcomes[index] as SupplierOutcome, shared))
    const taken = claims.map((claim) => {
      if (claim === undefined) return undefined
      const coming = this.#coming.get(keyOf(claim)) ?? new Set<ClaimedItem>()
      this.#coming.set(keyOf(claim), coming.add(claim.item))
      return claim
    })
    const recorded = (): void => {
      for (const claim of taken) {
        const coming = claim && this.#coming.get(keyOf(claim))
        coming?.delete((claim as ReferenceClaim).item)
        if (claim && coming?.size === 0) this.#coming.delete(keyOf(claim))
      }
    }
    try {
      const checked = await Promise.all(
        claims.map(async (claim, index) => {
          const outcome = outcomes[index] as SupplierOutcome
          if (claim === undefined) return outcome
          // A number that comes in at the same moment is as much another's as one that is recorded.
          const rival = [...(this.#coming.get(keyOf(claim)) ?? [])].find(
            (one) => !isSameItem(one, claim.item),
          )
          const owner = rival ? nameOf(rival) : await this.#patiently(() => this.#owners.add(claim))
          return owner === null ? outcome : anothers(claim, owner)
        }),
      )
      return { outcomes: checked, recorded }
    } catch (error) {
      recorded()
      throw error
    }
  }
}

/** `claimOf` gives the number that an answer claims for an item; undefined: it claims none, or says again what is known. */
function claimOf(item: ClaimedItem, outcome: SupplierOutcome, shared: boolean): ReferenceClaim | undefined {
  if (outcome.kind !== 'accepted' && outcome.kind !== 'success' && outcome.kind !== 'duplicate')
    return undefined
  const reference = outcome.reference ?? item.reference
  if (reference === null) return undefined
  const isKnown = reference === item.reference && outcome.kind !== 'success'
  return isKnown ? undefined : { item, reference, shared }
}

/** `keyOf` is the same for claims that exclude each other. */
const keyOf = ({ item, reference, shared }: ReferenceClaim): string =>
  JSON.stringify([item.supplierId, reference, shared ? item.input : null])

const isSameItem = (a: ClaimedItem, b: ClaimedItem): boolean =>
  a.accountId === b.accountId && a.orderId === b.orderId && a.position === b.position

const nameOf = ({ orderId, position }: ClaimedItem): string =>
  position === 1 ? `${orderId}` : `${orderId} item ${position}`

const anothers = ({ item, reference }: ReferenceClaim, owner: string): SupplierOutcome => ({
  kind: 'unknown',
  reason: `the supplier's number ${reference} for our order ${nameOf(item)} is that of our order ${owner}`,
  askable: item.reference !== null,
  contradicts: true,
})
