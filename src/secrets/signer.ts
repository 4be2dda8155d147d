import { createPrivateKey, createPublicKey, hkdfSync, type KeyObject, sign, verify } from 'node:crypto'

/** PKCS8_HEAD is what stands before the 32 bytes of a private Ed25519 key in PKCS #8 (RFC 8410). */
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex')
/** SPKI_HEAD is what stands before those of a public one. */
const SPKI_HEAD = Buffer.from('302a300506032b6570032100', 'hex')

/** Signer signs texts of this installation with Ed25519, by a key that follows from the secret key. */
export class Signer {
  readonly #private: KeyObject
  readonly #public: KeyObject

  /** `key` is 32 bytes, as `loadSecretKey` gives them. */
  constructor(key: Buffer) {
    const seed = Buffer.from(hkdfSync('sha256', key, '', 'imeigate: signing key', 32))
    this.#private = createPrivateKey({ key: Buffer.concat([PKCS8_HEAD, seed]), format: 'der', type: 'pkcs8' })
    this.#public = createPublicKey(this.#private)
  }

  sign(text: string): string {
    return sign(null, Buffer.from(text), this.#private).toString('base64url')
  }

  verify(text: string, signature: string): boolean {
    return isSigned(text, signature, this.#public)
  }

  /** `publicKey` is what `verifierOf` takes: 32 bytes in base64url. */
  get publicKey(): string {
    return this.#public.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64url')
  }
}

/** Verifier tells whether a text was signed by one signer. */
export type Verifier = Pick<Signer, 'verify'>

/** `verifierOf` makes one of a signer's public key. */
export function verifierOf(publicKey: string): Verifier {
  const der = Buffer.concat([SPKI_HEAD, Buffer.from(publicKey, 'base64url')])
  const key = createPublicKey({ key: der, format: 'der', type: 'spki' })
  return { verify: (text, signature) => isSigned(text, signature, key) }
}

const isSigned = (text: string, signature: string, key: KeyObject): boolean =>
  verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64url'))
