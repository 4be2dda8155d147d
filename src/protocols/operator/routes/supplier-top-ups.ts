import { type Static, Type } from 'typebox'
import { actorNames } from '../../../audit/actors.ts'
import { digest } from '../../../idempotency/idempotency.ts'
import { MAX_ID } from '../../../lib/ids.ts'
import { topUpJson, topUpWaysJson } from '../../../suppliers/top-up-json.ts'
import {
  askAboutTopUp,
  beginTopUp,
  closeTopUp,
  listTopUps,
  noteTopUp,
  readTopUpWays,
  type TopUp,
  topUpStates,
} from '../../../suppliers/top-ups.ts'
import { cursorText, readCursor } from '../../kit/cursors.ts'
import {
  amount,
  bodyOf,
  givenAmount,
  id,
  oneOf,
  orNull,
  pageOf,
  pageQuery,
  reason,
  text,
  time,
} from '../../kit/shapes.ts'
import type { OperatorDeps } from '../deps.ts'
import { route } from '../route.ts'

const section = 'Suppliers'

const supplierParams = Type.Object({ supplier: text(100, { description: 'Id or name' }) })
const topUpParams = Type.Object({ ...supplierParams.properties, id })

const topUp = Type.Object({
  id,
  at: time(),
  actor: Type.String(),
  actor_name: orNull(Type.String()),
  way: orNull(Type.String(), 'Code of its way to pay in; null: it was written down'),
  amount: amount('What was wanted'),
  currency: Type.String(),
  state: oneOf(topUpStates, {
    description:
      '`unknown`: nobody knows whether it was begun; `not_begun`: it was refused; `given_up`: a person follows it no more; `noted`: a person wrote it down; the others as the supplier says',
  }),
  reference: orNull(Type.String(), "The supplier's number, or the payment's that was written down"),
  note: orNull(Type.String()),
  credited: orNull(amount(), 'What the supplier credits'),
  to_pay: orNull(amount(), 'What is to be paid for it'),
  pay_to: Type.Object(
    {
      account_number: orNull(Type.String()),
      account_holder_name: orNull(Type.String()),
      bank: orNull(Type.String()),
      instructions: orNull(Type.String()),
      payment_url: orNull(Type.String(), 'A page of http or https'),
      qr_string: orNull(Type.String(), 'What a QR code holds that names payee and amount'),
    },
    { description: 'How it is paid, as the supplier says' },
  ),
  expires_at: orNull(time(), 'Until when it can be paid'),
  reason: orNull(Type.String(), 'Why it was refused or has failed, or why nobody knows'),
  ended_at: orNull(time()),
  asked_at: orNull(time(), 'When the supplier last answered about it; null: never'),
})

const wireTopUp = (one: TopUp, names?: ReadonlyMap<string, string>): Static<typeof topUp> => ({
  ...topUpJson(one),
  actor_name: names?.get(one.actor) ?? null,
})

export const supplierTopUpRoutes = ({
  sealer,
  context,
  clock,
}: Pick<OperatorDeps, 'sealer' | 'context' | 'clock'>) => [
  route({
    method: 'GET',
    path: '/suppliers/:supplier/top-up-ways',
    name: 'listTopUpWays',
    section,
    summary: 'Ask a supplier for its ways to pay in to our account there, where its protocol has deposits',
    command: 'supplier top-up ways',
    access: 'costs.read',
    params: supplierParams,
    answer: Type.Object({
      currency: Type.String(),
      ways: orNull(
        Type.Array(
          Type.Object({
            code: Type.String(),
            name: Type.String(),
            min_amount: orNull(amount()),
            max_amount: orNull(amount()),
            fee_percent: Type.String({ description: 'Percent of what is credited, paid on top of it' }),
            fee_flat: amount('Paid on top, too'),
          }),
        ),
        'null: its protocol has none, or `problem` says why they could not be had',
      ),
      problem: orNull(Type.String()),
    }),
    refusals: ['not_found', 'invalid_input'],
    handle: async ({ desk, params }) => {
      const parts = { sql: desk.read, sealer: await sealer(), context }
      return topUpWaysJson(await readTopUpWays(parts, params.supplier))
    },
  }),
  route({
    method: 'GET',
    path: '/suppliers/:supplier/top-ups',
    name: 'listTopUps',
    section,
    summary: 'Money paid in to our account at a supplier, the newest first',
    command: 'supplier top-up list',
    access: 'costs.read',
    params: supplierParams,
    query: Type.Object(pageQuery),
    answer: pageOf(topUp),
    refusals: ['not_found'],
    handle: async ({ desk, params, query: { limit, cursor } }) => {
      const mark = { supplier: params.supplier }
      const before = readCursor(cursor, mark, MAX_ID) ?? MAX_ID
      const { topUps } = await listTopUps(desk.read, params.supplier, { before, limit: limit + 1 })
      const items = topUps.slice(0, limit)
      const names = await actorNames(
        desk.read,
        items.map(({ actor }) => actor),
      )
      return {
        page: {
          items: items.map((one) => wireTopUp(one, names)),
          next_cursor: cursorText(topUps.length > limit ? items.at(-1)?.id : undefined, mark),
        },
      }
    },
  }),
  route({
    method: 'POST',
    path: '/suppliers/:supplier/top-ups',
    name: 'topUpSupplier',
    section,
    summary: 'Begin a deposit to our account at a supplier: the answer says how to pay',
    description:
      'It is written down before the supplier is asked. Where the answer is lost it is `unknown`, and nothing more is begun there until that is known: `409`. The same request under the same key begins nothing more.',
    command: 'supplier top-up begin',
    access: 'suppliers.edit',
    isApart: true,
    needsKey: true,
    params: supplierParams,
    body: bodyOf({ way: text(64, { description: 'Code of its way to pay in' }), amount: givenAmount() }),
    answer: topUp,
    refusals: ['not_found', 'invalid_input', 'conflict'],
    handle: async ({ desk, params, body, request }) => {
      const parts = { sql: desk.change, sealer: await sealer(), context }
      const key = digest('top-up', desk.actor, String(request.headers['idempotency-key']))
      return wireTopUp(await beginTopUp(parts, params.supplier, { ...body, actor: desk.actor }, key))
    },
  }),
  route({
    method: 'POST',
    path: '/suppliers/:supplier/top-ups/note',
    name: 'noteTopUp',
    section,
    summary: 'Write down a top-up of a supplier that was paid elsewhere',
    command: 'supplier top-up note',
    access: 'suppliers.edit',
    needsKey: true,
    params: supplierParams,
    body: bodyOf({
      amount: givenAmount("In the supplier's currency"),
      reference: Type.Optional(text(200, { description: 'Of the payment' })),
      note: Type.Optional(text(1000)),
    }),
    answer: topUp,
    refusals: ['not_found', 'invalid_input'],
    handle: async ({ desk, params, body }) =>
      wireTopUp(await noteTopUp(desk.change, clock, params.supplier, { ...body, actor: desk.actor })),
  }),
  route({
    method: 'POST',
    path: '/suppliers/:supplier/top-ups/:id/ask',
    name: 'askAboutTopUp',
    section,
    summary: 'Ask a supplier how a deposit stands, or look for one whose answer was lost; nothing is paid',
    description:
      'Once it is credited, the supplier is asked for our balance, too. One that was given up is followed again where it is there.',
    command: 'supplier top-up ask',
    access: 'suppliers.edit',
    isApart: true,
    params: topUpParams,
    answer: topUp,
    refusals: ['not_found'],
    handle: async ({ desk, params }) => {
      const parts = { sql: desk.change, sealer: await sealer(), context }
      return wireTopUp(await askAboutTopUp(parts, params.supplier, params.id))
    },
  }),
  route({
    method: 'POST',
    path: '/suppliers/:supplier/top-ups/:id/close',
    name: 'closeTopUp',
    section,
    summary: 'Follow a top-up no more: it is not there, or is not to be paid',
    description:
      'One of which nobody knows must have been asked about before: `409`. At the supplier nothing changes.',
    command: 'supplier top-up close',
    access: 'suppliers.edit',
    params: topUpParams,
    body: bodyOf({ why: reason }),
    answer: topUp,
    refusals: ['not_found', 'conflict', 'invalid_input'],
    handle: async ({ desk, params, body }) =>
      wireTopUp(await closeTopUp(desk.change, clock, params.supplier, { id: params.id, why: body.why })),
  }),
]
