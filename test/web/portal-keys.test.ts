import { afterAll, beforeAll, expect, test } from 'vitest'
import { OperatorOffice } from '../protocols/operator/office.fixtures.ts'
import { PortalShop } from '../protocols/portal/portal.fixtures.ts'
import { until } from '../support/until.ts'
import { closeBrowserAfterwards, describePages, PHONE, Visit, WIDE } from './browser.fixtures.ts'

closeBrowserAfterwards()

describePages('keys in the portal', () => {
  let portal: PortalShop
  beforeAll(async () => {
    portal = await PortalShop.open({ TRUST_PROXY: '127.0.0.1' })
  })
  afterAll(() => portal.stop())

  /** `lines` are those of the connection sheet: URL, user name, access key. */
  const lines = async ({ page }: Visit): Promise<string[]> => {
    const values = page.getByRole('dialog', { name: 'Connect a Dhru panel' }).locator('dd .code')
    await values.first().waitFor()
    return await values.allTextContents()
  }

  /** `accountInfo` asks over Dhru, as a panel does that is at an address. */
  const accountInfo = async ([url = '', username = '', apiaccesskey = '']: string[], at = '203.0.113.9') => {
    const told = await fetch(`${url}api/index.php`, {
      method: 'POST',
      headers: { 'x-forwarded-for': at },
      body: new URLSearchParams({ username, apiaccesskey, action: 'accountinfo' }),
    })
    return await told.text()
  }

  test('a key for a Dhru panel is made in four steps; the sheet turns by itself once the panel has called', async () => {
    const { headers, shop } = await portal.person()
    const visit = await Visit.entered(portal.server.url, headers)
    const { page } = visit
    await page.goto('/portal/')
    await page.getByRole('heading', { level: 1 }).waitFor()
    await visit.click('Keys', 'link')
    await page.getByRole('heading', { level: 1, name: 'Keys' }).waitFor()
    await visit.click('New key')
    await page.getByRole('radio', { name: 'My own code' }).check()
    visit.steps++
    // A wrong address of its webhook is said at its field.
    await page.getByLabel('Webhook URL').fill('http://192.168.1.5/orders')
    await page.getByRole('button', { name: 'Make the key' }).click()
    await page.getByText('This address cannot be reached from the internet.').waitFor()
    expect(await page.getByLabel('Webhook URL').getAttribute('aria-invalid')).toBe('true')
    await page.getByRole('radio', { name: 'A Dhru panel' }).check()
    await visit.click('Make the key')
    const sheet = page.getByRole('dialog', { name: 'Connect a Dhru panel' })
    await sheet.getByText('Waiting for the first call').waitFor()
    expect(visit.steps).toBeLessThanOrEqual(4)
    await visit.expectUsable('the sheet')
    const typed = await lines(visit)
    expect(typed.slice(0, 2)).toEqual([`${portal.server.url}/`, shop.username])
    expect(await accountInfo(typed)).toContain('"creditraw":"100.00"')
    await sheet.getByText('Your panel called from 203.0.113.9 and may order.').waitFor()
    await page.keyboard.press('Escape')
    await sheet.getByText('Have you kept the access key?').waitFor()
    await visit.click('I have kept it')
    await page.getByRole('heading', { name: 'Is it connected?' }).waitFor()
    await page.getByText('Your panel called from 203.0.113.9 and may order.').waitFor()
    expect(await page.content()).not.toContain(typed[2])
    await visit.leave()
  })

  test('a call from another address is said with its reason, and the address is allowed from there', async () => {
    const { headers } = await portal.person()
    const visit = await Visit.entered(portal.server.url, headers)
    const { page } = visit
    await page.goto('/portal/keys')
    await visit.click('New key')
    await page.getByLabel('Addresses that may use it').fill('198.51.100.7')
    await visit.click('Make the key')
    const sheet = page.getByRole('dialog', { name: 'Connect a Dhru panel' })
    const typed = await lines(visit)
    expect(await accountInfo(typed)).toContain('Invalid IP request')
    await sheet.getByText('The key may not be used from this address.').waitFor()
    await visit.expectUsable('a refused call')
    await visit.click('Allow 203.0.113.9')
    await expect.poll(() => accountInfo(typed)).toContain('"creditraw"')
    await sheet.getByText('and may order').waitFor()
    await visit.leave()
  })

  test('which key asked for what is said by the names that their owner gave', async () => {
    const { headers, shop } = await portal.person()
    const visit = await Visit.entered(portal.server.url, headers, { screen: PHONE })
    const { page } = visit
    const sheet = page.getByRole('dialog', { name: 'Connect a Dhru panel' })
    for (const name of ['Website', 'Toko Jaya']) {
      await page.goto('/portal/keys')
      await visit.click('New key')
      await page.getByLabel('Name', { exact: true }).fill(name)
      await visit.click('Make the key')
      await page.getByRole('dialog', { name: `Connect a Dhru panel: ${name}` }).waitFor()
      expect(await accountInfo(await lines(visit))).toContain('"creditraw"')
      await sheet.getByText('and may order').waitFor()
      await visit.click('I have kept it')
    }
    await page.goto('/portal/requests')
    const rows = page.getByRole('list', { name: 'Requests' }).getByRole('listitem')
    await rows.filter({ hasText: 'Website' }).waitFor()
    await rows.filter({ hasText: 'Toko Jaya' }).waitFor()
    await visit.expectUsable('requests of two keys')
    await page.getByRole('combobox', { name: 'Which key' }).selectOption('Website')
    await rows.filter({ hasText: 'Toko Jaya' }).waitFor({ state: 'detached' })
    await rows.filter({ hasText: 'Website' }).getByRole('button').click()
    await page.locator('#main').getByRole('link', { name: 'Website' }).waitFor()
    await visit.leave()
    // The staff finds the same.
    const desk = await Visit.as(OperatorOffice.at(portal.server, portal.clock), 'support')
    const { username } = shop
    await until('that the keys were used is written down', async () => {
      const used = await portal.server.sql`
        select from api_keys k join api_key_uses u on u.key_id = k.id where k.account_id = ${shop.accountId} and k.name = 'Toko Jaya'`
      return used.length === 1
    })
    await desk.page.goto(`/console/resellers/${username}/keys`)
    const row = desk.page.getByRole('row').filter({ hasText: 'Toko Jaya' })
    await row.getByRole('link', { name: 'Requests' }).click()
    await desk.page.getByRole('list', { name: 'Requests' }).getByText('Toko Jaya').waitFor()
    await expect
      .poll(() => desk.page.getByRole('listitem').filter({ hasText: 'accountinfo' }).count())
      .toBe(1)
    await desk.expectUsable('the requests of a key')
    await desk.leave()
  })

  test.each([
    { name: 'wide', screen: WIDE },
    { name: 'a phone', screen: PHONE },
  ])('a key is changed, gets a new access key, and is revoked: $name', async ({ screen }) => {
    const { headers } = await portal.person()
    const made = await portal.ask('POST', '/keys', {
      body: { name: 'Website', dialect: 'panel' },
      headers: { ...headers, 'idempotency-key': `made on ${screen.width}` },
    })
    const { id } = made.json.data.key
    const visit = await Visit.entered(portal.server.url, headers, { screen })
    const { page } = visit
    await page.goto('/portal/keys')
    await page.locator('#main').getByRole('link', { name: 'Website' }).waitFor()
    await visit.expectUsable('the list')
    await page.locator('#main').getByRole('link', { name: 'Website' }).click()
    await page.getByRole('heading', { name: 'What it is' }).waitFor()
    await visit.expectUsable('a key')
    await visit.click('Change…')
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Shop 2')
    await page.getByLabel('Addresses that may use it').fill('not an address')
    await visit.click('Save the changes')
    await page.getByRole('dialog').getByRole('alert').waitFor()
    await page.getByLabel('Addresses that may use it').fill('203.0.113.0/24, 198.51.100.7')
    await page.getByLabel('It may do everything').uncheck()
    await visit.expectUsable('changing it')
    await visit.click('Save the changes')
    await page.getByRole('heading', { level: 1, name: 'Shop 2' }).waitFor()
    await page.getByText('203.0.113.0/24').waitFor()
    const changed = await portal.ask('GET', `/keys/${id}`, { headers })
    expect(changed.json.data).toMatchObject({
      allowed_ips: ['203.0.113.0/24', '198.51.100.7'],
      permissions: ['order.create', 'order.read'],
    })
    await visit.click('New access key…')
    await visit.expectUsable('a new access key')
    await visit.click('Make the new access key')
    await page.getByRole('dialog', { name: 'Connect a Dhru panel' }).waitFor()
    await visit.click('I have kept it')
    await page.waitForURL((url) => !url.pathname.endsWith(`/${id}`))
    await page.goto(`/portal/keys/${id}`)
    await page.getByText('Expires').waitFor()
    await visit.click('Revoke…')
    await page.getByText('Its shop stops ordering within a second.').waitFor()
    await visit.click('Revoke the key')
    await page.getByText('Revoked', { exact: true }).waitFor()
    await expect.poll(() => page.getByRole('button', { name: 'Change…' }).count()).toBe(0)
    await visit.leave()
  })

  test('a member sees no keys, and is told which permission it lacks', async () => {
    const { shop } = await portal.person()
    const { headers } = await portal.person('member', shop)
    const visit = await Visit.entered(portal.server.url, headers)
    await visit.page.goto('/portal/keys')
    await visit.page.getByText('keys.read').waitFor()
    await expect.poll(() => visit.page.getByRole('link', { name: 'Keys' }).count()).toBe(0)
    await visit.expectUsable('for owners')
    await visit.leave()
  })

  test('where the proof has run out the password is asked for, and the key is made after all', async () => {
    const { headers } = await portal.person()
    portal.clock.advance(11 * 60_000)
    const visit = await Visit.entered(portal.server.url, headers)
    const { page } = visit
    await page.goto('/portal/keys')
    await visit.click('New key')
    await visit.click('Make the key')
    const proof = page.getByRole('dialog', { name: 'Show that it is you' })
    await proof.getByRole('textbox', { name: 'Password' }).fill('a long one')
    expect(await visit.violations()).toEqual([])
    await visit.click('Go on')
    await page.getByText('Waiting for the first call').waitFor()
    await visit.leave()
  })
})
