import type { Queryable } from '../database/database.ts'
import { failure } from '../lib/failures.ts'
import { type Change, selectGroupCounts, selectLoss } from './comparison.sql.ts'
import { type Jump, selectJumps } from './jumps.sql.ts'
import type { LeftOut, ListedSupplier, StagedList } from './remote-list.ts'
import { selectSchedule } from './runs.sql.ts'

type ChangeCounts = Record<Change, number>

/** Comparison is a whole list beside what was known before. */
export interface Comparison {
  /** `listed` counts the services of the list. */
  listed: number
  /** `leftOut` are the others of the list, which cannot be sold. */
  leftOut: LeftOut[]
  /** `known` counts the services that could be bought before: those of the last list, and those that routes lead to. */
  known: number
  /** `suspicion` says why nobody but a person should believe the list; null: nothing is wrong with it. */
  suspicion: string | null
  /** `jumps` are costs that have changed by more than they may. They wait for a person, and the known ones stand. */
  jumps: Jump[]
  counts: ChangeCounts
  /** `groups` are in the order of the list. */
  groups: { group: string; counts: ChangeCounts }[]
}

/** `compare` compares the staged list with what is known. */
export async function compare(
  sql: Queryable,
  { id, currency }: ListedSupplier,
  { listed, leftOut }: StagedList,
): Promise<Comparison> {
  const rows = await selectGroupCounts(sql, id, currency)
  const { known, lost } = await selectLoss(sql, id)
  const groups = new Map<string, ChangeCounts>()
  const counts = noChanges()
  for (const { group_name: group, change, count } of rows) {
    const ofGroup = groups.get(group) ?? noChanges()
    groups.set(group, ofGroup)
    ofGroup[change] += count
    counts[change] += count
  }
  const { maxLoss } = await selectSchedule(sql, id)
  const suspicious = known > 0 && (listed === 0 || lost * 100 > known * maxLoss)
  return {
    listed,
    leftOut,
    known,
    suspicion: suspicious
      ? failure('list_lost', { left: english(known - lost), known: english(known) })
      : null,
    jumps: await selectJumps(sql, id),
    counts,
    groups: [...groups].map(([group, ofGroup]) => ({ group, counts: ofGroup })),
  }
}

const noChanges = (): ChangeCounts => ({ new: 0, cost: 0, details: 0, gone: 0, unchanged: 0 })

const english = (count: number): string => count.toLocaleString('en-US')
