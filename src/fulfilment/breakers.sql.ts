import type { Queryable, Sql } from '../database/database.ts'
import type { SupplierFault } from '../integrations/suppliers/supplier.ts'
import type { SupplierId } from '../lib/ids.ts'
import { sanitize } from '../lib/text.ts'

/** FIRST_PROBE_SECONDS, MAX_DOUBLINGS: each further probe comes after twice as long, up to about five minutes. */
const FIRST_PROBE_SECONDS = 2
const MAX_DOUBLINGS = 7

export interface Opening {
  supplierId: SupplierId
  why: SupplierFault
  /** `reason` is in the supplier's own words, for the operator. */
  reason: string
  /** `needed` is the balance that closes a breaker that opened for lack of credit, in micros of the supplier's currency. */
  needed: bigint | null
  /** `wasWell`: the supplier has given a clear answer since the breaker closed, so it is probed as soon as the first time. */
  wasWell: boolean
  /** `probeAfterMs`: it is not probed before. */
  probeAfterMs: number
}

/**
 * `openBreaker` opens a breaker. One that closed less than a minute ago, and gave no clear answer since, waits longer for its probe
 * than it did before.
 * Gives undefined when it was open already, or else when it is probed.
 */
export async function openBreaker(sql: Sql, opening: Opening, now: Date): Promise<Date | undefined> {
  const again = sql`not ${opening.wasWell}::boolean and h.closed_at > ${now}::timestamptz - interval '1 minute'`
  const [row] = await sql<{ probeAt: Date }[]>`
    insert into supplier_health as h (supplier_id, open, why, reason, needed, probes, opened_at, probe_at)
    values (${opening.supplierId}, true, ${opening.why}, ${opening.reason}, ${opening.needed}, 0, ${now},
            ${now}::timestamptz + greatest(${FIRST_PROBE_SECONDS} * interval '1 second', ${opening.probeAfterMs} * interval '1 millisecond'))
    on conflict (supplier_id) do update
       set open = true, why = excluded.why, reason = excluded.reason, needed = excluded.needed,
           opened_at = excluded.opened_at,
           probes = case when ${again} then least(h.probes + 1, ${MAX_DOUBLINGS}) else 0 end,
           probe_at = ${now}::timestamptz + greatest(
                        ${FIRST_PROBE_SECONDS} * interval '1 second' *
                          case when ${again} then 2 ^ least(h.probes + 1, ${MAX_DOUBLINGS}) else 1 end,
                        ${opening.probeAfterMs} * interval '1 millisecond')
     where not h.open
    returning probe_at`.records()
  return row?.probeAt
}

export interface Probe {
  supplierId: SupplierId
  why: SupplierFault | 'person'
  needed: bigint | null
}

/** `claimProbes` claims the breakers whose probe is due for a minute, so that no other process probes them too. */
export async function claimProbes(sql: Sql, now: Date): Promise<Probe[]> {
  return await sql<Probe[]>`
    update supplier_health h set probe_at = ${now}::timestamptz + interval '1 minute'
      from (select supplier_id from supplier_health where open and probe_at <= ${now} for update skip locked) due
     where h.supplier_id = due.supplier_id
    returning h.supplier_id, h.why, h.needed`.records()
}

/** `selectUnreachable` gives the suppliers that cannot be asked about anything at present. */
export async function selectUnreachable(sql: Sql): Promise<Set<SupplierId>> {
  const rows = await sql<{ supplierId: SupplierId }[]>`
    select supplier_id from supplier_health where open and why in ('login', 'transport')`.records()
  return new Set(rows.map(({ supplierId }) => supplierId))
}

/**
 * `preferOthers` opens the breaker of a supplier for a person, who gives the reason: it is not probed before a time. False: it was open already, and
 * items go by other routes anyway.
 */
export async function preferOthers(
  sql: Queryable,
  supplierId: SupplierId,
  { reason, until, now }: { reason: string; until: Date; now: Date },
): Promise<boolean> {
  const { count } = await sql`
    insert into supplier_health as h (supplier_id, open, why, reason, needed, probes, opened_at, probe_at)
    values (${supplierId}::int, true, 'person', ${sanitize(reason)}, null, 0, ${now}, ${until})
    on conflict (supplier_id) do update
       set open = true, why = 'person', reason = excluded.reason, needed = null, probes = 0,
           opened_at = excluded.opened_at, probe_at = excluded.probe_at
     where not h.open`
  return count > 0
}

/**
 * `probeNow` has an open breaker probed at once, and gives why it is open; undefined: it is closed. Of a pause that a person wanted the trail says who
 * ended it sooner.
 */
export async function probeNow(
  sql: Queryable,
  supplierId: SupplierId,
  now: Date,
): Promise<SupplierFault | 'person' | undefined> {
  const [row] = await sql<{ why: SupplierFault | 'person' }[]>`
    with hurried as (
      update supplier_health set probe_at = ${now} where supplier_id = ${supplierId}::int and open returning supplier_id, why
    ), shortened as (
      update supplier_pauses p set until = ${now} from hurried h
       where h.why = 'person' and p.supplier_id = h.supplier_id and p.closed_at is null
    )
    select why from hurried`.records()
  return row?.why
}

/** `closeBreaker` is called when a probe went well. */
export async function closeBreaker(sql: Sql, supplierId: SupplierId, now: Date): Promise<void> {
  await sql`
    update supplier_health set open = false, probe_at = null, closed_at = ${now}
     where supplier_id = ${supplierId} and open`
}

/** `postponeProbe` is called when a probe went wrong: the next one comes later. Of one that a person had opened it is from now on the supplier's own trouble, to be told of. */
export async function postponeProbe(
  sql: Sql,
  supplierId: SupplierId,
  reason: string,
  now: Date,
): Promise<void> {
  await sql`
    update supplier_health
       set probes = least(probes + 1, ${MAX_DOUBLINGS}), reason = ${sanitize(reason)},
           why = case why when 'person' then 'transport' else why end,
           probe_at = ${now}::timestamptz + ${FIRST_PROBE_SECONDS} * interval '1 second' * 2 ^ least(probes + 1, ${MAX_DOUBLINGS})
     where supplier_id = ${supplierId} and open`
}
