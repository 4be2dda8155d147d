import { afterAll, beforeAll, expect, test } from 'vitest'
import { wallTime } from '../../src/lib/wall-clock.ts'
import { balance, bank, broken, uniqueAmounts } from '../deposits/deposits.fixtures.ts'
import { mutation, tell } from '../deposits/fake-bank.ts'
import { QRIS } from '../deposits/telling-apart.fixtures.ts'
import { OperatorOffice } from '../protocols/operator/office.fixtures.ts'
import { PortalShop } from '../protocols/portal/portal.fixtures.ts'
import { RestClient } from '../support/rest.ts'
import { closeBrowserAfterwards, describePages, Visit } from './browser.fixtures.ts'

closeBrowserAfterwards()

describePages('paying in, from the portal to the operator and back', () => {
  let portal: PortalShop
  let office: OperatorOffice
  beforeAll(async () => {
    portal = await PortalShop.open()
    office = OperatorOffice.at(portal.server, portal.clock)
    await bank(portal.server)
    await uniqueAmounts(portal.server, { settings: { qris: QRIS } }, portal.clock)
  })
  afterAll(async () => {
    expect(await broken(portal.server)).toEqual([])
    await portal.stop()
  })

  const inPortal = (headers: Record<string, string>) => Visit.entered(portal.server.url, headers)

  test('a deposit of an amount of its own is credited by what the bank tells, and the portal says so by itself', async () => {
    const shop = await portal.server.shop({ currency: 'IDR', deposit: '1' })
    const { headers } = await portal.person('owner', shop)
    const visit = await inPortal(headers)
    const { page } = visit
    await page.goto('/portal/money/pay-in')
    await page.getByLabel('Amount to be credited').fill('50000')
    await page.getByText(/You pay between/).waitFor()
    await visit.click(/^Pay in IDR.50,000/)
    await page.getByText('To be paid').waitFor()
    await page.getByRole('img', { name: /QR code/ }).waitFor()
    await visit.shot('pay-in qr')
    expect(await visit.violations()).toEqual([])
    const id = Number(page.url().split('/').at(-1))
    const client = new RestClient(portal.server, shop)
    const total = (await client.get(`/api/deposit/${id}`)).body.amounts.total_pay
    expect(total).toBeGreaterThan(50_000)
    const said = await tell(
      `${portal.server.url}/hooks/deposits/qris`,
      mutation(total, { date: wallTime(portal.clock.now(), 'UTC') }),
    )
    expect(said.status).toBe(204)
    await page.getByText(/was credited/).waitFor()
    await page.getByText(/is available now/).waitFor()
    expect(await balance(portal.server, shop)).toBe(`${total + 1}.00`)
    await page.getByRole('link', { name: 'To the balance' }).click()
    await page.getByRole('cell', { name: 'Deposit' }).first().waitFor()
    await visit.leave()
  })

  test('another amount came: what it does is said beforehand, it is credited in one step, and the reseller reads why', async () => {
    const { shop, headers } = await portal.person()
    const client = new RestClient(portal.server, shop)
    const { id } = (await client.post('/api/deposit', { amount: 50, provider_code: 'bank' })).body
    await client.post(`/api/deposit/${id}/proof`, { reference: 'FT1' })
    const visit = await inPortal(headers)
    await visit.page.goto(`/portal/money/pay-in/${id}`)
    await visit.page.getByText('Somebody looks at your payment.').waitFor()
    const finance = await Visit.as(office, 'finance')
    const { page } = finance
    await page.goto('/console/inbox?kind=deposit')
    await page.getByText('FT1').first().waitFor()
    await finance.click('Another amount came…')
    await page.getByLabel('What came, in USD').fill('50')
    await page.getByText('is what was to be paid: confirm the payment').waitFor()
    await expect.poll(() => page.getByRole('button', { name: /^Credit/ }).isDisabled()).toBe(true)
    await page.getByLabel('What came, in USD').fill('48')
    await page.getByText('$48.00 is credited whole, in one step; $148.00 is available then.').waitFor()
    await finance.shot('other amount')
    expect(await finance.violations()).toEqual([])
    await finance.click('Credit $48.00')
    await visit.page.getByText('48.00 USD came in place of 50.00 USD, and was credited').waitFor()
    await visit.page.getByText('$148.00 is available now.').waitFor()
    expect(await balance(portal.server, shop)).toBe('148.00')
    await finance.leave()
    await visit.leave()
  })
})
