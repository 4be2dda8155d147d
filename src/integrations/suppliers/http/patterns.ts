import { createContext, Script } from 'node:vm'

/** Of a regular expression's source. */
const MAX_PATTERN_LENGTH = 500
/** What a regular expression sees of a text, in characters; an answer may go on. */
const MAX_TEXT_LENGTH = 65_536
/** An expression that takes longer, twice, backtracks without end; once, the machine may have had no time for it. */
const TIMEOUT_MS = 500
const TRIES = 2

/** Without regard to case; `.` matches ends of lines too, `^` and `$` only the ends of the text. Throws SyntaxError. */
export function compile(source: string): RegExp {
  if (source.length > MAX_PATTERN_LENGTH)
    throw new SyntaxError(`longer than ${MAX_PATTERN_LENGTH} characters`)
  return new RegExp(source, 'isu')
}

const sandbox: { pattern: RegExp | null; text: string } = { pattern: null, text: '' }
const context = createContext(sandbox)
const search = new Script('pattern.exec(text)')

/**
 * What an operator's regular expression finds in what a stranger sent: both are bounded in length, and so is the time,
 * by the one thing that can interrupt an expression. Null: nothing. Throws when it takes too long.
 */
export function find(pattern: RegExp, text: string): RegExpExecArray | null {
  sandbox.pattern = pattern
  sandbox.text = text.slice(0, MAX_TEXT_LENGTH)
  try {
    for (let tries = 1; tries <= TRIES; tries++) {
      const found = searchInTime()
      if (found !== 'late') return found
    }
    throw new Error(`a regular expression of the template took longer than ${TIMEOUT_MS} ms`)
  } finally {
    sandbox.pattern = null
    sandbox.text = ''
  }
}

function searchInTime(): RegExpExecArray | null | 'late' {
  try {
    return search.runInContext(context, { timeout: TIMEOUT_MS }) as RegExpExecArray | null
  } catch {
    return 'late'
  }
}
