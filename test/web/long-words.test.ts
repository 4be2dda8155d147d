import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fillShop } from '../../src/command/demo-fill.ts'
import { openSealer } from '../../src/secret-keys/sealing.ts'
import { KeyRing } from '../../src/secrets/key-ring.ts'
import { OperatorOffice } from '../protocols/operator/office.fixtures.ts'
import { PASSWORD, PortalShop } from '../protocols/portal/portal.fixtures.ts'
import { closeBrowserAfterwards, describePages, PHONE, Visit, WIDE } from './browser.fixtures.ts'

closeBrowserAfterwards()

/**
 * Every page is opened in a language that nobody speaks: its words are 40 % longer than English ones, and it is written from the right to the left.
 * Nobody is offered it: the test puts it in the place of the English words, on their way to the browser.
 */

/** SHOTS is a folder for pictures of the pages, for people who want to look at them. */

/** `longer` doubles vowels: words stay words, which break where words do. */
const longer = (text: string): string => text.replaceAll(/[aeiou]/gi, (vowel) => vowel + vowel.toLowerCase())

type Part = string | [name: string, format?: string, options?: Record<string, unknown>]

/** `longerParts` does so with a message as Lingui compiles it: texts, and what is put in between. */
const longerParts = (parts: readonly Part[]): unknown[] =>
  parts.map((part) => {
    if (typeof part === 'string') return longer(part)
    const [name, format, options] = part
    if (typeof options !== 'object') return part
    const longerOptions = Object.entries(options).map(([key, value]) => [
      key,
      Array.isArray(value) ? longerParts(value as Part[]) : value,
    ])
    return [name, format, Object.fromEntries(longerOptions)]
  })

/** `longerWords` takes the file of the English words, as it is built. */
function longerWords(file: string): string {
  return file.replace(/JSON\.parse\((`[\s\S]*?[^\\]`|'[\s\S]*?[^\\]')\)/, (_, literal: string) => {
    const text = new Function(`return ${literal}`)() as string
    const words = JSON.parse(text) as Record<string, Part[]>
    const made = Object.fromEntries(Object.entries(words).map(([id, parts]) => [id, longerParts(parts)]))
    return `JSON.parse(${JSON.stringify(JSON.stringify(made))})`
  })
}

async function speakLonger({ page }: Visit): Promise<void> {
  await page.route(/\/assets\/en-[^/]+\.js$/, async (route) => {
    const reply = await route.fetch()
    const headers = Object.fromEntries(
      Object.entries(reply.headers()).filter(([name]) => !/^content-(encoding|length)$/.test(name)),
    )
    await route.fulfill({ status: 200, headers, body: longerWords(await reply.text()) })
  })
  await page.addInitScript(`new MutationObserver(() => {
    if (document.documentElement && document.documentElement.dir !== 'rtl') document.documentElement.dir = 'rtl'
  }).observe(document, { childList: true, subtree: true, attributes: true })`)
}

/** CUT finds what is cut off or lies beside the window: labels that do not fit, and boxes beyond the edges that nobody can scroll to. */
const CUT = `(() => {
  const shown = (one) => { const box = one.getBoundingClientRect(); return box.width > 0 && box.height > 0 && getComputedStyle(one).visibility !== 'hidden' }
  const name = (one) => one.tagName.toLowerCase() + ' ' + JSON.stringify((one.innerText ?? '').trim().slice(0, 60))
  const found = []
  for (const one of document.querySelectorAll('button, a, label, h1, h2, h3, th, [role=tab], .mantine-Button-label, .mantine-SegmentedControl-label')) {
    if (!shown(one) || one.closest('.visually-hidden, [aria-hidden=true]') || !one.innerText?.trim()) continue
    const style = getComputedStyle(one)
    if (style.overflowX !== 'visible' && one.scrollWidth > one.clientWidth + 1 && !one.closest('td')) found.push('cut: ' + name(one))
  }
  // IMEIs, keys and ids are read aloud: on a card all of each is there.
  for (const one of document.querySelectorAll('main a .code, main button .code')) {
    const around = one.parentElement.getBoundingClientRect(), box = one.getBoundingClientRect()
    if (shown(one) && getComputedStyle(one.parentElement).overflowX === 'hidden' && box.width > around.width + 1 && !one.closest('td')) found.push('cut: ' + name(one))
  }
  const scrolls = (one) => { for (let up = one; up; up = up.parentElement) { const { overflowX, position } = getComputedStyle(up); if (/auto|scroll|hidden|clip/.test(overflowX) && up !== document.documentElement && up !== document.body) return true } return false }
  for (const one of document.body.querySelectorAll('*')) {
    const box = one.getBoundingClientRect()
    if (!shown(one) || box.bottom < 0 || (box.left >= -1 && box.right <= innerWidth + 1)) continue
    if (!one.closest('.visually-hidden') && !scrolls(one)) found.push('beside: ' + name(one))
  }
  return [...new Set(found)]
})()`

/** `faultsOf` opens a page, and tells what of it does not fit: on a wide screen, then on a phone. */
async function faultsOf(visit: Visit, path: string): Promise<string[]> {
  const { page } = visit
  const faults: string[] = []
  await page.setViewportSize(WIDE)
  await visit.open(path)
  expect(await visit.isFilled(), path).toBe(true)
  for (const screen of [WIDE, PHONE]) {
    await page.setViewportSize(screen)
    await visit.settled()
    const where = `${path}, ${screen.width} wide`
    await visit.shot(`long words ${where}`)
    const over = await visit.overflow()
    if (over > 0) faults.push(`${where}, is ${over} px too wide`)
    for (const cut of await page.evaluate<string[]>(CUT)) faults.push(`${where}: ${cut}`)
  }
  return faults
}

/** `pathsIn` are the pages of an application, as its list of routes has them. */
function pathsIn(file: string): string[] {
  const text = readFileSync(new URL(`../../web/src/${file}`, import.meta.url), 'utf8')
  return [...text.matchAll(/\bpage\('(\/[^']*)'/g)].map(([, path]) => path as string)
}

describePages('words that are 40 % longer, from the right to the left', () => {
  let office: OperatorOffice
  let portal: PortalShop
  const folder = mkdtempSync(join(tmpdir(), 'imeigate-words-'))
  let order = ''
  beforeAll(async () => {
    office = await OperatorOffice.open()
    portal = await PortalShop.open()
    for (const { sql } of [office.server, portal.server]) {
      const ring = new KeyRing({ secretKey: undefined, nextSecretKey: undefined, dataFolder: folder })
      await fillShop(sql, { sealer: await openSealer(sql, ring), orders: 150, now: new Date() })
    }
    const [row] = await office.server
      .sql`select order_id from reviews where kind = 'unknown' order by id limit 1`
    order = String(row?.['order_id'])
  }, 120_000)
  afterAll(async () => {
    await office.stop()
    await portal.stop()
    rmSync(folder, { recursive: true })
  })

  test('every page of the console holds them, wide and on a phone', async () => {
    const visit = await Visit.as(office, 'owner')
    await speakLonger(visit)
    const tabs = ['keys', 'money', 'people', 'requests', 'webhooks'].map(
      (tab) => `/resellers/mobile-hospital/${tab}`,
    )
    const settings = readFileSync(
      new URL('../../web/src/console/routes/settings/tabs.ts', import.meta.url),
      'utf8',
    )
    const paths = [
      ...pathsIn('console/routes.tsx').map((path) =>
        path.replace('/orders/$id', `/orders/${order}`).replaceAll(/\$\w+/g, '1'),
      ),
      ...['/resellers/mobile-hospital', ...tabs],
      ...[...settings.matchAll(/path: '([\w-]+)'/g)].map(([, path]) => `/settings/${path}`),
      '/inbox?kind=deposit',
      '/inbox?kind=unknown',
      '/nothing-here',
    ]
    expect(paths.length).toBeGreaterThan(15)
    const faults: string[] = []
    for (const path of paths) faults.push(...(await faultsOf(visit, `/console${path}`)))
    // The words are those of nobody: else nothing was tried.
    await visit.page.goto('/console/today')
    await visit.page.getByRole('heading', { level: 1, name: 'Toodaay' }).waitFor()
    expect(await visit.page.evaluate('document.documentElement.dir')).toBe('rtl')
    expect(faults).toEqual([])
    await visit.leave()
  })

  test('every page of the portal holds them, wide and on a phone', async () => {
    const [row] = await portal.server.sql`select id from accounts where username = 'reseller'`
    const { email } = await portal.invited(Number(row?.['id']))
    const visit = await Visit.begin(portal.server.url)
    await speakLonger(visit)
    const { page } = visit
    const faults = await faultsOf(visit, '/portal/sign-in')
    await page.locator('input[name=email]').fill(email)
    await page.locator('input[name=password]').fill(PASSWORD)
    await page.locator('button[type=submit]').click()
    await page.locator('#main').waitFor()
    const [last] = await portal.server
      .sql`select max(id)::int as id from orders where account_id = ${Number(row?.['id'])}`
    const paths = pathsIn('portal/routes.tsx').map((path) =>
      path
        .replace('$service', 'blacklist')
        .replace('/orders/$id', `/orders/${last?.['id']}`)
        .replaceAll(/\$\w+/g, '1'),
    )
    for (const path of [...paths, '/order/unlock-network', '/nothing-here'])
      faults.push(...(await faultsOf(visit, `/portal${path}`)))
    expect(faults).toEqual([])
    await visit.leave()
  })
})
