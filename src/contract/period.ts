import { Type } from 'typebox'
import type { Period } from '../lib/period.ts'
import { DAY_MS } from '../lib/time.ts'

const bound = (description: string) =>
  Type.Optional(
    Type.Unsafe<string>({
      type: 'string',
      maxLength: 40,
      anyOf: [{ format: 'date-time' }, { format: 'date' }],
      description,
    }),
  )

/** The query of a list that can be bounded by time. */
export const createdQuery = {
  created_from: bound('Only what was made then or later: a time with its zone, or a day in UTC'),
  created_to: bound('Only what was made before that time, or on that day in UTC and before'),
}

/** What the database takes for a time; nothing here was made before or after. */
const [EARLIEST, LATEST] = [0, Date.UTC(9999, 0)]

/** Reads it. A day as the end is included. */
export function periodOf(query: { created_from?: string; created_to?: string }): Period {
  const { created_from: from, created_to: to } = query
  return {
    ...(from !== undefined && { from: timeOf(from, 0) }),
    ...(to !== undefined && { to: timeOf(to, DAY_MS) }),
  }
}

function timeOf(text: string, wholeDay: number): Date {
  // A leap second is a time, which Date does not know.
  const time = Date.parse(text.replace(/:60(?=[.Zz+-])/, ':59')) + (text.length === 10 ? wholeDay : 0)
  return new Date(Math.min(Math.max(time, EARLIEST), LATEST))
}
