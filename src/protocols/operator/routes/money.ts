import { type Static, Type } from 'typebox'
import { findAccount } from '../../../accounts/accounts.ts'
import { bound, timeOf } from '../../../contract/page.ts'
import { mutationReasons, mutationTypes } from '../../../contract/wallet.ts'
import { Adjustments } from '../../../ledger/adjustments.ts'
import type { BalanceChange } from '../../../ledger/balance-change.ts'
import { LedgerReader } from '../../../ledger/ledger-reader.ts'
import { amountOf } from '../../../lib/amount.ts'
import type { EntryId } from '../../../lib/ids.ts'
import { formatMicros } from '../../../lib/money.ts'
import { DAY_MS } from '../../../lib/time.ts'
import { fileNameOf, type StatementFormat, statementFormats } from '../../../statements/formats.ts'
import { parseMonth } from '../../../statements/month.ts'
import { statementsOn } from '../../../statements/statements.ts'
import { cursorText, readCursor } from '../../kit/cursors.ts'
import {
  accountParams,
  amount,
  bodyOf,
  givenAmount,
  id,
  longId,
  oneOf,
  orNull,
  pageOf,
  pageQuery,
  text,
  time,
} from '../../kit/shapes.ts'
import type { OperatorDeps } from '../deps.ts'
import { route } from '../route.ts'

const section = 'Money'

const balanceChange = Type.Object({
  id: longId,
  type: oneOf(mutationTypes),
  reason: oneOf(mutationReasons),
  amount: amount('Never negative: the type says which way it went'),
  balance_after: amount(),
  note: orNull(Type.String()),
  order: orNull(longId),
  created_at: time(),
})

const wireBalanceChange = (one: BalanceChange, currency: string): Static<typeof balanceChange> => ({
  ...{ id: one.id, type: one.type, reason: one.reason, amount: formatMicros(one.amount, currency) },
  balance_after: formatMicros(one.balanceAfter, currency),
  ...{ note: one.note, order: one.orderId, created_at: one.createdAt },
})

const entry = Type.Object({
  id: longId,
  account: id,
  kind: oneOf(['deposit', 'adjust_up', 'adjust_down']),
  amount: amount('Never negative: the kind says which way it went'),
  available: amount('What the account had available then'),
  currency: Type.String(),
  note: orNull(Type.String()),
  reference: orNull(Type.String()),
  repeated: Type.Boolean({ description: 'It was made under this reference before, and nothing moved now' }),
  created_at: time(),
})

const formats = Object.keys(statementFormats) as StatementFormat[]

export const moneyRoutes = ({ clock }: Pick<OperatorDeps, 'clock'>) => [
  ...(
    [
      ['deposit', 'depositByHand', 'Credit a payment to an account', 'More than 0', Type.Optional(text(500))],
      [
        'adjust',
        'adjustBalance',
        'Correct the balance of an account, up or down',
        'Down when it is negative',
        text(500),
      ],
    ] as const
  ).map(([verb, name, summary, what, note]) =>
    route({
      method: 'POST',
      path: `/accounts/:account/${verb}`,
      name,
      section,
      command: verb,
      summary,
      access: 'money.adjust',
      params: accountParams,
      needsKey: true,
      body: bodyOf({
        amount: givenAmount(what),
        note,
        reference: Type.Optional(
          text(200, {
            description: 'Names the request for the account, which counts once however often it is made',
          }),
        ),
      }),
      answer: entry,
      refusals: ['invalid_input', 'not_found', 'insufficient_balance', 'conflict'],
      handle: async ({ desk, params, body }) => {
        const { id: accountId, currency } = await findAccount(desk.change, params.account)
        const given = body as { amount: string; note?: string; reference?: string }
        const made = await new Adjustments(desk.change, clock)[verb](
          accountId,
          amountOf(given.amount, 'amount', currency),
          { actor: desk.actor, note: given.note, reference: given.reference },
        )
        return {
          ...{ id: made.id, account: accountId, kind: made.kind as Static<typeof entry>['kind'] },
          amount: formatMicros(made.amount, currency),
          available: formatMicros(made.availableAfter, currency),
          ...{ currency, note: made.note, reference: made.reference, repeated: made.isRepeated },
          created_at: made.createdAt,
        }
      },
    }),
  ),
  route({
    method: 'GET',
    path: '/accounts/:account/ledger',
    name: 'listBalanceChanges',
    exported: 'balanceChanges',
    section,
    summary: 'What moved the balance of an account, the newest first',
    description:
      'A narrowed list looks at 20,000 entries at a time: a page may have few of them, or none, and go on behind its cursor.',
    access: 'money.read',
    params: accountParams,
    query: Type.Object({
      ...pageQuery,
      type: Type.Optional(oneOf(mutationTypes)),
      reason: Type.Optional(oneOf(mutationReasons)),
      from: bound('The first instant: a time with its zone, or a day in UTC'),
      to: bound('The first instant behind it, or the last day in UTC'),
    }),
    answer: pageOf(balanceChange),
    refusals: ['not_found'],
    handle: async ({ desk, params, query: { limit, cursor, from, to, ...rest } }) => {
      const { id: accountId, currency } = await findAccount(desk.read, params.account)
      const filter = {
        ...rest,
        ...(from !== undefined && { from: timeOf(from) }),
        ...(to !== undefined && { to: timeOf(to, DAY_MS) }),
      }
      const named = { ...filter, account: accountId }
      const before = readCursor(cursor, named) as EntryId | undefined
      const reader = new LedgerReader(desk.read)
      const { items, next } = await reader.balanceChanges(accountId, { ...filter, before, limit })
      return {
        page: {
          items: items.map((one) => wireBalanceChange(one, currency)),
          next_cursor: cursorText(next, named),
        },
      }
    },
  }),
  route({
    method: 'GET',
    path: '/accounts/:account/statements',
    name: 'listStatements',
    section,
    command: 'statement',
    summary: 'The months in which something moved the balance of an account, the newest first',
    access: 'money.read',
    params: accountParams,
    answer: Type.Object({
      items: Type.Array(
        Type.Object({
          month: Type.String(),
          complete: Type.Boolean({ description: 'The month has ended, and nothing will be added to it' }),
          opening_balance: amount(),
          closing_balance: amount(),
          currency: Type.String(),
        }),
      ),
    }),
    refusals: ['not_found'],
    handle: async ({ desk, params }) => {
      const { id: accountId, currency } = await findAccount(desk.read, params.account)
      const months = await statementsOn(desk.read, clock).list(accountId)
      return {
        items: months.map(({ month, complete, opening, closing }) => ({
          ...{ month: month.text, complete, opening_balance: formatMicros(opening, currency) },
          ...{ closing_balance: formatMicros(closing, currency), currency },
        })),
      }
    },
  }),
  route({
    method: 'GET',
    path: '/accounts/:account/statements/:month',
    name: 'getStatement',
    section,
    command: 'statement',
    summary: 'The statement of a month, as the reseller gets it: a file',
    access: 'money.read',
    params: Type.Object({
      ...accountParams.properties,
      month: Type.String({ pattern: '^\\d{4}-\\d{2}$', description: 'YYYY-MM, in UTC' }),
    }),
    query: Type.Object({ format: Type.Optional(oneOf(formats, { description: '`json` when left out' })) }),
    answer: Type.Object({}, { description: 'As the REST API gives it; or a file of CSV or PDF' }),
    refusals: ['not_found', 'invalid_input'],
    handle: async ({ desk, params, query: { format = 'json' }, reply }) => {
      const { id: accountId } = await findAccount(desk.read, params.account)
      const statements = statementsOn(desk.read, clock)
      const found = await statements.open(accountId, parseMonth(params.month))
      const { type } = statementFormats[format]
      reply.type(format === 'pdf' ? type : `${type}; charset=utf-8`)
      reply.header('content-disposition', `attachment; filename="${fileNameOf(found, format)}"`)
      return reply.send(statements.stream(found, format)) as object
    },
  }),
]
