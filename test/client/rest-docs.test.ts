import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Document } from '../../scripts/client-types.ts'
import { createAccount, createPriceGroup } from '../../src/accounts/accounts.ts'
import { createKey } from '../../src/accounts/keys.ts'
import { permissions } from '../../src/accounts/permissions.ts'
import { importServices } from '../../src/catalogue/import.ts'
import { DEMO_PRICE_GROUP, demoServices } from '../../src/command/demo-services.ts'
import { createProvider } from '../../src/deposits/providers.ts'
import { micros, parseMicros, ZERO } from '../../src/lib/money.ts'
import { systemClock } from '../../src/lib/time.ts'
import { until } from '../support/process.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { matches, pretty } from './documented.ts'

/**
 * Every example of docs/api.md is run, in their order, on a server that is filled as the demo is. To write what has
 * changed into the page: `vitest run test/client/rest-docs -u`.
 */
const page = fileURLToPath(new URL('../../docs/api.md', import.meta.url))
const run = promisify(execFile)

/** `PATIENCE_MS` is long because fifty programs are started. */
const PATIENCE_MS = 300_000

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
  await createProvider(sql, () => Promise.reject(new Error('it has no secrets')), bank, systemClock)
  const shop = { accountId: reseller.id, username: 'reseller', securityId, secret }
  await until('the catalogue is known', async () => (await ask('/api/services/imei-basic')).ok)
  const first = await server.place(shop, { ID: 'imei-basic', IMEI: '004401000000014' })
  expect(first, `key ${id}`).toMatchObject({ SUCCESS: [{ REFERENCEID: '1001' }] })
  await server.ended(shop, '1001')
})
afterAll(() => server.stop())

const ask = (path: string): Promise<Response> =>
  fetch(`${server.url}${path}`, { headers: { authorization: `Bearer ${key}` } })

/** `EXAMPLE` finds the examples of the page: commands with what they gave. */
const EXAMPLE = /^(```console\n)([\s\S]*?)(^```$)/gm

interface Step {
  command: string
  said: string
}

const stepsOf = (example: string): Step[] =>
  example
    .split(/^\$ /m)
    .slice(1)
    .map((step) => {
      const [, command = '', said = ''] = /^((?:[^\n]*\\\n)*[^\n]*\n)([\s\S]*)$/.exec(step) ?? []
      return { command, said }
    })

// biome-ignore lint/suspicious/noTemplateCurlyInString: it is the shell's.
const API = 'api() { curl -s -w \'\\n\' "$URL$1" -H "Authorization: Bearer $KEY" "${@:2}"; }'
const MARK = '--- next ---'

/** `shell` runs the commands in one shell, and gives what each said. */
async function shell(steps: Step[]): Promise<string[]> {
  const script = [API, ...steps.map(({ command }) => `${command}echo '${MARK}'`)].join('\n')
  const { PATH = '' } = process.env
  const { stdout } = await run('bash', ['-c', script], { env: { PATH, URL: server.url, KEY: key } })
  return stdout.replaceAll('\r', '').split(`${MARK}\n`).slice(0, -1)
}

/** `renewed` gives an example with what it says now, where that is not what stands there. */
async function renewed(example: string): Promise<string> {
  const steps = stepsOf(example)
  const changes = steps.some(({ command }) => / -(?:d|X) /.test(command))
  let said = await shell(steps)
  const differs = (): boolean => steps.some((step, index) => !matches(step.said, said[index] ?? ''))
  // The log of requests is written once a second.
  for (let tries = 0; tries < 8 && differs() && !changes && example.includes('/api/requests'); tries++) {
    await new Promise((resolve) => setTimeout(resolve, 500))
    said = await shell(steps)
  }
  return steps
    .map((step, index) => {
      const now = said[index] ?? ''
      return `$ ${step.command}${matches(step.said, now) ? step.said : `${pretty(now.trim())}\n`}`
    })
    .join('')
}

it(
  'every example of the page gives what stands there',
  async () => {
    const text = await readFile(page, 'utf8')
    let now = ''
    let end = 0
    for (const example of text.matchAll(EXAMPLE)) {
      const [whole, open = '', inside = '', close = ''] = example
      now += text.slice(end, example.index) + open + (await renewed(inside)) + close
      end = example.index + whole.length
    }
    await expect(now + text.slice(end)).toMatchFileSnapshot(page)
  },
  PATIENCE_MS,
)

it('every route has an example, every permission and every error stands in a table', async () => {
  const text = await readFile(page, 'utf8')
  const document = (await (await ask('/openapi.json')).json()) as Document
  const commands = [...text.matchAll(EXAMPLE)].flatMap(([, , inside = '']) => stepsOf(inside))
  const asked = commands.map(({ command }) => {
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
