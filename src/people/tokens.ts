import { hash, randomBytes } from 'node:crypto'

/** `randomToken` is a text of random bits that stands for somebody's right; only its hash is kept. */
export const randomToken = (bytes: number): string => randomBytes(bytes).toString('base64url')

/** `hashToken` is fast, as is right here: what is random cannot be guessed. */
export const hashToken = (token: string): Buffer => hash('sha256', token, 'buffer')
