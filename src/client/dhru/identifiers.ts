import { inLatinDigits } from './digits.ts'
import { isObject } from './json.ts'

/** MAX_LEVELS is how many levels of an answer are searched. */
const MAX_LEVELS = 6

/** `plainInput` gives an IMEI or serial number without signs between its digits and letters. */
const plainInput = (text: string): string => text.toUpperCase().replace(/[^A-Z\d]/g, '')

/** `isImei` tells texts of 14 to 17 digits: an IMEI with or without its check digit, or with a software version. */
export const isImei = (text: string): boolean => /^\d{14,17}$/.test(plainInput(text))

/** `inputKey` is the same for what is the same input: of an IMEI the 14 digits that name the phone, whatever stands between them. */
export const inputKey = (text: string): string => {
  const plain = text.toUpperCase().replace(/[\s\p{P}\p{S}\p{C}]+/gu, '') || text.trim()
  return /^\d{14,17}$/.test(plain) ? plain.slice(0, 14) : plain
}

export const isSameInput = (one: string, other: string): boolean => inputKey(one) === inputKey(other)

/**
 * `otherIn` finds in what was said the IMEI of another phone where `input` is an IMEI, and another serial number where it is none: under a
 * name, as a name, or behind a label in a text. What has ours anywhere names no other: phones have two IMEIs. `others` are what was asked
 * about in the same breath.
 */
export function otherIn(said: unknown, input: string, others: readonly string[] = []): string | undefined {
  const ours = plainInput(input)
  if (ours === '') return undefined
  const imeis = isImei(ours)
  const isOurs = imeis ? holdsImei(ours.slice(0, IMEI_DIGITS)) : holdsText(ours)
  // Most answers that name a phone name ours or none, and to look for that costs less than to look for others.
  if (names(said, isOurs) || (imeis && !names(said, mayNameImei))) return undefined
  for (const found of identifiers(said, imeis, MAX_LEVELS)) {
    if (![input, ...others].some((known) => isSameInput(found, known))) return found.trim()
  }
  return undefined
}

/** `names` tells whether a text like ours stands anywhere, in a name or a value, however deep. */
function names(said: unknown, isOurs: (text: string) => boolean): boolean {
  const rest = [said]
  while (rest.length > 0) {
    const one = rest.pop()
    if (typeof one === 'string' ? isOurs(one) : isNumber(one) && isOurs(spelled(String(one)))) return true
    if (typeof one !== 'object' || one === null) continue
    for (const [name, value] of Object.entries(one)) {
      if (isOurs(name)) return true
      rest.push(value)
    }
  }
  return false
}

const isNumber = (value: unknown): value is number | bigint =>
  typeof value === 'number' || typeof value === 'bigint'

/** `holdsText` finds ours in a text, however it is written. */
const holdsText =
  (ours: string) =>
  (text: string): boolean =>
    plainInput(plainSigns(text)).includes(ours)

const holdsImei =
  (ours: string) =>
  (text: string): boolean =>
    text.includes(ours) || (mayHoldImei(text) && holdsText(ours)(text))

/** IMEI_DIGITS are the digits that name a phone. */
const IMEI_DIGITS = 14

/** OTHER_DIGIT are signs, other than 0 to 9, that NFKC makes digits of, or that are digits of other scripts. */
const OTHER_DIGIT = /(?!\d)[\p{N}\u3200-\u33ff]/u

/** `mayHoldImei` leaves out texts in which fewer digits stand without a letter between them, before they are written in plain signs. */
function mayHoldImei(text: string): boolean {
  let digits = 0
  let isAscii = true
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code > 0x7f) isAscii = false
    else if (code >= 0x30 && code <= 0x39) {
      if (++digits === IMEI_DIGITS) return true
      // An accent behind a letter makes one of it that does not count.
    } else if (isLetter(code) && !(text.charCodeAt(at + 1) > 0x7f)) digits = 0
  }
  return !isAscii && OTHER_DIGIT.test(text)
}

/** `mayNameImei` leaves out texts in which no IMEI stands, however it is written: digits between tags, or a number with an exponent. */
const mayNameImei = (text: string): boolean => text.includes('<') || mayHoldImei(text) || EXPONENT.test(text)

const EXPONENT = /\de\+?1\d/i

/** `isLetter` tells letters of ASCII. */
const isLetter = (code: number): boolean => (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a

/** `imeiNames` and `serialNames` are read in lower case without what is no letter or digit; a phone's second IMEI is not among them. */
const imeiNames =
  /^(?:device|phone|your|order|requested|submitted|target)?imeis?(?:1|no|nos|num|number|numbers|value)?$|^imei(?:or)?(?:sn|serial|meid)(?:no|number)?$/
const serialNames =
  /^(?:device|phone|your|order|requested|submitted|target)?(?:sn|serials?|serial(?:no|num|number)s?)$/
/** `inputNames` may stand for anything: only a whole IMEI under them is one. */
const inputNames = /^(?:inputs?|target|query|device|phone)$/

function* identifiers(value: unknown, imeis: boolean, levels: number): Generator<string> {
  if (typeof value === 'string') {
    yield* labelled(value, imeis)
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
    const plain = name.toLowerCase().replace(/[^a-z\d]/g, '')
    const isName = imeiNames.test(plain) || (!imeis && serialNames.test(plain))
    if (isName || (imeis && inputNames.test(plain))) {
      for (const one of Array.isArray(inner) ? inner : [inner]) {
        const text =
          typeof one === 'string' || typeof one === 'number'
            ? spelled(plainSigns(withoutTags(String(one))).trim())
            : ''
        if (isIdentifier(text, imeis) && (isName || hasCheckDigit(text))) yield text
      }
    }
    if (isObject(inner) || Array.isArray(inner) || (typeof inner === 'string' && !isName)) {
      yield* identifiers(inner, imeis, levels - 1)
    }
  }
}

const withoutTags = (text: string): string => (text.includes('<') ? text.replace(/<[^<>]*>/g, ' ') : text)

/** `spelled` writes a number in full that some write as 4.9e14. */
const spelled = (text: string): string =>
  /^\d\.\d+e\+?1\d$/i.test(text) ? String(BigInt(Number(text))) : text

/** `isIdentifier` leaves out "N/A", what is masked, and IMEIs where a serial number was asked about. */
function isIdentifier(text: string, imeis: boolean): boolean {
  const plain = text.trim()
  if (isImei(plain) && /^[\d\s./-]+$/.test(plain)) return imeis
  return !imeis && /^(?=.*\d)[a-z\d-]{6,20}$/i.test(plain)
}

const DIGITS = String.raw`(\d(?:[ ./-]{0,2}\d){13,16})(?!\d)`
/** SECOND stands before the label of a phone's second IMEI. */
const SECOND =
  '(?<!(?:second|secondary|2nd|other|segundo|kedua|второй|ikinci|deuxième|thứ hai|第二|第二个) ?)'
const OF_IMEI =
  'number|num|no|n[º°]|nº|is|es|é|est|adalah|anda|kamu|número|numero|numéro|nomor|номер|numarası|号码|号|رقم|/ ?sn|/ ?s/n|/ ?serial|/ ?meid|/ ?esn'
/** BETWEEN are marks between a label and what it is of. */
const BETWEEN = String.raw`[\s:=#>|"'*(\[_.-]{0,8}`
const LABEL = /imei|имеи/iu
const LABELLED_IMEI = new RegExp(
  String.raw`${SECOND}(?<![\p{L}\d])(?:imei|имеи)[ _-]?(?:\(?1\)?(?!\d))?(?: ?(?:${OF_IMEI})(?!\p{L})){0,2}${BETWEEN}${DIGITS}`,
  'giu',
)
/** WORDED_IMEI is a label with words of whatever meaning behind it: only a whole IMEI is one there. */
const WORDED_IMEI = new RegExp(
  String.raw`${SECOND}(?<![\p{L}\d])(?:imei|имеи)(?: \p{L}{1,15}){1,2} ?[:=]${BETWEEN}${DIGITS}`,
  'giu',
)
const SERIAL_LABELS = [
  'serial(?:[ _-]?(?:no|num|number))?',
  's/n',
  'sn',
  'n[uú]mero de s[eé]rie',
  'num[eé]ro de s[eé]rie',
  'n[º°o]\\.? de s[eé]rie',
  'nomor seri(?:al)?',
  'no\\.? seri',
  'seri (?:no|numaras[ıi])',
  'серийный номер',
  'серийный №',
  '序列号',
  's[oố] (?:s[eê][ -]?ri|serial)',
  '(?:ال)?رقم (?:ال)?تسلسلي',
  '(?:ال)?سيريال',
]
const LABELLED_SERIAL = new RegExp(
  String.raw`(?<![\p{L}\d])(?:${SERIAL_LABELS.join('|')})\.?\s*(?:[:=#]|-(?=\s)|is\s)["'\s]*([a-z\d-]{6,20})(?![a-z\d-])`,
  'giu',
)

function* labelled(text: string, imeis: boolean): Generator<string> {
  const shown = withoutTags(text)
  if (imeis && !mayHoldImei(shown)) return
  const plain = plainSigns(shown).replace(/[^\S\n]+/g, ' ')
  // Most answers have no label, and to look for one that may stand in many places takes long.
  if (imeis && !LABEL.test(plain)) return
  for (const [, found = ''] of plain.matchAll(imeis ? LABELLED_IMEI : LABELLED_SERIAL)) {
    if (isIdentifier(found, imeis)) yield found
  }
  if (!imeis) return
  for (const [, found = ''] of plain.matchAll(WORDED_IMEI)) if (hasCheckDigit(found)) yield found
}

/** `plainSigns` writes signs of full width, and digits of other scripts, as others do, and leaves out what is not seen. */
const plainSigns = (text: string): string =>
  /^[\u0000-\u007f]*$/.test(text) ? text : inLatinDigits(text.normalize('NFKC').replace(/\p{Cf}+/gu, ''))

/** `hasCheckDigit` tells a whole IMEI, of 15 digits, from other numbers. */
function hasCheckDigit(text: string): boolean {
  const digits = plainInput(text)
  if (!/^\d{15}$/.test(digits)) return false
  const sum = [...digits].reduce((all, digit, at) => {
    const value = Number(digit) * (at % 2 === 0 ? 1 : 2)
    return all + (value > 9 ? value - 9 : value)
  }, 0)
  return sum % 10 === 0
}
