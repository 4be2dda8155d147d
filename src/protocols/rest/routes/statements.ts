import { Type } from 'typebox'
import { amount, name, page, pageOf, pageQuery, time } from '../../../contract/schema.ts'
import { fileNameOf, type StatementFormat, statementFormats, streamOf } from '../../../statements/formats.ts'
import { parseMonth } from '../../../statements/month.ts'
import { MAX_LISTED } from '../../../statements/pdf.ts'
import { listStatements, openStatement } from '../../../statements/statements.ts'
import { route } from '../route.ts'
import { mutation } from './wallet.ts'

const month = Type.String({ pattern: '^\\d{4}-\\d\\d$', description: 'YYYY-MM, in UTC' })
const fields = {
  month,
  from: time(),
  to: time("The next month's first moment"),
  complete: Type.Boolean({ description: 'The month has ended: nothing will be added' }),
  opening_balance: amount(),
  closing_balance: amount(),
}

const statement = name(
  'Statement',
  Type.Object({
    ...fields,
    made_at: time('As of when it is'),
    account_id: Type.Integer(),
    username: Type.String(),
    currency: Type.String(),
    credits: amount('Of all movements; opening_balance + credits - debits = closing_balance'),
    debits: amount(),
    captured: amount('Charged for items that succeeded: it was debited when their orders were placed'),
    totals: Type.Array(
      Type.Object({ type: Type.String(), reason: Type.String(), count: Type.Integer(), amount: amount() }),
    ),
    count: Type.Integer({ description: 'Movements' }),
    movements: Type.Array(mutation, { description: 'Oldest first, all of them' }),
  }),
)

export const statementRoutes = [
  route({
    method: 'GET',
    path: '/api/statement',
    name: 'listStatements',
    section: 'Money',
    summary: 'The months in which something moved, newest first',
    permission: 'wallet.ledger.read',
    query: Type.Object(pageQuery),
    answer: pageOf(Type.Object(fields)),
    async handle({ parts, key, query: { limit, cursor = Number.POSITIVE_INFINITY } }) {
      const months = await listStatements(parts.sql, key.account.id, parts.clock)
      const rest = months.filter((one) => cursorOf(one.month.text) < cursor)
      const shown = rest.slice(0, limit).map((one) => ({
        month: one.month.text,
        from: one.month.from.toISOString(),
        to: one.month.to.toISOString(),
        complete: one.complete,
        opening_balance: one.opening,
        closing_balance: one.closing,
      }))
      return page(shown, rest.length > limit ? cursorOf(shown.at(-1)?.month ?? '') : null)
    },
  }),
  route({
    method: 'GET',
    path: '/api/statement/:month',
    name: 'getStatement',
    section: 'Money',
    summary: 'The statement of a month',
    description:
      'It adds up: the opening balance and all movements make the closing balance. `format` or `Accept` (`text/csv`, ' +
      '`application/pdf`) say how it is given; JSON is the rule. Any size is streamed; a PDF lists at most ' +
      `${MAX_LISTED} movements, ` +
      'and of a month with more it has the balances and totals.',
    permission: 'wallet.ledger.read',
    params: Type.Object({ month }),
    query: Type.Object({
      format: Type.Optional(Type.Union([Type.Literal('json'), Type.Literal('csv'), Type.Literal('pdf')])),
    }),
    answer: Type.Object({ data: statement }),
    media: {
      'text/csv': Type.String(),
      'application/pdf': Type.String({ contentMediaType: 'application/pdf' }),
    },
    refusals: ['invalid_input'],
    async handle({ parts, key, params, query, request, reply }) {
      const format = query.format ?? accepted(request.headers.accept)
      const found = await openStatement(parts.sql, key.account.id, parseMonth(params.month), parts.clock)
      const { type } = statementFormats[format]
      reply.type(format === 'pdf' ? type : `${type}; charset=utf-8`)
      if (format !== 'json') {
        reply.header('content-disposition', `attachment; filename="${fileNameOf(found, format)}"`)
      }
      return reply.send(streamOf(parts.sql, found, format))
    },
  }),
]

/** The first of our media types that is named; JSON where none is. */
function accepted(accept = ''): StatementFormat {
  const named = accept.split(',').map((one) => one.split(';')[0]?.trim().toLowerCase())
  const formats = Object.keys(statementFormats) as StatementFormat[]
  for (const type of named) {
    const format = formats.find((one) => statementFormats[one].type === type)
    if (format) return format
  }
  return 'json'
}

/** Of a list by month: "2026-05" is 202605. */
const cursorOf = (month: string): number => Number(month.replace('-', ''))
