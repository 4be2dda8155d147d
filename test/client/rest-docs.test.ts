import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Document } from '../../scripts/client-types.ts'
import { createAccount, createPriceGroup } from '../../src/accounts/accounts.ts'
import { createKey } from '../../src/accounts/keys.ts'
import { permissions } from '../../src/accounts/permissions.ts'
import { importServices } from '../../src/catalogue/import.ts'
import { DEMO_PRICE_GROUP, demoServices } from '../../src/command/demo-services.ts'
import { Providers } from '../../src/deposits/providers.ts'
import { micros, parseMicros, ZERO } from '../../src/lib/money.ts'
import { examplesOf, matches, renewed, type Step, shell } from '../support/documented.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { until } from '../support/until.ts'

/**
 * Every example of docs/api.md is run, in their order, on a server that is filled as the demo is. To write what has
 * changed into the page: `vitest run test/client/rest-docs -u`.
 */
const page = fileURLToPath(new URL('../../docs/api.md', import.meta.url))

let server: TestServer
let key: string
beforeAll(async () => {
  server = await testServer()
  const { sql } = server
  await createPriceGroup(sql, DEMO_PRICE_GROUP)
  const accountOf = (username: string, name: string, more: object = {}) =>
    createAccount(sql, { name, email: `${username}@example.com`, username, currency: 'USD', ...more }, 'demo')
  await accountOf('operator', 'Demo Operator')
  const reseller = await accountOf('reseller', 'Demo Reseller', {
    deposit: micros(1_000_000_000n),
    group: DEMO_PRICE_GROUP,
  })
  await accountOf('friend', 'Fred Friendly')
  await importServices(sql, JSON.stringify(demoServices), 'json')
  const { id, securityId, secret } = await createKey(sql, reseller.id, {})
  key = `${securityId}.${secret}`
  const bank = {
    kind: 'manual',
    code: 'bank',
    currency: 'USD',
    name: 'Bank transfer',
    feeFlat: parseMicros('1') ?? ZERO,
    settings: {
      account_number: 'DE02 1203 0000 0000 2020 51',
      account_holder_name: 'Demo Operator',
      bank: 'Demo Bank',
    },
  } as const
  await new Providers(sql, () => Promise.reject(new Error('it has no secrets'))).create(bank)
  const shop = { accountId: reseller.id, username: 'reseller', securityId, secret }
  await until('the catalogue is known', async () => (await ask('/api/services/imei-basic')).ok)
  const first = await server.place(shop, { ID: 'imei-basic', IMEI: '004401000000014' })
  expect(first, `key ${id}`).toMatchObject({ SUCCESS: [{ REFERENCEID: '1001' }] })
  await server.ended(shop, '1001')
})
afterAll(() => server.stop())

const ask = (path: string): Promise<Response> =>
  fetch(`${server.url}${path}`, { headers: { authorization: `Bearer ${key}` } })

// biome-ignore lint/suspicious/noTemplateCurlyInString: it is the shell's.
const API = 'api() { curl -s -w \'\\n\' "$URL$1" -H "Authorization: Bearer $KEY" "${@:2}"; }'

/** What each command of an example says. */
async function answer(steps: Step[]): Promise<string[]> {
  const commands = steps.map(({ command }) => command)
  const { PATH = '' } = process.env
  const ask = () => shell(API, commands, { env: { PATH, URL: server.url, KEY: key } })
  const changes = commands.some((command) => / -(?:d|X) /.test(command))
  let said = await ask()
  const differs = (): boolean => steps.some((step, index) => !matches(step.said, said[index] ?? ''))
  // The log of requests is written once a second.
  const isLog = commands.some((command) => command.includes('/api/requests'))
  for (let tries = 0; tries < 60 && differs() && !changes && isLog; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 500))
    said = await ask()
  }
  return said
}

it('every example of the page gives what stands there', async () => {
  const text = await readFile(page, 'utf8')
  await expect(await renewed(text, answer)).toMatchFileSnapshot(page)
})

it('every route has an example, every permission and every error stands in a table', async () => {
  const text = await readFile(page, 'utf8')
  const document = (await (await ask('/openapi.json')).json()) as Document
  const asked = examplesOf(text)
    .flat()
    .map(({ command }) => {
      const [, path = ''] = /\bapi ["']?([^\s"'?]+)/.exec(command.replace(/\$\([^)]*\)/g, 'x')) ?? []
      return `${/ -(?:d|X POST)\b/.test(command) ? 'post' : 'get'} ${path}`
    })
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, { responses }] of Object.entries(methods)) {
      const pattern = new RegExp(`^${method} ${path.replace(/\{\w+\}/g, '[^/]+')}$`)
      expect(
        asked.filter((one) => pattern.test(one)),
        `${method} ${path}`,
      ).not.toEqual([])
      for (const [status, { description }] of Object.entries(
        responses as Record<string, { description: string }>,
      )) {
        for (const [, code] of description.matchAll(/`([A-Z_]+_ERROR)`/g)) {
          expect(text, code).toMatch(new RegExp(`^\\| ${status} .*\`${code}\``, 'm'))
        }
      }
    }
  }
  for (const name of Object.keys(permissions)) expect(text, name).toContain(`| \`${name}\``)
})
