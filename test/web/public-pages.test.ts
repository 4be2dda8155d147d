import { afterAll, beforeAll, expect, test } from 'vitest'
import { OperatorOffice } from '../protocols/operator/office.fixtures.ts'
import { imei, type Shop } from '../support/server.ts'
import { closeBrowserAfterwards, describePages, PHONE, Visit } from './browser.fixtures.ts'

closeBrowserAfterwards()

/** BUDGET is how large a public page may be, in bytes. */
const BUDGET = 15 * 1024

describePages('the public pages', () => {
  let office: OperatorOffice
  let shop: Shop
  let order: string
  let service: string
  beforeAll(async () => {
    office = await OperatorOffice.open()
    const { server } = office
    shop = await server.shop({ deposit: '50' })
    service = await server.service({ name: 'Blacklist check', group: 'Checks' })
    const placed = await server.place(shop, { ID: service, IMEI: imei(1, '00440100') })
    order = String(placed.SUCCESS[0].REFERENCEID)
    await server.ended(shop, order)
  })
  afterAll(() => office.stop())

  test('services are chosen in the console, and everybody reads how they stand', async () => {
    const visit = await Visit.as(office, 'catalogue')
    const { page } = visit
    await page.goto('/console/settings/status')
    await page.getByRole('heading', { level: 1, name: 'Status page' }).waitFor()
    await page.getByRole('checkbox', { name: 'Blacklist check' }).click()
    await page.locator('input[type=checkbox]:checked:enabled').waitFor()
    await visit.click('Note beside Blacklist check')
    await page.getByLabel('What everybody reads').fill('Slower at night')
    await visit.click('Save the note')
    await page.getByText('Slower at night').waitFor()
    await visit.leave()
    office.office.clock.advance(30_000)
    const stranger = await Visit.begin(office.server.url)
    await stranger.page.goto('/')
    await stranger.click('How the services stand', 'link')
    await stranger.page.getByRole('heading', { level: 2, name: 'Checks' }).waitFor()
    await stranger.page.getByText('✓ works').waitFor()
    await stranger.page.getByText('Slower at night').waitFor()
    await stranger.leave()
  })

  test('support shares a result from the order, a stranger sees it, and no more once that is stopped', async () => {
    const visit = await Visit.as(office, 'support')
    const { page } = visit
    await page.goto(`/console/orders/${order}`)
    await visit.click('More actions')
    await visit.click('Share the result…', 'menuitem')
    await visit.click('Make a link')
    const link = await page.getByRole('dialog').locator('p.code').textContent()
    expect(link).toMatch(new RegExp(`^${office.server.url}/r/[\\w-]{67}$`))
    expect(await visit.violations()).toEqual([])
    const stranger = await Visit.begin(office.server.url, { screen: PHONE })
    await stranger.page.goto(link ?? '')
    await stranger.page.getByRole('heading', { level: 1, name: 'Blacklist check' }).waitFor()
    await stranger.page.getByText(imei(1, '00440100')).first().waitFor()
    expect(await stranger.violations()).toEqual([])
    expect(await stranger.overflow()).toBeLessThanOrEqual(0)
    await visit.click('Stop sharing')
    await page.getByText('All links to this result have ended.').waitFor()
    await stranger.page.reload()
    await stranger.page.getByRole('heading', { level: 1, name: 'This link leads nowhere' }).waitFor()
    expect(await stranger.violations()).toEqual([])
    await stranger.leave()
    await visit.leave()
  })

  test('each is usable by everybody, small, and without script', async () => {
    await office.server.sql`
      update services set public_status = true, status_note = 'Slower than usual until Monday' where id = ${Number(service)}`
    office.office.clock.advance(30_000)
    const paths = ['/', '/status', '/r/nothing']
    for (const path of paths) {
      const html = await (await fetch(`${office.server.url}${path}`)).text()
      expect(Buffer.byteLength(html), path).toBeLessThan(BUDGET)
      expect(html, path).not.toContain('<script')
    }
    const visit = await Visit.begin(office.server.url)
    await visit.expectUsablePages(paths)
    await visit.leave()
  })
})
