import { type Unreadable, unreadable } from './answer.ts'
import { isObject, type JsonObject } from './json.ts'
import { Row } from './row.ts'

/** `contradiction` is an answer that is about something else than what was asked about: no answer, and more than a mere silence. */
export const contradiction = (what: string, ours: string, theirs: string): Unreadable => ({
  ...unreadable(`asked about ${what} ${ours}, answered about ${what} ${theirs}`),
  contradicts: true,
})

/**
 * `contradictionIn` finds the IMEI or serial number that an answer names beside its verdict, where none that it names is `input`. A row
 * may name the serial number of a phone that was asked about by its IMEI, or a second IMEI, which contradicts nothing.
 */
export function contradictionIn(object: JsonObject, input: string | undefined): Unreadable | undefined {
  if (input === undefined || plainInput(input) === '') return undefined
  const rows = rowsOf(object)
  const named = (names: readonly string[]): string[] =>
    rows.flatMap((row) => names.map((name) => row.text(name))).filter(isIdentifier)
  const [theirs] = named(isImei(input) ? IMEI_NAMES : [...IMEI_NAMES, ...SERIAL_NAMES])
  const isOurs = named([...IMEI_NAMES, ...SECOND_NAMES, ...SERIAL_NAMES]).some((one) =>
    isSameInput(one, input),
  )
  if (theirs === undefined || isOurs) return undefined
  return contradiction(isImei(input) ? 'IMEI' : 'serial number', input, theirs.slice(0, 60))
}

const IMEI_NAMES = ['IMEI', 'IMEI1', 'IMEINO', 'IMEI_NO', 'IMEI NUMBER', 'IMEI_NUMBER', 'IMEI/SN', 'IMEI_SN']
const SECOND_NAMES = ['IMEI2', 'IMEI_2', 'IMEI 2']
const SERIAL_NAMES = [
  'SN',
  'SERIAL',
  'SERIALNO',
  'SERIAL_NO',
  'SERIALNUMBER',
  'SERIAL_NUMBER',
  'SERIAL NUMBER',
]

/** `rowsOf` gives the objects of an answer about one order: itself, and what stands under SUCCESS and ERROR. */
function rowsOf(object: JsonObject): Row[] {
  const top = new Row(object)
  const inner = [top.get('SUCCESS'), top.get('ERROR')].flatMap((value) =>
    Array.isArray(value) ? value : [value],
  )
  return [top, ...inner.filter(isObject).map((row) => new Row(row))]
}

/** `plainInput` gives an IMEI or serial number without signs between its digits and letters. */
export const plainInput = (text: string): string => text.toUpperCase().replace(/[^A-Z\d]/g, '')

/** `isImei` tells texts of 14 to 17 digits: an IMEI with or without its check digit, or with a software version. */
export const isImei = (text: string): boolean => /^\d{14,17}$/.test(plainInput(text))

/** `isIdentifier` leaves out "N/A" and what is masked. */
const isIdentifier = (text: string): boolean =>
  isImei(text) ? !/[A-Z*]/i.test(text) : /^(?=.*\d)[A-Z\d]{6,20}$/i.test(text.trim())

/** `isSameInput` compares IMEIs by the 14 digits that name the phone. */
export function isSameInput(one: string, other: string): boolean {
  const [a, b] = [plainInput(one), plainInput(other)]
  return a === b || (isImei(one) && isImei(other) && a.slice(0, 14) === b.slice(0, 14))
}
