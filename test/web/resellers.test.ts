import { afterAll, beforeAll, expect, test } from 'vitest'
import { OperatorOffice } from '../protocols/operator/office.fixtures.ts'
import { closeBrowserAfterwards, describePages, Visit } from './browser.fixtures.ts'

closeBrowserAfterwards()

describePages('resellers in the console', () => {
  let office: OperatorOffice
  beforeAll(async () => {
    office = await OperatorOffice.open()
  })
  afterAll(() => office.stop())

  test('a reseller is made with money, and a key made for its Dhru panel works over Dhru', async () => {
    const visit = await Visit.as(office, 'manager')
    const { page } = visit
    await page.goto('/console/resellers')
    await page.getByText('No resellers yet').waitFor()
    await page.keyboard.press('n')
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Corner Phones')
    await page.getByRole('textbox', { name: 'E-mail address', exact: true }).fill('ana@corner.example')
    await page.getByLabel('First deposit, in USD').fill('50')
    expect(await visit.violations()).toEqual([])
    await visit.click('Make the reseller')
    await page.getByText('No keys yet').waitFor()
    await visit.click('New key')
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Website')
    await visit.click('Make the key')
    await page.getByRole('dialog', { name: 'Connect a Dhru panel' }).waitFor()
    expect(await visit.violations()).toEqual([])
    const [url = '', username = '', apiaccesskey = ''] = await page
      .locator('[role=dialog] dd .code')
      .allTextContents()
    expect(url).toBe(`${office.server.url}/`)
    const told = await fetch(`${url}api/index.php`, {
      method: 'POST',
      body: new URLSearchParams({ username, apiaccesskey, action: 'accountinfo' }),
    })
    expect(await told.text()).toContain('"creditraw":"50.00"')
    await page.getByText('and may order').waitFor()
    await visit.click('I have kept it')
    await page.getByRole('cell', { name: 'Website' }).waitFor()
    await visit.click(`Revoke ${username}`)
    await visit.click('Revoke the key')
    await page.getByText('Revoked').waitFor()
    await visit.leave()
  })

  test('money is paid in and taken away; the dialog says before what will be, and a fault leaves all as it was', async () => {
    const { username } = await office.server.shop({ deposit: '10' })
    const visit = await Visit.as(office, 'finance')
    const { page } = visit
    await page.goto(`/console/resellers/${username}`)
    await visit.click('Pay in…')
    await page.getByLabel('Amount in USD').fill('15.5')
    await page.getByText('= $15.5').waitFor()
    await visit.click('Credit $15.5')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.getByText('25.50').first().waitFor()
    await visit.click('Adjust…')
    await page.getByLabel('Amount in USD').fill('-1000000')
    await page.getByLabel('Reason').fill('a mistake')
    await page.getByRole('button', { name: /^Adjust by/ }).click()
    await page.getByRole('alert').waitFor()
    await page.getByText('The balance is unchanged.').waitFor()
    await page.getByRole('dialog').getByText('Close', { exact: true }).click()
    await page
      .getByRole('navigation', { name: `About ${username}` })
      .getByRole('link', { name: 'Money' })
      .click()
    await page.getByRole('cell', { name: 'Deposit' }).first().waitFor()
    await visit.leave()
  })

  test('support sees neither balances’ buttons nor terms, and is refused by the API', async () => {
    const { username } = await office.server.shop()
    const visit = await Visit.as(office, 'support')
    const { page } = visit
    await page.goto(`/console/resellers/${username}`)
    await page.getByText('Price group').waitFor()
    await page.getByRole('heading', { level: 1 }).waitFor()
    for (const name of ['Pay in…', 'Adjust…', 'Price group and credit limit…', 'Close…']) {
      expect(await page.getByRole('button', { name }).count(), name).toBe(0)
    }
    await visit.leave()
  })

  test('every page is usable by everybody, wide and on a phone, in light and dark', async () => {
    const { username } = await office.server.shop({ deposit: '10' })
    const visit = await Visit.as(office, 'owner')
    const base = `/console/resellers/${username}`
    await visit.expectUsablePages([
      '/console/resellers',
      base,
      `${base}/keys`,
      `${base}/money`,
      `${base}/requests`,
    ])
    await visit.leave()
  })
})
