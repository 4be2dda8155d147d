import { mkdirSync, readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { type Browser, type BrowserContext, chromium, type Page, type Request } from 'playwright-core'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import type { Role } from '../../src/staff/roles.ts'
import type { OperatorOffice } from '../protocols/operator/office.fixtures.ts'
import { NO_CHROMIUM } from '../support/closing-line.ts'
import { PATIENCE_MS, until } from '../support/until.ts'
import { buildIfOld } from './build.fixtures.ts'

/**
 * Pages are tested in a real Chromium, against a real server and database. CHROMIUM names the program; else it is one of PROGRAMS in the path.
 * Without one these tests are skipped, and the closing lines of the run say so.
 */

/** PROGRAMS are what Debian calls Chromium. The one without windows takes two thirds of the processor time of the other. */
const PROGRAMS = ['chromium-headless-shell', 'chromium']

function findChromium(): string | undefined {
  const named = process.env['CHROMIUM']
  if (named) return named
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  return PROGRAMS.flatMap((name) => folders.map((folder) => join(folder, name))).find((file) =>
    statSync(file, { throwIfNoEntry: false }),
  )
}

const program = findChromium()

/** `describePages` is a `describe` whose tests need a browser. */
export const describePages = (name: string, tests: () => void): void => {
  // A server reads the pages when it starts, so they are built before.
  const built = () => {
    beforeAll(buildIfOld)
    tests()
  }
  if (program) describe(name, built)
  else describe.skip(`${name} ${NO_CHROMIUM}`, tests)
}

let opened: Promise<Browser> | undefined

/** `browser` is one Chromium for all tests of this worker. */
const browser = (): Promise<Browser> => {
  opened ??= chromium.launch({ executablePath: program as string, args: ['--no-sandbox', '--disable-gpu'] })
  return opened
}

export interface Screen {
  width: number
  height: number
}
export const WIDE: Screen = { width: 1280, height: 800 }
/** MIDDLE is the narrowest window that has the rail and tables: there is least room in it. */
const MIDDLE: Screen = { width: 768, height: 800 }
export const PHONE: Screen = { width: 360, height: 740 }

interface Look {
  screen?: Screen
  scheme?: 'light' | 'dark'
  locale?: string
}

/** GRIDS are tables whose rows say nothing without their columns: a phone scrolls them. */
const GRIDS = [/^What each role may do$/, /^Prices/, /^Changes$/, /^Figures by/]

const SHOTS = process.env['SHOTS']

/**
 * SLOW_ANSWERS has each answer of the server's APIs come up to so many milliseconds late, by chance, as on a busy machine: a test that reads or presses before
 * the page is ready fails then, and by luck only elsewhere.
 */
const SLOW_ANSWERS = Number(process.env['SLOW_ANSWERS'] ?? 0)

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** STANDARDS are those of axe's rules that are asked for: WCAG 2.2 AA, and what it recommends beside. */
const STANDARDS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
/** OF_COLOURS are the rules whose findings depend on the colours: the others say the same of a page in every scheme. */
const OF_COLOURS = ['color-contrast', 'link-in-text-block']
/** OF_WIDTH are the rules whose findings depend on how wide the window is, where the same is shown. */
const OF_WIDTH = ['target-size', 'scrollable-region-focusable', 'meta-viewport']

/** SLOW_LINE is a phone's line where it is weak: 150 ms to the server and back, and 1.6 Mbit a second. */
const SLOW_LINE = { latency: 150, bytesPerSecond: 200_000 }
/** TO_CONNECT are the trips to the server and back before the first request: of TCP and of TLS. */
const TO_CONNECT = 2

/** `MOVES` sums up in the browser by how much what is shown moves without anybody's doing: what is called cumulative layout shift. */
const MOVES = `window.moved = 0
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.moved += entry.value
}).observe({ type: 'layout-shift', buffered: true })`

/** SHOWN tells in the browser that the page which was gone to is the one that is shown. */
const SHOWN = `(({ status, location, resolvedLocation }) =>
  status === 'idle' && location.href === resolvedLocation?.href)(window.__TSR_ROUTER__.state)`

/**
 * BUBBLING names in the browser the inputs whose values it would find fault with in a bubble and in its own words, since nothing of ours listens (web/src/kit/inputs.tsx).
 */
const BUBBLING = `[...document.querySelectorAll('form:not([novalidate]) :is(input, select, textarea)')]
  .filter((one) => one.willValidate)
  .filter(({ required, pattern, minLength, type }) =>
    required || pattern || minLength > 0 || /^(email|url|number|date|month|time|datetime-local)$/.test(type))
  .filter((one) => !Object.entries(one).some(([key, props]) => key.startsWith('__reactProps$') && props.onInvalid))
  .map(({ labels, outerHTML }) => labels?.[0]?.textContent ?? outerHTML)`

/** Rules are some of axe's: those of some standards, or by their names. */
interface Rules {
  runOnly?: readonly string[]
  /** `of` is an expression for the part of the page that is looked at. */
  of?: string
}

interface Violation {
  id: string
  nodes: { html: string; failureSummary: string }[]
}

/** Visit is one person at one browser. What the pages report as errors, and what their policy had to forbid, fails the test at `leave`. */
export class Visit {
  readonly page: Page
  readonly #context: BrowserContext
  readonly #faults: string[] = []
  /** `#asked` are the requests that the page waits for; not its stream of live events, which never ends. */
  readonly #asked = new Set<Request>()
  /** `steps` counts what the person did by `click`, `press`, `paste` and `type`: the design states how many a job may take. */
  steps = 0

  private constructor(context: BrowserContext, page: Page) {
    this.#context = context
    this.page = page
    page.on('request', (request) => {
      if (request.resourceType() !== 'eventsource') this.#asked.add(request)
    })
    page.on('requestfinished', (request) => this.#asked.delete(request))
    page.on('requestfailed', (request) => this.#asked.delete(request))
    page.on('pageerror', (error) => this.#faults.push(error.message))
    page.on('console', (message) => {
      // A refused request is told by the browser, too, and is no fault of the page.
      if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) {
        this.#faults.push(message.text())
      }
    })
  }

  static async begin(
    url: string,
    { screen = WIDE, scheme = 'light', locale = 'en' }: Look = {},
  ): Promise<Visit> {
    const context = await (await browser()).newContext({
      baseURL: url,
      viewport: screen,
      colorScheme: scheme,
      locale,
      timezoneId: 'UTC',
      reducedMotion: 'reduce',
    })
    // What a page does not show by then, on the slowest machine, it never shows.
    context.setDefaultTimeout(PATIENCE_MS / 5)
    if (SLOW_ANSWERS > 0) {
      await context.route(/\/api\/(?!.*events)/, async (route) => {
        await setTimeout(Math.random() * SLOW_ANSWERS)
        // Who left the page meanwhile waits for nothing.
        await route.continue().catch(() => {})
      })
    }
    return new Visit(context, await context.newPage())
  }

  /** `as` is a person of the staff with a role, signed in. */
  static async as(office: OperatorOffice, role: Role, look: Look = {}): Promise<Visit> {
    const { headers } = await office.person(role)
    return await Visit.entered(office.server.url, headers, look)
  }

  /** `entered` is somebody whose sign-in is in the cookie of some headers. */
  static async entered(url: string, headers: Record<string, string>, look: Look = {}): Promise<Visit> {
    const visit = await Visit.begin(url, look)
    await visit.enter(url, headers)
    return visit
  }

  /** `enter` has whoever the headers are of signed in, instead of who was before. */
  async enter(url: string, headers: Record<string, string>): Promise<void> {
    const [name = '', value = ''] = (headers['cookie'] ?? '').split('=')
    await this.#context.addCookies([{ name, value, url }])
  }

  /** `hasAuthenticator` gives the browser an authenticator that keeps passkeys and takes its person for present. */
  async hasAuthenticator(): Promise<void> {
    const devtools = await this.#context.newCDPSession(this.page)
    await devtools.send('WebAuthn.enable')
    await devtools.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    })
  }

  /**
   * `onWeakLine` has the browser load as a phone does on a weak line. `loaded` gives what was asked for since: `requests`, `bytes` as they came, `trips`, of which
   * each had to wait for the one before, `seconds`, which such a line takes for bytes and trips, and by how much things `moved`.
   */
  async onWeakLine() {
    const { latency, bytesPerSecond } = SLOW_LINE
    const devtools = await this.#context.newCDPSession(this.page)
    await devtools.send('Network.enable')
    await devtools.send('Network.emulateNetworkConditions', {
      ...{ offline: false, latency, downloadThroughput: bytesPerSecond, uploadThroughput: bytesPerSecond },
    })
    await this.page.addInitScript(MOVES)
    // What asks for something was loaded itself before.
    const tripOf = new Map<string, number>()
    let [redirects, bytes] = [0, 0]
    devtools.on('Network.requestWillBeSent', ({ request, initiator, redirectResponse }) => {
      if (redirectResponse) redirects++
      const by = initiator.url ?? initiator.stack?.callFrames[0]?.url ?? ''
      if (!tripOf.has(request.url)) tripOf.set(request.url, (tripOf.get(by) ?? 0) + 1)
    })
    devtools.on('Network.loadingFinished', ({ encodedDataLength }) => {
      bytes += encodedDataLength
    })
    return {
      loaded: async () => {
        const trips = TO_CONNECT + redirects + Math.max(...tripOf.values())
        const seconds = (trips * latency) / 1000 + bytes / bytesPerSecond
        const moved = await this.page.evaluate<number>('window.moved')
        return { requests: tripOf.size, bytes, trips, seconds, moved }
      },
    }
  }

  async click(
    name: string | RegExp,
    role: 'button' | 'link' | 'menuitem' | 'tab' | 'checkbox' | 'row' = 'button',
  ): Promise<void> {
    this.steps++
    await this.page.getByRole(role, { name }).click()
  }

  async press(keys: string): Promise<void> {
    this.steps++
    await this.page.keyboard.press(keys)
  }

  /** `type` writes one short text where the person is. */
  async type(text: string): Promise<void> {
    this.steps++
    await this.page.keyboard.type(text)
  }

  /** `paste` puts a text in at once where the person is. */
  async paste(text: string): Promise<void> {
    this.steps++
    await this.page.keyboard.insertText(text)
  }

  /** `settled` resolves when the page has painted what it was answered, and asks for nothing more. */
  async settled(): Promise<void> {
    const isQuiet = async () => {
      const wasQuiet = this.#asked.size === 0
      await this.page.evaluate(
        'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))',
      )
      return wasQuiet && this.#asked.size === 0
    }
    await until('the page asks for nothing more', isQuiet, () => [...this.#asked].map((one) => one.url()))
  }

  /** `open` goes to a page as a link does where its application is loaded: that is not loaded again for each page. Elsewhere it opens the address. */
  async open(path: string): Promise<void> {
    const isThere = await this.page.evaluate<boolean>(
      `${JSON.stringify(`${path}/`)}.startsWith((window.__TSR_ROUTER__?.basepath ?? 'none') + '/')`,
    )
    if (!isThere) return void (await this.page.goto(path))
    await this.page.evaluate(`window.__TSR_ROUTER__.navigate({ href: ${JSON.stringify(path)} })`)
    await this.comesTrue(SHOWN)
  }

  /**
   * `comesTrue` waits until an expression is true in the page. The page's own `waitForFunction` reads a text by `eval` from the second try on, which our policy
   * forbids.
   */
  async comesTrue(expression: string): Promise<void> {
    await until(`${expression} is true in the page`, () => this.page.evaluate<boolean>(expression))
  }

  /** `isFilled` waits until the page has its heading and nothing of it is being loaded any more; false: it never has. */
  async isFilled(): Promise<boolean> {
    try {
      await this.page.getByRole('heading', { level: 1 }).first().waitFor()
      await this.page.locator('[role=status][aria-label]').first().waitFor({ state: 'detached' })
      return true
    } catch {
      return false
    }
  }

  /**
   * `violations` is what axe finds against WCAG 2.2 AA on the page, or against some of its rules. A page that was only just gone to is looked at when it
   * has its heading, which every page has: it shows nothing before.
   */
  async violations({ runOnly = STANDARDS, of = 'document' }: Rules = {}): Promise<string[]> {
    await this.page.locator('h1').first().waitFor({ state: 'attached' })
    if (!(await this.page.evaluate<boolean>('"axe" in window'))) await this.page.evaluate(axeSource)
    const found = await this.page.evaluate<Violation[]>(
      `axe.run(${of}, ${JSON.stringify({ runOnly, resultTypes: ['violations'] })}).then(({ violations }) => violations)`,
    )
    return found.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`),
    )
  }

  /** `overflow` is by how many pixels the page is wider than its window. */
  overflow(): Promise<number> {
    return this.page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
  }

  /** `sideways` names the tables that can be scrolled sideways, and what holds them. */
  sideways(): Promise<string[]> {
    return this.page.evaluate<string[]>(
      `[...document.querySelectorAll('section[tabindex="0"]:has(table)')]
        .filter((one) => one.scrollWidth > one.clientWidth)
        .map((one) => one.getAttribute('aria-label'))`,
    )
  }

  /** `shot` keeps a picture of the page in the folder that SHOTS names; none is made where it is not set. */
  async shot(name: string): Promise<void> {
    if (SHOTS === undefined) return
    mkdirSync(SHOTS, { recursive: true })
    await this.page.screenshot({ path: join(SHOTS, `${name.replace(/\W+/g, '-')}.png`), fullPage: true })
  }

  /**
   * `expectUsable` looks at the page in both colours: neither axe finds anything, nor is it wider than its window. What is wide is looked at in the
   * middle width, too, by the rules whose findings depend on it. What is wrong with a value is said by us, and not by the browser.
   */
  async expectUsable(what: string): Promise<void> {
    // A list that waits for its rows is pale.
    await this.settled()
    for (const colorScheme of ['light', 'dark'] as const) {
      await this.page.emulateMedia({ colorScheme })
      const found = await this.violations({ runOnly: colorScheme === 'light' ? STANDARDS : OF_COLOURS })
      const size = this.page.viewportSize()
      expect(found, `${what}, ${colorScheme}, ${size?.width} wide`).toEqual([])
      await this.shot(`${what} ${colorScheme} ${size?.width}`)
    }
    await this.page.emulateMedia({ colorScheme: 'light' })
    expect(await this.overflow(), what).toBeLessThanOrEqual(0)
    expect(await this.page.evaluate<string[]>(BUBBLING), `${what}: bubbles`).toEqual([])
    const width = this.page.viewportSize()?.width ?? 0
    if (width === WIDE.width) return await this.#expectUsableInTheMiddle(what)
    if (width > PHONE.width) return
    const sideways = await this.sideways()
    expect(
      sideways.filter((name) => !GRIDS.some((grid) => grid.test(name))),
      `tables of ${what} that a phone shows in part`,
    ).toEqual([])
  }

  async #expectUsableInTheMiddle(what: string): Promise<void> {
    const scrolled = await this.page.evaluate<number>('scrollY')
    await this.page.setViewportSize(MIDDLE)
    // What a dialog covers in part cannot be hit anyway.
    const of = "document.querySelector('[role=dialog]') ?? document"
    const found = await this.violations({ runOnly: OF_WIDTH, of })
    expect(found, `${what}, ${MIDDLE.width} wide`).toEqual([])
    await this.shot(`${what} ${MIDDLE.width}`)
    await expect
      .poll(() => this.overflow(), { message: `${what}, ${MIDDLE.width} wide` })
      .toBeLessThanOrEqual(0)
    await this.page.setViewportSize(WIDE)
    // What comes next begins where the person was.
    await this.page.evaluate(`scrollTo(0, ${scrolled})`)
  }

  /** `expectUsablePages` opens each page, and looks at it as `expectUsable` does: on a wide screen, then on a phone. */
  async expectUsablePages(paths: readonly string[]): Promise<void> {
    for (const path of paths) {
      await this.page.setViewportSize(WIDE)
      await this.open(path)
      await this.page.getByRole('heading', { level: 1 }).waitFor()
      for (const screen of [WIDE, PHONE]) {
        await this.page.setViewportSize(screen)
        await this.settled()
        await this.expectUsable(path)
      }
    }
  }

  async leave(): Promise<void> {
    await this.#context.close()
    expect(this.#faults).toEqual([])
  }
}

/** `closeBrowserAfterwards` is to be called once by each file with pages. */
export const closeBrowserAfterwards = (): void => {
  afterAll(async () => {
    const wasOpen = opened
    opened = undefined
    await (await wasOpen)?.close()
  })
}
