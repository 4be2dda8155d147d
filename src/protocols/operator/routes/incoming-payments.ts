import { type Static, Type } from 'typebox'
import { matchTransfers, Strays, takeTransfers } from '../../../deposits/incoming.ts'
import { fates, matchReport } from '../../../deposits/match-report.ts'
import { Providers, settingsOf } from '../../../deposits/providers.ts'
import { readStatement } from '../../../deposits/statement-file.ts'
import type { Stray } from '../../../deposits/stray.ts'
import type { StrayId } from '../../../lib/ids.ts'
import { formatMicros } from '../../../lib/money.ts'
import { inFieldsOf } from '../../kit/fields.ts'
import { amount, bodyOf, id, idParams, longId, oneOf, orNull, text, time } from '../../kit/shapes.ts'
import type { OperatorDeps } from '../deps.ts'
import { route } from '../route.ts'

const section = 'Money'

const line = Type.Object({
  line: Type.Integer({ description: 'Of the file, from 1' }),
  date: Type.String(),
  amount: amount('What came in'),
  words: Type.String(),
  outcome: oneOf(fates, {
    description:
      'credited; review: a person looks at its deposit; noted: its deposit is credited already; known: it was taken in before; unmatched, ambiguous: no deposit, or several, have its amount',
  }),
  deposit: orNull(longId),
  account: orNull(id),
  credit: orNull(amount(), 'What its deposit is credited with'),
  note: orNull(Type.String()),
})

const stray = Type.Object({
  id,
  provider: Type.String(),
  payment: Type.String({ description: "The payment's own name" }),
  amount: amount(),
  currency: Type.String(),
  paid_at: Type.String({ description: "On the wall of the provider's time zone" }),
  words: Type.String(),
  fitting: Type.Integer({ description: 'How many deposits have its amount' }),
  received_at: time(),
  closed_at: orNull(time()),
  closed_by: orNull(Type.String()),
  note: orNull(Type.String()),
})

const wireStray = (one: Stray): Static<typeof stray> => ({
  ...{ id: one.id, provider: one.providerCode, payment: one.paymentId, amount: formatMicros(one.amount) },
  ...{ currency: one.currency, paid_at: one.paidAt, words: one.words, fitting: one.fitting },
  ...{ received_at: one.receivedAt, closed_at: one.closedAt, closed_by: one.closedBy, note: one.note },
})

export const incomingPaymentRoutes = ({ sealer, clock }: Pick<OperatorDeps, 'sealer' | 'clock'>) => [
  route({
    method: 'POST',
    path: '/deposit-providers/:code/match',
    name: 'matchStatement',
    section,
    command: 'deposit match',
    summary: "Credit the deposits whose amounts are in a bank's statement",
    description:
      'Each line counts once, however often it comes. With `preview` it is said what would be done, and nothing is.',
    access: 'money.deposits',
    needsKey: true,
    params: Type.Object({ code: text(64) }),
    body: bodyOf({
      text: Type.String({ minLength: 1, maxLength: 2_000_000, description: 'The statement as CSV' }),
      date_column: Type.Optional(text(100)),
      amount_column: Type.Optional(text(100)),
      words_column: Type.Optional(text(100)),
      id_column: Type.Optional(text(100, { description: "The bank's own number of a line" })),
      date_order: Type.Optional(oneOf(['dmy', 'mdy'] as const)),
      preview: Type.Boolean({ description: 'Credit nothing' }),
    }),
    answer: Type.Object({
      applied: Type.Boolean(),
      credited: amount('In all'),
      currency: Type.String(),
      counts: Type.Object({
        ...Object.fromEntries(fates.map((fate) => [fate, Type.Integer()])),
        out: Type.Integer({ description: 'Lines on which money went out' }),
        undated: Type.Integer({ description: 'Lines without a date' }),
      }),
      lines: Type.Array(line),
    }),
    refusals: ['not_found', 'conflict', 'invalid_input'],
    handle: ({ desk, params, body }) =>
      inFieldsOf({ file: 'text' }, async () => {
        const provider = await new Providers(desk.change, sealer, clock).get(params.code)
        const { currency } = provider
        const { lines, ...rest } = readStatement(body.text, {
          columns: {
            date: body.date_column,
            amount: body.amount_column,
            words: body.words_column,
            id: body.id_column,
          },
          dateOrder: body.date_order,
          timeZone: String(settingsOf(provider)['time_zone'] ?? 'UTC'),
          ...{ currency, now: clock.now() },
        })
        const found = body.preview
          ? await matchTransfers(desk.change, provider, lines, 'statement')
          : await takeTransfers(desk.change, provider, lines, { told: 'statement', clock })
        return matchReport(found, { ...rest, currency, isApplied: !body.preview })
      }),
  }),
  route({
    method: 'GET',
    path: '/stray-payments',
    name: 'listStrayPayments',
    section,
    command: 'deposit stray list',
    summary:
      'Payments that hooks told of and that fit no deposit, the oldest first; those that nobody has closed',
    access: 'money.read',
    query: Type.Object({ limit: Type.Integer({ minimum: 1, maximum: 1000, default: 100 }) }),
    answer: Type.Object({ items: Type.Array(stray) }),
    handle: async ({ desk, query }) => ({
      items: (await new Strays(desk.read, clock).list(query.limit)).map(wireStray),
    }),
  }),
  route({
    method: 'POST',
    path: '/stray-payments/:id/credit',
    name: 'creditStrayPayment',
    section,
    command: 'deposit stray credit',
    summary: 'Put it on the balance of whoever sent it, once, and close it, in one step',
    access: 'money.deposits',
    needsKey: true,
    params: idParams,
    body: bodyOf({
      account: text(64, { description: 'Id or user name; its balance is in the currency of the payment' }),
      note: Type.Optional(
        text(500, { description: 'The reseller reads it; left out: the words of the payment' }),
      ),
    }),
    answer: Type.Object({ stray, account: id, available: amount('What the account has available now') }),
    refusals: ['not_found', 'conflict', 'invalid_input'],
    handle: async ({ desk, params, body }) => {
      const { stray, account, entry } = await new Strays(desk.change, clock).credit(params.id as StrayId, {
        ...{ account: body.account, actor: desk.actor, note: body.note },
      })
      const available = formatMicros(entry.availableAfter, account.currency)
      return { stray: wireStray(stray), account: account.id, available }
    },
  }),
  route({
    method: 'POST',
    path: '/stray-payments/:id/close',
    name: 'closeStrayPayment',
    section,
    command: 'deposit stray close',
    summary: 'What was to be done with it is done',
    access: 'money.deposits',
    needsKey: true,
    params: idParams,
    body: bodyOf({ note: Type.Optional(text(500, { description: 'What that was' })) }),
    answer: stray,
    refusals: ['not_found', 'conflict', 'invalid_input'],
    handle: async ({ desk, params, body }) =>
      wireStray(
        await new Strays(desk.change, clock).close(params.id as StrayId, {
          actor: desk.actor,
          note: body.note,
        }),
      ),
  }),
]
