import { isCurrency, type Micros, parseMicros, thousandsFault } from '../lib/money.ts'

/** Read is a value, or what is wrong with it. */
export type Read<T> = { value: T } | { message: string }

/** `readAmount` reads a decimal of a currency, as 12.50 or -3. */
export function readAmount(text: string, currency: string): Read<Micros> {
  const value = parseMicros(text)
  if (value === undefined) return { message: 'is no amount such as 12.50, with at most 6 decimals' }
  const doubt = thousandsFault(text, currency)
  return doubt === undefined ? { value } : { message: doubt }
}

export function readCurrency(text: string): Read<string> {
  const value = text.toUpperCase()
  return isCurrency(value) ? { value } : { message: 'must be a currency code such as USD' }
}

const PLAIN = /^(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,6})?)?)?$/
const ZONED = /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:?\d\d)$/
/** EARLIEST is before any panel of the trade. */
const EARLIEST = Date.UTC(2000, 0, 1)
const DAY_MS = 86_400_000

/** TimeReader reads times as panels write them: `2026-01-31 12:30:00` in the panel's time zone, ISO 8601 with a zone, or seconds since 1970. */
export class TimeReader {
  readonly #format: Intl.DateTimeFormat
  readonly #latest: number
  /** `#offsets` has those of the time zone, by hour. */
  readonly #offsets = new Map<number, number>()

  constructor(timeZone: string, now: Date) {
    this.#format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      ...{ year: 'numeric', month: 'numeric', day: 'numeric' },
      ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
    })
    // Clocks differ.
    this.#latest = now.getTime() + DAY_MS
  }

  read(text: string): Read<Date> {
    const at = this.#parse(text)
    if (at === undefined) {
      return { message: 'is no time such as 2026-01-31 12:30:00, nor seconds since 1970' }
    }
    if (at < EARLIEST || at > this.#latest) return { message: 'is before the year 2000, or in the future' }
    return { value: new Date(at) }
  }

  #parse(text: string): number | undefined {
    if (/^\d{9,11}$/.test(text)) return Number(text) * 1000
    if (ZONED.test(text)) {
      const at = Date.parse(text.replace(' ', 'T').replace(/([+-]\d\d)(\d\d)$/, '$1:$2'))
      return Number.isNaN(at) ? undefined : at
    }
    const [, year, month, day, hour = '0', minute = '0', second = '0'] = PLAIN.exec(text) ?? []
    if (year === undefined) return undefined
    const numbers = [year, month, day, hour, minute, second].map(Number) as [
      number,
      number,
      number,
      number,
      number,
      number,
    ]
    const local = Date.UTC(
      numbers[0],
      numbers[1] - 1,
      ...(numbers.slice(2) as [number, number, number, number]),
    )
    // Date takes the 31st of a shorter month for a day of the next.
    const isThere = new Date(local)
      .toISOString()
      .startsWith(`${year}-${month}-${day}T${hour.padStart(2, '0')}`)
    if (!isThere) return undefined
    // The offset of that moment, which is not known before the offset is: right but for the hours in which clocks are changed.
    return local - this.#offset(local - this.#offset(local))
  }

  /** `#offset` gives by how much the local time is ahead of UTC at a moment. */
  #offset(at: number): number {
    const hour = Math.floor(at / 3_600_000)
    let offset = this.#offsets.get(hour)
    if (offset === undefined) {
      const whole = hour * 3_600_000
      const part = Object.fromEntries(
        this.#format.formatToParts(whole).map(({ type, value }) => [type, Number(value)]),
      ) as Record<string, number>
      const { year = 0, month = 0, day = 0, hour: hours = 0, minute = 0, second = 0 } = part
      offset = Date.UTC(year, month - 1, day, hours, minute, second) - whole
      if (this.#offsets.size >= 100_000) this.#offsets.clear()
      this.#offsets.set(hour, offset)
    }
    return offset
  }
}
