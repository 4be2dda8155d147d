import { afterAll, beforeAll, expect, test } from 'vitest'
import { wallTime } from '../../src/lib/wall-clock.ts'
import { balance, bank, broken, uniqueAmounts } from '../deposits/deposits.fixtures.ts'
import { mutation, tell } from '../deposits/fake-bank.ts'
import { QRIS } from '../deposits/telling-apart.fixtures.ts'
import { OperatorOffice } from '../protocols/operator/office.fixtures.ts'
import { PortalShop } from '../protocols/portal/portal.fixtures.ts'
import { RestClient } from '../support/rest.ts'
import { closeBrowserAfterwards, describePages, PHONE, Visit } from './browser.fixtures.ts'

closeBrowserAfterwards()

/** PHOTO is a picture that phones make, and larger than the server takes: the browser makes it smaller. */
const PHOTO = `(async () => {
  const canvas = document.createElement('canvas')
  canvas.width = 1400
  canvas.height = 1400
  const context = canvas.getContext('2d')
  const pixels = context.createImageData(1400, 1400)
  let seed = 1
  for (let at = 0; at < pixels.data.length; at++) {
    seed ^= seed << 13
    seed ^= seed >>> 17
    seed ^= seed << 5
    pixels.data[at] = at % 4 === 3 ? 255 : seed & 255
  }
  context.putImageData(pixels, 0, 0)
  return canvas.toDataURL('image/png').split(',')[1]
})()`

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

  test('a transfer with a photo as proof is confirmed by finance, and not by support', async () => {
    const { shop, headers } = await portal.person()
    const visit = await Visit.entered(portal.server.url, headers, { screen: PHONE })
    const { page } = visit
    await page.goto('/portal/money/pay-in')
    await page.getByLabel('Amount to be credited').fill('20')
    await visit.click('Pay in $20.00')
    await page.getByLabel('Reference of the payment').fill('FT26329ABCD')
    const content = Buffer.from((await page.evaluate(PHOTO)) as string, 'base64')
    expect(content.length).toBeGreaterThan(1_048_576)
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      page.getByLabel('Photo or file of the receipt').click(),
    ])
    await chooser.setFiles({ name: 'receipt.png', mimeType: 'image/png', buffer: content })
    await visit.click('Hand in the proof')
    await page.getByText('Your proof has arrived, with its file.').waitFor()
    expect(await visit.violations()).toEqual([])
    const [kept] = await portal.server.sql<{ mediaType: string; bytes: number }[]>`
      select media_type as "mediaType", length(content) as bytes from deposit_proofs`
    expect(kept?.mediaType).toBe('image/jpeg')
    expect(kept?.bytes).toBeLessThanOrEqual(1_048_576)

    const support = await Visit.as(office, 'support')
    await support.page.goto('/console/inbox?kind=deposit')
    await support.page.getByRole('heading', { level: 1 }).waitFor()
    await support.settled()
    expect(await support.page.getByRole('button', { name: /^Confirm/ }).count()).toBe(0)
    await support.leave()

    const finance = await Visit.as(office, 'finance')
    await finance.page.goto('/console/inbox?kind=deposit')
    await finance.page.getByRole('img', { name: 'The proof that the payer handed in' }).waitFor()
    await finance.page.getByText('FT26329ABCD').first().waitFor()
    await finance.shot('inbox deposit')
    await finance.click('Confirm $20.00')
    await page.getByText('$20.00 was credited').waitFor()
    await page.getByText('$120.00 is available now.').waitFor()
    expect(await balance(portal.server, shop)).toBe('120.00')
    await finance.leave()
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
    expect(await page.getByRole('button', { name: /^Credit/ }).isDisabled()).toBe(true)
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
