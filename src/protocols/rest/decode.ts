import type { FastifyRequest } from 'fastify'
import type { Credentials } from '../../accounts/authenticator.ts'
import { Refusal } from '../../errors.ts'
import { type Micros, parseMicros } from '../../lib/money.ts'
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

/** `readJson` reads a body as JSON; an empty one is undefined. */
export async function readJson(_request: FastifyRequest, body: string | Buffer): Promise<unknown> {
  if (body.length === 0) return undefined
  try {
    return JSON.parse(typeof body === 'string' ? body : utf8.decode(body))
  } catch {
    throw new Mismatch('body', [{ path: ['body'], message: 'is not JSON in UTF-8' }])
  }
}

/** `readAmount` reads an amount of money. Throws invalid_input unless it is more than 0. */
export function readAmount(given: number | string, field: string): Micros {
  const amount = parseMicros(String(given))
  if (amount === undefined || amount <= 0n) {
    throw new Refusal('invalid_input', 'must be more than 0, with at most 6 decimals', field)
  }
  return amount
}
