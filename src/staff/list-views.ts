import type { Sql, Transaction } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import { orThrow, resultOf } from '../lib/fault.ts'
import type { StaffId } from '../lib/ids.ts'
import { emptyFault, plainLineFault } from '../lib/text.ts'
import type { Clock } from '../lib/time.ts'
import { because } from '../reasons.ts'
import {
  deleteView,
  findView,
  insertView,
  type ListView,
  lockViews,
  selectViews,
  updateView,
  type ViewContent,
  type ViewedList,
} from './list-views.sql.ts'

export { type ListView, selectViews as listViews, type ViewedList, viewedLists } from './list-views.sql.ts'

/** MAX_VIEWS bounds the views that a person keeps of one list, and those of it that are shared. */
const MAX_VIEWS = 50

/** Viewer is who looks at a list; `mayShare`: has the permission to share views, and to change those that are shared. */
export interface Viewer {
  staffId: StaffId
  mayShare: boolean
}

/** `keepView` keeps a filter under a name, for one person. Throws invalid_input; conflict where the name is in use, or there are too many. */
export async function keepView(
  sql: Sql,
  staffId: StaffId,
  list: ViewedList,
  view: ViewContent,
  clock: Clock,
): Promise<ListView> {
  const kept = checked(view)
  return await sql.begin(async (transaction) => {
    await lockViews(transaction)
    await refuseBeside(transaction, staffId, { ...kept, list, isShared: false })
    const id = await insertView(transaction, staffId, list, kept, clock.now())
    return await seen(transaction, staffId, id)
  })
}

/**
 * `changeView` renames a view, gives it another filter, or shares it. Throws as `keepView`, not_found, and permission_denied where it is or becomes
 * shared and the viewer may not share.
 */
export async function changeView(
  sql: Sql,
  viewer: Viewer,
  id: number,
  changes: Partial<ViewContent & Pick<ListView, 'isShared'>>,
): Promise<ListView> {
  return await sql.begin(async (transaction) => {
    await lockViews(transaction)
    const view = await changeable(transaction, viewer, id)
    const kept = checked({ ...view, ...changes })
    if (kept.isShared) refuseToShare(viewer)
    await refuseBeside(transaction, view.staffId, kept)
    await updateView(transaction, kept)
    return kept
  })
}

/** `removeView` removes a view. Throws not_found, and permission_denied where it is shared and the viewer may not share. */
export async function removeView(sql: Sql, viewer: Viewer, id: number): Promise<void> {
  await sql.begin(async (transaction) => {
    await lockViews(transaction)
    await changeable(transaction, viewer, id)
    await deleteView(transaction, id)
  })
}

async function seen(sql: Transaction, staffId: StaffId, id: number): Promise<ListView> {
  const view = await findView(sql, staffId, id)
  if (!view) throw new Refusal('not_found', `you have no view ${id}`, 'id')
  return view
}

async function changeable(sql: Transaction, viewer: Viewer, id: number): Promise<ListView> {
  const view = await seen(sql, viewer.staffId, id)
  if (view.isShared) refuseToShare(viewer)
  return view
}

function refuseToShare({ mayShare }: Viewer): void {
  if (!mayShare) throw because('permission_denied', 'role_lacks', { permission: 'views.share' })
}

/** `refuseBeside` refuses a view whose name another one has that its owner sees, and one more than there may be of its kind. */
async function refuseBeside(
  sql: Transaction,
  ownerId: StaffId,
  { id, list, name, isShared }: Pick<ListView, 'list' | 'name' | 'isShared'> & { id?: number },
): Promise<void> {
  const others = (await selectViews(sql, ownerId, list)).filter((one) => one.id !== id)
  if (others.some((one) => one.name.toLowerCase() === name.toLowerCase()))
    throw because('conflict', 'view_taken', { name }, 'name')
  if (others.filter((one) => one.isShared === isShared).length >= MAX_VIEWS)
    throw because('conflict', 'views_full', { limit: MAX_VIEWS }, 'name')
}

function checked<View extends ViewContent>(view: View): View {
  const name = view.name.trim()
  return orThrow(
    resultOf({ ...view, name }, [
      emptyFault('name', name) ?? plainLineFault('name', name, 60),
      plainLineFault('query', view.query, 4000),
      plainLineFault('columns', view.columns ?? '', 400),
    ]),
  )
}
