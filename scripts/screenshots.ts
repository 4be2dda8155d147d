import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Browser, type BrowserContext, chromium } from 'playwright-core'

/**
 * This script makes the pictures of the console and the portal in `docs/images`, or in the folder that is named: it starts a demo in a folder of its
 * own, and takes each page in light and dark, wide and on a phone. `npm run screenshots`; CHROMIUM names the browser.
 */

const root = fileURLToPath(new URL('../', import.meta.url))
const folder = resolve(process.argv[2] ?? join(root, 'docs/images'))

/** `pagesOf` are those that are taken, by the names of their pictures. */
const pagesOf = (demo: Demo): Record<string, string> => ({
  today: '/console/today',
  inbox: '/console/inbox',
  orders: '/console/orders',
  order: `/console/orders/${demo.order}`,
  resellers: '/console/resellers',
  reseller: '/console/resellers/mobile-hospital',
  prices: '/console/prices',
  suppliers: '/console/suppliers',
  reports: '/console/reports',
  'portal-home': '/portal',
  'portal-order': '/portal/order/blacklist',
  'portal-orders': '/portal/orders',
})

const screens = { wide: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } }

interface Demo {
  url: string
  /** `cookies` are those of the operator and of the reseller. */
  cookies: string[]
  /** `order` is one that waits for a person. */
  order: number
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
  await new Promise<void>((ready, reject) => {
    program.stdout.on('data', (chunk: Buffer) => {
      text += chunk
      if (text.includes('Ctrl-C stops')) ready()
    })
    program.once('exit', () => reject(new Error(`the demo has ended: ${text}`)))
  })
  const printed = (name: string): string => new RegExp(`^ +${name} +(\\S+)`, 'm').exec(text)?.[1] ?? ''
  const url = /Base URL +(\S+)/.exec(text)?.[1] ?? ''
  const half = await post(url, '/operator/session', {
    email: printed('e-mail'),
    password: printed('password'),
  })
  const operator = await post(
    url,
    '/operator/session/second-factor',
    { recovery_code: printed('code') },
    half,
  )
  const password = `demo-${randomUUID()}`
  const token = /\/portal\/invite#(\S+)/.exec(text)?.[1]
  const { answer } = await post(url, '/portal/invitation', { token, name: 'Dewi Rahma', password })
  const reseller = await post(url, '/portal/session', { email: answer.email, password })
  const found = await fetch(`${url}/api/operator/orders?state=unknown&limit=1`, {
    headers: { cookie: operator.cookie },
  })
  const { data: orders } = (await found.json()) as { data: { page: { items: { id: number }[] } } }
  return {
    ...{ url, program, data, cookies: [operator.cookie, reseller.cookie] },
    order: orders.page.items[0]?.id ?? 1001,
  }
}

interface SignedIn {
  cookie: string
  csrf: string
  // biome-ignore lint/suspicious/noExplicitAny: what each route gives.
  answer?: any
}

/** `post` asks an API as a page does; an answer that sets a cookie is a new sign-in. Throws where it is refused. */
async function post(url: string, path: string, body: unknown, by?: SignedIn): Promise<SignedIn> {
  const reply = await fetch(`${url}/api${path}`, {
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

async function take(browser: Browser, demo: Demo): Promise<void> {
  const pages = pagesOf(demo)
  for (const [screen, viewport] of Object.entries(screens)) {
    for (const colorScheme of ['light', 'dark'] as const) {
      const context = await browser.newContext({
        ...{ viewport, colorScheme, baseURL: demo.url, locale: 'en', timezoneId: 'UTC' },
        reducedMotion: 'reduce',
      })
      await context.addCookies(
        demo.cookies.map((cookie) => {
          const [name = '', value = ''] = cookie.split('=')
          return { name, value, url: demo.url }
        }),
      )
      for (const [picture, path] of Object.entries(pages)) {
        await takeOne(context, path, join(folder, `${picture}-${screen}-${colorScheme}.png`))
      }
      await context.close()
      process.stdout.write(`${screen}, ${colorScheme}: ${Object.keys(pages).length} pictures\n`)
    }
  }
}

async function takeOne(context: BrowserContext, path: string, file: string): Promise<void> {
  const page = await context.newPage()
  await page.goto(path)
  await page.getByRole('heading', { level: 1 }).waitFor()
  // The stream of events never ends: what is waited for is that nothing is shown as being read.
  await page.waitForTimeout(300)
  await page.locator('[role=status][aria-label]').first().waitFor({ state: 'detached' })
  if (/today|reports/.test(path)) await page.locator('canvas').nth(1).waitFor()
  await page.evaluate('document.fonts.ready.then(() => undefined)')
  await page.screenshot({ path: file })
  await page.close()
}

await mkdir(folder, { recursive: true })
const demo = await startDemo()
const browser = await chromium.launch({
  // The one without windows, as the tests take it.
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium-headless-shell',
  args: ['--no-sandbox', '--disable-gpu'],
})
try {
  await take(browser, demo)
} finally {
  await browser.close()
  demo.program.kill('SIGINT')
  await new Promise((ended) => demo.program.once('exit', ended))
  await rm(demo.data, { recursive: true, force: true })
}
