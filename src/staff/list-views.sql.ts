import type { Queryable } from '../database/database.ts'
import type { StaffId } from '../lib/ids.ts'

/** ListView is a filter of a list that a person has kept under a name. */
export interface ListView {
  id: number
  name: string
  /** `query` is the filter and the order, as the URL has it after `?`. */
  query: string
  /** `columns` are those shown, with commas between; null: the usual ones. */
  columns: string | null
  isDense: boolean
}

export type ViewedList = 'orders'

/** `selectViews` gives a person's own, by name. */
export async function selectViews(sql: Queryable, staffId: StaffId, list: ViewedList): Promise<ListView[]> {
  return await sql<ListView[]>`
    select id, name, query, columns, is_dense from list_views
     where staff_id = ${staffId} and list = ${list} order by lower(name)`.records()
}

export async function insertView(
  sql: Queryable,
  staffId: StaffId,
  list: ViewedList,
  { name, query, columns, isDense }: Omit<ListView, 'id'>,
  at: Date,
): Promise<number> {
  const [row] = await sql<{ id: number }[]>`
    insert into list_views (staff_id, list, name, query, columns, is_dense, made_at)
    values (${staffId}, ${list}, ${name}, ${query}, ${columns}, ${isDense}, ${at})
    returning id`.records()
  return row?.id ?? 0
}

/** `updateView` changes a person's own. False: there is none of this id. */
export async function updateView(
  sql: Queryable,
  staffId: StaffId,
  { id, name, query, columns, isDense }: ListView,
): Promise<boolean> {
  const { count } = await sql`
    update list_views set name = ${name}, query = ${query}, columns = ${columns}, is_dense = ${isDense}
     where id = ${id} and staff_id = ${staffId}`
  return count > 0
}

/** `deleteView` removes a person's own. False: there is none of this id. */
export async function deleteView(sql: Queryable, staffId: StaffId, id: number): Promise<boolean> {
  const { count } = await sql`delete from list_views where id = ${id} and staff_id = ${staffId}`
  return count > 0
}

/** `lockViews` has changes of one person's views wait for each other. */
export async function lockViews(sql: Queryable, staffId: StaffId): Promise<void> {
  await sql`select id from staff where id = ${staffId} for no key update`
}
