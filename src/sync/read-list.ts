import type { Queryable, Sql } from '../database/database.ts'
import type { SupplierService } from '../integrations/suppliers/supplier.ts'
import { type Micros, micros } from '../lib/money.ts'
import type { Clock } from '../lib/time.ts'
import { mapInTurns } from '../runtime/pace.ts'
import { selectOurs } from './attach.sql.ts'
import { compare } from './comparison.ts'
import { holdJumps } from './jumps.ts'
import {
  type Goner,
  keepRead,
  type OurPlace,
  selectKept,
  selectKnown,
  selectPlaces,
} from './kept-list.sql.ts'
import { type LeftOut, type ListedSupplier, stage } from './remote-list.ts'
import type { StagedService } from './staging.sql.ts'
import { Suggester, type Suggestion } from './suggestions.ts'
import { underLock } from './under-lock.ts'

/**
 * `readList` reads a supplier's list and keeps it, to be chosen from; nothing else is changed. Throws BrokenList when it is not whole, and conflict
 * when it is being read already. The pool needs two connections.
 */
export async function readList(
  sql: Sql,
  supplier: ListedSupplier,
  list: AsyncIterable<SupplierService>,
  { actor, clock }: { actor: string; clock: Clock },
): Promise<void> {
  await underLock(sql, supplier, async (transaction) => {
    const staged = await stage(sql, supplier.id, list)
    await holdJumps(transaction, supplier)
    const { suspicion, leftOut } = await compare(transaction, supplier, staged)
    await keepRead(transaction, supplier.id, { actor, at: clock.now(), suspicion, leftOut })
  })
}

/** ListedService is a service of a kept list beside what we have. */
interface ListedService {
  remoteId: string
  group: string
  name: string
  kind: StagedService['kind']
  deliveryTime: string
  /** `cost` is in the supplier's currency, and `oldCost` what it was where it is another one now. */
  cost: Micros
  oldCost: Micros | null
  /** `verdict`: `ours` stands for services of ours already; `new` for none. */
  verdict: 'new' | 'ours'
  ours: OurPlace[]
  /** `near` is a service of ours that it may be a further route of. */
  near: Suggestion | undefined
}

/** ShownList is a kept list with what there is to choose. */
export interface ShownList {
  id: number
  readAt: Date
  readBy: string
  suspicion: string | null
  leftOut: LeftOut[]
  services: ListedService[]
  /** `gone` could be bought before. */
  gone: Goner[]
}

/** `showList` gives the list that was read last and not taken over; undefined: there is none. */
export async function showList(
  sql: Queryable,
  { id, currency }: ListedSupplier,
): Promise<ShownList | undefined> {
  const kept = await selectKept(sql, id)
  if (!kept) return undefined
  const places = Map.groupBy(await selectPlaces(sql, id), ({ remoteId }) => remoteId)
  const known = new Map((await selectKnown(sql, id)).map((one) => [one.remoteId, one]))
  const suggester = await Suggester.of(await selectOurs(sql, id))
  const listed = new Set(kept.services.map(({ remote_id: remoteId }) => remoteId))
  return {
    ...{ id: kept.id, readAt: kept.readAt, readBy: kept.readBy, suspicion: kept.suspicion },
    leftOut: kept.leftOut,
    services: await mapInTurns(kept.services, (one) => {
      const { remote_id: remoteId, name, kind, fields } = one
      const cost = BigInt(one.cost)
      const ours = places.get(remoteId) ?? []
      const before = known.get(remoteId)
      const isOther = before !== undefined && before.currency === currency && before.cost !== cost
      return {
        ...{ remoteId, name, kind, group: one.group_name, deliveryTime: one.delivery_time },
        ...{ cost: micros(cost), oldCost: isOther ? micros(before.cost) : null },
        ...{ ours, verdict: ours.length > 0 ? ('ours' as const) : ('new' as const) },
        near: ours.length > 0 ? undefined : suggester.suggest({ remoteId, name, kind, cost, fields }),
      }
    }),
    gone: [...known.values()]
      .filter(({ remoteId }) => !listed.has(remoteId))
      .map(({ remoteId, name }) => ({ remoteId, name })),
  }
}
