/** HeaderList has headers by name, in lower case. */
export type HeaderList = Record<string, string>

/** OURS are headers that say how the body travels, or that we sign by. */
const OURS = [
  'host',
  'content-length',
  'transfer-encoding',
  'connection',
  'expect',
  'upgrade',
  'te',
  'trailer',
]
const MAX_HEADERS = 20

/** `readHeaders` gives what is no JSON object of texts as undefined values, which `headersFault` refuses. */
export function readHeaders(json: string): HeaderList {
  try {
    const read = JSON.parse(json) as unknown
    if (typeof read === 'object' && read !== null && !Array.isArray(read))
      return Object.fromEntries(
        Object.entries(read).map(([name, value]) => [name.toLowerCase(), value as string]),
      )
  } catch {
    // It is refused below.
  }
  return { '': '' }
}

/** `headersFault` says what is wrong with headers, and repeats no value. */
export function headersFault(headers: HeaderList): string | undefined {
  const names = Object.keys(headers)
  if (names.includes('')) return 'must be a JSON object of texts'
  if (names.length > MAX_HEADERS) return `are more than ${MAX_HEADERS}`
  const wrong = names.find((name) => !/^[a-z0-9!#$%&'*+.^_`|~-]{1,100}$/.test(name))
  if (wrong !== undefined) return `${JSON.stringify(wrong)} is no name of a header`
  const ours = names.find((name) => OURS.includes(name) || name.startsWith('webhook-'))
  if (ours !== undefined) return `${ours} is set by imeigate`
  const bad = names.find(
    (name) =>
      typeof headers[name] !== 'string' ||
      !/^[\x21-\x7e]([\x20-\x7e]{0,2000}[\x21-\x7e])?$/.test(headers[name]),
  )
  return bad === undefined ? undefined : `${bad} must be a line of visible ASCII characters`
}
