import { type Static, Type } from 'typebox'
import { findAccount } from '../../../accounts/accounts.ts'
import { Adjustments } from '../../../ledger/adjustments.ts'
import { LedgerReader } from '../../../ledger/ledger-reader.ts'
import { amountOf } from '../../../lib/amount.ts'
import { MUST } from '../../../lib/json-schema.ts'
import { formatMicros } from '../../../lib/money.ts'
import { whys } from '../../../lib/whys.ts'
import { fileNameOf, type StatementFormat, statementFormats } from '../../../statements/formats.ts'
import { parseMonth } from '../../../statements/month.ts'
import { statementsOn } from '../../../statements/statements.ts'
import {
  BALANCE_CHANGES_PART,
  balanceChanges,
  balanceChangesQuery,
  readBalanceChanges,
} from '../../kit/balance-changes.ts'
import {
  accountParams,
  amount,
  bodyOf,
  givenAmount,
  id,
  longId,
  oneOf,
  orNull,
  text,
  time,
} from '../../kit/shapes.ts'
import type { OperatorDeps } from '../deps.ts'
import { route } from '../route.ts'

const section = 'Money'

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
    description: BALANCE_CHANGES_PART,
    access: 'money.read',
    params: accountParams,
    query: balanceChangesQuery,
    answer: balanceChanges,
    refusals: ['not_found'],
    handle: async ({ desk, params, query }) =>
      readBalanceChanges(new LedgerReader(desk.read), await findAccount(desk.read, params.account), query),
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
      month: Type.String({
        pattern: '^\\d{4}-\\d{2}$',
        [MUST]: whys.month(),
        description: 'YYYY-MM, in UTC',
      }),
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
