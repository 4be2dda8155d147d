import type { Sql, Transaction } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import { orThrow, resultOf } from '../lib/fault.ts'
import type { StaffId } from '../lib/ids.ts'
import { emptyFault, plainLineFault } from '../lib/text.ts'
import type { Clock } from '../lib/time.ts'
import { because } from '../reasons.ts'
import {
  deleteView,
  insertView,
  type ListView,
  lockViews,
  selectViews,
  updateView,
  type ViewedList,
} from './list-views.sql.ts'

export { type ListView, selectViews as listViews, type ViewedList } from './list-views.sql.ts'

/** MAX_VIEWS bounds the views that a person keeps of one list. */
const MAX_VIEWS = 50

/** `keepView` keeps a filter under a name, for one person. Throws invalid_input; conflict where the name is in use, or there are too many. */
export async function keepView(
  sql: Sql,
  staffId: StaffId,
  list: ViewedList,
  view: Omit<ListView, 'id'>,
  clock: Clock,
): Promise<ListView> {
  const kept = checked(view)
  return await sql.begin(async (transaction) => {
    const others = await othersOf(transaction, staffId, list, kept.name)
    if (others.length >= MAX_VIEWS) throw because('conflict', 'views_full', { limit: MAX_VIEWS }, 'name')
    return { ...kept, id: await insertView(transaction, staffId, list, kept, clock.now()) }
  })
}

/** `changeView` renames a person's own view, or gives it another filter. Throws as `keepView`, and not_found. */
export async function changeView(
  sql: Sql,
  staffId: StaffId,
  list: ViewedList,
  id: number,
  changes: Partial<Omit<ListView, 'id'>>,
): Promise<ListView> {
  return await sql.begin(async (transaction) => {
    await lockViews(transaction, staffId)
    const view = (await selectViews(transaction, staffId, list)).find((one) => one.id === id)
    if (!view) throw noView(id)
    const kept = { ...checked({ ...view, ...changes }), id }
    await othersOf(transaction, staffId, list, kept.name, id)
    await updateView(transaction, staffId, kept)
    return kept
  })
}

/** `removeView` removes a person's own view. Throws not_found. */
export async function removeView(sql: Sql, staffId: StaffId, id: number): Promise<void> {
  if (!(await deleteView(sql, staffId, id))) throw noView(id)
}

/** `othersOf` gives the views beside one, after none of them has its name. */
async function othersOf(
  sql: Transaction,
  staffId: StaffId,
  list: ViewedList,
  name: string,
  id?: number,
): Promise<ListView[]> {
  await lockViews(sql, staffId)
  const others = (await selectViews(sql, staffId, list)).filter((one) => one.id !== id)
  if (others.some((one) => one.name.toLowerCase() === name.toLowerCase()))
    throw because('conflict', 'view_taken', { name }, 'name')
  return others
}

function checked<View extends Omit<ListView, 'id'>>(view: View): View {
  const name = view.name.trim()
  return orThrow(
    resultOf({ ...view, name }, [
      emptyFault('name', name) ?? plainLineFault('name', name, 60),
      plainLineFault('query', view.query, 4000),
      plainLineFault('columns', view.columns ?? '', 400),
    ]),
  )
}

const noView = (id: number): Refusal => new Refusal('not_found', `you have no view ${id}`, 'id')
