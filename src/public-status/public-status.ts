import { isOpen } from '../catalogue/opening-hours.ts'
import type { Queryable } from '../database/database.ts'
import { type Clock, DAY_MS } from '../lib/time.ts'
import { expectedTimes } from '../orders/read/expected-times.ts'
import {
  type Ended,
  type ShownService,
  selectEnded,
  selectLastDone,
  selectShown,
} from './public-status.sql.ts'

/** Standing is how a service may stand: it works; takes longer than is promised, or far longer than it did lately; takes no orders at this hour; nobody does it now. */
export type Standing = 'works' | 'slow' | 'closed' | 'out'

/** ServiceStatus is how a service stands, for everybody. */
export interface ServiceStatus {
  code: string
  name: string
  standing: Standing
  /** `medianMs` and `slowestMs` are the median and the 90 % time of the last 24 hours; null: nothing was done then. */
  medianMs: number | null
  slowestMs: number | null
  lastDoneAt: Date | null
  /** `note` is the operator's; empty: none. */
  note: string
}

/** PublicStatus is how the services stand that the operator has chosen, by their groups. */
export interface PublicStatus {
  asOf: Date
  groups: { name: string; services: ServiceStatus[] }[]
}

/** NEWEST is how many orders of a service are looked at. */
const NEWEST = 200
/** FEWEST is how many items must have ended for their failing to say that nobody does the service. */
const FEWEST = 5
/** KEPT_MS is how long an answer counts, however often it is asked for. */
const KEPT_MS = 30_000

/** `readStatus` reads it; undefined: the operator shows no service. */
async function readStatus(sql: Queryable, now: Date): Promise<PublicStatus | undefined> {
  const shown = await selectShown(sql)
  if (shown.length === 0) return undefined
  const serviceIds = shown.map(({ id }) => id)
  const since = new Date(now.getTime() - DAY_MS)
  const [ended, last, { times: expected }] = await Promise.all([
    selectEnded(sql, { serviceIds, since, newest: NEWEST }),
    selectLastDone(sql, { serviceIds, newest: NEWEST }),
    expectedTimes(sql, now),
  ])
  const endedOf = Map.groupBy(ended, ({ serviceId }) => serviceId)
  const lastOf = new Map(last.map(({ serviceId, at }) => [serviceId, at]))
  const groups = Map.groupBy(shown, ({ groupName }) => groupName)
  const statusOf = (service: ShownService): ServiceStatus => ({
    ...{ code: service.code, name: service.name, note: service.statusNote },
    ...standingOf(service, endedOf.get(service.id) ?? [], expected.get(service.id), now),
    lastDoneAt: lastOf.get(service.id) ?? null,
  })
  return {
    asOf: now,
    groups: [...groups].map(([name, services]) => ({ name, services: services.map(statusOf) })),
  }
}

/** `standingOf` says how a service stands by what of it has ended in the last 24 hours. `expectedMs` is how long it may take; undefined: nobody knows. */
export function standingOf(
  service: Pick<ShownService, 'hasWay' | 'opensAt' | 'closesAt' | 'timeZone'>,
  ended: readonly Pick<Ended, 'isDone' | 'tookMs'>[],
  expectedMs: number | undefined,
  now: Date,
): Pick<ServiceStatus, 'standing' | 'medianMs' | 'slowestMs'> {
  const times = ended.flatMap(({ isDone, tookMs }) => (isDone ? [tookMs] : [])).sort((a, b) => a - b)
  const at = (share: number): number | null => times[Math.ceil(times.length * share) - 1] ?? null
  const slowestMs = at(0.9)
  const nobodyDoes = !service.hasWay || (ended.length >= FEWEST && times.length === 0)
  const isSlow = slowestMs !== null && expectedMs !== undefined && slowestMs > expectedMs
  const standing = !isOpen(service, now) ? 'closed' : nobodyDoes ? 'out' : isSlow ? 'slow' : 'works'
  return { standing, medianMs: at(0.5), slowestMs }
}

/** StatusReader reads the status again when what was read is older than 30 seconds; those who ask meanwhile wait for the same answer. */
export class StatusReader {
  readonly #sql: Queryable
  readonly #clock: Clock
  #kept: { at: number; status: Promise<PublicStatus | undefined> } | undefined

  constructor(sql: Queryable, clock: Clock) {
    this.#sql = sql
    this.#clock = clock
  }

  read(): Promise<PublicStatus | undefined> {
    const now = this.#clock.now()
    const kept = this.#kept
    if (kept && now.getTime() - kept.at < KEPT_MS && now.getTime() >= kept.at) return kept.status
    const status = readStatus(this.#sql, now)
    this.#kept = { at: now.getTime(), status }
    // A status that could not be read is asked for again.
    status.catch(() => {
      this.#kept = undefined
    })
    return status
  }
}
