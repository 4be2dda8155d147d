import type { Queryable, Transaction } from '../database/database.ts'

/** `places` are where a group is listed: everywhere; to programs (the Dhru list, the REST API); in the portal; nowhere. */
export const places = ['everywhere', 'programs', 'portal', 'nowhere'] as const

export type Place = (typeof places)[number]

/** GroupPlace is where one group stands among the others, and where it is listed. */
export interface GroupPlace {
  name: string
  shown: Place
}

/** ServiceGroup is a heading of the list of services, and how many stand below it. */
export interface ServiceGroup extends GroupPlace {
  services: number
  active: number
}

/** `selectGroups` gives the groups of services in the order of lists. */
export async function selectGroups(sql: Queryable): Promise<ServiceGroup[]> {
  return await sql<ServiceGroup[]>`
    select s.group_name as name, coalesce(min(g.shown), 'everywhere') as shown, count(*)::int as services,
           count(*) filter (where s.active)::int as active
      from services s left join service_groups g on g.name = s.group_name
     group by s.group_name order by min(g.position) nulls last, s.group_name collate "C"`.records()
}

/** `selectGroupPlaces` gives the groups that were put in order, in it. */
export const selectGroupPlaces = (sql: Queryable): Promise<GroupPlace[]> =>
  sql<GroupPlace[]>`select name, shown from service_groups order by position, name`.records()

export async function lockGroups(transaction: Transaction): Promise<void> {
  await transaction`lock table service_groups in share row exclusive mode`
}

/** `upsertGroups` puts groups in order. */
export async function upsertGroups(transaction: Transaction, groups: readonly GroupPlace[]): Promise<void> {
  await transaction`
    insert into service_groups (name, position, shown)
    select name, position, shown
      from jsonb_to_recordset(${JSON.stringify(groups.map((one, at) => ({ ...one, position: at + 1 })))}::text::jsonb)
           as given (name text, position integer, shown text)
    on conflict (name) do update set position = excluded.position, shown = excluded.shown
     where (service_groups.position, service_groups.shown) is distinct from (excluded.position, excluded.shown)`
}
