import { type Unreadable, unreadable } from './answer.ts'
import { isImei, otherIn } from './identifiers.ts'
import type { JsonObject } from './json.ts'

/** `contradiction` is an answer that is about something else than what was asked about: no answer, and more than a mere silence. */
export const contradiction = (what: string, ours: string, theirs: string): Unreadable => ({
  ...unreadable(`asked about ${what} ${ours}, answered about ${what} ${theirs}`),
  contradicts: true,
})

/** `contradictionIn` finds an answer that names another IMEI or serial number than `input`. */
export function contradictionIn(object: JsonObject, input: string | undefined): Unreadable | undefined {
  const theirs = input === undefined ? undefined : otherIn(object, input)
  if (input === undefined || theirs === undefined) return undefined
  return contradiction(isImei(input) ? 'IMEI' : 'serial number', input, theirs.slice(0, 60))
}
