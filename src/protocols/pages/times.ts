import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../lib/time.ts'

const clock = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', hour: '2-digit', minute: '2-digit' })
const moment = new Intl.DateTimeFormat('en-GB', {
  ...{ timeZone: 'UTC', day: 'numeric', month: 'short', year: 'numeric' },
  ...{ hour: '2-digit', minute: '2-digit' },
})

/** `clockTime` writes a time of the day in UTC: `14:03`. */
export const clockTime = (at: Date): string => clock.format(at)

/** `momentTime` writes a moment in UTC: `28 Nov 2026, 14:03`. */
export const momentTime = (at: Date): string => moment.format(at)

const UNITS = [
  [DAY_MS, 'd'],
  [HOUR_MS, 'h'],
  [MINUTE_MS, 'min'],
  [SECOND_MS, 's'],
] as const

/** PLAIN is from where on a number has no decimal. */
const PLAIN = 10

/** `spanText` writes how long something took, rounded: `45 s`, `1.5 h`. null: nobody knows. */
export function spanText(ms: number | null): string {
  if (ms === null) return '–'
  const [unit, name] = UNITS.find(([size]) => ms >= size) ?? [SECOND_MS, 's']
  const count = ms / unit
  const rounded = count >= PLAIN || name === 's' ? Math.round(count) : Math.round(count * 10) / 10
  return `${Math.max(1, rounded)} ${name}`
}
