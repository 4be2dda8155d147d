import { readOrderIds } from '../protocols/dhru/order-fields.ts'
import { answer, type Call, echo, refuse, rowsOf, sayError } from './dhru-call.ts'
import { buy, PLACED, statusOf } from './dhru-orders.ts'
import { mannerOf } from './faults.ts'
import type { Verdict } from './order.ts'
import type { Reply } from './reply.ts'

interface Row {
  key: string
  echo: Record<string, string>
  verdict: Exclude<Verdict, { kind: 'ignored' }>
}

/**
 * Buys each row by itself. A fault of one row's answer is the whole request's, since there is but one answer; by
 * then the other rows are bought.
 */
export function placeOrders(call: Call): Reply {
  const asked = rowsOf(call.parameters)
  if (call.panel.options.bulk === 'none') return refuse('action')
  if (asked.length === 0) return refuse('request')
  const rows = asked.map(({ key, fields }) => {
    // As another imeigate does: each row has its own share of the request's key.
    const own = call.key === null ? null : `${call.key}#${key}`
    return { key, echo: echo(fields), verdict: buy(call, fields, own) }
  })
  const manner = mannerOf(rows.map(({ verdict }) => (verdict.kind === 'refused' ? 'whole' : verdict.manner)))
  const said = rows.filter((row): row is Row => row.verdict.kind !== 'ignored')
  return { ...answer(sayRows(call, said)), manner }
}

function sayRows({ panel }: Call, rows: Row[]): Record<string, unknown> {
  switch (panel.options.bulk) {
    case 'theme':
      return { SUCCESS: Object.fromEntries(rows.map((row) => [row.key, themeRow(row)])) }
    case 'rows':
      return { SUCCESS: rows.map(listRow) }
    default:
      return Object.fromEntries(rows.map((row) => [row.key, vendorRow(row)]))
  }
}

const vendorRow = ({ verdict }: Row): unknown =>
  verdict.kind === 'refused'
    ? { ERROR: [sayError(verdict.refusal)] }
    : { SUCCESS: [{ MESSAGE: PLACED, REFERENCEID: verdict.order.id }] }

function themeRow({ verdict }: Row): unknown {
  if (verdict.kind === 'bought') return { status: 'success', message: PLACED, referenceid: verdict.order.id }
  const { MESSAGE, FULL_DESCRIPTION } = sayError(verdict.refusal)
  return { status: 'error', message: `${MESSAGE}: ${FULL_DESCRIPTION}` }
}

const listRow = ({ verdict, echo: echoed }: Row): unknown =>
  verdict.kind === 'refused'
    ? { ...echoed, ERROR: [sayError(verdict.refusal)] }
    : { ...echoed, MESSAGE: PLACED, REFERENCEID: String(verdict.order.id) }

/** Rows under the caller's keys; a list where bulk answers are other than the vendor's, or ids came without keys. */
export function orderStatuses(call: Call): Reply {
  const { parameters, panel } = call
  if (panel.options.bulk === 'none') return refuse('action')
  const ids = readOrderIds(parameters, call.request.form)
  if (!Array.isArray(ids) || ids.length === 0) return refuse('request')
  const statuses = ids.map((id) => {
    const order = call.orders.ask(id, 'dhru')
    return { id, status: order && statusOf(call, order) }
  })
  if (parameters.kind !== 'many' || panel.options.bulk !== 'vendor') {
    const rows = statuses.map(({ id, status }) => status ?? { REFERENCEID: id, ERROR: [sayError('order')] })
    return answer({ SUCCESS: rows })
  }
  const entries = statuses.map(({ status }, index) => [
    parameters.rows[index]?.key ?? String(index),
    status ? { SUCCESS: [status] } : { ERROR: [sayError('order')] },
  ])
  return answer(Object.fromEntries(entries))
}
