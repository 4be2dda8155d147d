import { type Static, Type } from 'typebox'
import { findAccount, listAccounts } from '../../../accounts/accounts.ts'
import type { AccountView } from '../../../accounts/attributes.ts'
import type { AccountId } from '../../../lib/ids.ts'
import { formatMicros } from '../../../lib/money.ts'
import { pageOf as pageOfFound } from '../../../lib/page.ts'
import type { Caller } from '../caller.ts'
import { cursorText, readCursor } from '../cursors.ts'
import { route } from '../route.ts'
import { amount, id, MAX_ID, oneOf, orNull, pageOf, pageQuery, text, time } from '../shapes.ts'

const section = 'Resellers'
const access = 'resellers.read'

const account = Type.Object({
  id,
  username: Type.String(),
  name: Type.String(),
  email: Type.String(),
  currency: Type.String(),
  group: orNull(Type.String(), 'The price group'),
  status: oneOf(['active', 'closed']),
  created_at: time(),
  available: Type.Optional(amount('Only for who has `money.read`, as the next ones')),
  held: Type.Optional(amount()),
  credit_limit: Type.Optional(amount()),
  low_balance: Type.Optional(orNull(amount())),
})

function wireAccount(view: AccountView, { permissions }: Caller): Static<typeof account> {
  const { id: number, username, name, email, currency, group, status, createdAt } = view
  const money = (value: bigint): string => formatMicros(value, currency)
  return {
    ...{ id: number, username, name, email, currency, group, status, created_at: createdAt },
    ...(permissions.has('money.read') && {
      available: money(view.available),
      held: money(view.held),
      credit_limit: money(view.creditLimit),
      low_balance: view.lowBalance === null ? null : money(view.lowBalance),
    }),
  }
}

export const accountRoutes = () => [
  route({
    method: 'GET',
    path: '/accounts',
    name: 'listAccounts',
    section,
    summary: 'Resellers, by id',
    access,
    query: Type.Object({
      ...pageQuery,
      search: Type.Optional(text(200, { description: 'A part of the name, user name or e-mail address' })),
    }),
    answer: pageOf(account),
    handle: async ({ desk, caller, query: { limit, cursor, search } }) => {
      const filter = { search }
      const after = readCursor(cursor, filter, MAX_ID) as AccountId | undefined
      const found = await listAccounts(desk.read, search, limit + 1, after)
      const { items, next } = pageOfFound(found, limit, (last) => last.id)
      return {
        page: {
          items: items.map((one) => wireAccount(one, caller)),
          next_cursor: cursorText(next, filter),
        },
      }
    },
  }),
  route({
    method: 'GET',
    path: '/accounts/:account',
    name: 'getAccount',
    section,
    summary: 'One reseller',
    access,
    params: Type.Object({ account: text(64, { description: 'Id or user name' }) }),
    answer: account,
    refusals: ['not_found'],
    handle: async ({ desk, caller, params }) =>
      wireAccount(await findAccount(desk.read, params.account), caller),
  }),
]
