import { expect, test } from 'vitest'
import { createAccount } from '../../src/accounts/accounts.ts'
import { PortalShop } from '../protocols/portal/portal.fixtures.ts'
import { imei } from '../support/server.ts'
import { closeBrowserAfterwards, describePages, PHONE, Visit } from './browser.fixtures.ts'

closeBrowserAfterwards()

describePages('the beginning in the portal', () => {
  test('who has no account asks for one, where that is open; else the page says that it is closed', async () => {
    for (const registration of ['closed', 'open']) {
      const portal = await PortalShop.open({ REGISTRATION: registration, PUBLIC_URL: 'https://shop.example' })
      const visit = await Visit.begin(portal.server.url, { screen: PHONE })
      const { page } = visit
      await page.goto('/portal/register')
      if (registration === 'closed') {
        await page.getByRole('heading', { name: 'Registration is closed' }).waitFor()
        await visit.expectUsable('registration is closed')
      } else {
        await page.goto('/portal/sign-in')
        await visit.click('Ask for an account', 'link')
        await page.getByLabel('Name of you or your shop').fill('Corner Phones')
        await page.getByLabel('E-mail address').fill('ana@corner.example')
        await page.getByLabel('What you want to order').fill('300 checks a day')
        await visit.expectUsable('registration')
        await visit.click('Ask for an account')
        await page.getByText('A link is on its way to ana@corner.example.').waitFor()
        const asked = await portal.server.sql`select name, email, note, verified_at from applications`
        expect(asked).toMatchObject([
          { name: 'Corner Phones', email: 'ana@corner.example', note: '300 checks a day', verified_at: null },
        ])
      }
      await visit.leave()
      await portal.stop()
    }
  })

  test('the first steps are shown to a new account, and each is gone once it is done', async () => {
    const portal = await PortalShop.open()
    const service = await portal.server.service()
    const made = { name: 'New', email: 'new@example.com', username: 'new', currency: 'USD' }
    const { id: accountId } = await createAccount(portal.server.sql, made, 'test')
    const { email } = await portal.invited(accountId)
    const headers = await portal.signIn(email)
    const visit = await Visit.entered(portal.server.url, headers)
    const { page } = visit
    await page.goto('/portal/')
    const steps = page.getByRole('list', { name: 'First steps' })
    await steps.getByRole('link', { name: 'Connect your shop' }).waitFor()
    expect(await steps.getByRole('link').allTextContents()).toEqual(['Pay in', 'Order', 'Connect your shop'])
    await visit.expectUsable('the first steps')
    const rich = await portal.server.shop()
    await portal.server.call(rich, { action: 'placeimeiorder', ID: service, IMEI: imei(5) })
    const { headers: known } = await portal.person('owner', rich)
    const later = await Visit.entered(portal.server.url, known)
    await later.page.goto('/portal/')
    await later.page.getByRole('link', { name: 'All orders' }).waitFor()
    await later.page.getByText('Pay in').waitFor({ state: 'detached' })
    await expect.poll(() => later.page.getByRole('list', { name: 'First steps' }).count()).toBeLessThan(2)
    expect(await later.page.getByRole('link', { name: 'Order', exact: true }).count()).toBe(0)
    await later.leave()
    await visit.leave()
    await portal.stop()
  })
})
