import type { Dialect } from '../../../accounts/account.ts'
import { Refusal, unavailable } from '../../../errors.ts'
import { orThrow } from '../../../lib/fault.ts'
import { mapInTurns } from '../../../runtime/pace.ts'
import { type Answer, API_VERSION, Keyed, Merged, type Value } from '../answer.ts'
import { type Action, type Call, checkRowCount } from '../call.ts'
import { echo, type Fields } from '../fields.ts'
import { sayRefusal } from '../refusal.ts'
import { PLACED } from './place-order.ts'
import { placeWanted, readPurchase } from './purchase.ts'

interface Row {
  key: string
  echo: Record<string, string>
  /** `result` is the order's id, or why there is none. */
  result: string | Refusal
}

/** `placeRows` gives each row its own result; the balance is spent in the order of the rows. */
async function placeRows(call: Call): Promise<Row[]> {
  const parameters = orThrow(call.parameters)
  if (parameters.kind === 'none') throw new Refusal('payload_required')
  const rows: { key: string; fields: Fields | undefined }[] =
    parameters.kind === 'many' ? parameters.rows : [{ key: '0', fields: parameters.fields }]
  if (rows.length === 0) throw new Refusal('payload_required')
  checkRowCount(rows.length, call.deps.maxRows)
  const { catalogue, presence } = call.deps
  const snapshot = await presence.reading(() => catalogue.current())
  const read = await mapInTurns(rows, ({ key, fields }) => {
    // One idempotency key covers the whole request: each row has its own share of it.
    const own = call.idempotencyKey === null ? null : `${call.idempotencyKey}#${key}`
    return { key, own, fields, wanted: fields && readPurchase(call, snapshot, fields, own) }
  })
  return await Promise.all(
    read.map(async ({ key, own, fields, wanted }): Promise<Row> => {
      if (!wanted)
        return { key, echo: {}, result: new Refusal('malformed_parameters', 'the row is not an object') }
      const placed = await placeWanted(call, wanted, own).catch((error: unknown) => {
        // The other rows may have been placed, so each has an answer of its own.
        if (!presence.isTemporary(error)) throw error
        return unavailable({ isProof: false })
      })
      return { key, echo: echo(fields), result: placed instanceof Refusal ? placed : String(placed.orderId) }
    }),
  )
}

const rowAnswer = ({ result }: Row, dialect: Dialect): Value =>
  result instanceof Refusal
    ? { ERROR: [sayRefusal(result, dialect)] }
    : { SUCCESS: [{ MESSAGE: PLACED, REFERENCEID: result }] }

/**
 * `placeOrders` answers `placeimeiorderbulk` in the vendor's shape (rows under the caller's keys) and the list that other readers expect
 * under SUCCESS, in one answer. A caller's key that is a name of the answer itself is found only in the list.
 */
export const placeOrders: Action = async (call): Promise<Answer> => {
  const rows = await placeRows(call)
  const { dialect } = call.key
  const list = rows.map((row) => ({
    ROW: row.key,
    ...row.echo,
    ...(row.result instanceof Refusal
      ? { ERROR: [sayRefusal(row.result, dialect)] }
      : { MESSAGE: PLACED, REFERENCEID: row.result }),
  }))
  return new Merged([
    new Keyed(
      'ROW',
      rows.filter(({ key }) => !isReserved(key)).map((row) => [row.key, rowAnswer(row, dialect)]),
    ),
    { SUCCESS: list, apiversion: API_VERSION },
  ])
}

/** `placeOrdersForThemes` answers `placebulkorder`, which theme panels send: rows under SUCCESS, in lower-case names. */
export const placeOrdersForThemes: Action = async (call): Promise<Answer> => {
  const rows = await placeRows(call)
  const entries = rows.map(({ key, result }): [string, Value] => [
    key,
    result instanceof Refusal
      ? { status: 'error', message: result.message }
      : { status: 'success', message: PLACED, referenceid: result },
  ])
  return { SUCCESS: new Keyed('ROW', entries), apiversion: API_VERSION }
}

export const isReserved = (key: string): boolean => ['SUCCESS', 'ERROR', 'apiversion'].includes(key)
