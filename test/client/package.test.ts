import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newSigningSecret } from '../../src/lib/standard-webhooks.ts'
import { temporaryFolder } from '../support/process.ts'
import { type Shop, type TestServer, testServer } from '../support/server.ts'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../../', import.meta.url))
const compiler = join(root, 'node_modules/typescript-native/bin/tsc')
const examples = join(root, 'docs/examples/client')
const page = readFileSync(join(root, 'docs/client.md'), 'utf8')

/** `project` is a user's folder: the package in node_modules as it is published, and the examples. */
let project: string
let built: string

beforeAll(async () => {
  project = temporaryFolder()
  const home = join(project, 'node_modules/imeigate')
  built = join(home, 'dist/client')
  mkdirSync(home, { recursive: true })
  cpSync(join(root, 'package.json'), join(home, 'package.json'))
  // Here, and not the whole of `npm run build`: nothing but the client, with the same options.
  writeFileSync(
    join(project, 'build.json'),
    JSON.stringify({
      extends: join(root, 'tsconfig.client.json'),
      compilerOptions: {
        rootDir: join(root, 'src'),
        outDir: join(home, 'dist'),
        typeRoots: [join(root, 'node_modules/@types')],
      },
      include: [join(root, 'src/client')],
    }),
  )
  await compile('build.json')
  mkdirSync(join(project, 'node_modules/@types'))
  for (const name of ['@types/node', 'undici-types']) {
    symlinkSync(join(root, 'node_modules', name), join(project, 'node_modules', name))
  }
  writeFileSync(join(project, 'package.json'), '{"type":"module"}')
  for (const name of readdirSync(examples)) cpSync(join(examples, name), join(project, name))
})

/** `PRELUDE` stands before the page's short examples, and declares what they use. */
const PRELUDE = `import { amountOf, ImeigateClient, microsOf, verifySignature } from 'imeigate/client'
declare const [client, body, headers]: [ImeigateClient, Uint8Array, Headers]
`

/** `compile` fails with what the compiler says. */
async function compile(config: string): Promise<void> {
  const { stdout } = await run(process.execPath, [compiler, '-p', join(project, config)]).catch(
    (error) => error,
  )
  expect(stdout).toBe('')
}

/** `configure` writes a tsconfig into the user's project. */
function configure(name: string, compilerOptions: object, include: string[]): void {
  const all = { strict: true, noEmit: true, target: 'es2024', skipDefaultLibCheck: true, ...compilerOptions }
  writeFileSync(join(project, name), JSON.stringify({ compilerOptions: all, include }))
}

const filesOf = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((name) => /\.(?:js|ts)$/.test(name))

describe('the client as it is published', () => {
  it('imports nothing but itself', () => {
    const files = filesOf(built)
    expect(files.some((name) => name.endsWith('index.js'))).toBe(true)
    for (const file of files) {
      const code = readFileSync(file, 'utf8')
      expect(code, file).not.toMatch(/\/\/\/ *<reference|\brequire\s*\(/)
      for (const [, name = ''] of code.matchAll(/(?:\bfrom\s*|\bimport\s*\(?\s*)['"]([^'"]+)['"]/g)) {
        expect(name, file).toMatch(/^\.\.?\//)
        const target = relative(built, join(dirname(file), name))
        expect(target.startsWith('..'), `${file} imports ${name}`).toBe(false)
      }
    }
  })

  it('has types for a page in a browser, where no Node is', async () => {
    writeFileSync(
      join(project, 'page.ts'),
      `import { ImeigateClient, verifyWebhook, type Schemas } from 'imeigate/client'
       const client = new ImeigateClient({ url: location.origin, key: 'a.b', exactAmounts: true })
       const { price } = await client.getOrder({ id: 1 })
       price satisfies string
       // @ts-expect-error: there is no such parameter
       await client.getOrder({ id: 1, colour: 'red' })
       // @ts-expect-error: it needs its id
       await client.getOrder()
       const plain = new ImeigateClient({ url: '', key: '', fetch })
       for await (const order of plain.each('listOrders', { status: 'success' })) order satisfies Schemas['Order']
       // @ts-expect-error: this is no list
       plain.each('getMe', {})
       const { order } = await verifyWebhook(new Uint8Array(), new Headers(), 'whsec_')
       order.price satisfies number`,
    )
    const options = {
      module: 'esnext',
      moduleResolution: 'bundler',
      lib: ['es2024', 'dom', 'dom.asynciterable'],
      types: [],
    }
    configure('page.json', options, ['page.ts'])
    // The source itself: nothing of Node is used.
    configure(
      'source.json',
      { ...options, exactOptionalPropertyTypes: true, allowImportingTsExtensions: true },
      [join(root, 'src/client')],
    )
    await Promise.all([compile('page.json'), compile('source.json')])
  })

  it('has types for a program of Node, as everything on its page is', async () => {
    const options = { module: 'nodenext', lib: ['es2024'], types: ['node'], skipLibCheck: true }
    const snippets = [...page.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code = '']) => code)
    snippets.forEach((code, index) => {
      const whole = code.includes("from 'imeigate/client'") ? code : PRELUDE + code
      writeFileSync(join(project, `snippet${index}.ts`), whole)
    })
    configure('node.json', options, ['snippet*.ts'])
    await compile('node.json')
  })
})

describe('the examples', () => {
  let server: TestServer
  let shop: Shop
  beforeAll(async () => {
    server = await testServer()
    shop = await server.shop()
    await server.service({ code: 'blacklist', name: 'Blacklist Check', price: '0.12' })
  })
  afterAll(() => server.stop())

  const example = (name: string, settings: Record<string, string>) =>
    spawn(process.execPath, [join(project, name)], {
      env: settings,
      stdio: ['ignore', 'pipe', 'pipe'],
    })

  async function says(name: string, settings: Record<string, string>): Promise<string> {
    const child = example(name, settings)
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
    expect(stderr).toBe('')
    return stdout
  }

  it.each(readdirSync(examples))('stand on the page as they are: %s', (name) => {
    expect(page).toContain(`\`\`\`ts\n${readFileSync(join(examples, name), 'utf8')}\`\`\`\n`)
  })

  it('buys over REST and waits for the result', async () => {
    const key = `${shop.securityId}.${shop.secret}`
    const said = await says('rest.ts', { IMEIGATE_URL: server.url, IMEIGATE_KEY: key })
    expect(said).toContain(`${shop.username} may: `)
    expect(said).toContain('blacklist: Blacklist Check\n')
    expect(said).toMatch(/order \d+: 0\.12 USD\n490154203237518 success: Sandbox result/)
  })

  it('buys at a Dhru panel', async () => {
    const said = await says('dhru.ts', {
      DHRU_URL: `${server.url}/api/dhru`,
      DHRU_USERNAME: shop.securityId,
      DHRU_KEY: shop.secret,
    })
    expect(said).toMatch(/^balance: [\d.]+ USD\norder \d+ is (?:open|done): /)
  })

  it('hears of orders, once each, and believes nobody else', async () => {
    const secret = newSigningSecret()
    const child = example('webhook.ts', { WEBHOOK_SECRET: secret, PORT: '0' })
    let said = ''
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk
    })
    try {
      await expect.poll(() => said).toMatch(/port: \d+/)
      const [, port] = /port: (\d+)/.exec(said) ?? []
      const body = '{"order_id":7,"status":"success","total_price":0.12,"charged_amount":0.12}'
      const post = async (signed: string): Promise<number> => {
        const at = new Date()
        const headers = {
          'webhook-id': 'evt_1',
          'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
          'webhook-signature': new Webhook(secret).sign('evt_1', at, signed),
        }
        return (await fetch(`http://127.0.0.1:${port}`, { method: 'POST', headers, body })).status
      }
      expect([await post(body), await post(body), await post('{}')]).toEqual([204, 204, 400])
      await expect.poll(() => said).toContain('not believed: it is signed with none of the secrets')
      expect(said.match(/order 7: success/g)).toHaveLength(1)
    } finally {
      child.kill()
      await once(child, 'close')
    }
  })
})
