import { Type } from 'typebox'
import { Refusal } from '../../../errors.ts'
import type { StaffId } from '../../../lib/ids.ts'
import {
  changeView,
  keepView,
  type ListView,
  listViews,
  removeView,
  type ViewedList,
  type Viewer,
  viewedLists,
} from '../../../staff/list-views.ts'
import type { StaffPermission } from '../../../staff/roles.ts'
import { bodyOf, changesOf, id, idParams, oneOf, orNull, text } from '../../kit/shapes.ts'
import { type Caller, refuseUnless } from '../caller.ts'
import type { OperatorDeps } from '../deps.ts'
import { route } from '../route.ts'

const section = 'Signing in'

const view = Type.Object({
  id,
  name: Type.String(),
  query: Type.String({ description: 'The filter and the order, as the URL has it after `?`' }),
  columns: orNull(Type.String(), 'Those shown, with commas between; null: the usual ones'),
  is_dense: Type.Boolean(),
  is_shared: Type.Boolean({ description: 'All of the staff see it' }),
  kept_by: Type.String({ description: 'The name of who keeps it' }),
  is_own: Type.Boolean({ description: 'It is kept by who asks' }),
})

const wire = (
  { id: number, name, query, columns, isDense, isShared, ownerName, staffId }: ListView,
  me: StaffId,
) => ({
  ...{ id: number, name, query, columns, is_dense: isDense },
  ...{ is_shared: isShared, kept_by: ownerName, is_own: staffId === me },
})

const list = oneOf(viewedLists)

/** readers has what one needs to read a list, and so what others share of it: filters may name resellers. */
const readers: Readonly<Record<ViewedList, StaffPermission>> = {
  orders: 'orders.read',
  resellers: 'resellers.read',
  services: 'catalogue.read',
  deposits: 'money.read',
  adjustments: 'money.read',
  transfers: 'money.read',
  invoices: 'money.read',
  suppliers: 'suppliers.read',
  inbox: 'orders.read',
  audit: 'audit.read',
}
const fields = {
  name: text(60),
  query: Type.String({ maxLength: 4000 }),
  columns: orNull(text(400)),
  is_dense: Type.Boolean(),
}

/** `meIn` is the person who asks: views are kept by people. */
function meIn({ person }: Caller): StaffId {
  if (!person) throw new Refusal('session_expired')
  return person.personId
}

const viewerIn = (caller: Caller): Viewer => ({
  ...{ staffId: meIn(caller), mayShare: caller.permissions.has('views.share') },
})

export const viewRoutes = ({ clock }: Pick<OperatorDeps, 'clock'>) => [
  route({
    method: 'GET',
    path: '/me/views',
    name: 'listViews',
    section,
    summary:
      'The filters of a list that one has kept under a name, and those that are shared with all, by name',
    access: 'person',
    query: Type.Object({ list }),
    answer: Type.Object({ items: Type.Array(view) }),
    handle: async ({ desk, caller, query }) => {
      const me = meIn(caller)
      refuseUnless(caller, [readers[query.list]])
      return { items: (await listViews(desk.read, me, query.list)).map((one) => wire(one, me)) }
    },
  }),
  route({
    method: 'POST',
    path: '/me/views',
    name: 'keepView',
    section,
    summary: 'Keep a filter of a list under a name, for oneself',
    access: 'person',
    body: bodyOf({
      ...{ list, name: fields.name, query: fields.query },
      columns: Type.Optional(fields.columns),
      is_dense: Type.Optional(fields.is_dense),
    }),
    answer: view,
    refusals: ['invalid_input', 'conflict'],
    handle: async ({ desk, caller, body }) => {
      const { list: of, name, query, columns = null, is_dense: isDense = false } = body
      const me = meIn(caller)
      return wire(await keepView(desk.change, me, of, { name, query, columns, isDense }, clock), me)
    },
  }),
  route({
    method: 'POST',
    path: '/me/views/:id',
    name: 'changeView',
    section,
    summary:
      'Rename a view of one’s own or one that is shared, give it another filter, share it, or share it no more',
    access: 'person',
    further: [{ field: 'is_shared', permission: 'views.share' }],
    params: idParams,
    body: changesOf({ ...fields, is_shared: Type.Boolean() }),
    answer: view,
    refusals: ['invalid_input', 'not_found', 'conflict'],
    handle: async ({ desk, caller, params, body }) => {
      const { is_dense: isDense, is_shared: isShared, ...rest } = body
      const changes = {
        ...rest,
        ...(isDense !== undefined && { isDense }),
        ...(isShared !== undefined && { isShared }),
      }
      return wire(await changeView(desk.change, viewerIn(caller), params.id, changes), meIn(caller))
    },
  }),
  route({
    method: 'DELETE',
    path: '/me/views/:id',
    name: 'removeView',
    section,
    summary: 'Remove a view of one’s own, or one that is shared',
    access: 'person',
    params: idParams,
    answer: Type.Object({}),
    refusals: ['not_found'],
    handle: async ({ desk, caller, params }) => {
      await removeView(desk.change, viewerIn(caller), params.id)
      return {}
    },
  }),
]
