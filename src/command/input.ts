import { readFile } from 'node:fs/promises'
import { InvalidArgumentError, Option } from 'commander'
import { Refusal } from '../errors.ts'
import { MAX_ID, type OrderId } from '../lib/ids.ts'
import { DAY_MS, MINUTE_MS } from '../lib/time.ts'
import { parseOrderId } from '../orders/order.ts'
import { MAX_CONFIGURED, MAX_LIMIT } from './output.ts'

/** `idOf` reads the number of something kept here. Throws invalid_input. */
export function idOf<Id extends number>(text: string, field = 'id'): Id {
  if (!/^[1-9]\d{0,9}$/.test(text) || Number(text) > MAX_ID) {
    throw new Refusal('invalid_input', `${JSON.stringify(text)} is no ${field}`, field)
  }
  return Number(text) as Id
}

/** `readBytes` reads a whole file. Throws invalid_input. */
export const readBytes = (file: string, field = 'file'): Promise<Buffer> =>
  readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new Refusal('invalid_input', `cannot read ${file} (${error.code})`, field)
  })

/** `textOfFile` reads UTF-8, and UTF-16 by its byte order mark or by the zeros between Latin letters, as spreadsheets write it. */
export function textOfFile(bytes: Uint8Array): string {
  const [first, second] = bytes
  const zeros = (from: number) =>
    bytes.subarray(0, 200).filter((byte, at) => at % 2 === from && byte === 0).length
  const isLittle = (first === 0xff && second === 0xfe) || (zeros(1) > 2 && zeros(0) === 0)
  const isBig = (first === 0xfe && second === 0xff) || (zeros(0) > 2 && zeros(1) === 0)
  return new TextDecoder(isLittle ? 'utf-16le' : isBig ? 'utf-16be' : 'utf-8').decode(bytes)
}

/** `orderIdOf` reads an order's number. Throws invalid_input. */
export function orderIdOf(text: string): OrderId {
  const id = parseOrderId(text)
  if (id === undefined) throw new Refusal('invalid_input', `${JSON.stringify(text)} is no order id`, 'id')
  return id
}

/** `wholeFrom` reads a whole number between two, of an option. */
export const wholeFrom =
  (min: number, max: number) =>
  (text: string): number => {
    if (!/^\d{1,16}$/.test(text) || Number(text) < min || Number(text) > max)
      throw new InvalidArgumentError(`a whole number from ${min} to ${max}.`)
    return Number(text)
  }

/** `limitOption` is how much of a list is wanted. */
export const limitOption = (unlessGiven = 100, most = MAX_LIMIT): Option =>
  new Option('--limit <count>', `at most this many, up to ${most}`)
    .argParser(wholeFrom(1, most))
    .default(unlessGiven)

/** `configuredLimit` is how much is wanted of a list of what operators configure. */
export const configuredLimit = (): Option => limitOption(1000, MAX_CONFIGURED)

const units: Record<string, number> = {
  m: MINUTE_MS,
  h: 60 * MINUTE_MS,
  d: DAY_MS,
  w: 7 * DAY_MS,
  y: 365 * DAY_MS,
}

/** `timeOf` reads an ISO 8601 date, or date and time (UTC unless it says otherwise), or a duration from now such as 30d. */
export function timeOf(text: string, field: string, now: Date): Date {
  const [, count, unit = ''] = /^(\d{1,5})([mhdwy])$/.exec(text) ?? []
  if (count !== undefined) return new Date(now.getTime() + Number(count) * (units[unit] ?? 0))
  // As lists show times, or as ISO 8601 writes them.
  const [, day, time = '00:00', zone = 'Z'] =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?) ?(Z|UTC|[+-]\d\d:\d\d)?)?$/.exec(text) ?? []
  const read = new Date(`${day}T${time}${zone === 'UTC' ? 'Z' : zone}`)
  // Date takes the 31st of a shorter month for a day of the next.
  const exists = new Date(`${day}T00:00Z`)
  if (Number.isNaN(read.getTime()) || !exists.toISOString().startsWith(`${day}`)) {
    const message = `--${field.replaceAll('_', '-')} ${JSON.stringify(text)} is no date such as 2031-12-31, nor a duration such as 30d`
    throw new Refusal('invalid_input', message, field)
  }
  return read
}

/** `pastTimeOf` reads a date or time as `timeOf` does, and a duration as one before now. */
export function pastTimeOf(text: string, field: string): Date {
  const now = new Date()
  const time = timeOf(text, field, now)
  return text.includes('-') ? time : new Date(2 * now.getTime() - time.getTime())
}
