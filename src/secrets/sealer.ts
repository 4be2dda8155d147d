import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto'
import { Refusal } from '../errors.ts'

/**
 * VERSION is that of an envelope: version (1 byte), the key's mark (8), nonce (12), ciphertext, tag (16). The version and the mark are
 * authenticated together with the owner.
 */
const VERSION = 1
const MARK_BYTES = 8
const NONCE_BYTES = 12
const TAG_BYTES = 16
const HEAD_BYTES = 1 + MARK_BYTES
const CIPHER = 'aes-256-gcm'

/** `markOf` gives the mark of a key in hex: it tells which key it was, and nothing about the key. */
export const markOf = (key: Buffer): string =>
  createHmac('sha256', key).update('imeigate: mark of a key').digest().subarray(0, MARK_BYTES).toString('hex')

/** Sealer seals secrets for the database: whoever has its rows or a backup, but not the key, reads and changes nothing. */
export class Sealer {
  readonly #key: Buffer
  readonly #head: Buffer
  readonly #find: (mark: string) => Buffer | undefined

  /**
   * `key` is 32 bytes, as `loadSecretKey` gives them: it seals. What another key has sealed is opened where `find` knows that one by
   * its mark, as while the key is rotated.
   */
  constructor(key: Buffer, find: (mark: string) => Buffer | undefined = () => undefined) {
    if (key.length !== 32) throw new Error('a secret key has 32 bytes')
    this.#key = key
    this.#head = Buffer.concat([Buffer.of(VERSION), Buffer.from(markOf(key), 'hex')])
    this.#find = find
  }

  /** `seal` takes an `owner`, such as `supplier 7`, which must be given again to open the envelope: one row's secrets are of no use in another. */
  seal(plain: Record<string, string>, owner: string): Buffer {
    const nonce = randomBytes(NONCE_BYTES)
    const cipher = createCipheriv(CIPHER, this.#key, nonce, { authTagLength: TAG_BYTES })
    cipher.setAAD(bound(this.#head, owner))
    const sealed = [cipher.update(JSON.stringify(plain), 'utf8'), cipher.final()]
    return Buffer.concat([this.#head, nonce, ...sealed, cipher.getAuthTag()])
  }

  /** `open` throws an Error when the envelope was sealed with another key, for another owner, or has been changed since. */
  open(sealed: Buffer, owner: string): Record<string, string> {
    if (sealed[0] !== VERSION || sealed.length < HEAD_BYTES + NONCE_BYTES + TAG_BYTES) {
      throw new Error(`the secrets of ${owner} are not in a form that this imeigate knows`)
    }
    const head = sealed.subarray(0, HEAD_BYTES)
    const key = head.equals(this.#head) ? this.#key : this.#find(head.subarray(1).toString('hex'))
    if (!key) {
      throw new Error(
        `the secrets of ${owner} were sealed with another key: give back the key (IMEIGATE_SECRET_KEY, or secret.key in the data folder), or enter the secrets again`,
      )
    }
    const nonce = sealed.subarray(HEAD_BYTES, HEAD_BYTES + NONCE_BYTES)
    const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES })
    decipher.setAAD(bound(head, owner))
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES))
    try {
      const text = decipher.update(sealed.subarray(HEAD_BYTES + NONCE_BYTES, -TAG_BYTES))
      return JSON.parse(Buffer.concat([text, decipher.final()]).toString())
    } catch {
      throw new Error(
        `the secrets of ${owner} are damaged, or were sealed for somebody else: enter them again`,
      )
    }
  }
}

const bound = (head: Buffer, owner: string): Buffer => Buffer.concat([head, Buffer.from(owner)])

/** SealedRow is the secrets of one row, and the owner that they were sealed for. */
export interface SealedRow {
  sealed: Buffer
  owner: string
}

/**
 * `refuseForeignKey` throws a Refusal where none of the secrets that are there opens with the key at hand: it is not the key of the
 * servers, and what it would seal they could not open. `what` names the rows, `mend` says what to do where the right key is lost.
 */
export function refuseForeignKey(
  sealer: Sealer,
  rows: readonly SealedRow[],
  { what, mend }: { what: string; mend: string },
): void {
  const opens = ({ sealed, owner }: SealedRow): boolean => {
    try {
      sealer.open(sealed, owner)
      return true
    } catch {
      return false
    }
  }
  if (rows.length === 0 || rows.some(opens)) return
  throw new Refusal(
    'conflict',
    `other ${what}' secrets do not open with the secret key at hand: use the key that the server uses ` +
      `(IMEIGATE_SECRET_KEY or secret.key in its data folder); where it is lost, ${mend} first`,
  )
}
