import type { FastifyRequest } from 'fastify'
import type { Credentials } from '../../accounts/authenticator.ts'
import { Mismatch } from './refusal.ts'

/** The key in `Authorization: Bearer <username>.<apiaccesskey>`; an empty one, which no account has, where there is none. */
export function bearerOf(authorization: string | undefined): Credentials {
  const [, token = ''] = /^\s*Bearer\s+(\S+)\s*$/i.exec(authorization ?? '') ?? []
  const dot = token.indexOf('.')
  return dot < 0
    ? { username: '', secret: '' }
    : { username: token.slice(0, dot), secret: token.slice(dot + 1) }
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Reads a body as JSON; an empty one is none. */
export async function readJson(_request: FastifyRequest, body: string | Buffer): Promise<unknown> {
  if (body.length === 0) return undefined
  try {
    return JSON.parse(typeof body === 'string' ? body : utf8.decode(body))
  } catch {
    throw new Mismatch('body', { body: ['is not JSON in UTF-8'] })
  }
}
