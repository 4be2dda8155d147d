import type { Queryable } from '../database/database.ts'
import type { AccountId, StaffId } from '../lib/ids.ts'
import type { Role } from '../staff/roles.ts'

/** ViewRow is a person of the staff who looks at an account's portal. */
export interface ViewRow {
  id: number
  staffId: StaffId
  name: string
  role: Role
  accountId: AccountId
  endsAt: Date
}

export async function insertView(
  sql: Queryable,
  row: {
    staffId: StaffId
    accountId: AccountId
    tokenHash: Buffer
    address: string
    now: Date
    endsAt: Date
  },
): Promise<void> {
  await sql`
    insert into account_views (staff_id, account_id, token_hash, address, made_at, ends_at)
    values (${row.staffId}::int, ${row.accountId}::int, ${row.tokenHash}, ${row.address}, ${row.now}, ${row.endsAt})`
}

/** `selectView` gives the view of a token, or that of an id, where it holds. */
export async function selectView(
  sql: Queryable,
  { now, ...by }: ({ tokenHash: Buffer } | { id: number }) & { now: Date },
): Promise<ViewRow | undefined> {
  const [row] = await sql<ViewRow[]>`
    select v.id, v.staff_id, p.name, p.role::text as role, v.account_id, v.ends_at
      from account_views v join staff p on p.id = v.staff_id
     where ${'id' in by ? sql`v.id = ${by.id}::bigint` : sql`v.token_hash = ${by.tokenHash}`}
       and v.ended_at is null and v.ends_at > ${now} and p.suspended_at is null and p.password is not null`.records()
  return row
}

export async function updateViewEnded(sql: Queryable, id: number, now: Date): Promise<void> {
  await sql`update account_views set ended_at = ${now} where id = ${id}::bigint and ended_at is null`
}
