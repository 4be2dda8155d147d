import type { Transaction } from '../database/database.ts'
import type { Micros } from '../lib/money.ts'
import type { Clock } from '../lib/time.ts'
import { compare } from './comparison.ts'
import { type HeldJump, selectHeldJumps } from './held.sql.ts'
import { holdJumps } from './jumps.ts'
import {
  forgetRead,
  type Goner,
  lastReadOf,
  type OurPlace,
  selectGone,
  selectKept,
  selectPlaces,
  stageKnown,
} from './kept-list.sql.ts'
import type { ListedSupplier } from './remote-list.ts'
import { finishRun, insertRun } from './runs.sql.ts'
import { lockList, stageRead } from './stage-kept.ts'
import { clearStaged, countStaged } from './staging.sql.ts'
import { takeOver } from './sync.ts'

export type { OurPlace } from './kept-list.sql.ts'

/** HeldCost is a cost that waits for a person. `services` are those of ours that it is of. */
export interface HeldCost extends HeldJump {
  services: OurPlace[]
}

/** HeldLoss is a service that a list has no more, which waits for a person with the whole list. */
export interface HeldLoss extends Goner {
  services: OurPlace[]
}

/** Held is what waits for a person of a supplier's list. */
export interface Held {
  costs: HeldCost[]
  lost: HeldLoss[]
  /** `suspicion` says why the last list was not taken over; null: it was. */
  suspicion: string | null
}

/** Refused are those costs and losses that a person does not believe: the known ones stand. By their ids there. */
export interface Refused {
  costs: ReadonlySet<string>
  lost: ReadonlySet<string>
}

/**
 * `approveHeld` takes over what waits for a person, without what is refused: costs that have jumped, or that would have something sold below its cost;
 * and where the last list has lost too much, that list. It gives what waited. Throws conflict where the list is being read.
 */
export async function approveHeld(
  transaction: Transaction,
  supplier: ListedSupplier,
  refused: Refused,
  { actor, clock }: { actor: string; clock: Clock },
): Promise<Held> {
  const { id } = supplier
  await lockList(transaction, supplier)
  const read = await selectKept(transaction, id)
  const kept = read?.suspicion == null ? undefined : await stageRead(transaction, supplier, read.id)
  if (!kept) {
    await stageKnown(transaction, id, null)
    await countStaged(transaction)
  }
  const gone = kept ? await selectGone(transaction, id) : []
  const stays = gone.filter(({ remoteId }) => refused.lost.has(remoteId)).map(({ remoteId }) => remoteId)
  if (stays.length > 0) await stageKnown(transaction, id, stays)
  const at = kept?.readAt ?? (await lastReadOf(transaction, id)) ?? clock.now()
  await holdJumps(transaction, supplier)
  const costs = await selectHeldJumps(transaction, supplier)
  const accepted = costs
    .filter(({ remoteId }) => !refused.costs.has(remoteId))
    .map(({ remoteId }) => remoteId)
  if (accepted.length > 0) await holdJumps(transaction, supplier, accepted)
  const places = Map.groupBy(await selectPlaces(transaction, id), ({ remoteId }) => remoteId)
  const held: Held = {
    costs: costs.map((one) => ({ ...one, services: places.get(one.remoteId) ?? [] })),
    lost: gone.map((one) => ({ ...one, services: places.get(one.remoteId) ?? [] })),
    suspicion: kept?.suspicion ?? null,
  }
  if (costs.length === 0 && gone.length === 0) {
    await clearStaged(transaction, id)
    return held
  }
  const staged = { listed: kept?.services.length ?? 0, leftOut: kept?.leftOut ?? [] }
  const { counts, known, jumps } = await compare(transaction, supplier, staged)
  const run = await insertRun(transaction, {
    ...{ supplier: id, trigger: 'manual', actor, at: clock.now() },
  })
  const done = await takeOver(transaction, supplier, { actor, clock, at })
  if (kept) await forgetRead(transaction, id)
  await finishRun(transaction, run, {
    ...{ outcome: 'ok', error: null, at: clock.now() },
    counts: {
      ...{ ...counts, known, jumps: jumps.length, approved: accepted.length + gone.length - stays.length },
      ...{ routes: done.routes, repriced: done.repriced, deactivated: done.deactivated },
      ...{ ...(kept && { listed: kept.services.length }), reactivated: done.reactivated },
    },
  })
  await clearStaged(transaction, id)
  return held
}

/** `jumpOf` is by how many percent of itself a cost changes, rounded towards none; null: it was nothing. */
export const jumpOf = ({ cost, newCost }: { cost: Micros; newCost: Micros }): number | null =>
  cost === 0n ? null : Number(((newCost - cost) * 100n) / cost)
