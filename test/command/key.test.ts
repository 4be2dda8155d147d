import { afterAll, beforeAll, expect, test } from 'vitest'
import { imeigate, type Run } from '../support/command.ts'
import { settingsFor } from '../support/database-on.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'

let database: TestDatabase
let settings: Record<string, string>
beforeAll(async () => {
  database = await testDatabase()
  settings = settingsFor(database.address)
  await json('account', 'create', '--name', 'Shop', '--email', 'shop@example.com', '--currency', 'USD')
})
afterAll(() => database.drop())

const run = (...args: string[]): Promise<Run> => imeigate(args, settings)

// biome-ignore lint/suspicious/noExplicitAny: each test looks into what it asked for.
async function json(...args: string[]): Promise<any> {
  const ended = await run(...args, '--json')
  expect(ended).toMatchObject({ code: 0, stderr: '' })
  return ended.json()
}

const create = (...args: string[]) => json('key', 'create', '--account', '1', ...args)

test('a key has the dialect that it was made with; without one it is told what a panel needs', async () => {
  expect(await create()).toMatchObject({ dialect: 'contract' })
  expect(await create('--dialect', 'panel')).toMatchObject({ dialect: 'panel' })
  // The earlier option, with its words.
  expect(await create('--code-field', 'label')).toMatchObject({ dialect: 'contract' })
  expect(await create('--code-field', 'result')).toMatchObject({ dialect: 'panel' })
  expect((await run('key', 'create', '--account', '1', '--code-field', 'x', '--json')).error()).toMatchObject(
    {
      code: 'invalid_input',
    },
  )
  const hint = 'A Dhru panel needs a key made with --dialect panel'
  expect((await run('key', 'create', '--account', '1')).stdout).toContain(hint)
  expect((await run('key', 'create', '--account', '1', '--dialect', 'panel')).stdout).not.toContain(hint)
})

test.each([
  ['name', ['--name', 'Panel of Ali'], { name: 'Panel of Ali' }, ['--name', ''], { name: '' }],
  [
    'dialect',
    ['--dialect', 'panel'],
    { dialect: 'panel' },
    ['--dialect', 'contract'],
    { dialect: 'contract' },
  ],
  [
    'addresses',
    ['--allow-ip', '203.0.113.7', '--allow-ip', '10.0.0.0/8'],
    { allowed_ips: ['203.0.113.7', '10.0.0.0/8'] },
    ['--allow-ip', 'anywhere'],
    { allowed_ips: [] },
  ],
  [
    'permissions',
    ['--permission', 'order.list', '--permission', 'user.me.read'],
    { permissions: ['order.list', 'user.me.read'] },
    ['--permission', 'everything'],
    { permissions: null },
  ],
  [
    'expiry',
    ['--expires', '2099-01-01'],
    { expires_at: '2099-01-01T00:00:00.000Z' },
    ['--expires', 'never'],
    { expires_at: null },
  ],
  [
    'rate limit',
    ['--rate-limit', '60'],
    { requests_per_minute: 60 },
    ['--rate-limit', ''],
    { requests_per_minute: null },
  ],
] as const)(
  'the %s of a key can be set and taken away in place',
  async (_name, set, after, reset, before) => {
    const { id } = await create()
    const others = { id, account: 1, status: 'active' }
    const kept = await json('key', 'set', `${id}`, ...set)
    expect(kept).toMatchObject({ ...others, ...after })
    // A value that is not given stays.
    expect(await json('key', 'set', `${id}`, '--name', kept.name)).toMatchObject({ ...others, ...after })
    expect(await json('key', 'set', `${id}`, ...reset)).toMatchObject({ ...others, ...before })
    expect((await json('key', 'list', '--account', '1')).at(-1)).toMatchObject({ id, ...before })
  },
)

test('a key gets a webhook with its own secret, and another URL without it', async () => {
  const first = await create()
  const set = (...args: string[]) => run('key', 'set', `${first.id}`, ...args, '--json')
  const url = ['--webhook-url', 'https://shop.example/hook']
  expect((await set(...url)).error()).toMatchObject({ code: 'invalid_input', field: 'secret' })
  expect((await set(...url, '--secret', 'wrong', '--name', 'lost')).error()).toMatchObject({
    code: 'invalid_input',
    field: 'secret',
  })
  expect((await json('key', 'list')).find(({ id }: { id: number }) => id === first.id).name).toBe('')
  const made = (await set(...url, '--secret', first.apiaccesskey)).json()
  expect(made).toMatchObject({ webhook_url: url[1], webhook: { secret: expect.stringMatching(/^whsec_/) } })
  const wrong = await run('webhook', 'set', `${made.webhook.id}`, '--url', 'ftp://x', '--json')
  expect(wrong.error()).toMatchObject({ code: 'invalid_input', field: 'url' })
  const moved = (await set('--webhook-url', 'https://shop.example/other')).json()
  expect(moved).toMatchObject({ webhook_url: 'https://shop.example/other' })
  expect(moved).not.toHaveProperty('webhook')
  expect(await json('webhook', 'list')).toMatchObject([{ key: first.id, url: 'https://shop.example/other' }])
})

test('what cannot be set is refused, naming the option, and changes nothing', async () => {
  const { id } = await create('--name', 'kept')
  for (const [args, code, field] of [
    [[`${id}`], 'invalid_input', null],
    [['999', '--name', 'x'], 'not_found', 'id'],
    [['x', '--name', 'x'], 'invalid_input', 'id'],
    [[`${id}`, '--name', 'x\ny'], 'invalid_input', 'name'],
    [[`${id}`, '--name', 'x', '--dialect', 'english'], 'invalid_input', 'dialect'],
    [[`${id}`, '--name', 'x', '--rate-limit', '0'], 'invalid_input', 'rate-limit'],
    [[`${id}`, '--name', 'x', '--expires', '2020-01-01'], 'invalid_input', 'expires'],
    [[`${id}`, '--name', 'x', '--allow-ip', '1.2.3.4/33'], 'invalid_input', 'allow-ip'],
    [[`${id}`, '--name', 'x', '--permission', 'order.eat'], 'invalid_input', 'permission'],
    // A variable that is not set opens no key.
    [[`${id}`, '--name', 'x', '--permission', ''], 'invalid_input', 'permission'],
    [
      [`${id}`, '--name', 'x', '--permission', 'order.read', '--permission', ''],
      'invalid_input',
      'permission',
    ],
    [[`${id}`, '--permission', 'everything', '--permission', 'order.read'], 'invalid_input', 'permission'],
    [[`${id}`, '--name', 'x', '--expires', ''], 'invalid_input', 'expires'],
    [[`${id}`, '--name', 'x', '--allow-ip', ''], 'invalid_input', 'allow-ip'],
    [[`${id}`, '--name', 'x', '--webhook-url', 'ftp://x', '--secret', 'y'], 'invalid_input', 'secret'],
    [[`${id}`, '--account', '1'], 'invalid_input', 'account'],
  ] as const) {
    const ended = await run('key', 'set', ...args, '--json')
    expect(ended.code, args.join(' ')).toBe(code === 'invalid_input' ? 2 : 4)
    expect(ended.error(), args.join(' ')).toMatchObject({ code, field })
  }
  expect((await json('key', 'list')).find((key: { id: number }) => key.id === id)).toMatchObject({
    name: 'kept',
  })
})

test('a new key that cannot be made is refused by the same names', async () => {
  const before = await json('key', 'list')
  for (const [args, field] of [
    [['--rate-limit', '0'], 'rate-limit'],
    [['--allow-ip', '1.2.3.4/33'], 'allow-ip'],
    [['--allow-ip', ''], 'allow-ip'],
    [['--permission', ''], 'permission'],
    [['--expires', '2020-01-01'], 'expires'],
    [['--webhook-url', 'ftp://x'], 'webhook-url'],
  ] as const) {
    const ended = await run('key', 'create', '--account', '1', ...args, '--json')
    expect(ended.error(), args.join(' ')).toMatchObject({ code: 'invalid_input', field })
  }
  expect(await json('key', 'list')).toEqual(before)
})
