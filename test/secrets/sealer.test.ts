import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { Sealer } from '../../src/secrets/sealer.ts'

const key = randomBytes(32)
const sealer = new Sealer(key)
const secrets = { username: 'shop', apiaccesskey: 'näive-s3cret', __proto: '' }
const damaged = 'the secrets of supplier 7 are damaged, or were sealed for somebody else: enter them again'

describe('sealed secrets', () => {
  it('are opened for their owner, also by another process with the same key', () => {
    const sealed = sealer.seal(secrets, 'supplier 7')
    expect(sealer.open(sealed, 'supplier 7')).toEqual(secrets)
    expect(new Sealer(Buffer.from(key)).open(sealed, 'supplier 7')).toEqual(secrets)
    expect(sealer.open(sealer.seal({}, 'supplier 7'), 'supplier 7')).toEqual({})
  })

  it('show nothing, and are different each time', () => {
    const [one, other] = [sealer.seal(secrets, 'supplier 7'), sealer.seal(secrets, 'supplier 7')]
    for (const word of ['shop', 's3cret', 'apiaccesskey', 'supplier']) {
      expect(one.includes(word)).toBe(false)
      expect(one.toString('base64')).not.toContain(Buffer.from(word).toString('base64'))
    }
    // Version and mark of the key are the same, and nothing else.
    expect(one.subarray(0, 9)).toEqual(other.subarray(0, 9))
    expect(one.subarray(9, 21)).not.toEqual(other.subarray(9, 21))
    expect(one.includes(key.subarray(0, 8))).toBe(false)
  })

  it.each(['supplier 8', 'supplier 77', 'supplier', ''])('of supplier 7 are not opened for "%s"', (owner) => {
    const sealed = sealer.seal(secrets, 'supplier 7')
    expect(() => sealer.open(sealed, owner)).toThrow(`the secrets of ${owner} are damaged`)
  })

  it('are not opened with another key, and this is said', () => {
    const sealed = sealer.seal(secrets, 'supplier 7')
    expect(() => new Sealer(randomBytes(32)).open(sealed, 'supplier 7')).toThrow(
      'the secrets of supplier 7 were sealed with another key: give back the key (IMEIGATE_SECRET_KEY, or secret.key',
    )
  })

  it('are not opened when any bit was changed', () => {
    const sealed = sealer.seal(secrets, 'supplier 7')
    for (let at = 0; at < sealed.length * 8; at++) {
      const changed = Buffer.from(sealed)
      changed[at >> 3] = (changed[at >> 3] as number) ^ (1 << (at & 7))
      expect(() => sealer.open(changed, 'supplier 7')).toThrow(/^the secrets of supplier 7 /)
      if (at >= 9 * 8) expect(() => sealer.open(changed, 'supplier 7')).toThrow(damaged)
    }
  })

  it('are not opened when they were cut', () => {
    const sealed = sealer.seal(secrets, 'supplier 7')
    for (let length = 0; length < sealed.length; length++) {
      expect(() => sealer.open(sealed.subarray(0, length), 'supplier 7')).toThrow(
        /^the secrets of supplier 7 /,
      )
    }
  })

  it('of a later version are refused as such', () => {
    const sealed = sealer.seal(secrets, 'supplier 7')
    sealed[0] = 2
    expect(() => sealer.open(sealed, 'supplier 7')).toThrow('not in a form that this imeigate knows')
  })
})

it.each([0, 16, 31, 33])('a key of %d bytes is none', (length) => {
  expect(() => new Sealer(Buffer.alloc(length))).toThrow('a secret key has 32 bytes')
})
