import { hash, timingSafeEqual } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Refusal } from '../../errors.ts'
import { isPublic, readAddress } from '../../lib/ip.ts'

/** Cookie is that of the console or of the portal: a browser may be signed in to both. */
export type Cookie = 'console' | 'portal'

/** `nameOf` is the cookie's name. Over TLS no other site, and no name below this one, can set it. */
const nameOf = (cookie: Cookie, request: FastifyRequest): string =>
  `${isTls(request) ? '__Host-' : ''}imeigate_${cookie}`

/** `isTls` tells whether the browser speaks TLS: to us, or to a trusted proxy that says so. */
const isTls = (request: FastifyRequest): boolean => request.protocol === 'https'

/** `cookieOf` gives the token of a sign-in in the request's cookie. */
export function cookieOf(request: FastifyRequest, cookie: Cookie): string | undefined {
  const name = nameOf(cookie, request)
  for (const part of (request.headers.cookie ?? '').split(';')) {
    const at = part.indexOf('=')
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim() || undefined
  }
  return undefined
}

/** `setCookie` gives the browser a token that holds until a time; none: takes it away. */
export function setCookie(
  request: FastifyRequest,
  reply: FastifyReply,
  cookie: Cookie,
  signIn: { token: string; endsAt: Date } | undefined,
): void {
  const ends = signIn ? `Expires=${signIn.endsAt.toUTCString()}` : 'Max-Age=0'
  const parts = [
    `${nameOf(cookie, request)}=${signIn?.token ?? ''}`,
    'Path=/',
    'HttpOnly',
    'SameSite=Lax',
    ends,
  ]
  reply.header('set-cookie', [...parts, ...(isTls(request) ? ['Secure'] : [])].join('; '))
}

/** `refusePlain` refuses browsers that speak no TLS from the public internet: who is on the way would read the sign-in. */
export function refusePlain(request: FastifyRequest): void {
  if (isTls(request)) return
  const address = readAddress(request.ip)
  if (address && !isPublic(address)) return
  throw new Refusal(
    'permission_denied',
    'people sign in over https, or from this machine and private networks',
  )
}

/** `csrfOf` is what a page of ours sends beside the cookie: it shows that the page may read our answers. */
export const csrfOf = (token: string): string => hash('sha256', `csrf ${token}`, 'base64url')

/** `refuseOtherSites` refuses what a browser sends from a page that is not ours, which are at `publicUrl`, too. Throws csrf. */
export function refuseOtherSites({ headers }: FastifyRequest, publicUrl: string | undefined): void {
  const { origin, host, 'sec-fetch-site': site } = headers
  if (site !== undefined) {
    if (site === 'same-origin') return
    throw new Refusal('csrf', `Sec-Fetch-Site says ${String(site).slice(0, 20)}`)
  }
  if (origin !== undefined && URL.canParse(origin) && new URL(origin).host === host) return
  if (origin !== undefined && publicUrl !== undefined && origin === new URL(publicUrl).origin) return
  throw new Refusal('csrf', 'neither Sec-Fetch-Site nor Origin names this site')
}

/** `refuseForged` refuses what changes something and does not carry the text that belongs to the sign-in. Throws csrf. */
export function refuseForged({ headers }: FastifyRequest, token: string): void {
  const given = Buffer.from(String(headers['x-csrf-token'] ?? ''))
  const wanted = Buffer.from(csrfOf(token))
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) {
    throw new Refusal('csrf', 'X-CSRF-Token is not that of the sign-in', 'X-CSRF-Token')
  }
}
