import { createCipheriv, createDecipheriv, createHmac, type ScryptOptions, scrypt } from 'node:crypto'
import { promisify } from 'node:util'

/**
 * The cipher of backups: AES-256-GCM over pieces, each behind its length in four bytes (the highest bit says that it is the last one) and
 * followed by its tag of 16 bytes. A piece's nonce is its number, from 0; what is authenticated beside it is the file's head and its length, so
 * that no piece can be moved, left out or cut off.
 */

/** KeyMaker says how the key follows from the passphrase, in the head of the file. */
export interface KeyMaker {
  cipher: 'aes-256-gcm'
  kdf: 'scrypt'
  /** `cost`, `block` and `parallel` are N, r and p of scrypt. */
  cost: number
  block: number
  parallel: number
  /** `salt` is in base64, and so is `check`, by which a wrong passphrase is told from a broken file. */
  salt: string
  check: string
}

const PIECE_BYTES = 65_536
const TAG_BYTES = 16
const LAST = 0x80000000
const COSTS = { cost: 65_536, block: 8, parallel: 1 }
/** MAX_MEMORY bounds what a file can have us spend on its key. */
const MAX_MEMORY = 256 * 1024 * 1024

const derive = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt)

/** `newKey` makes a key of a passphrase, by a new salt. */
export async function newKey(passphrase: string, salt: Buffer): Promise<{ key: Buffer; maker: KeyMaker }> {
  const maker = { cipher: 'aes-256-gcm', kdf: 'scrypt', ...COSTS, salt: salt.toString('base64') } as const
  const key = await keyOf(passphrase, maker)
  return { key, maker: { ...maker, check: checkOf(key) } }
}

/** `openKey` makes the key again; undefined: the passphrase is another one. */
export async function openKey(passphrase: string, maker: KeyMaker): Promise<Buffer | undefined> {
  const key = await keyOf(passphrase, maker)
  return checkOf(key) === maker.check ? key : undefined
}

const keyOf = (
  passphrase: string,
  { cost, block, parallel, salt }: Omit<KeyMaker, 'check'>,
): Promise<Buffer> =>
  derive(passphrase.normalize('NFC'), Buffer.from(salt, 'base64'), 32, {
    N: cost,
    r: block,
    p: parallel,
    maxmem: MAX_MEMORY,
  })

const checkOf = (key: Buffer): string =>
  createHmac('sha256', key).update('imeigate backup').digest('base64').slice(0, 12)

/** `encrypted` encrypts bytes; `head` is what the file begins with. */
export async function* encrypted(
  bytes: AsyncIterable<Buffer>,
  key: Buffer,
  head: Buffer,
): AsyncGenerator<Buffer, void> {
  let number = 0
  const sealed = (plain: Buffer, isLast: boolean): Buffer => {
    const length = lengthOf(plain.length, isLast)
    const cipher = createCipheriv('aes-256-gcm', key, nonceOf(number++)).setAAD(Buffer.concat([head, length]))
    return Buffer.concat([length, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
  }
  let waiting = Buffer.alloc(0)
  for await (const some of bytes) {
    waiting = Buffer.concat([waiting, some])
    for (; waiting.length > PIECE_BYTES; waiting = waiting.subarray(PIECE_BYTES))
      yield sealed(waiting.subarray(0, PIECE_BYTES), false)
  }
  yield sealed(waiting, true)
}

/** `decrypted` gives what was encrypted. Throws where a piece is not as it was written, and where the last one is missing. */
export async function* decrypted(
  bytes: AsyncIterable<Buffer>,
  key: Buffer,
  head: Buffer,
  { broken, cut }: { broken: () => Error; cut: () => Error },
): AsyncGenerator<Buffer, void> {
  let number = 0
  let ended = false
  let waiting = Buffer.alloc(0)
  for await (const some of bytes) {
    if (ended) throw broken()
    waiting = Buffer.concat([waiting, some])
    while (waiting.length >= 4 && !ended) {
      const word = waiting.readUInt32BE()
      const length = word % LAST
      if (length > PIECE_BYTES) throw broken()
      const whole = 4 + length + TAG_BYTES
      if (waiting.length < whole) break
      yield opened(waiting.subarray(0, whole))
      waiting = waiting.subarray(whole)
      ended = word >= LAST
    }
    if (ended && waiting.length > 0) throw broken()
  }
  if (!ended) throw cut()

  function opened(piece: Buffer): Buffer {
    const cipher = createDecipheriv('aes-256-gcm', key, nonceOf(number++))
      .setAAD(Buffer.concat([head, piece.subarray(0, 4)]))
      .setAuthTag(piece.subarray(-TAG_BYTES))
    try {
      return Buffer.concat([cipher.update(piece.subarray(4, -TAG_BYTES)), cipher.final()])
    } catch {
      throw broken()
    }
  }
}

function lengthOf(length: number, isLast: boolean): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(length + (isLast ? LAST : 0))
  return bytes
}

function nonceOf(number: number): Buffer {
  const nonce = Buffer.alloc(12)
  nonce.writeBigUInt64BE(BigInt(number), 4)
  return nonce
}
