import { isImei, isSameInput, plainInput } from '../../../client/index.ts'
import type { SupplierOutcome, SupplierTask } from '../supplier.ts'
import { type ExactJson, isObject } from './json.ts'

/** DEEPEST is how many levels of an answer are searched. */
const DEEPEST = 6

const IMEI_NAME = /^imeis?(?:[ _-]?(?:1|no|num|number))?$|^imei[/_ ]?(?:or[/_ ]?)?(?:sn|serial)$/i
const SERIAL_NAME = /^(?:sn|serials?|serial[ _-]?(?:no|num|numbers?))$/i
/** LABELLED_... find what a text gives as the phone's IMEI, or as its serial number: "IMEI: 35 537108 102401 7". */
const LABELLED_IMEI = /\bimei(?:[ _-]?(?:1|no\.?|number))?\s*[:=#]?\s*(\d(?:[ -]?\d){13,16})(?!\d)/gi
const LABELLED_SERIAL =
  /\b(?:serial(?:[ _-]?(?:no\.?|number))?|s\/n|sn)\s*[:=#]\s*([a-z\d-]{6,20})(?![a-z\d-])/gi

/**
 * `contradictionIn` finds in an answer, of which the JSON or the text is given, the IMEI of another phone where `input` is an IMEI, and
 * another serial number where it is none. An answer that has ours anywhere contradicts nothing: phones have two IMEIs. `others` are what
 * was asked about in the same breath.
 */
export function contradictionIn(
  said: ExactJson | undefined,
  input: string,
  others: readonly string[] = [],
): string | undefined {
  const ours = plainInput(input)
  if (ours === '' || said === undefined) return undefined
  const isAboutImei = isImei(ours)
  if (plainInput(JSON.stringify(said)).includes(isAboutImei ? ours.slice(0, 14) : ours)) return undefined
  const theirs = identifiers(said, isAboutImei, DEEPEST).find(
    (one) => !others.some((other) => isSameInput(one, other)),
  )
  if (theirs === undefined) return undefined
  const what = isAboutImei ? 'IMEI' : 'serial number'
  return `asked about ${what} ${input}, answered about ${what} ${theirs.trim()}`
}

/** `heldAgainst` takes a result that is another phone's for no answer. */
export function heldAgainst(
  { input }: Pick<SupplierTask, 'input'>,
  outcome: SupplierOutcome,
): SupplierOutcome {
  const reason = outcome.kind === 'success' ? contradictionIn(outcome.result, input) : undefined
  return reason === undefined ? outcome : { kind: 'unknown', reason, askable: true, contradicts: true }
}

function* identifiers(value: ExactJson, imeis: boolean, levels: number): Generator<string> {
  if (typeof value === 'string') {
    for (const [, found = ''] of value.matchAll(imeis ? LABELLED_IMEI : LABELLED_SERIAL)) {
      if (isIdentifier(found, imeis)) yield found
    }
    return
  }
  if (levels === 0 || typeof value !== 'object' || value === null) return
  if (Array.isArray(value)) {
    for (const one of value) yield* identifiers(one, imeis, levels - 1)
    return
  }
  for (const [name, inner] of Object.entries(value)) {
    // Some answer under the input as its name.
    if (imeis && /^\d+$/.test(name) && isImei(name)) yield name
    const isName =
      (imeis ? IMEI_NAME : SERIAL_NAME).test(name.trim()) || (!imeis && IMEI_NAME.test(name.trim()))
    if (isName) {
      for (const one of Array.isArray(inner) ? inner : [inner]) {
        if (typeof one === 'string' && isIdentifier(one, imeis)) yield one
      }
    }
    if (typeof inner === 'string' ? !isName : isObject(inner) || Array.isArray(inner)) {
      yield* identifiers(inner, imeis, levels - 1)
    }
  }
}

/** `isIdentifier` leaves out "N/A", what is masked, and IMEIs where a serial number was asked about. */
function isIdentifier(text: string, imeis: boolean): boolean {
  const plain = text.trim()
  if (isImei(plain) && /^[\d\s/-]+$/.test(plain)) return imeis
  return !imeis && /^(?=.*\d)[a-z\d-]{6,20}$/i.test(plain)
}
