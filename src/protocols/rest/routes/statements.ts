import { Type } from 'typebox'
import { pageQuery, pageShape, wirePage } from '../../../contract/page.ts'
import { oneOf } from '../../../contract/schema.ts'
import { month, statement, statementMonth, wireStatementMonth } from '../../../contract/statements.ts'
import { pageOf } from '../../../lib/page.ts'
import { fileNameOf, type StatementFormat, statementFormats } from '../../../statements/formats.ts'
import { parseMonth } from '../../../statements/month.ts'
import { MAX_LISTED } from '../../../statements/pdf.ts'
import type { StatementMonth } from '../../../statements/statement.ts'
import type { RestDeps } from '../deps.ts'
import { route } from '../route.ts'

const section = 'Money'
const permission = 'wallet.ledger.read'

export const statementRoutes = ({ statements }: Pick<RestDeps, 'statements'>) => [
  route({
    method: 'GET',
    path: '/api/statement',
    name: 'listStatements',
    section,
    summary: 'The months in which something moved, newest first',
    permission,
    query: Type.Object(pageQuery),
    answer: pageShape(statementMonth),
    async handle({ accountId, query: { limit, cursor = Number.POSITIVE_INFINITY }, gone }) {
      const months = (await statements.list(accountId, gone)).filter((one) => cursorOf(one) < cursor)
      return wirePage(pageOf(months, limit, cursorOf), wireStatementMonth)
    },
  }),
  route({
    method: 'GET',
    path: '/api/statement/:month',
    name: 'getStatement',
    section,
    summary: 'The statement of a month',
    description:
      'It adds up: the opening balance and all movements make the closing balance. `format` or `Accept` (`text/csv`, ' +
      '`application/pdf`) say how it is given; JSON is the rule. Any size is streamed; a PDF lists at most ' +
      `${MAX_LISTED} movements, ` +
      'and of a month with more it has the balances and totals.',
    permission,
    params: Type.Object({ month }),
    query: Type.Object({ format: Type.Optional(oneOf(formats)) }),
    answer: Type.Object({ data: statement }),
    media: {
      'text/csv': Type.String(),
      'application/pdf': Type.String({ contentMediaType: 'application/pdf' }),
    },
    refusals: ['invalid_input'],
    async handle({ accountId, params, query, request, reply, gone }) {
      const format = query.format ?? accepted(request.headers.accept)
      const found = await statements.open(accountId, parseMonth(params.month), gone)
      const { type } = statementFormats[format]
      reply.type(format === 'pdf' ? type : `${type}; charset=utf-8`)
      if (format !== 'json') {
        reply.header('content-disposition', `attachment; filename="${fileNameOf(found, format)}"`)
      }
      return reply.send(statements.stream(found, format, gone))
    },
  }),
]

const formats = Object.keys(statementFormats) as StatementFormat[]

/** `accepted` gives the first of our media types that is named; JSON where none is. */
function accepted(accept = ''): StatementFormat {
  const named = accept.split(',').map((one) => one.split(';')[0]?.trim().toLowerCase())
  for (const type of named) {
    const format = formats.find((one) => statementFormats[one].type === type)
    if (format) return format
  }
  return 'json'
}

/** `cursorOf` gives 202605 for the month 2026-05. */
const cursorOf = ({ month }: StatementMonth): number => Number(month.text.replace('-', ''))
