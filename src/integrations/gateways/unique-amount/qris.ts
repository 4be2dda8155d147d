/**
 * A QRIS is a text of fields, each a two-digit tag, a two-digit length and that many characters; the last is the checksum of all before
 * it. A static one leaves the amount to the payer; a dynamic one names it.
 */

const POINT_OF_INITIATION = '01'
const CURRENCY = '53'
const AMOUNT = '54'
const CHECKSUM = '63'
/** RUPIAH is the number of IDR in ISO 4217. */
const RUPIAH = '360'

type Fields = [tag: string, value: string][]

function read(text: string): Fields | undefined {
  const fields: Fields = []
  for (let at = 0; at < text.length; ) {
    const [, tag, length] = /^(\d\d)(\d\d)/.exec(text.slice(at, at + 4)) ?? []
    if (tag === undefined) return undefined
    const end = at + 4 + Number(length)
    if (end > text.length) return undefined
    fields.push([tag, text.slice(at + 4, end)])
    at = end
  }
  return fields
}

const write = (fields: Fields): string =>
  fields.map(([tag, value]) => `${tag}${String(value.length).padStart(2, '0')}${value}`).join('')

/** `checksum` is CRC-16 with the polynomial 1021 and the start FFFF, of ASCII characters. */
function checksum(text: string): string {
  let crc = 0xffff
  for (const byte of Buffer.from(text, 'latin1')) {
    crc ^= byte << 8
    for (let bit = 0; bit < 8; bit++)
      crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff
  }
  return crc.toString(16).toUpperCase().padStart(4, '0')
}

const signed = (fields: Fields): string => {
  const text = `${write(fields)}${CHECKSUM}04`
  return `${text}${checksum(text)}`
}

/** `qrisFault` says why a text is no QRIS in rupiah; undefined: it is one. */
export function qrisFault(text: string): string | undefined {
  const fields = /^[\x20-\x7e]{20,1000}$/.test(text) ? read(text) : undefined
  if (!fields || fields.at(-1)?.[0] !== CHECKSUM) return 'must be the text that the QR code of a QRIS holds'
  if (signed(fields.slice(0, -1)) !== text.slice(0, -4) + text.slice(-4).toUpperCase()) {
    return 'is not whole: its checksum does not fit'
  }
  return fields.some(([tag, value]) => tag === CURRENCY && value === RUPIAH)
    ? undefined
    : 'must be a QRIS in rupiah'
}

/** `withAmount` makes a dynamic QRIS of a static one: the payer's program shows the amount, which cannot be mistyped then. */
export function withAmount(qris: string, amount: string): string {
  const fields = (read(qris) ?? []).filter(([tag]) => tag !== CHECKSUM && tag !== AMOUNT)
  const behind = fields.findIndex(([tag]) => tag > AMOUNT)
  const at = behind < 0 ? fields.length : behind
  return signed([
    ...fields
      .slice(0, at)
      .map(([tag, value]): [string, string] => [tag, tag === POINT_OF_INITIATION ? '12' : value]),
    [AMOUNT, amount],
    ...fields.slice(at),
  ])
}
