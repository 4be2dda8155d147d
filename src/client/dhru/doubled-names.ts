/** TOKEN is a string, with the colon behind a name, or a mark. A string that does not end goes to the end of the text. */
const TOKEN = /("(?:[^"\\]|\\.)*)(?:"(\s*:)?)?|[{}[\],]/gs

/** MAX_LENGTH bounds the texts that are looked through: an answer about orders is short. */
const MAX_LENGTH = 200_000

/** Level is an object or a list that is being read: in an object the names that were there, with their values as written. */
interface Level {
  values: Map<string, string> | undefined
  name: string | undefined
  from: number
}

/**
 * `contradictsItself` tells JSON in which an object has one name twice with different values. Parsers take the last, and who wrote it may
 * have meant the first.
 */
export function contradictsItself(text: string): boolean {
  if (text.length > MAX_LENGTH) return false
  const levels: Level[] = []
  for (const { 0: token, 1: string, 2: colon, index } of text.matchAll(TOKEN)) {
    const level = levels.at(-1)
    const end = index + token.length
    if (token === '{' || token === '[') {
      levels.push({ values: token === '{' ? new Map() : undefined, name: undefined, from: end })
    } else if (token === ',' || token === '}' || token === ']') {
      if (level && isOtherValue(level, text.slice(level.from, index))) return true
      if (token !== ',') levels.pop()
    } else if (level?.values && level.name === undefined && colon !== undefined) {
      level.name = string
      level.from = end
    }
  }
  return false
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
