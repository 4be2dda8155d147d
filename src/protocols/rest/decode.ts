import type { Credentials } from '../../accounts/authenticator.ts'
import { Refusal } from '../../errors.ts'
import { type JsonLimits, outlineOf } from '../../lib/json-text.ts'
import { type Micros, parseMicros, thousandsFault } from '../../lib/money.ts'
import { turnFor } from '../../runtime/pace.ts'
import { Mismatch } from './refusal.ts'

/** `bearerOf` gives the key in `Authorization: Bearer <username>.<apiaccesskey>`; an empty one, which no account has, where there is none. */
export function bearerOf(authorization: string | undefined): Credentials {
  const [, token = ''] = /^\s*Bearer\s+(\S+)\s*$/i.exec(authorization ?? '') ?? []
  const dot = token.indexOf('.')
  return dot < 0
    ? { username: '', secret: '' }
    : { username: token.slice(0, dot), secret: token.slice(dot + 1) }
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** LIMITS have room for the items of the largest order, with some fields of each. */
const LIMITS = { values: 50_000, depth: 32, names: 10_000 } satisfies JsonLimits
const EXCESS = {
  values: `has more than ${LIMITS.values} values`,
  depth: `is nested deeper than ${LIMITS.depth} levels`,
  names: `has more than ${LIMITS.names} names`,
}

/** `readJson` reads a body as JSON; an empty one is undefined. */
export async function readJson(body: Buffer): Promise<unknown> {
  if (body.length === 0) return undefined
  try {
    const text = utf8.decode(body)
    const { excess } = outlineOf(text, LIMITS)
    if (excess) throw mismatch(EXCESS[excess])
    const read: unknown = JSON.parse(text)
    await turnFor(body.length)
    return read
  } catch (error) {
    throw error instanceof Mismatch ? error : mismatch('is not JSON in UTF-8')
  }
}

const mismatch = (message: string): Mismatch => new Mismatch('body', [{ path: ['body'], message }])

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
