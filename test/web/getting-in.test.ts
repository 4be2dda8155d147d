import { afterAll, beforeAll, expect, test } from 'vitest'
import { inviteStaff } from '../../src/staff/staff.ts'
import { OperatorOffice } from '../protocols/operator/office.fixtures.ts'
import { codeAt, PASSWORD } from '../staff/people.fixtures.ts'
import { until } from '../support/until.ts'
import { closeBrowserAfterwards, describePages, PHONE, Visit } from './browser.fixtures.ts'

closeBrowserAfterwards()

describePages('getting into the console', () => {
  let office: OperatorOffice
  beforeAll(async () => {
    office = await OperatorOffice.open()
  })
  afterAll(() => office.stop())

  const shown = (secret: string): string => {
    office.office.clock.advance(30_000)
    return codeAt(secret, office.office.clock.now())
  }

  test('the first owner is told at once of all that is wrong, takes up the invitation, keeps the recovery codes, and is in', async () => {
    const { token } = await inviteStaff(office.server.sql, { role: 'owner' }, office.office.clock)
    const visit = await Visit.begin(office.server.url)
    const { page } = visit
    await page.goto(`/console/setup#${token}`)
    await page.getByLabel('E-mail address').fill('anna')
    await page.getByRole('textbox', { name: 'Password' }).fill('password1234')
    await page.getByLabel('Home currency').fill('EUX')
    await page.getByLabel('Time zone').fill('Mars/Base')
    await page.getByRole('button', { name: 'Begin' }).click()
    for (const said of [
      'Your name is missing.',
      'E-mail address must be an e-mail address.',
      'This password is one of the most used ones.',
      'Name of the business is missing.',
      'Home currency must be a currency such as USD.',
      'This is no time zone, such as Asia/Jakarta.',
      'Code of your authenticator app is missing.',
    ]) {
      await page.getByText(said).waitFor()
    }
    await page.getByLabel('Your name').and(page.locator(':focus')).waitFor()
    await visit.expectUsable('all that is wrong with the first start')
    await page.getByLabel('Your name').fill('Anna')
    await page.getByLabel('E-mail address').fill('anna@example.com')
    await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD)
    await page.getByLabel('Time zone').fill('UTC')
    await page.getByLabel('Name of the business').fill('Unlock House')
    await page.getByLabel('Home currency').fill('USD')
    const secret = (await page.locator('p .code').textContent()) ?? ''
    await page.getByLabel('Code of your authenticator app').fill(shown(secret))
    expect(await visit.violations()).toEqual([])
    await page.getByRole('button', { name: 'Begin' }).click()
    await page.getByRole('heading', { name: 'Recovery codes' }).waitFor()
    expect((await page.locator('pre').textContent())?.split('\n')).toHaveLength(10)
    await expect.poll(() => page.getByRole('button', { name: 'Go on' }).isDisabled()).toBe(true)
    await page.getByLabel('I have kept them').check()
    await page.getByRole('button', { name: 'Go on' }).click()
    await page.getByRole('heading', { level: 1, name: 'Today' }).waitFor()
    await page.goto(`/console/invite#${token}`)
    await page.getByText('is no longer valid').waitFor()
    await visit.leave()
  })

  test('what is missing is said at its field', async () => {
    const hired = await office.office.hire('support')
    const visit = await Visit.begin(office.server.url)
    const { page } = visit
    await page.goto('/console/sign-in')
    await page.getByRole('button', { name: 'Go on' }).click()
    const missing = page.getByText(/ is missing\.$/)
    await page.getByText('E-mail address is missing.').waitFor()
    await page.getByText('Password is missing.').waitFor()
    expect(await visit.violations()).toEqual([])
    await page.getByLabel('E-mail address').and(page.locator(':focus')).waitFor()
    await page.keyboard.type('anna')
    await expect.poll(() => missing.count()).toBe(1)
    await page.getByRole('button', { name: 'Go on' }).click()
    await page.getByText('E-mail address must be an e-mail address.').waitFor()
    await page.getByLabel('E-mail address').fill(hired.email)
    await page.getByRole('textbox', { name: 'Password' }).fill('something else entirely')
    await page.getByRole('button', { name: 'Go on' }).click()
    await page.getByRole('alert').waitFor()
    await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD)
    await page.getByRole('button', { name: 'Go on' }).click()
    await page.getByLabel('Code of your authenticator app').fill(hired.nextCode())
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('heading', { level: 1, name: 'Today' }).waitFor()
    await visit.leave()
  })

  test('a recovery code stands for the second factor, once', async () => {
    const hired = await office.office.hire('support')
    const signIn = async (code: string): Promise<Visit> => {
      const visit = await Visit.begin(office.server.url)
      await visit.page.goto('/console/sign-in')
      await visit.page.getByLabel('E-mail address').fill(hired.email)
      await visit.page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD)
      await visit.click('Go on')
      await visit.page.getByLabel('Code of your authenticator app').fill(code)
      await visit.click('Sign in')
      return visit
    }
    const [code = ''] = hired.recoveryCodes
    const first = await signIn(code)
    await first.page.getByRole('heading', { level: 1, name: 'Today' }).waitFor()
    await first.leave()
    const second = await signIn(code)
    await second.page.getByRole('alert').waitFor()
    await second.leave()
  })

  test('who is not signed in is led to the page that was wanted afterwards, and to no other site', async () => {
    const hired = await office.office.hire('support')
    const signInAt = async (path: string): Promise<string> => {
      const visit = await Visit.begin(office.server.url, { screen: PHONE })
      const { page } = visit
      await page.goto(path)
      await page.getByLabel('E-mail address').fill(hired.email)
      await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD)
      await page.getByRole('textbox', { name: 'Password' }).press('Enter')
      await page.getByLabel('Code of your authenticator app').fill(hired.nextCode())
      await page.getByLabel('Code of your authenticator app').press('Enter')
      await page.getByRole('main').waitFor()
      await page.getByRole('heading', { level: 1, name: /^(Orders|Today)$/ }).waitFor()
      const { pathname, search } = new URL(page.url())
      await visit.leave()
      return `${pathname}${search}`
    }
    expect(await signInAt('/console/orders?state=failed')).toBe('/console/orders?state=failed')
    expect(await signInAt('/console/sign-in?back=%2F%2Fevil.example')).toBe('/console/today')
    expect(await signInAt('/console/sign-in?back=https%3A%2F%2Fevil.example')).toBe('/console/today')
  })

  test('on a phone with a weak line the sign-in takes 2.5 seconds of it at most, and nothing moves under the finger, there or behind it', async () => {
    const hired = await office.office.hire('support')
    const visit = await Visit.begin(office.server.url, { screen: PHONE })
    const { page } = visit
    const line = await visit.onWeakLine()
    await page.goto('/console/orders')
    await page.getByLabel('E-mail address').fill(hired.email)
    await page.getByRole('button', { name: 'Go on' }).waitFor()
    await visit.settled()
    expect(new URL(page.url()).pathname).toBe('/console/sign-in')
    const { moved, ...cost } = await line.loaded()
    expect(cost.seconds, JSON.stringify(cost)).toBeLessThanOrEqual(2.5)
    expect(cost.requests, JSON.stringify(cost)).toBeLessThanOrEqual(20)
    expect(cost.trips).toBeGreaterThan(4)
    expect(moved).toBeLessThanOrEqual(0.02)
    await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD)
    await page.keyboard.press('Enter')
    await page.getByLabel('Code of your authenticator app').fill(hired.nextCode())
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Orders' }).waitFor()
    expect(await visit.isFilled()).toBe(true)
    expect((await line.loaded()).moved).toBeLessThanOrEqual(0.02)
    await visit.leave()
  })

  test('a sign-in that is ended elsewhere leads to the sign-in page', async () => {
    const visit = await Visit.as(office, 'support')
    const { page } = visit
    await page.goto('/console/me')
    await page.getByRole('heading', { level: 1, name: 'Profile' }).waitFor()
    await office.server.sql`delete from sign_ins`
    // The page may be on its way to the sign-in by itself, which breaks the reload off.
    await page.reload().catch(() => {})
    await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor()
    expect(new URL(page.url()).searchParams.get('back')).toBe('/console/me')
    await visit.leave()
  })

  test('a sign-in that ends in the middle of a form is begun again over the page: what was typed is sent once more, and another person sees nothing of it', async () => {
    const { sql } = office.server
    const { hired, headers } = await office.person('support')
    const other = await office.office.hire('support')
    const visit = await Visit.entered(office.server.url, headers, { screen: PHONE })
    const { page } = visit
    const keys: (string | undefined)[] = []
    page.on('request', (request) => {
      if (request.method() === 'PATCH') keys.push(request.headers()['idempotency-key'])
    })
    const named = async (name: string): Promise<unknown[]> => [
      ...(await sql`select id from staff where name = ${name}`),
    ]
    const dialog = page.getByRole('dialog', { name: 'Sign in again' })
    const signIn = async (email: string, code: string): Promise<void> => {
      await dialog.getByLabel('E-mail address').fill(email)
      await dialog.getByRole('textbox', { name: 'Password' }).fill(PASSWORD)
      await dialog.getByRole('button', { name: 'Go on' }).click()
      await dialog.getByLabel('Code of your authenticator app').fill(code)
      await page.keyboard.press('Enter')
    }
    const rename = async (name: string): Promise<void> => {
      await page.getByRole('textbox', { name: 'Name', exact: true }).fill(name)
      // It ends on the way: what the page reads by itself would ask before.
      await page.route('**/api/operator/me', async (route) => {
        if (route.request().method() === 'PATCH') await sql`delete from sign_ins`
        await route.continue()
      })
      await visit.click('Save')
      await dialog.getByText('Your sign-in has ended, so nothing was saved.').waitFor()
      await page.unroute('**/api/operator/me')
    }
    await page.goto('/console/me')
    await rename('Tari')
    // What does not go on without it is not closed by a key.
    await page.keyboard.press('Escape')
    await expect.poll(() => dialog.getByLabel('E-mail address').inputValue()).toBe(hired.email)
    await dialog.getByRole('textbox', { name: 'Password' }).fill('something else entirely')
    await dialog.getByRole('button', { name: 'Go on' }).click()
    await dialog.getByRole('alert').waitFor()
    await visit.expectUsable('signed in again over the page')
    expect(await named('Tari')).toEqual([])
    await signIn(hired.email, hired.nextCode())
    await dialog.waitFor({ state: 'detached' })
    await until('it is saved', async () => (await named('Tari')).length === 1)
    expect(keys).toEqual([keys[0], keys[0]])
    expect(keys[0]).toBeDefined()

    await rename('Wulan')
    await page.evaluate('window.isOfTheOneBefore = true')
    await signIn(other.email, other.nextCode())
    await dialog.waitFor({ state: 'detached' })
    await page.getByRole('heading', { level: 1, name: 'Profile' }).waitFor()
    await expect
      .poll(() => page.getByRole('textbox', { name: 'Name', exact: true }).inputValue())
      .toBe('Anna')
    // Nothing is kept of who was here before, in no variable: the page was loaded anew.
    expect(await page.evaluate('"isOfTheOneBefore" in window')).toBe(false)
    expect(await named('Wulan')).toEqual([])
    await visit.leave()
  })

  test('somebody of the staff says what they are called, in which language and time zone', async () => {
    const { headers } = await office.person('support')
    const visit = await Visit.entered(office.server.url, headers)
    const { page } = visit
    await page.goto('/console/me')
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Sari')
    await page.getByLabel('Time zone').fill('Nowhere/At all')
    await visit.click('Save')
    await page.getByText('is no time zone').waitFor()
    await page.getByLabel('Time zone').fill('Asia/Jakarta')
    await page.getByLabel('Language').selectOption('id')
    await visit.shot('own profile')
    await visit.click('Save')
    await page.getByRole('heading', { level: 1, name: 'Profil', exact: true }).waitFor()
    const [said] = await office.server.sql<{ said: string }[]>`
      select concat_ws(' ', name, language, time_zone) as said from staff where name = 'Sari'`
    expect(said?.said).toBe('Sari id Asia/Jakarta')
    // The language goes with the person, to a browser that is in another one.
    const elsewhere = await Visit.entered(office.server.url, headers)
    await elsewhere.page.goto('/console/me')
    await elsewhere.page.getByRole('heading', { level: 1, name: 'Profil', exact: true }).waitFor()
    await elsewhere.leave()
    await visit.leave()
  })

  test('a page whose file cannot be loaded says so, and what to do', async () => {
    const visit = await Visit.as(office, 'owner')
    const { page } = visit
    await page.goto('/console/orders')
    await page.route('**/assets/reports-*.js', (route) => route.abort())
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Reports' }).click()
    await page.getByRole('heading', { level: 1, name: 'This page could not be shown' }).waitFor()
    await page.unroute('**/assets/reports-*.js')
    await visit.click('Load it again')
    await page.getByRole('heading', { level: 1, name: 'Reports' }).waitFor()
    await page.context().close()
  })

  test('every page is usable by everybody, wide and on a phone, in light and dark', async () => {
    const stranger = await Visit.begin(office.server.url)
    await stranger.expectUsablePages(['/console/sign-in', '/'])
    await stranger.leave()
    const visit = await Visit.as(office, 'owner')
    await visit.expectUsablePages([
      '/console/today',
      '/console/orders',
      '/console/me',
      '/console/nothing-here',
    ])
    await visit.leave()
  })
})
