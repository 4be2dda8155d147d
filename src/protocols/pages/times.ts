import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../lib/time.ts'
import type { PublicWords } from './public-words.ts'

/** `clockTime` writes a time of the day in UTC: `14:03`. */
export const clockTime = (at: Date, locale: string): string =>
  new Intl.DateTimeFormat(locale, { timeZone: 'UTC', hour: '2-digit', minute: '2-digit' }).format(at)

/** `momentTime` writes a moment in UTC: `28 Nov 2026, 14:03`. */
export const momentTime = (at: Date, locale: string): string =>
  new Intl.DateTimeFormat(locale, {
    ...{ timeZone: 'UTC', day: 'numeric', month: 'short', year: 'numeric' },
    ...{ hour: '2-digit', minute: '2-digit' },
  }).format(at)

const UNITS = [
  [DAY_MS, 'day'],
  [HOUR_MS, 'hour'],
  [MINUTE_MS, 'minute'],
  [SECOND_MS, 'second'],
] as const

/** PLAIN is from where on a number has no decimal. */
const PLAIN = 10

/** `spanText` writes how long something took, rounded: `45 s`, `1.5 h`. null: nobody knows. */
export function spanText(
  ms: number | null,
  { locale, units }: Pick<PublicWords, 'locale' | 'units'>,
): string {
  if (ms === null) return '–'
  const [unit, name] = UNITS.find(([size]) => ms >= size) ?? [SECOND_MS, 'second']
  const count = ms / unit
  const decimals = count >= PLAIN || name === 'second' ? 0 : 1
  const written = new Intl.NumberFormat(locale, { maximumFractionDigits: decimals }).format(
    Math.max(1, count),
  )
  return `${written} ${units[name]}`
}
