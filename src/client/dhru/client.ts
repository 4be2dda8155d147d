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
import { type AskedRow, readRows } from './rows.ts'

export interface DhruSettings {
  username: string
  apiaccesskey: string
  /** How the form is encoded. */
  encoding: FormEncoding
  /** How the parameters of one order travel, and those of many. */
  one: ParametersEncoding
  many: Exclude<ParametersEncoding, 'xml'>
}

/** Sends a form by POST and gives the whole answer, whatever its status; follows no redirect. */
export type Send = (form: EncodedForm, signal: AbortSignal | undefined) => Promise<DhruReply>

export interface DhruReply {
  status: number
  /** By lower-case name. */
  headers: Readonly<Record<string, string>>
  body: string
}

/** What was said, and whether by a server that honours idempotency keys; null: nothing was said. */
export interface Said<T> {
  answer: T
  honoursKeys: boolean | null
}

/** An order to be placed. */
export interface DhruOrder {
  /** The parameters: ID, IMEI and whatever else the service needs. */
  fields: DhruFields
  /** Makes a repeated request the same order, where the server honours it; plain panels pass over it. */
  idempotencyKey?: string
}

/** Each row's answer by its key; a row that was not mentioned has none. */
export type RowOutcomes<T> = { kind: 'rows'; rows: Map<string, T | Refused | Unreadable> }

/** The answer to a bulk request that was not taken as such, or cannot be read. */
export type Many<T> = RowOutcomes<T> | Refused | Unreadable

/**
 * Speaks the Dhru protocol to one panel. It gives what was said, and `unreadable` where nothing clear was;
 * what the sending throws it passes on. It sends no request twice.
 */
export class DhruClient {
  readonly #settings: DhruSettings
  readonly #send: Send

  constructor(settings: DhruSettings, send: Send) {
    this.#settings = settings
    this.#send = send
  }

  account(signal?: AbortSignal): Promise<Said<DhruAccount | Refused | Unreadable>> {
    return this.#call(this.form('accountinfo'), readAccount, signal)
  }

  place(
    action: string,
    { fields, idempotencyKey }: DhruOrder,
    signal?: AbortSignal,
  ): Promise<Said<Placed | Refused | Unreadable>> {
    const form = this.form(
      action,
      encodeParameters(fields, this.#settings.one),
      idempotencyKey === undefined ? {} : { idempotency_key: idempotencyKey },
    )
    return this.#call(form, readPlaced, signal)
  }

  /**
   * One key stands for the whole request; a server that honours it gives each row its share, `<key>#<row's
   * key>`.
   */
  placeMany(
    action: string,
    orders: ReadonlyMap<string, DhruFields>,
    { idempotencyKey, signal }: { idempotencyKey?: string; signal?: AbortSignal } = {},
  ): Promise<Said<Many<Placed>>> {
    const form = this.form(
      action,
      encodeRows(orders, this.#settings.many),
      idempotencyKey === undefined ? {} : { idempotency_key: idempotencyKey },
    )
    const asked = [...orders].map(([key, { IMEI: imei }]) => ({ key, ...(imei !== undefined && { imei }) }))
    return this.#call(form, (object) => rowsOf(object, asked, (row) => readPlaced(row)), signal)
  }

  /**
   * The order's number travels as ID in the parameters and as `orderid` beside them: panels read the one or
   * the other.
   */
  status(
    action: string,
    reference: string,
    signal?: AbortSignal,
  ): Promise<Said<OrderStatus | Refused | Unreadable>> {
    const form = this.form(action, encodeParameters({ ID: reference }, this.#settings.one), {
      orderid: reference,
    })
    return this.#call(form, (object) => readStatus(object, reference), signal)
  }

  /** By the callers' keys. */
  statusMany(
    action: string,
    references: ReadonlyMap<string, string>,
    signal?: AbortSignal,
  ): Promise<Said<Many<OrderStatus>>> {
    const rows = [...references].map(([key, ID]) => [key, { ID }] as const)
    const form = this.form(action, encodeRows(rows, this.#settings.many))
    const asked = [...references].map(([key, reference]) => ({ key, reference }))
    const read = (object: JsonObject): Many<OrderStatus> =>
      rowsOf(object, asked, (row, key) => readStatus(row, references.get(key) as string))
    return this.#call(form, read, signal)
  }

  /** The form of any action, for whoever sends it and reads its answer by themselves. */
  form(action: string, parameters = NO_PARAMETERS, extra: Record<string, string> = {}): EncodedForm {
    const { username, apiaccesskey, encoding } = this.#settings
    return encodeRequest({ username, apiaccesskey, action, parameters, extra }, encoding)
  }

  async #call<T extends { kind: string }>(
    form: EncodedForm,
    read: (object: JsonObject) => T | Refused | Unreadable,
    signal: AbortSignal | undefined,
  ): Promise<Said<T | Refused | Unreadable>> {
    const reply = await this.#send(form, signal)
    const answer = readReply(reply, read)
    if (answer.kind === 'unreadable' && !(HONOURS_KEYS in reply.headers)) return { answer, honoursKeys: null }
    return { answer, honoursKeys: honoursKeys(reply.headers) }
  }
}

const HONOURS_KEYS = 'x-imeigate'

/**
 * Whether the headers (names in lower case) of an answer are those of a server that honours idempotency keys.
 */
export const honoursKeys = (headers: Readonly<Record<string, string>>): boolean =>
  headers[HONOURS_KEYS]?.trim() === '1'

/** A status of 400 and above allows no success, and one of 500 and above nothing at all. */
function readReply<T extends { kind: string }>(
  { status, body }: DhruReply,
  read: (object: JsonObject) => T | Refused | Unreadable,
): T | Refused | Unreadable {
  if (status < 200 || status >= 500) return unreadable(`HTTP ${status}`)
  const whole = readWhole(body)
  if (whole.kind === 'unreadable') return status < 300 ? whole : unreadable(`HTTP ${status}, ${whole.why}`)
  const answer = read(whole.object)
  const fits = status < 400 || answer.kind === 'refused' || answer.kind === 'unreadable'
  return fits ? answer : unreadable(`HTTP ${status} with a SUCCESS`)
}

function rowsOf<T>(
  object: JsonObject,
  asked: AskedRow[],
  read: (row: JsonObject, key: string) => T | Refused | Unreadable,
): Many<T> {
  const rows = readRows(object, asked)
  if (!(rows instanceof Map)) return rows
  return { kind: 'rows', rows: new Map([...rows].map(([key, row]) => [key, read(row, key)])) }
}
