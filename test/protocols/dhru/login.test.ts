import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createKey } from '../../../src/accounts/keys.ts'
import type { AccountId } from '../../../src/lib/ids.ts'
import {
  exchange,
  type Format,
  multipart,
  type Pairs,
  type RawRequest,
  readDhru,
  urlencoded,
} from '../../support/dhru.ts'
import { type Shop, type TestServer, testServer } from '../../support/server.ts'

let server: TestServer
let shop: Shop
let other: Shop

beforeAll(async () => {
  server = await testServer()
  shop = await server.shop()
  other = await server.shop()
})
afterAll(() => server?.stop())

const asJson = (fields: Pairs): RawRequest => ({
  body: JSON.stringify(Object.fromEntries(fields)),
  headers: { 'content-type': 'application/json' },
})
const encodings = { urlencoded, multipart, 'a JSON object': asJson }

/** `whose` gives whose account a request with these fields is about, or what it is refused with. */
async function whose(fields: Pairs, encode = urlencoded, format: Format = 'JSON'): Promise<string> {
  const request = encode([...fields, ['action', 'accountinfo'], ['requestformat', format]])
  const read = readDhru(await exchange(server.url, request))
  expect(read.format).toBe(format)
  return read.says.SUCCESS?.[0].AccountInfo.username ?? read.says.ERROR[0].FULL_DESCRIPTION
}

const as = (username?: string, secret?: string): Pairs => [
  ...(username === undefined ? [] : [['username', username] as [string, string]]),
  ...(secret === undefined ? [] : [['apiaccesskey', secret] as [string, string]]),
]
const mixed = (text: string): string =>
  [...text].map((letter, index) => (index % 2 ? letter.toUpperCase() : letter.toLowerCase())).join('')
const dotted = (of: Shop): string => `${of.securityId}.${of.secret}`

const ways: [way: string, fields: () => Pairs][] = [
  ['security id and secret', () => as(shop.securityId, shop.secret)],
  ['user name and secret', () => as(shop.username, shop.secret)],
  ['the security id in upper case', () => as(shop.securityId.toUpperCase(), shop.secret)],
  ['the user name in mixed case', () => as(mixed(shop.username), shop.secret)],
  ['blanks and line ends round them', () => as(` ${shop.securityId}\r\n`, `\t${shop.secret} `)],
  ['marks of chats round them', () => as(`\u200e${shop.securityId}\u202c`, `\ufeff${shop.secret}\u200b`)],
  ['the whole key as secret, no user name', () => as(undefined, dotted(shop))],
  ['the whole key as secret, a blank user name', () => as(' ', dotted(shop))],
  ['the whole key as secret, a wrong user name', () => as('nobody', dotted(shop))],
  ["the whole key as secret, another's user name", () => as(other.username, dotted(shop))],
  ['the whole key as user name, no secret', () => as(dotted(shop))],
  ['the whole key as user name, a blank secret', () => as(dotted(shop), '')],
  ['the whole key as user name, a wrong secret', () => as(dotted(shop), 'wrong')],
  ["the whole key as user name, another's secret", () => as(dotted(shop), other.secret)],
  ['the whole key in both', () => as(dotted(shop), dotted(shop))],
  [
    'the whole key with its security id in upper case',
    () => as(undefined, `${shop.securityId.toUpperCase()}.${shop.secret}`),
  ],
  ['user name and secret with a dot between', () => as(undefined, `${shop.username}.${shop.secret}`)],
  ['the whole key with blanks round it', () => as(undefined, ` ${dotted(shop)}\n`)],
  [
    'a blank field before the filled one',
    () => [
      ['username', ''],
      ['username', shop.securityId],
      ['apiaccesskey', ' '],
      ['apiaccesskey', shop.secret],
    ],
  ],
  [
    'a second one after the right one',
    () => [
      ['username', shop.securityId],
      ['username', 'x'],
      ['apiaccesskey', shop.secret],
      ['apiaccesskey', 'x'],
    ],
  ],
  [
    'a blank field and the alias',
    () => [
      ['username', ''],
      ['user', shop.username],
      ['apiaccesskey', ''],
      ['key', shop.secret],
    ],
  ],
]

const notWays: [way: string, fields: () => Pairs][] = [
  ['nothing', () => []],
  ['blanks', () => as(' ', '\n')],
  ['a user name alone', () => as(shop.username)],
  ['a secret alone', () => as(undefined, shop.secret)],
  ['a wrong secret', () => as(shop.username, other.secret)],
  ['the secret in upper case', () => as(shop.username, shop.secret.toUpperCase())],
  ['a part of the secret', () => as(shop.username, shop.secret.slice(0, -1))],
  ['more than the secret', () => as(shop.username, `${shop.secret}x`)],
  ['the secret and a NUL', () => as(shop.username, `${shop.secret}\0`)],
  ['user name and secret with their places changed', () => as(shop.secret, shop.username)],
  ['a whole key with a wrong secret', () => as(shop.username, `${shop.securityId}.${other.secret}`)],
  ['a whole key of nobody', () => as(undefined, `nobody1234.${shop.secret}`)],
  ['the e-mail of nobody', () => as('nobody@example.com', shop.secret)],
  ['SQL', () => as("' or 1=1 --", "' or 1=1 --")],
  ['NUL', () => as(`${shop.username}\0`, shop.secret)],
  ['wildcards', () => as('%', shop.secret)],
  ['very long texts', () => as('x'.repeat(20_000), 'y'.repeat(20_000))],
]

describe('a login', () => {
  it.each(ways)('is %s', async (_way, fields) => {
    expect(await whose(fields())).toBe(shop.username)
    expect(await whose(fields(), multipart, 'XML')).toBe(shop.username)
  })

  it.each(notWays)('is not %s', async (_way, fields) => {
    expect(await whose(fields())).toBe('invalid_credentials')
    expect(await whose(fields(), multipart, 'XML')).toBe('invalid_credentials')
  })

  it('is of no use with a key that may not place orders', async () => {
    const { sql } = server
    const reader = await createKey(sql, shop.accountId as AccountId, { permissions: ['order.read'] })
    expect(await whose(as(reader.securityId, reader.secret))).toBe(
      'permission_denied: the key may not order.create',
    )
    const buyer = await createKey(sql, shop.accountId as AccountId, { permissions: ['order.create'] })
    expect(await whose(as(buyer.securityId, buyer.secret))).toBe(shop.username)
  })

  const userNames = ['username', 'api_username', 'user']
  const secrets = ['apiaccesskey', 'key', 'api_key', 'apikey', 'accesskey']
  const pairs = userNames.flatMap((name) => secrets.map((secret) => [name, secret] as const))
  it.each(pairs)('is taken from the fields %s and %s in any case', async (name, secret) => {
    for (const spell of [String, mixed, (text: string) => text.toUpperCase()]) {
      for (const encode of Object.values(encodings)) {
        expect(
          await whose(
            [
              [spell(name), shop.securityId],
              [spell(secret), shop.secret],
            ],
            encode,
          ),
        ).toBe(shop.username)
        expect(await whose([[spell(secret), dotted(shop)]], encode)).toBe(shop.username)
        expect(await whose([[spell(name), dotted(shop)]], encode)).toBe(shop.username)
      }
    }
  })

  it('goes by the first of the names when several are filled', async () => {
    expect(
      await whose([
        ['user', other.username],
        ['username', shop.username],
        ['key', other.secret],
        ['apiaccesskey', shop.secret],
      ]),
    ).toBe(shop.username)
  })

  it('of the whole key in both fields goes by the secret', async () => {
    expect(await whose(as(dotted(other), dotted(shop)))).toBe(shop.username)
  })

  it('by user name works with each of the keys of the account', async () => {
    const second = await createKey(server.sql, shop.accountId as AccountId)
    for (const secret of [shop.secret, second.secret]) {
      expect(await whose(as(shop.username, secret))).toBe(shop.username)
    }
    expect(await whose(as(second.securityId, shop.secret))).toBe('invalid_credentials')
  })

  it('is not taken from the query or a header, where it would be written down', async () => {
    const { securityId, secret } = shop
    const request: RawRequest = {
      ...urlencoded([['action', 'accountinfo']]),
      path: `/api/dhru?username=${securityId}&apiaccesskey=${secret}&action=accountinfo`,
    }
    for (const headers of [
      {},
      { authorization: `Bearer ${dotted(shop)}` },
      { authorization: `Basic ${Buffer.from(`${securityId}:${secret}`).toString('base64')}` },
      { 'x-api-key': dotted(shop) },
    ]) {
      const { says } = readDhru(
        await exchange(server.url, { ...request, headers: { ...request.headers, ...headers } }),
      )
      expect(says.ERROR[0]).toEqual({
        MESSAGE: 'Authentication failed',
        FULL_DESCRIPTION: 'invalid_credentials',
      })
    }
  })

  it('comes before anything else is said, so that a stranger learns nothing', async () => {
    for (const action of ['', 'nothing', 'placeimeiorder', 'placeimeiorderbulk', 'orderstatus']) {
      const request = urlencoded([
        ['username', 'x'],
        ['apiaccesskey', 'y'],
        ['action', action],
        ['parameters', '@@'],
      ])
      const { says } = readDhru(await exchange(server.url, request))
      expect(says.ERROR[0].FULL_DESCRIPTION).toBe('invalid_credentials')
    }
  })
})
