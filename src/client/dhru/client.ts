import { type DhruAccount, readAccount } from './account.ts'
import { type Refused, readWhole, type Unreadable, unreadable } from './answer.ts'
import type { JsonObject } from './json.ts'
import { type OrderStatus, type Placed, readPlaced, readStatus } from './order.ts'
import {
  type DhruFields,
  encodeParameters,
  encodeRows,
  NO_PARAMETERS,
  type ParametersEncoding,
} from './parameters.ts'
import { type EncodedForm, encodeRequest, type FormEncoding } from './request.ts'
import { type RequestedRow, readRows } from './rows.ts'

export interface DhruSettings {
  username: string
  apiaccesskey: string
  /** `encoding` is that of the form. */
  encoding: FormEncoding
  /** `one` and `many` say how the parameters of one order, and of many, are encoded. */
  one: ParametersEncoding
  many: Exclude<ParametersEncoding, 'xml'>
}

/** Send posts a form and gives the whole answer, whatever its status; it follows no redirect. */
export type Send = (form: EncodedForm, signal: AbortSignal | undefined) => Promise<DhruReply>

export interface DhruReply {
  status: number
  /** `headers` are by lower-case name. */
  headers: Readonly<Record<string, string>>
  body: string
}

/** DhruAnswer is an answer as read. `honoursKeys`: the server honours idempotency keys; null: the answer does not show it. */
export interface DhruAnswer<T> {
  answer: T
  honoursKeys: boolean | null
}

/** DhruOrder is an order to be placed. */
export interface DhruOrder {
  /** `fields` are the parameters: ID, IMEI and whatever else the service needs. */
  fields: DhruFields
  /** `idempotencyKey` makes a repeated request the same order, where the server honours it; plain panels ignore it. */
  idempotencyKey?: string
}

/** RowOutcomes has the rows' answers by their keys; a row that was not mentioned has none. */
export type RowOutcomes<T> = { kind: 'rows'; rows: Map<string, T | Refused | Unreadable> }

/** Many is the answer to a bulk request: rows, or a refusal of all of it, or nothing that can be read. */
export type Many<T> = RowOutcomes<T> | Refused | Unreadable

/**
 * DhruClient speaks the Dhru protocol to one panel. It gives answers as read, and `unreadable` where an answer is not clear. It throws
 * what the sending throws. It sends no request twice.
 */
export class DhruClient {
  readonly #settings: DhruSettings
  readonly #send: Send

  constructor(settings: DhruSettings, send: Send) {
    this.#settings = settings
    this.#send = send
  }

  account(signal?: AbortSignal): Promise<DhruAnswer<DhruAccount | Refused | Unreadable>> {
    return this.#call(this.form('accountinfo'), readAccount, signal)
  }

  place(
    action: string,
    { fields, idempotencyKey }: DhruOrder,
    signal?: AbortSignal,
  ): Promise<DhruAnswer<Placed | Refused | Unreadable>> {
    const parameters = encodeParameters(fields, this.#settings.one)
    const form = this.form(action, parameters, keyField(idempotencyKey))
    return this.#call(form, (object) => readPlaced(object, fields['IMEI']), signal)
  }

  /** `placeMany` has one key for the whole request; a server that honours it gives each row its share, `<key>#<row's key>`. */
  placeMany(
    action: string,
    orders: ReadonlyMap<string, DhruFields>,
    { idempotencyKey, signal }: { idempotencyKey?: string; signal?: AbortSignal } = {},
  ): Promise<DhruAnswer<Many<Placed>>> {
    const form = this.form(action, encodeRows(orders, this.#settings.many), keyField(idempotencyKey))
    const requested = [...orders].map(([key, { IMEI: imei }]) => ({
      key,
      ...(imei !== undefined && { imei }),
    }))
    const read = (row: JsonObject, key: string) => readPlaced(row, orders.get(key)?.['IMEI'])
    return this.#call(form, (object) => rowsOf(object, requested, read), signal)
  }

  /**
   * `status` sends the order's number as ID in the parameters and as `orderid` beside them: panels read one or the other. `input` is what
   * the order is about: an answer about another one is unreadable.
   */
  status(
    action: string,
    reference: string,
    signal?: AbortSignal,
    input?: string,
  ): Promise<DhruAnswer<OrderStatus | Refused | Unreadable>> {
    const parameters = encodeParameters({ ID: reference }, this.#settings.one)
    const form = this.form(action, parameters, { orderid: reference })
    return this.#call(form, (object) => readStatus(object, reference, input), signal)
  }

  /** `statusMany` takes and gives orders by the caller's keys; `inputs` are what they are about. */
  statusMany(
    action: string,
    references: ReadonlyMap<string, string>,
    signal?: AbortSignal,
    inputs: ReadonlyMap<string, string> = new Map(),
  ): Promise<DhruAnswer<Many<OrderStatus>>> {
    const rows = [...references].map(([key, ID]) => [key, { ID }] as const)
    const form = this.form(action, encodeRows(rows, this.#settings.many))
    const requested = [...references].map(([key, reference]) => {
      const imei = inputs.get(key)
      return { key, reference, ...(imei !== undefined && { imei }) }
    })
    const read = (object: JsonObject): Many<OrderStatus> =>
      rowsOf(object, requested, (row, key) => readStatus(row, references.get(key) as string, inputs.get(key)))
    return this.#call(form, read, signal)
  }

  /** `form` makes the form of any action, for callers that send it and read its answer themselves. */
  form(action: string, parameters = NO_PARAMETERS, extra: Record<string, string> = {}): EncodedForm {
    const { username, apiaccesskey, encoding } = this.#settings
    return encodeRequest({ username, apiaccesskey, action, parameters, extra }, encoding)
  }

  async #call<T extends { kind: string }>(
    form: EncodedForm,
    read: (object: JsonObject) => T | Refused | Unreadable,
    signal: AbortSignal | undefined,
  ): Promise<DhruAnswer<T | Refused | Unreadable>> {
    const reply = await this.#send(form, signal)
    const answer = readReply(reply, read)
    if (answer.kind === 'unreadable' && !(HONOURS_KEYS in reply.headers)) return { answer, honoursKeys: null }
    return { answer, honoursKeys: honoursKeys(reply.headers) }
  }
}

const keyField = (key: string | undefined): Record<string, string> =>
  key === undefined ? {} : { idempotency_key: key }

const HONOURS_KEYS = 'x-imeigate'

/** `honoursKeys` tells from the headers of an answer, by lower-case name, that the server honours idempotency keys. */
export const honoursKeys = (headers: Readonly<Record<string, string>>): boolean =>
  headers[HONOURS_KEYS]?.trim() === '1'

/** `readReply` believes no success with a status of 400 and above, and nothing with one of 500 and above. */
function readReply<T extends { kind: string }>(
  { status, body }: DhruReply,
  read: (object: JsonObject) => T | Refused | Unreadable,
): T | Refused | Unreadable {
  if (status < 200 || status >= 500) return unreadable(`HTTP ${status}`)
  const whole = readWhole(body)
  if (whole.kind === 'unreadable') return status < 300 ? whole : unreadable(`HTTP ${status}, ${whole.why}`)
  const answer = orTooDeep(() => read(whole.object))
  const fits = status < 400 || answer.kind === 'refused' || answer.kind === 'unreadable'
  return fits ? answer : unreadable(`HTTP ${status} with a SUCCESS`)
}

function rowsOf<T>(
  object: JsonObject,
  requested: RequestedRow[],
  read: (row: JsonObject, key: string) => T | Refused | Unreadable,
): Many<T> {
  const rows = readRows(object, requested)
  if (!(rows instanceof Map)) return rows
  return {
    kind: 'rows',
    rows: new Map([...rows].map(([key, row]) => [key, orTooDeep(() => read(row, key))])),
  }
}

/** `orTooDeep` takes what is nested too deep to be read for no answer, so that of many rows only one is lost. */
function orTooDeep<T>(read: () => T): T | Unreadable {
  try {
    return read()
  } catch (error) {
    if (error instanceof RangeError) return unreadable('the answer is nested too deep')
    throw error
  }
}
