import { Refusal } from '../errors.ts'

/** Month is a calendar month in UTC. */
export interface Month {
  /** `text` is such as "2026-05". */
  text: string
  from: Date
  /** `to` is the next month's first moment. */
  to: Date
}

const FIRST_YEAR = 2000

/** `parseMonth` reads YYYY-MM. Throws invalid_input. */
export function parseMonth(text: string): Month {
  const [, year = '', month = ''] = /^(\d{4})-(0[1-9]|1[0-2])$/.exec(text.trim()) ?? []
  if (year === '' || Number(year) < FIRST_YEAR) {
    throw new Refusal('invalid_input', `${JSON.stringify(text)} is no month such as 2026-05`, 'month')
  }
  return monthOf(new Date(Date.UTC(Number(year), Number(month) - 1)))
}

/** `monthOf` gives the month that a time is in. */
export function monthOf(time: Date): Month {
  const [year, month] = [time.getUTCFullYear(), time.getUTCMonth()]
  const from = new Date(Date.UTC(year, month))
  return { text: from.toISOString().slice(0, 7), from, to: new Date(Date.UTC(year, month + 1)) }
}
