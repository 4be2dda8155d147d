import { createHmac, timingSafeEqual } from 'node:crypto'

/** `isSigned` tells whether a header holds the HMAC of these bytes, in hexadecimal digits or base64, with or without `sha256=` before it. */
export function isSigned(
  body: Buffer,
  header: unknown,
  { secret, algorithm }: { secret: string; algorithm: 'sha256' | 'sha512' },
): boolean {
  if (typeof header !== 'string' || header.length > 512) return false
  const said = header.trim().replace(/^sha(?:256|512)=/i, '')
  const expected = createHmac(algorithm, secret).update(body).digest()
  const given = Buffer.from(said, said.length === expected.length * 2 ? 'hex' : 'base64')
  return given.length === expected.length && timingSafeEqual(given, expected)
}
