export type JsonObject = { readonly [name: string]: unknown }

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** BROKEN stands for JSON that cannot be read, and that is never repaired, because it may have lost a digit. */
const BROKEN = Symbol('broken')

/** FoundObject is an object of an answer, with the JSON that it was read from. */
interface FoundObject {
  object: JsonObject
  json: string
}

/**
 * `findObjects` finds the JSON objects of a text in which PHP may have written warnings before and after them. Undefined when one of
 * them is cut short or malformed.
 */
export function findObjects(text: string): FoundObject[] | undefined {
  const whole = parse(text.replace(/^\ufeff+/, '').trim())
  if (isObject(whole)) return [{ object: whole, json: text }]
  const found: FoundObject[] = []
  // In PHP's warnings a brace is followed by neither a quote nor another brace.
  const start = /\{\s*["}]/g
  for (let match = start.exec(text); match; match = start.exec(text)) {
    const end = endOf(text, match.index)
    const json = text.slice(match.index, end)
    const object = end === undefined ? BROKEN : parse(json)
    if (end === undefined || !isObject(object) || GOES_ON.test(text.slice(end, end + 20))) return undefined
    found.push({ object, json })
    start.lastIndex = end
  }
  return found
}

/** GOES_ON matches behind an object that is inside of something whose beginning is missing. */
const GOES_ON = /^\s*[\]},:]/

/** `endOf` gives the place behind the brace that closes the one at `from`; undefined when none does. */
function endOf(text: string, from: number): number | undefined {
  const step = /[{}"]/g
  step.lastIndex = from
  let depth = 0
  for (let match = step.exec(text); match; match = step.exec(text)) {
    if (match[0] === '"') {
      const close = closingQuote(text, step.lastIndex)
      if (close === undefined) return undefined
      step.lastIndex = close
    } else {
      depth += match[0] === '{' ? 1 : -1
      if (depth === 0) return step.lastIndex
    }
  }
  return undefined
}

/** `closingQuote` gives the place behind the quote that ends the string whose content begins at `from`. */
export function closingQuote(text: string, from: number): number | undefined {
  for (let at = from; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === '"') return at + 1
  }
  return undefined
}

function parse(text: string): unknown {
  try {
    return /\d{16}/.test(text) ? JSON.parse(text, exact) : JSON.parse(text)
  } catch {
    return BROKEN
  }
}

/** `exact` gives a long number as its digits: a float would change the last ones. */
const exact = (_name: string, value: unknown, context?: { source?: string }): unknown =>
  typeof value === 'number' && /^\d{16,}$/.test(context?.source ?? '') ? context?.source : value
