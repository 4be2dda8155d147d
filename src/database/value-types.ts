import pg from 'pg'

type Parse = (text: string) => unknown

/** `arrayOf` parses an array without nulls, whose elements need no quotes. */
const arrayOf =
  (parse: Parse): Parse =>
  (text) =>
    text === '{}' ? [] : text.slice(1, -1).split(',').map(parse)

/** IN_UTC is how PostgreSQL writes the times of this program, whose sessions are in UTC. The driver's parser takes twice as long for them. */
const IN_UTC = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?\+00$/
const anyTime = pg.types.getTypeParser(1184, 'text')

/**
 * `parsers` reads values otherwise than the driver does, by the fixed ids of their types in PostgreSQL: an int8 is a bigint, because a
 * float would change it, and an interval or a date is its text; a time of UTC is read at once.
 */
const parsers = new Map<number, Parse>([
  [20, BigInt],
  [1016, arrayOf(BigInt)],
  [1005, arrayOf(Number)],
  [1007, arrayOf(Number)],
  [1082, String],
  [
    1184,
    (text) => (IN_UTC.test(text) ? new Date(`${text.slice(0, 10)}T${text.slice(11, -3)}Z`) : anyTime(text)),
  ],
  [1186, String],
])

/** `types` gives the parsers as the driver asks for them. */
export const types = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    (format !== 'binary' && parsers.get(oid)) ||
    pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser,
}

/**
 * `arrayText` writes an array as PostgreSQL reads it. The driver's own writer searches every element for what must be escaped; it
 * took 4% of the processor time of a placement (`bench/http.ts`). Gives undefined where an element is not a number, string, bigint or null.
 */
export function arrayText(values: readonly unknown[]): string | undefined {
  let text = '{'
  for (let index = 0; index < values.length; index++) {
    const value = values[index]
    if (index > 0) text += ','
    if (typeof value === 'string') {
      text += PLAIN.test(value) ? `"${value}"` : `"${value.replace(/["\\]/g, '\\$&')}"`
    } else if (typeof value === 'number' || typeof value === 'bigint') text += value
    else if (value === null) text += 'NULL'
    else return undefined
  }
  return `${text}}`
}

const PLAIN = /^[^"\\]*$/
