import { Type } from 'typebox'
import { findNamed } from '../../../orders/desk/find-lines.ts'
import { readRows } from '../../../orders/desk/order-rows.ts'
import { type Sort, search, sorts } from '../../../search/search.ts'
import type { StaffPermission } from '../../../staff/roles.ts'
import { bodyOf, id, longId, oneOf, orNull, text } from '../../kit/shapes.ts'
import type { OperatorDeps } from '../deps.ts'
import { route } from '../route.ts'
import { orderRow, wireRow } from './order-rows.ts'
import { accountOf, request, wireRequest } from './requests.ts'

const section = 'Search'

const orderBy = ['number', 'imei', 'reference', 'supplier_number', 'trace_id', 'part'] as const

const whole = Type.Boolean({ description: 'The text is all of it' })

const foundOrder = Type.Object({ by: oneOf(orderBy), order: orderRow })

const foundAccount = Type.Object({
  id,
  username: Type.String(),
  name: Type.String(),
  email: Type.String(),
  status: Type.String(),
  by: oneOf(['id', 'username', 'name', 'email', 'key']),
  whole,
})

const foundService = Type.Object({
  id,
  code: Type.String(),
  name: Type.String(),
  group: Type.String(),
  active: Type.Boolean(),
  by: oneOf(['id', 'code', 'name', 'supplier']),
  whole,
  supplier: orNull(Type.String(), 'The one whose id of the service the text is'),
})

/** `permissionFor` says who may read each sort of what is found. */
const permissionFor = {
  orders: 'orders.read',
  accounts: 'resellers.read',
  services: 'catalogue.read',
  requests: 'resellers.read',
} as const satisfies Record<Sort, StaffPermission>

const MAX_LINES = 1000

export const searchRoutes = ({ clock }: Pick<OperatorDeps, 'clock'>) => [
  route({
    method: 'GET',
    path: '/search',
    name: 'search',
    section,
    summary: 'What one text names: orders, resellers, services, a request',
    description:
      'Orders by number, IMEI or serial number, reference, the number at a supplier, or the trace id of the request that placed them; where nothing is ' +
      'named whole, those that have the text in a reference or an input. Resellers by name, user name, e-mail address or the security id of a key; ' +
      'services by code, name or the id at a supplier; a request, also a refused one, by its trace id. Only what the caller may read. With `of` only one ' +
      'sort of them is looked for.',
    access: 'orders.read',
    query: Type.Object({ q: text(255), of: Type.Optional(oneOf(sorts)) }),
    answer: Type.Object({
      orders: Type.Array(foundOrder),
      accounts: Type.Array(foundAccount),
      services: Type.Array(foundService),
      request: orNull(request),
    }),
    handle: async ({ desk, caller, query }) => {
      const wanted = sorts.filter(
        (sort) => caller.permissions.has(permissionFor[sort]) && (query.of ?? sort) === sort,
      )
      const {
        orders,
        accounts,
        services,
        request: asked,
      } = await search(desk.read, query.q, new Set(wanted), clock)
      return {
        orders: orders.map(({ by, row }) => ({ by, order: wireRow(row, caller) })),
        accounts,
        services: services.map(({ groupName: group, ...one }) => ({ ...one, group })),
        request: asked ? wireRequest(asked, await accountOf(desk.read, asked)) : null,
      }
    },
  }),
  route({
    method: 'POST',
    path: '/search/orders',
    name: 'findOrders',
    section,
    summary: 'The orders that pasted lines name: numbers, IMEIs, references or numbers at a supplier',
    description: 'It changes nothing. Of a line that names several orders they are given the newest first.',
    access: 'orders.read',
    isApart: true,
    body: bodyOf({ lines: Type.Array(text(255), { minItems: 1, maxItems: MAX_LINES }) }),
    answer: Type.Object({
      found: Type.Array(Type.Object({ line: Type.String(), orders: Type.Array(longId) })),
      not_found: Type.Array(Type.String()),
      orders: Type.Array(orderRow, { description: 'Each of them once, the newest first, up to 1,000' }),
    }),
    handle: async ({ desk, caller, body }) => {
      const lines = [...new Set(body.lines.map((line) => line.trim()).filter((line) => line !== ''))]
      const named = await findNamed(desk.read, lines)
      const found = lines.map((line, at) => ({ line, orders: named[at] ?? [] }))
      const names = [...new Map(named.flat().map((one) => [one.id, one])).values()]
      const rows = await readRows(desk.read, names.sort((a, b) => b.id - a.id).slice(0, MAX_LINES), clock)
      return {
        found: found
          .filter(({ orders }) => orders.length > 0)
          .map(({ line, orders }) => ({ line, orders: orders.map((one) => one.id) })),
        not_found: found.filter(({ orders }) => orders.length === 0).map(({ line }) => line),
        orders: rows.map((row) => wireRow(row, caller)),
      }
    },
  }),
]
