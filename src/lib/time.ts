/** Clock is the time as the domain sees it (UTC instants), so that tests can move it. */
export interface Clock {
  now(): Date
}

export const systemClock: Clock = { now: () => new Date() }

export const SECOND_MS = 1000
export const MINUTE_MS = 60 * SECOND_MS
export const HOUR_MS = 60 * MINUTE_MS
export const DAY_MS = 24 * HOUR_MS

export const DAY_SECONDS = 86_400

/** `endsWithin` waits for work, but no longer than a time; false: it goes on. Rejects as the work does. */
export async function endsWithin(ms: number, work: Promise<unknown>): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<false>()
  const timer = setTimeout(() => resolve(false), ms)
  return await Promise.race([work.then(() => true), late]).finally(() => clearTimeout(timer))
}

const two = (number: number): string => String(number).padStart(2, '0')

/** `localTime` writes a time for people, to the minute in this machine's zone, which it names: `2026-11-29 14:03 UTC`, `2026-11-29 21:03 +07:00`. */
export function localTime(time: Date): string {
  const day = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join('-')
  return `${day} ${two(time.getHours())}:${two(time.getMinutes())} ${zoneOf(time)}`
}

const INSTANT = /\b\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)/g

/** `inLocalTime` writes the instants in a text that was made for programs (ISO 8601 with a zone) as `localTime` does. */
export const inLocalTime = (text: string): string =>
  text.replace(INSTANT, (instant) => {
    const time = new Date(instant)
    return Number.isNaN(time.getTime()) ? instant : localTime(time)
  })

function zoneOf(time: Date): string {
  const ahead = -time.getTimezoneOffset()
  if (ahead === 0) return 'UTC'
  const minutes = Math.abs(ahead)
  return `${ahead < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}
