import type { Queryable } from '../database/database.ts'
import { type Micros, micros } from '../lib/money.ts'
import { type Change, selectChanges, selectGroupCounts, selectLoss } from './comparison.sql.ts'
import type { ListedSupplier } from './remote-list.ts'
import { selectSchedule } from './runs.sql.ts'

export type ChangeCounts = Record<Change, number>

/** One service that is not as it was. Costs are in micros. */
export interface ListChange {
  remoteId: string
  group: string
  name: string
  change: Exclude<Change, 'unchanged'>
  oldCost: Micros | null
  newCost: Micros | null
  /** Of the old cost; the new one is in the supplier's. */
  oldCurrency: string | null
  /** What of it: cost, group, name, kind, delivery time, description, quantity, fields. */
  changed: string[]
}

/** A whole list beside what was known before. */
export interface Comparison {
  /** Services of the list. */
  listed: number
  /** Services that could be bought before: those of the last list, and those that routes lead to. */
  known: number
  /** Why nobody but a person should believe the list; null: nothing is wrong with it. */
  suspicion: string | null
  counts: ChangeCounts
  /** In the order of the list. */
  groups: { group: string; counts: ChangeCounts }[]
}

/** Compares what is staged. */
export async function compare(
  sql: Queryable,
  { id, currency }: ListedSupplier,
  listed: number,
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
  const { max_loss: maxLoss } = await selectSchedule(sql, id)
  const suspicious = known > 0 && (listed === 0 || lost * 100 > known * maxLoss)
  return {
    listed,
    known,
    suspicion: suspicious ? `the list has ${english(known - lost)} of ${english(known)} services` : null,
    counts,
    groups: [...groups].map(([group, ofGroup]) => ({ group, counts: ofGroup })),
  }
}

/** The changes themselves: of these groups (in any case; null: of all), at most so many (null: all). */
export async function changesOf(
  sql: Queryable,
  { id, currency }: ListedSupplier,
  which: { groups: string[] | null; limit: number | null },
): Promise<ListChange[]> {
  const rows = await selectChanges(sql, id, { currency, ...which })
  return rows.map((row) => ({
    remoteId: row.remote_id,
    group: row.group_name,
    name: row.name,
    change: row.change,
    oldCost: row.old_cost === null ? null : micros(row.old_cost),
    newCost: row.new_cost === null ? null : micros(row.new_cost),
    oldCurrency: row.old_currency,
    changed: row.changed,
  }))
}

const noChanges = (): ChangeCounts => ({ new: 0, cost: 0, details: 0, gone: 0, unchanged: 0 })

const english = (count: number): string => count.toLocaleString('en-US')
