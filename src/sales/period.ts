import { type Result, resultOf } from '../lib/fault.ts'

/** Period is some days; both ends, such as 2026-11-28, are in it. */
export interface Period {
  from: string
  to: string
}

const DAY = /^(\d{4})-(\d\d)-(\d\d)$/

/** `dayBehind` gives the day so many days later; before it where `days` is below 0. */
export function dayBehind(day: string, days: number): string {
  const date = new Date(`${day}T00:00Z`)
  date.setUTCDate(date.getUTCDate() + days)
  return date.toISOString().slice(0, 10)
}

const firstOfMonth = (day: string): string => `${day.slice(0, 7)}-01`

/** Unit is how long a row of the figures is of, from its day on. A quarter is one of the year. */
export type Unit = 'day' | 'month' | 'quarter'

/** `firstOf` gives the first day of the month or quarter that a day is in; of a day the day itself. */
export function firstOf(unit: Unit, day: string): string {
  if (unit === 'day') return day
  const first = firstOfMonth(day)
  return unit === 'month' ? first : monthsBehind(first, -((Number(first.slice(5, 7)) - 1) % 3))
}

/** `nextOf` gives the first day behind the month or quarter that a day is in. */
export const nextOf = (unit: Unit, day: string): string =>
  unit === 'day' ? dayBehind(day, 1) : monthsBehind(firstOf(unit, day), unit === 'month' ? 1 : 3)

/** `nextMonth` gives the first day of the month behind that of a day. */
export const nextMonth = (day: string): string => monthsBehind(day, 1)

/** `monthsBehind` gives the first day of the month so many months behind that of a day. */
export function monthsBehind(day: string, months: number): string {
  const date = new Date(`${firstOfMonth(day)}T00:00Z`)
  date.setUTCMonth(date.getUTCMonth() + months)
  return date.toISOString().slice(0, 10)
}

/** `periodBefore` gives the one right before: as many whole months where it is whole months, and otherwise as many days. */
export function periodBefore({ from, to }: Period): Period {
  const end = dayBehind(from, -1)
  if (from === firstOfMonth(from) && dayBehind(to, 1) === nextMonth(to)) {
    let months = 0
    while (monthsBehind(from, months) <= to) months++
    return { from: monthsBehind(from, -months), to: end }
  }
  const days = Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000) + 1
  return { from: dayBehind(from, -days), to: end }
}

const named: Record<string, (today: string) => Period> = {
  today: (today) => ({ from: today, to: today }),
  yesterday: (today) => ({ from: dayBehind(today, -1), to: dayBehind(today, -1) }),
  month: (today) => ({ from: firstOfMonth(today), to: today }),
  'last-month': (today) => {
    const last = dayBehind(firstOfMonth(today), -1)
    return { from: firstOfMonth(last), to: last }
  },
  year: (today) => ({ from: `${today.slice(0, 4)}-01-01`, to: today }),
}

export const PERIODS =
  'today, yesterday, month, last-month, year, a number of days such as 30d, 2026-11 or 2026'
/** MAX_DAYS bounds a period. */
const MAX_DAYS = 3_700

/** `periodOf` reads a period; days that are given bound it. Without anything it is the last 30 days. */
export function periodOf(
  { period, from, to }: { period?: string | undefined; from?: string | undefined; to?: string | undefined },
  today: string,
): Result<Period> {
  const bad = (path: string, message: string): Result<Period> =>
    resultOf({ from: today, to: today }, [{ path: [path], message }])
  for (const [name, day] of [
    ['from', from],
    ['to', to],
  ] as const) {
    if (day !== undefined && !isDay(day))
      return bad(name, `${JSON.stringify(day)} is no day such as 2026-11-28`)
  }
  if (period !== undefined && (from !== undefined || to !== undefined))
    return bad('period', 'goes without from and to')
  const whole = period === undefined ? undefined : namedPeriod(period, today)
  if (period !== undefined && whole === undefined)
    return bad('period', `${JSON.stringify(period)} is none of: ${PERIODS}`)
  const last = whole?.to ?? to ?? today
  const first = whole?.from ?? from ?? dayBehind(last, -29)
  if (first > last) return bad(to === undefined ? 'from' : 'to', 'the first day is behind the last one')
  if (dayBehind(first, MAX_DAYS) < last) return bad('from', 'at most ten years')
  return { ok: true, value: { from: first, to: last } }
}

function isDay(text: string): boolean {
  if (!DAY.test(text)) return false
  const date = new Date(`${text}T00:00Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text)
}

function namedPeriod(text: string, today: string): Period | undefined {
  if (Object.hasOwn(named, text)) return named[text]?.(today)
  const [, days] = /^([1-9]\d{0,3})d$/.exec(text) ?? []
  if (days !== undefined) return { from: dayBehind(today, 1 - Number(days)), to: today }
  if (/^\d{4}$/.test(text)) return { from: `${text}-01-01`, to: `${text}-12-31` }
  if (!/^\d{4}-\d\d$/.test(text) || !isDay(`${text}-01`)) return undefined
  return { from: `${text}-01`, to: dayBehind(nextMonth(`${text}-01`), -1) }
}
