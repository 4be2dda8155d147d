import type { Queryable } from '../database/database.ts'
import type { AccountId, ServiceId } from '../lib/ids.ts'

/** FoundAccount is a reseller that a text names; `by` says by what. */
export interface FoundAccount {
  id: AccountId
  username: string
  name: string
  email: string
  status: string
  by: 'id' | 'username' | 'name' | 'email' | 'key'
  /** `whole`: the text is all of it. */
  whole: boolean
}

/** `selectAccountsNamed` gives resellers whose name, user name or e-mail address has a text in it, or that have the key of that security id; whole ones first. */
export async function selectAccountsNamed(
  sql: Queryable,
  text: string,
  limit: number,
): Promise<FoundAccount[]> {
  return await sql<FoundAccount[]>`
    select id, username, name, email, status, by, whole
      from (select a.id, a.username, a.name, a.email, a.status::text as status, m.by, m.whole,
                   row_number() over (partition by a.id order by m.whole desc, m.place) as nth
              from accounts a
             cross join lateral (
               values ('id', a.id::text = ${text}, a.id::text = ${text}, 1),
                      ('username', position(lower(${text}) in a.username) > 0, a.username = lower(${text}), 2),
                      ('username', lower(coalesce(a.login, '')) = lower(${text}), true, 3),
                      ('email', position(lower(${text}) in lower(a.email)) > 0, lower(a.email) = lower(${text}), 4),
                      ('name', position(lower(${text}) in lower(a.name)) > 0, lower(a.name) = lower(${text}), 5),
                      ('key', a.id in (select account_id from api_keys where security_id = lower(${text})), true, 6))
               as m (by, fits, whole, place)
             where m.fits) f
     where nth = 1
     order by whole desc, username limit ${limit}`.records()
}

/** FoundService is a service that a text names. */
export interface FoundService {
  id: ServiceId
  code: string
  name: string
  groupName: string
  active: boolean
  by: 'id' | 'code' | 'name' | 'supplier'
  whole: boolean
  /** `supplier` is the one whose id of the service the text is. */
  supplier: string | null
}

/** `selectServicesNamed` gives services whose code or name has a text in it, or that a supplier does under that id; whole ones first. */
export async function selectServicesNamed(
  sql: Queryable,
  text: string,
  limit: number,
): Promise<FoundService[]> {
  return await sql<FoundService[]>`
    select id, code, name, group_name, active, by, whole, supplier
      from (select s.id, s.code, s.name, s.group_name, s.active, m.by, m.whole, m.supplier,
                   row_number() over (partition by s.id order by m.whole desc, m.place) as nth
              from services s
              left join lateral (
                select p.name from supplier_routes r join suppliers p on p.id = r.supplier_id
                 where r.service_id = s.id and r.remote_service = ${text} limit 1) u on true
             cross join lateral (
               values ('id', s.id::text = ${text}, true, 1, null),
                      ('code', position(lower(${text}) in lower(s.code)) > 0, lower(s.code) = lower(${text}), 2, null),
                      ('supplier', u.name is not null, true, 3, u.name),
                      ('name', position(lower(${text}) in lower(s.name)) > 0, lower(s.name) = lower(${text}), 4, null))
               as m (by, fits, whole, place, supplier)
             where m.fits) f
     where nth = 1
     order by whole desc, active desc, name limit ${limit}`.records()
}
