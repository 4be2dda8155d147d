import { nameKey } from '../../catalogue/field-names.ts'
import { plainDigits } from '../../lib/digits.ts'
import { ok, type Result } from '../../lib/fault.ts'
import { MAX_COUNTED } from './call.ts'
import { readCustomField } from './custom-field.ts'
import { type Fields, put } from './fields.ts'
import type { Form } from './form.ts'
import type { Parameters } from './parameters.ts'

/** OrderFields has the fields of one order, as sent. */
export interface OrderFields {
  service: string | undefined
  /** `imei` is the IMEI, or the serial number that travels in its place. */
  imei: string | undefined
  /** `device` is the same under another name, as some clients have it in CUSTOMFIELD; undefined where there is an `imei`. */
  device: string | undefined
  /** `bare` is a CUSTOMFIELD that is a plain text, and so has no name. */
  bare: string | undefined
  quantity: string | undefined
  reference: string | undefined
  /** `extra` has everything else, CUSTOMFIELD's entries among it, by name in upper case. */
  extra: Fields
}

const SERVICE = ['ID', 'SERVICEID', 'SERVICE_ID', 'SERVICE', 'SERVICECODE', 'SERVICE_CODE']
/** MORE_SERVICE are names that other servers use, and that may also be those of a service's own field. */
const MORE_SERVICE = [
  'IDSERVICE',
  'ID_SERVICE',
  'TOOLID',
  'TOOL_ID',
  'PRODUCTID',
  'PRODUCT_ID',
  'SERVICEIMEI',
]
const QUANTITY = ['QNT', 'QUANTITY', 'QTY']
export const ORDER_ID = ['ORDERID', 'ORDER_ID', 'REFERENCEID', 'REFERENCE_ID', 'REFID', 'ID']
const ORDER_IDS = ['ORDERIDS', 'ORDER_IDS', 'REFERENCEIDS', 'REFERENCE_IDS', 'IDS']
export const CUSTOM = ['CUSTOMFIELD', 'CUSTOM_FIELD', 'CUSTOMFIELDS', 'CUSTOM']
/** OWN_NAMES has no REFERENCE and no IMEI: a service may ask for either as a field. */
const OWN_NAMES = new Set([...SERVICE, ...QUANTITY, ...CUSTOM])
/** OWN_IN_CUSTOM has no ID and SERVICE: a custom field may well be called so (of an account somewhere), and is not the service then. */
const OWN_IN_CUSTOM = new Set(QUANTITY)

const NO_FIELDS: Fields = new Map()

/** `readOrderFields` reads an order's fields. */
export function readOrderFields(fields: Fields): Result<OrderFields> {
  const read = readCustomField(firstOf(fields, CUSTOM) ?? '')
  if (!read.ok) return read
  const [custom, bare] = typeof read.value === 'string' ? [NO_FIELDS, read.value] : [read.value]
  const extra = new Map<string, string>()
  for (const [name, value] of fields) if (!OWN_NAMES.has(name)) extra.set(name, value)
  for (const [name, value] of custom) if (!OWN_IN_CUSTOM.has(name)) put(extra, name, value)
  const service = firstOf(fields, SERVICE) ?? firstOf(fields, MORE_SERVICE) ?? serviceIn(fields)
  const imei = fields.get('IMEI') ?? custom.get('IMEI')
  return ok({
    service: service && plainNumber(service),
    imei,
    device: imei === undefined ? (deviceIn(custom) ?? deviceIn(fields)) : undefined,
    bare,
    quantity: firstOf(fields, QUANTITY) ?? firstOf(custom, QUANTITY),
    reference: fields.get('REFERENCE') ?? custom.get('REFERENCE'),
    extra,
  })
}

function firstOf(fields: Fields, names: string[]): string | undefined {
  for (const name of names) {
    const value = fields.get(name)
    if (value !== undefined) return value
  }
  return undefined
}

/** SERVICE_KEYS find the service under a name in another spelling: `Service-Id`, `service id`. */
const SERVICE_KEYS = new Set([...SERVICE, ...MORE_SERVICE].map(nameKey))

const serviceIn = (fields: Fields): string | undefined =>
  [...fields].find(([name]) => SERVICE_KEYS.has(nameKey(name)))?.[1]

/** MAX_ID is longer than any id or code. */
const MAX_ID = 100

/** `plainNumber` reads an id in digits of any script. */
const plainNumber = (text: string): string => (text.length > MAX_ID ? text : plainDigits(text))

/** IMEI and SERIAL are the other names of an IMEI ("Phone IMEI", "IMEI No.") and those of a serial number, as `nameKey` makes them. */
const IMEI = /.IMEI$|^IMEI(?:1|NO|NR|NUM|NUMBER|SN|SERIAL)$/
const SERIAL = /^(?:SN|SERIAL(?:NO|NR|NUM|NUMBER)?)$/

function deviceIn(fields: Fields): string | undefined {
  const keys = [...fields]
    .map(([name, value]) => [nameKey(name), value] as const)
    .filter(([key]) => !SERVICE_KEYS.has(key))
  const named = (pattern: RegExp): string | undefined => keys.find(([key]) => pattern.test(key))?.[1]
  return named(IMEI) ?? named(SERIAL)
}

/**
 * `readOrderIds` gives the order ids that a status request names: ORDERID, REFERENCEID or ID, one or a list ("1,2,3", a JSON array), in
 * `parameters` or beside it.
 */
export function readOrderIds(parameters: Result<Parameters>, form: Form): Result<string[]> {
  if (!parameters.ok) {
    // The ids may stand beside parameters that cannot be read, or be all that parameters holds.
    const beside = form.first('orderid', 'order_id', 'referenceid', 'reference_id')
    const bare = /^["\d\s,;]+$/.test(form.first('parameters')) ? form.first('parameters') : ''
    return beside || bare ? ok(listOf(beside || bare)) : parameters
  }
  switch (parameters.value.kind) {
    case 'none':
      return ok([])
    case 'one':
      return ok(listOf(idIn(parameters.value.fields) ?? ''))
    case 'many':
      return ok(
        parameters.value.rows.map(({ fields, text }) => plainNumber((fields ? idIn(fields) : text) ?? '')),
      )
  }
}

export const idIn = (fields: Fields): string | undefined =>
  firstOf(fields, ORDER_ID) ?? firstOf(fields, ORDER_IDS)

/** MAX_PIECES is one more than are counted, with an empty one before and behind them. */
const MAX_PIECES = MAX_COUNTED + 3

const listOf = (text: string): string[] =>
  text
    .split(/[\s\p{Cf},;|،؛[\]"']+/u, MAX_PIECES)
    .filter((id) => id !== '')
    .map(plainNumber)
