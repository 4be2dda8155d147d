import { randomBytes } from 'node:crypto'
import { generateSecret, generateURI, verifySync } from 'otplib'
import { hashToken } from './tokens.ts'

/** STEP_SECONDS is how long a code is shown; one before and one after it count as well, because clocks differ. */
const STEP_SECONDS = 30
const RECOVERY_CODES = 10
/** RECOVERY_LENGTH gives 80 random bits, at 5 a character. */
const RECOVERY_LENGTH = 16
/** ALPHABET is without the characters that people take for each other. */
const ALPHABET = 'abcdefghijkmnpqrstuvwxyz23456789'

/** TotpOffer is a fresh secret for an authenticator app: as a text to be typed, and as the URI that a QR code shows. */
export interface TotpOffer {
  secret: string
  uri: string
}

/** `offerTotp` makes one. It counts once a code of it was given. */
export function offerTotp(email: string | null): TotpOffer {
  const secret = generateSecret()
  return { secret, uri: generateURI({ issuer: 'imeigate', label: email ?? 'staff', secret }) }
}

/** `stepOfFirstCode` is `stepOfCode` for a secret that was offered, as it comes back with its first code. */
export const stepOfFirstCode = (secret: string, code: string, now: Date): number | undefined =>
  /^[A-Z2-7]{32}$/.test(secret) ? stepOfCode(secret, code, now, 0) : undefined

/**
 * `stepOfCode` gives the time step of a code that is right and was not used; undefined: it is wrong. The code is as people type it. `after` is
 * the newest step used.
 */
export function stepOfCode(secret: string, typed: string, now: Date, after: number): number | undefined {
  const code = typed.replace(/\s/g, '')
  if (!/^\d{6}$/.test(code)) return undefined
  const epoch = Math.floor(now.getTime() / 1000)
  const checked = verifySync({ secret, token: code, epoch, epochTolerance: STEP_SECONDS })
  if (!checked.valid || !('timeStep' in checked)) return undefined
  return checked.timeStep > after ? checked.timeStep : undefined
}

/** `makeRecoveryCodes` gives codes that stand for the second factor once each, and their hashes. */
export function makeRecoveryCodes(): { codes: string[]; hashes: Buffer[] } {
  const codes = Array.from({ length: RECOVERY_CODES }, () =>
    Array.from(randomBytes(RECOVERY_LENGTH), (byte) => ALPHABET[byte % ALPHABET.length])
      .join('')
      .replace(/(.{4})(?=.)/g, '$1-'),
  )
  return { codes, hashes: codes.map(hashRecoveryCode) }
}

/** `hashRecoveryCode` takes a code as people type it. */
export const hashRecoveryCode = (code: string): Buffer =>
  hashToken(code.toLowerCase().replace(/[^a-z0-9]/g, ''))
