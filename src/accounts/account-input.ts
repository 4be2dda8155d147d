import { Refusal } from '../errors.ts'
import { isCurrency } from '../lib/money.ts'
import { lineFault } from '../lib/text.ts'

const USERNAME = /^[a-z0-9][a-z0-9_-]{1,63}$/
const MAX_USERNAME_LENGTH = 64

/** `checkText` gives one line of text, trimmed. Throws invalid_input. */
export function checkText(text: string, field: string, longest = 200): string {
  const trimmed = text.trim()
  if (trimmed === '') throw new Refusal('invalid_input', `${field} is empty`, field)
  const fault = lineFault(trimmed, longest)
  if (fault) throw new Refusal('invalid_input', `${field} ${fault}`, field)
  return trimmed
}

export function checkEmail(text: string): string {
  const email = checkText(text, 'email', 254)
  if (!/^[^\s@]+@[^\s@]+$/.test(email)) {
    throw new Refusal('invalid_input', `${JSON.stringify(email)} is no email address`, 'email')
  }
  return email
}

export function checkCurrency(text: string): string {
  const currency = text.trim().toUpperCase()
  if (!isCurrency(currency)) {
    throw new Refusal('invalid_input', `${JSON.stringify(text)} is no currency code such as USD`, 'currency')
  }
  return currency
}

/** Lower-cased. Not digits alone: an account is named by its id or its username, and the two must not be mixed up. */
export function checkUsername(text: string): string {
  const username = text.trim().toLowerCase()
  if (!USERNAME.test(username) || /^\d+$/.test(username)) {
    throw new Refusal(
      'invalid_input',
      `${JSON.stringify(text)} is no username: 2 to ${MAX_USERNAME_LENGTH} letters, digits, - or _, not digits alone`,
      'username',
    )
  }
  return username
}

/** A username made of the name, or else of the email address. It may be taken: see `createAccount`. */
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
