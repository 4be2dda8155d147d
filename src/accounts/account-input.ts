import { invalid, ok, type Result, resultOf } from '../lib/fault.ts'
import { isCurrency } from '../lib/money.ts'
import { emptyFault, lineFault } from '../lib/text.ts'

const USERNAME = /^[a-z0-9][a-z0-9_-]{1,63}$/
const MAX_USERNAME_LENGTH = 64

/** `readLine` gives one line of text, trimmed, of at most `max` characters. */
export function readLine(path: string, text: string, max = 200): Result<string> {
  const line = text.trim()
  return resultOf(line, [emptyFault(path, line), lineFault(path, line, max)])
}

export function readEmail(text: string): Result<string> {
  const line = readLine('email', text, 254)
  if (!line.ok || /^[^\s@]+@[^\s@]+$/.test(line.value)) return line
  return invalid('email', `${JSON.stringify(line.value)} is no email address`)
}

export function readCurrency(text: string): Result<string> {
  const currency = text.trim().toUpperCase()
  if (isCurrency(currency)) return ok(currency)
  return invalid('currency', `${JSON.stringify(text)} is no currency code such as USD`)
}

/**
 * `readUsername` gives a username in lower case. One of digits alone is refused: an account is named by its id or its username, and the
 * two must not be mixed up.
 */
export function readUsername(text: string): Result<string> {
  const username = text.trim().toLowerCase()
  if (USERNAME.test(username) && !/^\d+$/.test(username)) return ok(username)
  const form = `2 to ${MAX_USERNAME_LENGTH} letters, digits, - or _, not digits alone`
  return invalid('username', `${JSON.stringify(text)} is no username: ${form}`)
}

/** `deriveUsername` makes a username of the name, or else of the email address. It may be taken: see `createAccount`. */
export function deriveUsername(name: string, email: string): string {
  for (const source of [name, email.split('@')[0] ?? '']) {
    const username = source
      .normalize('NFKD')
      .replace(/\p{M}/gu, '')
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .slice(0, MAX_USERNAME_LENGTH - 8)
      .replace(/^-+|-+$/g, '')
    if (USERNAME.test(username) && !/^\d+$/.test(username)) return username
  }
  return 'account'
}
