/** `fold` writes a name in one way: in small letters, without accents and other marks. */
const fold = (name: string): string =>
  name
    .replace(/<\/?[a-z][^<>]*>/gi, ' ')
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/ı/g, 'i')

const words = (text: string): string[] => text.trim().split(/\s+/)
/** `anyOf` matches one of these, written as `fold` writes them. */
const anyOf = (list: string[]): string => list.map(fold).join('|')

/** IMEI in Latin letters, with marks between them and with letters that look the same; as it sounds elsewhere; what it is called in Chinese. */
const LETTERS = [String.raw`[i\u0456\u03b9l1]`, '[mм]', '[eе]', String.raw`[i\u0456\u03b9]`]
const SPELT = String.raw`(?<![\p{L}\p{N}])${LETTERS.join(String.raw`[^\p{L}\p{N}]{1,3}`)}(?!\p{L})`
// In Arabic and Persian one letter more makes an e-mail of it.
const ELSEWHERE = anyOf(words('имеи имэи имей ايمي(?!ل) ایمی(?!ل) 串号 串號 आईएमईआई আইএমইআই ไอเอ็มอีไอ'))
const IMEI = new RegExp(`${LETTERS.join('')}|${SPELT}|${ELSEWHERE}`, 'gu')

/** OTHERS are what else a box may be for, and words that take something away from an IMEI. */
const OTHERS = anyOf(
  words(`
    s sn esn meid ecid udid uuid uid eid iccid sim pin puk nck mep prd mac tac csn model modelo email mail user username usuario password
    account order lock apple icloud google network carrier country file link url photo foto screenshot proof qr backup key token
    first last primeros ultimos ultimas last4 без without not sin sem tanpa ohne sans kein nicht не بدون không`),
)
const STEMS = anyOf(words('سيري سریال تسلسل 序列 ซีเรียล シリアル 시리얼 일련'))
const LINKS = anyOf(words('or and oder und ou et atau dan veya ve hoặc và или и أو او یا 或 和 및'))
const OTHER = new RegExp(
  String.raw`(?<![\p{L}\p{N}])(?:seri|сери|(?:${OTHERS}|${LINKS})(?![\p{L}\p{N}]))|${STEMS}|[\p{L}\p{N}]\s*[/+&|\\]\s*[\p{L}\p{N}]`,
  'u',
)

/** `isImeiBox` tells whether a panel's name of the box says IMEI, in any spelling, and nothing else such as a serial number. */
export function isImeiBox(name: string): boolean {
  const folded = fold(name)
  const rest = folded.replace(IMEI, ' imei ')
  if (rest === folded || OTHER.test(rest)) return false
  // Other digits are those of a part of it, or of another number.
  const numbers = rest.replace(/\*?#06#/g, ' ').match(/\d+/g) ?? []
  return numbers.every((number) => ['1', '2', '15'].includes(number))
}
