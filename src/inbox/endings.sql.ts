import type { Queryable } from '../database/database.ts'
import { kindsDoneByPeople } from '../integrations/suppliers/index.ts'

/** Ending is how something ended that waited for a person. */
export interface Ending {
  at: Date
  /** `by` is a name of the trail; null: nobody, it settled itself, or that was not kept yet. */
  by: string | null
  /**
   * `what` is what was decided: of a review its resolution, of a deposit its state, of an application `accepted` or `refused`, of work by hand `answered` or
   * `refused` by the last answer, of a list `taken_over`.
   */
  what: string
  why: string | null
}

const first = async (rows: Promise<Ending[]>): Promise<Ending | undefined> => (await rows)[0]

export const selectReviewEnding = (sql: Queryable, id: number): Promise<Ending | undefined> =>
  first(
    sql<Ending[]>`
      select resolved_at as at, nullif(resolved_by, 'imeigate') as by, coalesce(resolution, '') as what, why from reviews
       where id = ${id}::bigint and resolved_at is not null`.records(),
  )

export const selectDepositEnding = (sql: Queryable, id: number): Promise<Ending | undefined> =>
  first(
    sql<Ending[]>`
      select settled_at as at, nullif(settled_by, 'server') as by, state::text as what, reason as why from deposits
       where id = ${id}::bigint and settled_at is not null`.records(),
  )

export const selectApplicationEnding = (sql: Queryable, id: number): Promise<Ending | undefined> =>
  first(
    sql<Ending[]>`
      select decided_at as at, decided_by as by, case when accepted then 'accepted' else 'refused' end as what, nullif(why, '') as why
        from applications where id = ${id}::int and decided_at is not null`.records(),
  )

/** `selectWorkEnding` gives the last answer to work by hand of a service, that came at a time or later. */
export const selectWorkEnding = (
  sql: Queryable,
  work: { supplierId: number; serviceId: number },
  since: Date,
): Promise<Ending | undefined> =>
  first(
    sql<Ending[]>`
      select a.finished_at as at, a.answered_by as by, case a.state when 'succeeded' then 'answered' else 'refused' end as what,
             case a.state when 'succeeded' then null else a.detail end as why
        from supplier_routes r
        join suppliers s on s.id = r.supplier_id and s.kind = any(${kindsDoneByPeople}::text[])
        join lateral (
          select finished_at, answered_by, state, detail from attempts
           where route_id = r.id and finished_at >= ${since} order by finished_at desc limit 1) a
          on a.state in ('succeeded', 'refused') and a.answered_by is not null
       where r.supplier_id = ${work.supplierId}::int and r.service_id = ${work.serviceId}::int
       order by a.finished_at desc limit 1`.records(),
  )

/** `selectListEnding` gives what the last reading of a list ended with that was taken over: by itself, or by a person who looked at what was held. */
export const selectListEnding = (
  sql: Queryable,
  supplierId: number,
  since: Date,
): Promise<Ending | undefined> =>
  first(
    sql<Ending[]>`
      select coalesce(r.finished_at, r.started_at) as at, case r.trigger when 'manual' then r.actor end as by, 'taken_over' as what, null::text as why
        from sync_runs r join suppliers s on s.id = r.supplier_id
       where r.supplier_id = ${supplierId}::int and r.outcome = 'ok' and r.finished_at >= ${since} and s.enabled
       order by r.id desc limit 1`.records(),
  )

/** Settled is who decided something of the inbox last, and when. */
export interface Settled {
  at: Date
  by: string
  name: string | null
}

/** LOOKED_AT is how many of the newest of a table are looked through for the one that a person decided last. */
const LOOKED_AT = 200

/** `selectLastSettled` gives what people decided last, of the sorts that are asked for; undefined: nothing lately. */
export async function selectLastSettled(
  sql: Queryable,
  of: { reviews: boolean; deposits: boolean; work: boolean; lists: boolean; applications: boolean },
): Promise<Settled | undefined> {
  const [row] = await sql<Settled[]>`
    with decided (at, by) as (
      select resolved_at, resolved_by from (select * from reviews order by id desc limit ${LOOKED_AT}) v
       where ${of.reviews} and resolved_at is not null and resolved_by <> 'imeigate'
      union all
      select settled_at, settled_by
        from (select * from deposits where settled_at is not null order by settled_at desc, id desc limit ${LOOKED_AT}) d
       where ${of.deposits} and state in ('succeeded', 'failed') and settled_by <> 'server'
      union all
      select decided_at, decided_by from (select * from applications order by id desc limit ${LOOKED_AT}) p
       where ${of.applications} and decided_at is not null and decided_by is not null
      union all
      select coalesce(finished_at, started_at), actor from (select * from sync_runs order by id desc limit ${LOOKED_AT}) u
       where ${of.lists} and outcome = 'ok' and trigger = 'manual' and actor is not null
      union all
      select a.finished_at, a.answered_by
        from supplier_routes r
        join suppliers s on s.id = r.supplier_id and s.kind = any(${kindsDoneByPeople}::text[])
       cross join lateral (
         select finished_at, answered_by from attempts
          where route_id = r.id and finished_at is not null order by finished_at desc limit 1) a
       where ${of.work} and a.answered_by is not null
    )
    select d.at, d.by, (select name from staff where 'staff:' || id = d.by) as name from decided d order by d.at desc limit 1`.records()
  return row
}
