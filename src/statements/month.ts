import { Refusal } from '../errors.ts'

/** A calendar month in UTC. */
export interface Month {
  /** "2026-05". */
  text: string
  from: Date
  /** The next one's first moment. */
  to: Date
}

const FIRST_YEAR = 2000

/** Reads YYYY-MM. Throws invalid_input. */
export function parseMonth(text: string): Month {
  const [, year = '', month = ''] = /^(\d{4})-(0[1-9]|1[0-2])$/.exec(text.trim()) ?? []
  if (year === '' || Number(year) < FIRST_YEAR) {
    throw new Refusal('invalid_input', `${JSON.stringify(text)} is no month such as 2026-05`, 'month')
  }
  return monthOf(new Date(Date.UTC(Number(year), Number(month) - 1)))
}

/** The month that a time is in. */
export function monthOf(time: Date): Month {
  const [year, month] = [time.getUTCFullYear(), time.getUTCMonth()]
  const from = new Date(Date.UTC(year, month))
  return { text: from.toISOString().slice(0, 7), from, to: new Date(Date.UTC(year, month + 1)) }
}
