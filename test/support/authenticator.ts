import { createHash, createSign, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'

/** These are what WebAuthn asks of a browser, as far as an authenticator looks at it. */
interface Creation {
  challenge: string
  rp: { id?: string }
  user: { id: string }
  excludeCredentials?: { id: string }[]
}
interface Assertion {
  challenge: string
  rpId?: string
}

interface Kept {
  id: Buffer
  key: KeyObject
  user: string
  rpId: string
  counter: number
}

const USER_IS_PRESENT = 0x01
const USER_IS_VERIFIED = 0x04
const HAS_CREDENTIAL = 0x40

/** Authenticator is a security key in software, in a browser on one page: it makes passkeys (ES256), and signs by them. */
export class Authenticator {
  readonly origin: string
  /** `verifies`, false: it asks for no finger, face or code. */
  verifies = true
  readonly #passkeys: Kept[] = []

  constructor(origin: string) {
    this.origin = origin
  }

  /** `make` makes a passkey, as `navigator.credentials.create` does, and gives what its `toJSON` gives. */
  make(options: Record<string, unknown>) {
    const { challenge, rp, user, excludeCredentials = [] } = options as unknown as Creation
    const known = this.#passkeys.map(({ id }) => id.toString('base64url'))
    if (excludeCredentials.some(({ id }) => known.includes(id))) throw new Error('it has a passkey for that')
    const { privateKey: key, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const one: Kept = { id: randomBytes(32), key, user: user.id, rpId: String(rp.id), counter: 0 }
    this.#passkeys.push(one)
    const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
    const cose = map([
      [integer(1), integer(2)],
      [integer(3), integer(-7)],
      [integer(-1), integer(1)],
      [integer(-2), bytes(Buffer.from(x, 'base64url'))],
      [integer(-3), bytes(Buffer.from(y, 'base64url'))],
    ])
    const length = Buffer.alloc(2)
    length.writeUInt16BE(one.id.length)
    const data = Buffer.concat([this.#data(one, HAS_CREDENTIAL), Buffer.alloc(16), length, one.id, cose])
    const attestation = map([
      [text('fmt'), text('none')],
      [text('attStmt'), map([])],
      [text('authData'), bytes(data)],
    ])
    return {
      ...named(one),
      response: {
        clientDataJSON: this.#client('webauthn.create', challenge),
        attestationObject: attestation.toString('base64url'),
        transports: ['internal'],
      },
    }
  }

  /** `sign` signs by its newest passkey for a server, as `navigator.credentials.get` does. */
  sign(options: Record<string, unknown>) {
    const { challenge, rpId } = options as unknown as Assertion
    const one = this.#passkeys.findLast((kept) => kept.rpId === rpId)
    if (!one) throw new Error(`it has no passkey for ${rpId}`)
    one.counter++
    const data = this.#data(one, 0)
    const client = this.#client('webauthn.get', challenge)
    const signed = Buffer.concat([data, sha256(Buffer.from(client, 'base64url'))])
    return {
      ...named(one),
      response: {
        clientDataJSON: client,
        authenticatorData: data.toString('base64url'),
        signature: createSign('sha256').update(signed).sign(one.key).toString('base64url'),
        userHandle: one.user,
      },
    }
  }

  #data({ rpId, counter }: Kept, flags: number): Buffer {
    const uses = Buffer.alloc(4)
    uses.writeUInt32BE(counter)
    const all = flags | USER_IS_PRESENT | (this.verifies ? USER_IS_VERIFIED : 0)
    return Buffer.concat([sha256(Buffer.from(rpId)), Buffer.from([all]), uses])
  }

  #client(type: string, challenge: string): string {
    return Buffer.from(JSON.stringify({ type, challenge, origin: this.origin, crossOrigin: false })).toString(
      'base64url',
    )
  }
}

const named = ({ id }: Kept) => ({
  id: id.toString('base64url'),
  rawId: id.toString('base64url'),
  type: 'public-key' as const,
  clientExtensionResults: {},
})

const sha256 = (data: Buffer): Buffer => createHash('sha256').update(data).digest()

/** These write CBOR, as far as it is needed. */
function head(major: number, value: number): Buffer {
  const first = major << 5
  if (value < 24) return Buffer.from([first | value])
  return value < 256 ? Buffer.from([first | 24, value]) : Buffer.from([first | 25, value >> 8, value & 255])
}
const integer = (value: number): Buffer => (value < 0 ? head(1, -1 - value) : head(0, value))
const bytes = (data: Buffer): Buffer => Buffer.concat([head(2, data.length), data])
const text = (value: string): Buffer => Buffer.concat([head(3, value.length), Buffer.from(value)])
const map = (pairs: [Buffer, Buffer][]): Buffer => Buffer.concat([head(5, pairs.length), ...pairs.flat()])
