import type { Credentials } from '../../accounts/authenticator.ts'
import { Refusal } from '../../errors.ts'
import { type Micros, parseMicros, thousandsFault } from '../../lib/money.ts'

/** `bearerOf` gives the key in `Authorization: Bearer <username>.<apiaccesskey>`; an empty one, which no account has, where there is none. */
export function bearerOf(authorization: string | undefined): Credentials {
  const [, token = ''] = /^\s*Bearer\s+(\S+)\s*$/i.exec(authorization ?? '') ?? []
  const dot = token.indexOf('.')
  return dot < 0
    ? { username: '', secret: '' }
    : { username: token.slice(0, dot), secret: token.slice(dot + 1) }
}

/** `readAmount` reads an amount of money. Throws invalid_input unless it is more than 0, and for one that may be meant in thousands. */
export function readAmount(given: number | string, field: string, currency: string): Micros {
  const amount = parseMicros(String(given))
  if (amount === undefined || amount <= 0n) {
    throw new Refusal('invalid_input', 'must be more than 0, with at most 6 decimals', field)
  }
  const doubt = thousandsFault(given, currency)
  if (doubt !== undefined) throw new Refusal('invalid_input', doubt, field)
  return amount
}
