import { argon2Sync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { Passwords, passwordFault } from '../../src/people/passwords.ts'

const passwords = new Passwords()

describe('a password', () => {
  it('is kept as argon2id with its own salt, and known by it alone', async () => {
    const [one, other] = await Promise.all([passwords.hash('correct horse'), passwords.hash('correct horse')])
    expect(one).toMatch(/^\$argon2id\$v=19\$m=47104,t=1,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
    expect(one).not.toBe(other)
    expect(await passwords.verify('correct horse', one)).toBe(true)
    expect(await passwords.verify('correct horsf', one)).toBe(false)
    expect(await passwords.verify('', one)).toBe(false)
    expect(await passwords.verify('correct horse', undefined)).toBe(false)
  })

  it('is the same one on keyboards that compose its letters otherwise', async () => {
    expect(await passwords.verify('cafe\u0301 au lait', await passwords.hash('caf\u00e9 au lait'))).toBe(true)
  })

  it('that was hashed at another cost is still known, and hashed anew', async () => {
    const nonce = Buffer.from('a salt of its own')
    const message = Buffer.from('correct horse')
    const cost = { memory: 8192, passes: 2, parallelism: 1, tagLength: 24 }
    const tag = argon2Sync('argon2id', { ...cost, nonce, message })
    const text = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '')
    const cheap = `$argon2id$v=19$m=8192,t=2,p=1$${text(nonce)}$${text(tag)}`
    expect(passwords.isOutdated(cheap)).toBe(true)
    expect(passwords.isOutdated(await passwords.hash('x'))).toBe(false)
    expect(await passwords.verify('correct horse', cheap)).toBe(true)
    expect(await passwords.verify('correct horsf', cheap)).toBe(false)
  })

  it.each([
    ['short', 'at least 12 characters'],
    ['a'.repeat(129), 'longer than 128 characters'],
    ['aabbaabbaabb', '5 different characters'],
    ['password12345!', 'most used ones'],
    ['p.a.s.s.w.o.r.d', 'most used ones'],
    ['1234567890123', 'easy to guess'],
    ['Anna-Schmidt-2031', 'your name'],
    ['2031anna.schmidt', 'your name'],
    ['imeigate-2031', 'easy to guess'],
  ])('%s is not taken', async (password, why) => {
    const refused = await passwordFault('staff', password, [
      'Anna Schmidt',
      'annaschmidt@example.com',
      'anna.schmidt@example.com',
      'AnnaSchmidt',
    ])
    expect(refused?.detail).toContain(why)
  })

  it.each(['correct horse battery', 'ünïcödé-ist-gut', '        x y z 9 8', 'qwrtzpsdfghkl'])(
    '%s is taken: no rule says of what it is made',
    async (password) => {
      expect(await passwordFault('staff', password, ['Anna', 'anna@example.com'])).toBeUndefined()
    },
  )

  it('is hashed two at a time, and a flood is turned away before it costs anything', async () => {
    const all = await Promise.allSettled(Array.from({ length: 60 }, () => passwords.verify('x', undefined)))
    const refused = all.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[]
    expect(refused).toHaveLength(8)
    expect(refused[0]?.reason).toMatchObject({ code: 'too_many_requests' })
  })
})
