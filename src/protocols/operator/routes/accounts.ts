import { type Static, Type } from 'typebox'
import {
  accountVersion,
  changeAccount,
  closeAccount,
  createAccount,
  findAccount,
  listAccounts,
  reopenAccount,
} from '../../../accounts/accounts.ts'
import { type AccountForm, type AccountView, accountAttributes } from '../../../accounts/attributes.ts'
import type { AccountId } from '../../../lib/ids.ts'
import { formatMicros } from '../../../lib/money.ts'
import { pageOf as pageOfFound } from '../../../lib/page.ts'
import { cursorText, readCursor } from '../../kit/cursors.ts'
import { fieldsOf, inFieldsOf } from '../../kit/fields.ts'
import {
  accountParams,
  amount,
  bodyOf,
  changesOf,
  givenAmount,
  id,
  MAX_ID,
  oneOf,
  orNull,
  pageOf,
  pageQuery,
  text,
  time,
  version,
} from '../../kit/shapes.ts'
import type { Caller } from '../caller.ts'
import type { OperatorDeps } from '../deps.ts'
import { type Call, route } from '../route.ts'

const section = 'Resellers'
const access = 'resellers.read'

const FIELDS = fieldsOf(accountAttributes)

const account = Type.Object({
  id,
  username: Type.String(),
  name: Type.String(),
  email: Type.String(),
  currency: Type.String(),
  group: orNull(Type.String(), 'The price group'),
  status: oneOf(['active', 'closed']),
  created_at: time(),
  version,
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
    version: accountVersion(view),
    ...(permissions.has('money.read') && {
      available: money(view.available),
      held: money(view.held),
      credit_limit: money(view.creditLimit),
      low_balance: view.lowBalance === null ? null : money(view.lowBalance),
    }),
  }
}

const group = text(64, { description: 'Id or name of a price group' })
const creditLimit = givenAmount('How far the balance may go below 0')

/** `changed` changes the account of a path, and gives it. */
async function changed(
  { desk, caller, params, version: seen }: Call<Static<typeof accountParams>>,
  changes: AccountForm,
): Promise<Static<typeof account>> {
  const { id: accountId } = await findAccount(desk.change, params.account)
  return wireAccount(
    await inFieldsOf(FIELDS, () => changeAccount(desk.change, accountId, changes, seen)),
    caller,
  )
}

export const accountRoutes = ({ clock }: Pick<OperatorDeps, 'clock'>) => [
  route({
    method: 'GET',
    path: '/accounts',
    name: 'listAccounts',
    exported: 'accounts',
    section,
    command: 'account list',
    summary: 'Resellers, by id',
    access,
    query: Type.Object({
      ...pageQuery,
      search: Type.Optional(text(200, { description: 'A part of the name, user name or e-mail address' })),
      group: Type.Optional(group),
      status: Type.Optional(oneOf(['active', 'closed'])),
    }),
    answer: pageOf(account),
    refusals: ['invalid_input'],
    handle: async ({ desk, caller, query: { limit, cursor, ...filter } }) => {
      const after = readCursor(cursor, filter, MAX_ID) as AccountId | undefined
      const found = await listAccounts(desk.read, filter, limit + 1, after)
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
    command: 'account show',
    summary: 'One reseller',
    access,
    params: accountParams,
    answer: account,
    refusals: ['not_found'],
    handle: async ({ desk, caller, params }) =>
      wireAccount(await findAccount(desk.read, params.account), caller),
  }),
  route({
    method: 'POST',
    path: '/accounts',
    name: 'createAccount',
    section,
    command: 'account create',
    summary: 'Make an account with its wallet',
    access: 'resellers.edit',
    further: [
      { field: 'group', permission: 'resellers.terms' },
      { field: 'credit_limit', permission: 'resellers.terms' },
      { field: 'deposit', permission: 'money.adjust' },
    ],
    needsKey: true,
    body: bodyOf({
      name: text(200),
      email: text(254),
      currency: text(3, { description: 'ISO 4217; it never changes' }),
      username: Type.Optional(text(64, { description: 'Made of the name when left out' })),
      group: Type.Optional(group),
      credit_limit: Type.Optional(creditLimit),
      deposit: Type.Optional(givenAmount('A first deposit')),
    }),
    answer: account,
    refusals: ['invalid_input', 'conflict'],
    handle: async ({ desk, caller, body: { credit_limit, ...body } }) =>
      wireAccount(
        await inFieldsOf(FIELDS, () =>
          createAccount(desk.change, { ...body, creditLimit: credit_limit }, desk.actor, clock),
        ),
        caller,
      ),
  }),
  route({
    method: 'PATCH',
    path: '/accounts/:account',
    name: 'changeAccount',
    section,
    command: 'account set',
    summary: 'Change what an account is called, and how it is written to',
    access: 'resellers.edit',
    params: accountParams,
    needsVersion: true,
    body: changesOf({
      name: text(200),
      email: text(254),
      low_balance: orNull(givenAmount('Its subscribers are told when less is left'), 'null: never'),
    }),
    answer: account,
    refusals: ['invalid_input', 'not_found'],
    handle: (call) => {
      const { low_balance, ...names } = call.body
      return changed(call, { ...names, lowBalance: low_balance })
    },
  }),
  route({
    method: 'PATCH',
    path: '/accounts/:account/terms',
    name: 'changeTerms',
    section,
    command: 'account set',
    summary: 'Change the price group and the credit limit of an account',
    access: 'resellers.terms',
    params: accountParams,
    needsVersion: true,
    body: changesOf({ group: orNull(group, 'null: none'), credit_limit: creditLimit }),
    answer: account,
    refusals: ['invalid_input', 'not_found'],
    handle: (call) => {
      const { credit_limit, group: given } = call.body
      return changed(call, { group: given, creditLimit: credit_limit })
    },
  }),
  ...(
    [
      ['close', 'closeAccount', 'Refuse all keys of an account; its open orders are finished', closeAccount],
      ['reopen', 'reopenAccount', 'Let the keys of a closed account work again', reopenAccount],
    ] as const
  ).map(([verb, name, summary, change]) =>
    route({
      method: 'POST',
      path: `/accounts/:account/${verb}`,
      name,
      section,
      command: `account ${verb}`,
      summary,
      access: 'resellers.terms',
      params: accountParams,
      answer: account,
      refusals: ['not_found'],
      handle: async ({ desk, caller, params }) => {
        const { id: accountId } = await findAccount(desk.change, params.account)
        return wireAccount(await change(desk.change, accountId), caller)
      },
    }),
  ),
]
