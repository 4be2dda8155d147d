import { afterAll, beforeAll, expect, test } from 'vitest'
import { inviteStaff } from '../../src/staff/staff.ts'
import { OperatorOffice } from '../protocols/operator/office.fixtures.ts'
import { codeAt, PASSWORD } from '../staff/people.fixtures.ts'
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

  test('the first owner takes up the invitation, keeps the recovery codes, and signs in', async () => {
    const { token } = await inviteStaff(office.server.sql, { role: 'owner' }, office.office.clock)
    const visit = await Visit.begin(office.server.url)
    const { page } = visit
    await page.goto(`/console/setup#${token}`)
    await page.getByLabel('Your name').fill('Anna')
    await page.getByLabel('E-mail address').fill('anna@example.com')
    await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD)
    await page.getByLabel('Name of the business').fill('Unlock House')
    await page.getByLabel('Home currency').fill('USD')
    const secret = (await page.locator('p .code').textContent()) ?? ''
    await page.getByLabel('Code of your authenticator app').fill(shown(secret))
    expect(await visit.violations()).toEqual([])
    await page.getByRole('button', { name: 'Begin' }).click()
    await page.getByRole('heading', { name: 'Recovery codes' }).waitFor()
    expect((await page.locator('pre').textContent())?.split('\n')).toHaveLength(10)
    expect(await page.getByRole('button', { name: 'Sign in' }).isDisabled()).toBe(true)
    await page.getByLabel('I have kept them').check()
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByLabel('E-mail address').fill('anna@example.com')
    await page.getByRole('textbox', { name: 'Password' }).fill('something else entirely')
    await page.getByRole('button', { name: 'Go on' }).click()
    await page.getByRole('alert').waitFor()
    await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD)
    await page.getByRole('button', { name: 'Go on' }).click()
    await page.getByLabel('Code of your authenticator app').fill(shown(secret))
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('heading', { level: 1, name: 'Today' }).waitFor()
    await page.goto(`/console/invite#${token}`)
    await page.getByText('is no longer valid').waitFor()
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
    expect(cost.requests, JSON.stringify(cost)).toBeLessThanOrEqual(60)
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

  test('somebody of the staff says what they are called, in which language and time zone', async () => {
    const visit = await Visit.as(office, 'support')
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
