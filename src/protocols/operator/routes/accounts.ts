import { type Static, Type } from 'typebox'
import { invitePerson } from '../../../account-people/account-people.ts'
import {
  accountVersion,
  changeAccount,
  closeAccount,
  createAccount,
  findAccount,
  reopenAccount,
} from '../../../accounts/accounts.ts'
import { type AccountForm, type AccountView, accountAttributes } from '../../../accounts/attributes.ts'
import { actorNames } from '../../../audit/actors.ts'
import { bound, timeOf } from '../../../contract/page.ts'
import { Refusal } from '../../../errors.ts'
import { previewMove } from '../../../ledger/move-preview.ts'
import { amountOf } from '../../../lib/amount.ts'
import { invalid, refusalFor } from '../../../lib/fault.ts'
import { MAX_ID } from '../../../lib/ids.ts'
import { formatMicros, isCurrency, micros, ZERO } from '../../../lib/money.ts'
import { whys } from '../../../lib/whys.ts'
import { addAccountNote, listAccountNotes, pinAccountNote } from '../../../resellers/notes.ts'
import {
  everyReseller,
  isLow,
  listResellers,
  type Reseller,
  type ResellerFilter,
  type ResellerPlace,
  resellerSorts,
  resellerStates,
  withFigures,
} from '../../../resellers/resellers.ts'
import type { StaffPermission } from '../../../staff/roles.ts'
import { wirePersonInvited } from '../../kit/account-person-shapes.ts'
import { cursorOfTexts, readTexts } from '../../kit/cursors.ts'
import { fieldsOf, inFieldsOf } from '../../kit/fields.ts'
import {
  accountParams,
  amount,
  bodyOf,
  changesOf,
  givenAmount,
  id,
  oneOf,
  orNull,
  pageOf,
  pageQuery,
  reason,
  text,
  time,
  version,
} from '../../kit/shapes.ts'
import { type Caller, refuseUnless } from '../caller.ts'
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
  spendable: Type.Optional(amount('What new orders may cost: `available` and the credit limit')),
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
      spendable: money(view.available + view.creditLimit),
      low_balance: view.lowBalance === null ? null : money(view.lowBalance),
    }),
  }
}

const reseller = Type.Object({
  ...account.properties,
  last_order_at: orNull(time(), 'null: it has never ordered'),
  orders_30d: Type.Integer({ description: 'Orders of the last 30 days, without today’s last moments' }),
  success_30d: orNull(Type.Number(), 'Of what was charged or failed, from 0 to 1; null: there is neither'),
  turnover_30d: Type.Optional(amount('Only for who has `reports.read`, as the next one')),
  refunded_30d: Type.Optional(amount()),
  low: Type.Optional(
    Type.Boolean({ description: 'Less is left than `low_balance`; only with `money.read`' }),
  ),
  webhook: orNull(oneOf(['failing', 'paused']), 'What is wrong with a webhook of it'),
  invited: Type.Boolean({
    description: 'People were invited to its portal, and none of them has taken that up yet',
  }),
  refused_24h: Type.Integer({ description: 'Refused requests of the last 24 hours, counted up to 1,000' }),
})

function wireReseller(one: Reseller, caller: Caller): Static<typeof reseller> {
  const { figures, currency } = one
  const { charged = 0, failed = 0, rejected = 0 } = figures ?? {}
  return {
    ...wireAccount(one, caller),
    last_order_at: one.lastOrderAt ?? null,
    orders_30d: figures?.orders ?? 0,
    success_30d: charged + failed === 0 ? null : (charged - rejected) / (charged + failed),
    ...(caller.permissions.has('reports.read') && {
      turnover_30d: formatMicros(figures?.turnover ?? ZERO, currency),
      refunded_30d: formatMicros(figures?.refunded ?? ZERO, currency),
    }),
    ...(caller.permissions.has('money.read') && { low: isLow(one) }),
    ...{ webhook: one.webhook, invited: one.isInvited },
    refused_24h: one.refused,
  }
}

const yes = oneOf(['yes'])

const resellerFilter = {
  search: Type.Optional(text(200, { description: 'A part of the name, user name or e-mail address' })),
  group: Type.Optional(text(64, { description: 'Id or name of a price group' })),
  status: Type.Optional(
    oneOf(resellerStates, {
      description: '`invited`: active, and nobody has taken up an invitation to its portal yet',
    }),
  ),
  currency: Type.Optional(text(3)),
  low_balance: Type.Optional(yes),
  in_credit: Type.Optional(yes),
  no_order_since: bound('Nothing was ordered since this time with its zone, or day in UTC; or never'),
  webhook: Type.Optional(oneOf(['failing', 'paused'])),
  refused_gte: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 1000, description: 'Refused requests of the last 24 hours' }),
  ),
  sort: Type.Optional(
    oneOf(resellerSorts, { description: 'Amounts of several currencies stand by currency' }),
  ),
}

/** `neededFor` gives what somebody must be allowed to read who filters or sorts by it. */
function neededFor({ low_balance, in_credit, sort = 'id' }: Record<string, unknown>): StaffPermission[] {
  return [
    ...(low_balance || in_credit || String(sort).endsWith('available') ? (['money.read'] as const) : []),
    ...(String(sort).endsWith('turnover') ? (['reports.read'] as const) : []),
  ]
}

/** `filterOf` reads a filter. Throws invalid_input. */
function filterOf(given: Static<Type.TObject<typeof resellerFilter>>): ResellerFilter {
  const { currency, no_order_since: since } = given
  if (currency !== undefined && !isCurrency(currency.toUpperCase()))
    throw refusalFor(invalid('currency', whys.currency()))
  return {
    ...{ search: given.search, group: given.group, status: given.status },
    ...{ currency: currency?.toUpperCase(), webhook: given.webhook, refused: given.refused_gte },
    ...{ isLow: given.low_balance === 'yes', isInCredit: given.in_credit === 'yes' },
    noOrderSince: since === undefined ? undefined : timeOf(since),
  }
}

/** `readPlace` reads where a page begins. Throws invalid_input. */
function readPlace(cursor: string | undefined, given: object): ResellerPlace | undefined {
  const [text = '', number = '', id = ''] = readTexts(cursor, given, 3) ?? []
  if (cursor === undefined) return undefined
  if (!/^-?\d{1,19}$/.test(number) || !/^\d{1,10}$/.test(id) || Number(id) > MAX_ID)
    throw new Refusal('invalid_input', 'is no cursor of this list', 'cursor')
  return { text, number: BigInt(number), id: Number(id) }
}

const note = Type.Object({
  id: Type.Integer(),
  at: time(),
  actor: Type.String(),
  name: orNull(Type.String(), 'That of the person or of the program'),
  text: Type.String(),
  pinned: Type.Boolean(),
})

const notes = Type.Object({ items: Type.Array(note) })

const noteParams = Type.Object({
  ...accountParams.properties,
  note: Type.Integer({ minimum: 1, maximum: MAX_ID }),
})

const movePreview = Type.Object({
  currency: Type.String(),
  available: amount('Now'),
  after: amount('What it would be then'),
  spendable_now: amount('What can be spent now, with the credit limit'),
  spendable: amount('What could be spent then, with the credit limit'),
  fits: Type.Boolean({ description: 'It would not be below minus the credit limit' }),
  same: orNull(
    Type.Object({ at: time(), actor_name: orNull(Type.String()), note: orNull(Type.String()) }),
    'The last one of the same amount and note within 24 hours; null: there was none',
  ),
})

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

export const accountRoutes = ({ clock, publicUrl }: Pick<OperatorDeps, 'clock' | 'publicUrl'>) => [
  route({
    method: 'GET',
    path: '/accounts',
    name: 'listAccounts',
    exported: 'accounts',
    section,
    command: 'account list',
    summary: 'Resellers, by id unless sorted otherwise, with what they did lately',
    description:
      '`low_balance`, `in_credit` and the order of balances need `money.read`, that of turnover `reports.read`.',
    access,
    query: Type.Object({ ...pageQuery, ...resellerFilter }),
    answer: pageOf(reseller),
    refusals: ['invalid_input'],
    handle: async ({ desk, caller, query: { limit, cursor, ...given } }) => {
      refuseUnless(caller, neededFor(given))
      const after = readPlace(cursor, given)
      const wanted = { ...filterOf(given), sort: given.sort, after, limit }
      const { items, next } = await listResellers(desk.read, wanted, clock.now())
      return {
        page: {
          items: items.map((one) => wireReseller(one, caller)),
          next_cursor: cursorOfTexts(next && [next.text, String(next.number), String(next.id)], given),
        },
      }
    },
    async *everything({ desk, caller, query: { limit: _, cursor: __, ...given } }) {
      refuseUnless(caller, neededFor(given))
      const wanted = { ...filterOf(given), sort: given.sort }
      for await (const some of everyReseller(desk.read, wanted, clock.now()))
        yield some.map((one) => wireReseller(one, caller))
    },
  }),
  route({
    method: 'GET',
    path: '/accounts/:account',
    name: 'getAccount',
    section,
    command: 'account show',
    summary: 'One reseller, with what it did lately',
    access,
    params: accountParams,
    answer: reseller,
    refusals: ['not_found'],
    handle: async ({ desk, caller, params }) => {
      const found = await findAccount(desk.read, params.account)
      const [one] = await withFigures(desk.read, [found], clock.now())
      return wireReseller(one as Reseller, caller)
    },
  }),
  route({
    method: 'GET',
    path: '/accounts/:account/move-preview',
    name: 'previewMove',
    section,
    summary:
      'What a payment or an adjustment would do to a balance, and whether there was the same one a short time ago',
    access: 'money.read',
    params: accountParams,
    query: Type.Object({
      amount: Type.Optional(givenAmount('Down when it is negative; 0 when left out')),
      times: Type.Integer({
        minimum: 1,
        maximum: 10_000,
        default: 1,
        description: 'Once for each item of an order',
      }),
      credit_limit: Type.Optional(givenAmount('With this credit limit; the present one when left out')),
      note: Type.Optional(text(500)),
    }),
    answer: movePreview,
    refusals: ['invalid_input', 'not_found'],
    handle: async ({ desk, params, query }) => {
      const { amount: given = '0', times, credit_limit: limit, note: why } = query
      const found = await findAccount(desk.read, params.account)
      const { currency, available, creditLimit } = found
      const moved = micros(amountOf(given, 'amount', currency) * BigInt(times))
      const limitThen = limit === undefined ? creditLimit : amountOf(limit, 'credit_limit', currency)
      if (limitThen < ZERO) throw new Refusal('invalid_input', 'must be 0 or more', 'credit_limit')
      const after = available + moved
      const same = await previewMove(desk.read, found.id, { amount: moved, note: why ?? null }, clock)
      const money = (value: bigint): string => formatMicros(value, currency)
      const names = await actorNames(desk.read, same?.actor ? [same.actor] : [])
      return {
        ...{ currency, available: money(available), after: money(after) },
        ...{ spendable_now: money(available + creditLimit), spendable: money(after + limitThen) },
        // Money comes in whatever is owed; a limit is not set below that.
        fits: (limit === undefined && moved >= ZERO) || after >= -limitThen,
        same: same && {
          at: same.at,
          actor_name: names.get(same.actor ?? '') ?? same.actor,
          note: same.note,
        },
      }
    },
  }),
  route({
    method: 'GET',
    path: '/accounts/:account/notes',
    name: 'listAccountNotes',
    section,
    summary: 'What people wrote down of a reseller: what is pinned, then the newest first',
    access,
    params: accountParams,
    answer: notes,
    refusals: ['not_found'],
    handle: async ({ desk, params }) => {
      const { id: accountId } = await findAccount(desk.read, params.account)
      return { items: await listAccountNotes(desk.read, accountId) }
    },
  }),
  route({
    method: 'POST',
    path: '/accounts/:account/notes',
    name: 'addAccountNote',
    section,
    summary: 'Write something down of a reseller, for the staff alone',
    access: 'resellers.edit',
    params: accountParams,
    body: bodyOf({ text: text(2000), pinned: Type.Optional(Type.Boolean()) }),
    answer: notes,
    refusals: ['not_found', 'invalid_input'],
    handle: async ({ desk, params, body: { text: words, pinned = false } }) => {
      const { id: accountId } = await findAccount(desk.change, params.account)
      await addAccountNote(desk.change, accountId, { text: words, pinned, actor: desk.actor }, clock)
      return { items: await listAccountNotes(desk.change, accountId) }
    },
  }),
  ...(
    [
      ['pin', 'pinAccountNote', 'Put a note of a reseller before the others', true],
      ['unpin', 'unpinAccountNote', 'Put a note of a reseller back among the others', false],
    ] as const
  ).map(([verb, name, summary, pinned]) =>
    route({
      method: 'POST',
      path: `/accounts/:account/notes/:note/${verb}`,
      name,
      section,
      summary,
      access: 'resellers.edit',
      params: noteParams,
      answer: notes,
      refusals: ['not_found'],
      handle: async ({ desk, params }) => {
        const { id: accountId } = await findAccount(desk.change, params.account)
        await pinAccountNote(desk.change, accountId, { id: params.note, pinned })
        return { items: await listAccountNotes(desk.change, accountId) }
      },
    }),
  ),
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
      { field: 'invite', permission: 'people.edit' },
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
      invite: Type.Optional(
        text(254, { description: 'The e-mail address of a person who is invited to it as its owner' }),
      ),
    }),
    shownOnce: ['link'],
    answer: Type.Object({
      ...account.properties,
      link: orNull(
        Type.String(),
        'The invitation. It was mailed, too, and is shown this once; null: nobody was invited',
      ),
    }),
    refusals: ['invalid_input', 'conflict'],
    handle: async ({ desk, caller, body: { credit_limit, invite, ...body } }) => {
      const made = await inFieldsOf(FIELDS, () =>
        createAccount(desk.change, { ...body, creditLimit: credit_limit }, desk.actor, clock),
      )
      const invitation =
        invite === undefined
          ? undefined
          : await inFieldsOf({ email: 'invite' }, () =>
              invitePerson(desk.change, made.id, { role: 'owner', email: invite }, clock),
            )
      return {
        ...wireAccount(made, caller),
        link: invitation ? wirePersonInvited(invitation, publicUrl).link : null,
      }
    },
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
  route({
    method: 'POST',
    path: '/accounts/:account/close',
    name: 'closeAccount',
    section,
    command: 'account close',
    summary: 'Refuse all keys of an account; its open orders are finished',
    access: 'resellers.terms',
    params: accountParams,
    body: bodyOf({ why: reason }),
    answer: account,
    refusals: ['not_found', 'invalid_input'],
    handle: async ({ desk, caller, params, body: { why } }) => {
      const { id: accountId } = await findAccount(desk.change, params.account)
      return wireAccount(await closeAccount(desk.change, accountId, why), caller)
    },
  }),
  route({
    method: 'POST',
    path: '/accounts/:account/reopen',
    name: 'reopenAccount',
    section,
    command: 'account reopen',
    summary: 'Let the keys of a closed account work again',
    access: 'resellers.terms',
    params: accountParams,
    answer: account,
    refusals: ['not_found'],
    handle: async ({ desk, caller, params }) => {
      const { id: accountId } = await findAccount(desk.change, params.account)
      return wireAccount(await reopenAccount(desk.change, accountId), caller)
    },
  }),
]
