import { RE2JS, RE2JSException } from 're2js'

/** MAX_PATTERN_LENGTH bounds the source of a regular expression, in characters. */
const MAX_PATTERN_LENGTH = 500
/** MAX_TEXT_LENGTH is how many characters of a text an expression sees; an answer may go on. */
const MAX_TEXT_LENGTH = 65_536
/**
 * MAX_PROGRAM_SIZE bounds what an expression is compiled to, in instructions: repeats such as `a{1,1000}` make it long. A search takes
 * at most the program's size times the text's length; at both bounds the slowest expressions were measured at about a second.
 */
const MAX_PROGRAM_SIZE = 700
/** MAX_KEPT bounds how many compiled expressions are kept; past it all are dropped. */
const MAX_KEPT = 1000
/** MAX_VALUE_LENGTH bounds a value that a schema's pattern or format looks at, in characters: as long as the longest extra field. */
export const MAX_VALUE_LENGTH = 2000
const FLAGS = RE2JS.CASE_INSENSITIVE | RE2JS.DOTALL

const kept = new Map<string, RE2JS>()

/**
 * `compilePattern` makes an expression that is searched for in linear time, since what it searches comes from suppliers, and a search that
 * backtracks without end would stop the process. It pays no regard to case; `.` matches ends of lines too, `^` and `$` only the ends of the text.
 * Throws SyntaxError, also for what RE2 does not know: look-ahead, look-behind and back references.
 */
export function compilePattern(source: string): RE2JS {
  let pattern = kept.get(source)
  if (!pattern) {
    pattern = boundedBy(source, FLAGS)
    if (kept.size >= MAX_KEPT) kept.clear()
    kept.set(source, pattern)
  }
  return pattern
}

function boundedBy(source: string, flags: number): RE2JS {
  if (source.length > MAX_PATTERN_LENGTH)
    throw new SyntaxError(`longer than ${MAX_PATTERN_LENGTH} characters`)
  const pattern = parse(source, flags)
  if (pattern.programSize() > MAX_PROGRAM_SIZE) throw new SyntaxError('it repeats too much')
  return pattern
}

function parse(source: string, flags: number): RE2JS {
  try {
    return RE2JS.compile(source, flags)
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error
    const message = error.message.replace('error parsing regexp: ', '')
    throw new SyntaxError(`${message} (the syntax is RE2's: no look-ahead, look-behind or back reference)`)
  }
}

/** `findPattern` gives what an expression finds first, with its groups; undefined: nothing. */
export const findPattern = (
  source: string,
  text: string,
): readonly (string | null | undefined)[] | undefined =>
  compilePattern(source).exec(text.slice(0, MAX_TEXT_LENGTH)) ?? undefined

/** `schemaPattern` makes the patterns of JSON Schemas for Ajv, in which case matters. A text that is too long matches none. */
export const schemaPattern = Object.assign(
  (source: string) => {
    const pattern = boundedBy(source, 0)
    return {
      test: (text: string) => text.length <= MAX_VALUE_LENGTH && pattern.test(text),
      // Ajv tells patterns by their texts.
      toString: () => source,
    }
  },
  { code: 'schemaPattern' },
)
