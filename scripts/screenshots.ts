import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium } from 'playwright-core'

/**
 * This script makes the pictures of the console in `docs/images`: it starts a demo in a folder of its own, fills it with resellers and orders by the
 * APIs, and takes each page in light and dark, wide and on a phone. `npm run screenshots`; CHROMIUM names the browser.
 */

const root = fileURLToPath(new URL('../', import.meta.url))
const folder = join(root, 'docs/images')

/** `pages` are those that are taken, by the names of their pictures. */
const pages: Record<string, string> = {
  today: '/console/today',
  inbox: '/console/inbox',
  orders: '/console/orders',
  order: '/console/orders/1004',
  resellers: '/console/resellers',
  reseller: '/console/resellers/corner-phones',
  keys: '/console/resellers/corner-phones/keys',
  money: '/console/resellers/corner-phones/money',
  prices: '/console/prices',
  suppliers: '/console/suppliers',
  reports: '/console/reports',
  profile: '/console/me',
}

const screens = { wide: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } }

interface Demo {
  url: string
  cookie: string
  csrf: string
  program: ChildProcess
  data: string
}

async function startDemo(): Promise<Demo> {
  const data = await mkdtemp(join(tmpdir(), 'imeigate-screenshots-'))
  const program = spawn(process.execPath, ['bin/imeigate.js', 'demo'], {
    cwd: root,
    env: { ...process.env, IMEIGATE_DATA: join(data, 'demo'), PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  await new Promise<void>((resolve, reject) => {
    program.stdout.on('data', (chunk: Buffer) => {
      text += chunk
      if (text.includes('Ctrl-C stops')) resolve()
    })
    program.once('exit', () => reject(new Error(`the demo has ended: ${text}`)))
  })
  const printed = (name: string): string => new RegExp(`^ +${name} +(\\S+)`, 'm').exec(text)?.[1] ?? ''
  const url = /Base URL +(\S+)/.exec(text)?.[1] ?? ''
  const half = await post(url, '/session', { email: printed('e-mail'), password: printed('password') })
  const whole = await post(url, '/session/second-factor', { recovery_code: printed('code') }, half)
  return { url, ...whole, program, data }
}

interface SignedIn {
  cookie: string
  csrf: string
  // biome-ignore lint/suspicious/noExplicitAny: what each route gives.
  answer?: any
}

/** `post` asks the operator API as a page does; an answer that sets a cookie is a new sign-in. Throws where it is refused. */
async function post(url: string, path: string, body: unknown, by?: SignedIn): Promise<SignedIn> {
  const reply = await fetch(`${url}/api/operator${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: {
      'content-type': 'application/json',
      origin: url,
      'idempotency-key': randomUUID(),
      ...(by && { cookie: by.cookie, 'x-csrf-token': by.csrf }),
    },
  })
  const { data, ...refusal } = (await reply.json()) as { data?: { csrf_token?: string } }
  if (!data) throw new Error(`${path} was refused: ${JSON.stringify(refusal)}`)
  const cookie = reply.headers.getSetCookie()[0]?.split(';')[0] ?? by?.cookie ?? ''
  return { cookie, csrf: data.csrf_token ?? by?.csrf ?? '', answer: data }
}

const resellers = [
  { name: 'Corner Phones', email: 'ana@corner.example', deposit: '320' },
  { name: 'Mobile Hospital', email: 'desk@hospital.example', deposit: '85.50', group: 'Gold resellers' },
  { name: 'Toko Seluler Jaya', email: 'jaya@toko.example', deposit: '1250', group: 'Gold resellers' },
  { name: 'Fix it Felix', email: 'felix@fixit.example', deposit: '42' },
]

/** TACs by which the sandbox refuses, loses its reply, never answers, and takes a day; all others it does at once. */
const tacs = [
  '35693803',
  '35387923',
  '00100102',
  '49015420',
  '00100105',
  '35216211',
  '00100104',
  '86123405',
  '01397100',
]
const services = ['imei-basic', 'blacklist', 'carrier', 'serial-warranty', 'blacklist', 'tool-handmade']

/** `imeiOf` gives an IMEI with its check digit, different for each number. */
function imeiOf(tac: string, number: number): string {
  const body = `${tac}${String(100_000 + number)}`
  const sum = [...body].reduce((total, digit, at) => {
    const twice = Number(digit) * (at % 2 === 1 ? 2 : 1)
    return total + (twice > 9 ? twice - 9 : twice)
  }, 0)
  return `${body}${(10 - (sum % 10)) % 10}`
}

/** `fill` makes resellers with keys, who order. */
async function fill(demo: Demo): Promise<void> {
  const { url } = demo
  for (const [which, form] of resellers.entries()) {
    const made = await post(url, '/accounts', { ...form, currency: 'USD' }, demo)
    const { username } = made.answer
    const key = await post(url, `/accounts/${username}/keys`, { name: 'Website', dialect: 'panel' }, demo)
    const { key: view, secret } = key.answer
    for (let number = 0; number < 12 - 2 * which; number++) {
      const code = services[(number + which) % services.length] as string
      const imei = imeiOf(tacs[(number * 2 + which) % tacs.length] as string, number * 10 + which)
      const data =
        code === 'tool-handmade'
          ? { NOTES: 'For a tablet' }
          : code === 'serial-warranty'
            ? { serials: [`SN${imei.slice(-10)}`] }
            : { imeis: [imei] }
      const placed = await fetch(`${url}/api/order`, {
        method: 'POST',
        body: JSON.stringify({ code, data, reference: `cart-${which}${number}` }),
        headers: {
          authorization: `Bearer ${view.security_id}.${secret}`,
          'content-type': 'application/json',
          'idempotency-key': randomUUID(),
        },
      })
      if (!placed.ok) throw new Error(`an order of ${code} was refused: ${await placed.text()}`)
    }
  }
  // Figures are folded some seconds behind.
  for (let figures = ''; !figures.includes('"orders":'); ) {
    await new Promise((resolve) => setTimeout(resolve, 2000))
    const reply = await fetch(`${url}/api/operator/reports/sales`, { headers: { cookie: demo.cookie } })
    figures = await reply.text()
  }
}

async function take(browser: Browser, { url, cookie }: Demo): Promise<void> {
  const [name = '', value = ''] = cookie.split('=')
  for (const [screen, viewport] of Object.entries(screens)) {
    for (const colorScheme of ['light', 'dark'] as const) {
      const context = await browser.newContext({
        ...{ viewport, colorScheme, baseURL: url, locale: 'en', timezoneId: 'UTC' },
        reducedMotion: 'reduce',
      })
      await context.addCookies([{ name, value, url }])
      const page = await context.newPage()
      for (const [picture, path] of Object.entries(pages)) {
        await page.goto(path)
        await page.getByRole('heading', { level: 1 }).waitFor()
        // The stream of events never ends: what is waited for is that nothing is shown as being read.
        await page.waitForTimeout(300)
        await page.locator('[role=status][aria-label]').first().waitFor({ state: 'detached' })
        await page.evaluate('document.fonts.ready.then(() => undefined)')
        await page.screenshot({ path: join(folder, `${picture}-${screen}-${colorScheme}.png`) })
      }
      await context.close()
      process.stdout.write(`${screen}, ${colorScheme}: ${Object.keys(pages).length} pictures\n`)
    }
  }
}

await mkdir(folder, { recursive: true })
const demo = await startDemo()
const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
})
try {
  await fill(demo)
  await take(browser, demo)
} finally {
  await browser.close()
  demo.program.kill('SIGINT')
  await new Promise((ended) => demo.program.once('exit', ended))
  await rm(demo.data, { recursive: true, force: true })
}
