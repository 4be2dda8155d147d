import { type Static, Type } from 'typebox'
import { findAccount } from '../../../accounts/accounts.ts'
import { actorNames } from '../../../audit/actors.ts'
import { actions, type Change } from '../../../audit/change.ts'
import { nouns } from '../../../audit/nouns.ts'
import { amountsOf, readTrail } from '../../../audit/trail.ts'
import { bound, timeOf } from '../../../contract/page.ts'
import type { OrderId } from '../../../lib/ids.ts'
import { DAY_MS } from '../../../lib/time.ts'
import { type Role, roles } from '../../../staff/roles.ts'
import { supplierIdOf } from '../../../suppliers/suppliers.ts'
import { cursorText, readCursor } from '../../kit/cursors.ts'
import { id, oneOf, orNull, pageOf, pageQuery, text, time } from '../../kit/shapes.ts'
import { route } from '../route.ts'

const values = orNull(Type.Record(Type.String(), Type.Unknown()))

const change = Type.Object({
  id: Type.Integer(),
  at: time(),
  actor: Type.String({
    description: '`staff:`, `token:` or `key:` with an id, `cli:` with a user, or `imeigate`',
  }),
  actor_name: orNull(Type.String(), 'What the person, program or key is called now'),
  role: orNull(oneOf(roles), "A person's role at that time"),
  sign_in_id: orNull(Type.Integer(), 'The sign-in of the person'),
  address: orNull(Type.String(), 'Where the person or program came from'),
  trace_id: orNull(Type.String(), 'The id of the request, which its answer has as `x-request-id`'),
  plan: orNull(Type.Integer(), 'The plan by which it was changed'),
  why: orNull(Type.String()),
  what: Type.String(),
  subject: Type.String(),
  account_id: orNull(id),
  currency: orNull(Type.String(), 'Of its amounts; null: it has none, or nobody knows'),
  amounts: Type.Array(Type.String(), { description: 'The names of those values that are amounts' }),
  before: values,
  after: values,
})

const ofAmounts = (one: Change) => {
  const amounts = amountsOf(one)
  return { currency: amounts.length > 0 ? one.currency : null, amounts }
}

const wireChange = (one: Change, names: ReadonlyMap<string, string>): Static<typeof change> => ({
  ...{ id: one.id, at: one.at, actor: one.actor, actor_name: names.get(one.actor) ?? null },
  ...{ role: one.role as Role | null, sign_in_id: one.signInId },
  ...{ address: one.address, trace_id: one.traceId, plan: one.planId, why: one.why },
  ...{ what: one.what, subject: one.subject, account_id: one.accountId },
  ...ofAmounts(one),
  ...{ before: one.before, after: one.after },
})

export const auditRoutes = () => [
  route({
    method: 'GET',
    path: '/audit',
    name: 'listChanges',
    exported: 'changes',
    section: 'Audit',
    command: 'trail',
    summary: 'Who changed what, and how it was before, the newest first',
    description:
      'A narrowed list looks at 200,000 changes at a time: a page may have few of them, or none, and go on behind its cursor.',
    access: 'audit.read',
    query: Type.Object({
      ...pageQuery,
      what: Type.Optional(oneOf(nouns)),
      action: Type.Optional(oneOf(actions, { description: 'What was done of the thing' })),
      subject: Type.Optional(text(200, { description: 'The id of the thing' })),
      account: Type.Optional(text(64, { description: 'Id or user name' })),
      supplier: Type.Optional(
        text(100, { description: 'Id or name: of the supplier and of its routes, list, pauses and top-ups' }),
      ),
      order: Type.Optional(
        Type.Integer({
          ...{ minimum: 1, maximum: Number.MAX_SAFE_INTEGER },
          description: 'The number of an order: of its items, notes and shared results',
        }),
      ),
      actor: Type.Optional(text(200)),
      q: Type.Optional(
        text(100, {
          description: 'A part of what it is, of its id, of the reason, or of the name of who changed it',
        }),
      ),
      from: bound('The first instant: a time with its zone, or a day in UTC'),
      to: bound('The first instant behind it, or the last day in UTC'),
    }),
    answer: pageOf(change),
    refusals: ['not_found'],
    handle: async ({ desk, query }) => {
      const { limit, cursor, account, supplier, order, q, from, to, ...rest } = query
      const filter = {
        ...{ ...rest, text: q, order: order as OrderId | undefined },
        accountId: account === undefined ? undefined : (await findAccount(desk.read, account)).id,
        supplierId: supplier === undefined ? undefined : await supplierIdOf(desk.read, supplier),
        from: from === undefined ? undefined : timeOf(from),
        to: to === undefined ? undefined : timeOf(to, DAY_MS),
      }
      const before = readCursor(cursor, filter)
      const { items, next } = await readTrail(desk.read, { ...filter, before, limit })
      const names = await actorNames(
        desk.read,
        items.map(({ actor }) => actor),
      )
      return {
        page: {
          items: items.map((one) => wireChange(one, names)),
          next_cursor: cursorText(next, filter),
        },
      }
    },
  }),
]
