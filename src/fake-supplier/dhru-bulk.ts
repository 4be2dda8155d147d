import { echo } from '../protocols/dhru/fields.ts'
import { readOrderIds } from '../protocols/dhru/order-fields.ts'
import { answer, type Call, refuse, rowsOf, sayError } from './dhru-call.ts'
import { buy, PLACED, statusOf } from './dhru-orders.ts'
import { mannerOf } from './faults.ts'
import type { PurchaseResult } from './order.ts'
import type { Reply } from './reply.ts'

interface Row {
  key: string
  echo: Record<string, string>
  result: Exclude<PurchaseResult, { kind: 'ignored' }>
}

/**
 * `placeOrders` buys each row by itself. A fault of one row's answer is that of the whole request, which has only one answer; by
 * then the other rows are bought.
 */
export function placeOrders(call: Call): Reply {
  if (call.panel.options.bulk === 'none') return refuse('action')
  const rows = rowsOf(call.parameters).map(({ key, fields }) => {
    // Each row has its own share of the request's key, as in imeigate.
    const own = call.key === null ? null : `${call.key}#${key}`
    return { key, echo: echo(fields), result: buy(call, fields, own) }
  })
  if (rows.length === 0) return refuse('request')
  const manner = mannerOf(rows.map(({ result }) => (result.kind === 'refused' ? 'whole' : result.manner)))
  const answered = rows.filter((row): row is Row => row.result.kind !== 'ignored')
  return { ...answer(sayRows(call, answered)), manner }
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

const vendorRow = ({ result }: Row): unknown =>
  result.kind === 'refused'
    ? { ERROR: [sayError(result.refusal)] }
    : { SUCCESS: [{ MESSAGE: PLACED, REFERENCEID: result.order.id }] }

function themeRow({ result }: Row): unknown {
  if (result.kind === 'bought') return { status: 'success', message: PLACED, referenceid: result.order.id }
  const { MESSAGE, FULL_DESCRIPTION } = sayError(result.refusal)
  return { status: 'error', message: `${MESSAGE}: ${FULL_DESCRIPTION}` }
}

const listRow = ({ result, echo: echoed }: Row): unknown =>
  result.kind === 'refused'
    ? { ...echoed, ERROR: [sayError(result.refusal)] }
    : { ...echoed, MESSAGE: PLACED, REFERENCEID: String(result.order.id) }

/** `orderStatuses` answers with rows under the caller's keys; with a list where bulk answers are not the vendor's, or ids came without keys. */
export function orderStatuses(call: Call): Reply {
  const { parameters, panel } = call
  if (panel.options.bulk === 'none') return refuse('action')
  const ids = readOrderIds(parameters, call.request.form)
  if (!ids.ok || ids.value.length === 0) return refuse('request')
  const statuses = ids.value.map((id) => {
    const order = call.orders.ask(id, 'dhru')
    return { id, status: order && statusOf(call, order) }
  })
  const byKey = parameters.ok && parameters.value.kind === 'many' ? parameters.value.rows : undefined
  if (!byKey || panel.options.bulk !== 'vendor') {
    const rows = statuses.map(({ id, status }) => status ?? { REFERENCEID: id, ERROR: [sayError('order')] })
    return answer({ SUCCESS: rows })
  }
  const entries = statuses.map(({ status }, index) => [
    byKey[index]?.key ?? String(index),
    status ? { SUCCESS: [status] } : { ERROR: [sayError('order')] },
  ])
  return answer(Object.fromEntries(entries))
}
