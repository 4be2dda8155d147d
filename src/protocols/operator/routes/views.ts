import { Type } from 'typebox'
import { Refusal } from '../../../errors.ts'
import type { StaffId } from '../../../lib/ids.ts'
import { changeView, keepView, type ListView, listViews, removeView } from '../../../staff/list-views.ts'
import { bodyOf, changesOf, id, idParams, oneOf, orNull, text } from '../../kit/shapes.ts'
import type { Caller } from '../caller.ts'
import type { OperatorDeps } from '../deps.ts'
import { route } from '../route.ts'

const section = 'Signing in'

const view = Type.Object({
  id,
  name: Type.String(),
  query: Type.String({ description: 'The filter and the order, as the URL has it after `?`' }),
  columns: orNull(Type.String(), 'Those shown, with commas between; null: the usual ones'),
  is_dense: Type.Boolean(),
})

const wire = ({ isDense, ...rest }: ListView) => ({ ...rest, is_dense: isDense })

const list = oneOf(['orders'])
const fields = {
  name: text(60),
  query: Type.String({ maxLength: 4000 }),
  columns: orNull(text(400)),
  is_dense: Type.Boolean(),
}

/** `meIn` is the person who asks: views are a person's own. */
function meIn({ person }: Caller): StaffId {
  if (!person) throw new Refusal('session_expired')
  return person.personId
}

export const viewRoutes = ({ clock }: Pick<OperatorDeps, 'clock'>) => [
  route({
    method: 'GET',
    path: '/me/views',
    name: 'listViews',
    section,
    summary: 'The filters of a list that one has kept under a name, by name',
    access: 'person',
    query: Type.Object({ list }),
    answer: Type.Object({ items: Type.Array(view) }),
    handle: async ({ desk, caller, query }) => ({
      items: (await listViews(desk.read, meIn(caller), query.list)).map(wire),
    }),
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
      return wire(await keepView(desk.change, meIn(caller), of, { name, query, columns, isDense }, clock))
    },
  }),
  route({
    method: 'POST',
    path: '/me/views/:id',
    name: 'changeView',
    section,
    summary: 'Rename a view of one’s own, or give it another filter',
    access: 'person',
    params: idParams,
    body: changesOf(fields),
    answer: view,
    refusals: ['invalid_input', 'not_found', 'conflict'],
    handle: async ({ desk, caller, params, body }) => {
      const { is_dense: isDense, ...changes } = body
      const changed = { ...changes, ...(isDense !== undefined && { isDense }) }
      return wire(await changeView(desk.change, meIn(caller), 'orders', params.id, changed))
    },
  }),
  route({
    method: 'DELETE',
    path: '/me/views/:id',
    name: 'removeView',
    section,
    summary: 'Remove a view of one’s own',
    access: 'person',
    params: idParams,
    answer: Type.Object({}),
    refusals: ['not_found'],
    handle: async ({ desk, caller, params }) => {
      await removeView(desk.change, meIn(caller), params.id)
      return {}
    },
  }),
]
