import { type Unreadable, unreadable } from './answer.ts'
import { isObject, type JsonObject } from './json.ts'
import { textOf } from './row.ts'

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
  if (input === undefined) return undefined
  let theirs: string | undefined
  // Every answer passes here, and few name a device: only what stands under such a name is read.
  for (const row of objectsOf(object)) {
    for (const name in row) {
      const kind = names.get(name.trim().toUpperCase())
      if (kind === undefined) continue
      const text = textOf(row[name])
      if (text === input) return undefined
      if (!isIdentifier(text)) continue
      if (isSameInput(text, input)) return undefined
      if (kind === 'imei' || (kind === 'serial' && !isImei(input))) theirs ??= text
    }
  }
  if (theirs === undefined || plainInput(input) === '') return undefined
  return contradiction(isImei(input) ? 'IMEI' : 'serial number', input, theirs.slice(0, 60))
}

/** `names` has what each name of a device in an answer stands for, `second` for a phone's second IMEI. */
const names = new Map<string, 'imei' | 'second' | 'serial'>([
  ...(
    ['IMEI', 'IMEI1', 'IMEINO', 'IMEI_NO', 'IMEI NUMBER', 'IMEI_NUMBER', 'IMEI/SN', 'IMEI_SN'] as const
  ).map((name) => [name, 'imei'] as const),
  ...(['IMEI2', 'IMEI_2', 'IMEI 2'] as const).map((name) => [name, 'second'] as const),
  ...(
    ['SN', 'SERIAL', 'SERIALNO', 'SERIAL_NO', 'SERIALNUMBER', 'SERIAL_NUMBER', 'SERIAL NUMBER'] as const
  ).map((name) => [name, 'serial'] as const),
])

/** `objectsOf` gives the objects of an answer about one order: itself, and what stands under SUCCESS and ERROR. */
function objectsOf(object: JsonObject): JsonObject[] {
  const objects = [object]
  for (const name in object) {
    if (!/^\s*(?:success|error)\s*$/i.test(name)) continue
    const value = object[name]
    for (const row of Array.isArray(value) ? value : [value]) if (isObject(row)) objects.push(row)
  }
  return objects
}

/** `plainInput` gives an IMEI or serial number without signs between its digits and letters. */
export const plainInput = (text: string): string => text.toUpperCase().replace(/[^A-Z\d]/g, '')

/** `isImei` tells texts of 14 to 17 digits: an IMEI with or without its check digit, or with a software version. */
export const isImei = (text: string): boolean => /^\d{14,17}$/.test(plainInput(text))

/** `isIdentifier` leaves out "N/A" and what is masked. */
const isIdentifier = (text: string): boolean =>
  isImei(text) ? !/[A-Z*]/i.test(text) : /^(?=.*\d)[A-Z\d]{6,20}$/i.test(text.trim())

/** `inputKey` is the same for what is the same input: of an IMEI the 14 digits that name the phone, whatever stands between them. */
export const inputKey = (text: string): string => {
  const plain = text.toUpperCase().replace(/[\s\p{P}\p{S}\p{C}]+/gu, '') || text.trim()
  return /^\d{14,17}$/.test(plain) ? plain.slice(0, 14) : plain
}

export const isSameInput = (one: string, other: string): boolean => inputKey(one) === inputKey(other)
