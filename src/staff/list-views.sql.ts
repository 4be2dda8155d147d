import type { Queryable, Transaction } from '../database/database.ts'
import type { StaffId } from '../lib/ids.ts'

/** viewedLists are the lists of the console whose filters are kept. */
export const viewedLists = [
  'orders',
  'resellers',
  'services',
  'deposits',
  'adjustments',
  'transfers',
  'invoices',
  'suppliers',
  'inbox',
  'audit',
] as const

export type ViewedList = (typeof viewedLists)[number]

/** ViewContent is a filter of a list, with how the list is shown. */
export interface ViewContent {
  name: string
  /** `query` is the filter and the order, as the URL has it after `?`. */
  query: string
  /** `columns` are those shown, with commas between; null: the usual ones. */
  columns: string | null
  isDense: boolean
}

/** ListView is a filter of a list that a person has kept under a name. */
export interface ListView extends ViewContent {
  id: number
  list: ViewedList
  staffId: StaffId
  /** `ownerName` is who keeps it. */
  ownerName: string
  /** `isShared`: all of the staff see it, not only who keeps it. */
  isShared: boolean
}

const seenBy = (sql: Queryable, staffId: StaffId) => sql`
  select v.id, v.list, v.staff_id, s.name as owner_name, v.name, v.query, v.columns, v.is_dense, v.is_shared
    from list_views v join staff s on s.id = v.staff_id
   where (v.staff_id = ${staffId} or v.is_shared)`

/** `selectViews` gives those of a list that a person sees, by name: its own, and those that are shared. */
export async function selectViews(sql: Queryable, staffId: StaffId, list: ViewedList): Promise<ListView[]> {
  return await sql<ListView[]>`
    ${seenBy(sql, staffId)} and v.list = ${list} order by lower(v.name), v.id`.records()
}

/** `findView` gives one that a person sees; undefined: there is none of this id. */
export async function findView(sql: Queryable, staffId: StaffId, id: number): Promise<ListView | undefined> {
  const [view] = await sql<ListView[]>`
    ${seenBy(sql, staffId)} and v.id = ${id}`.records()
  return view
}

export async function insertView(
  sql: Queryable,
  staffId: StaffId,
  list: ViewedList,
  { name, query, columns, isDense }: ViewContent,
  at: Date,
): Promise<number> {
  const [row] = await sql<{ id: number }[]>`
    insert into list_views (staff_id, list, name, query, columns, is_dense, made_at)
    values (${staffId}, ${list}, ${name}, ${query}, ${columns}, ${isDense}, ${at})
    returning id`.records()
  return row?.id ?? 0
}

export async function updateView(
  sql: Queryable,
  { id, name, query, columns, isDense, isShared }: ListView,
): Promise<void> {
  await sql`
    update list_views
       set name = ${name}, query = ${query}, columns = ${columns}, is_dense = ${isDense}, is_shared = ${isShared}
     where id = ${id}`
}

export async function deleteView(sql: Queryable, id: number): Promise<void> {
  await sql`delete from list_views where id = ${id}`
}

/** VIEWS_LOCK has changes of views wait for each other: what is shared is changed by several people. It may be any constant. */
const VIEWS_LOCK = 7_164_012

export async function lockViews(sql: Transaction): Promise<void> {
  await sql`select pg_advisory_xact_lock(${VIEWS_LOCK})`
}
