import { closingQuote } from './json.ts'

/** MAX_LEVELS bounds what is kept of JSON that is nested without end. */
const MAX_LEVELS = 100_000

/** Level is an object or a list that is being read: in an object the names that were there, with their values as written. */
interface Level {
  values: Map<string, string> | undefined
  name: string | undefined
  from: number
}

/**
 * `contradictsItself` tells JSON in which an object has one name twice with different values. Parsers take the last, and who wrote it may
 * have meant the first. What is nested deeper than anybody means it is taken for such, too. `read` is what a parser made of it.
 */
export function contradictsItself(text: string, read?: object): boolean {
  // Most answers have no name twice, and counting them costs less than reading the text.
  if (read && text.length < MAX_LEVELS && (text.match(BEHIND_NAME)?.length ?? 0) === namesIn(read)) {
    return false
  }
  const levels: Level[] = []
  const step = /["{}[\],]/g
  for (let match = step.exec(text); match; match = step.exec(text)) {
    const level = levels.at(-1)
    const [sign] = match
    if (sign === '"') {
      const end = closingQuote(text, step.lastIndex)
      if (end === undefined) return false
      step.lastIndex = end
      const from = level?.values && level.name === undefined ? behindColon(text, end) : undefined
      if (level && from !== undefined) Object.assign(level, { name: text.slice(match.index, end), from })
    } else if (sign === '{' || sign === '[') {
      if (levels.length === MAX_LEVELS) return true
      levels.push({ values: sign === '{' ? new Map() : undefined, name: undefined, from: step.lastIndex })
    } else {
      if (level && isOtherValue(level, text.slice(level.from, match.index))) return true
      if (sign !== ',') levels.pop()
    }
  }
  return false
}

/** BEHIND_NAME stands behind every name, and may stand in texts. */
const BEHIND_NAME = /"\s*:/g

/** `namesIn` counts the names of all objects in a value. */
function namesIn(read: object): number {
  let count = 0
  const rest: object[] = [read]
  for (let one = rest.pop(); one; one = rest.pop()) {
    const values: unknown[] = Object.values(one)
    if (!Array.isArray(one)) count += values.length
    for (const value of values) if (typeof value === 'object' && value !== null) rest.push(value)
  }
  return count
}

/** `behindColon` gives the place behind the colon at `from`; undefined: there is none, so that no name ended there. */
function behindColon(text: string, from: number): number | undefined {
  const colon = /\s*:/y
  colon.lastIndex = from
  return colon.test(text) ? colon.lastIndex : undefined
}

/** `isOtherValue` notes a value, and tells whether its name had another one. */
function isOtherValue(level: Level, value: string): boolean {
  const { values, name } = level
  if (!values || name === undefined) return false
  level.name = undefined
  const before = values.get(name)
  values.set(name, value.trim())
  return before !== undefined && before !== value.trim()
}
