import { afterAll, beforeAll, expect, test } from 'vitest'
import { refund } from '../../src/fulfilment/after/refunds.ts'
import type { AccountId, OrderId } from '../../src/lib/ids.ts'
import { bank, money, uniqueAmounts } from '../deposits/deposits.fixtures.ts'
import { PortalShop } from '../protocols/portal/portal.fixtures.ts'
import { RestClient } from '../support/rest.ts'
import { imei } from '../support/server.ts'
import { until } from '../support/until.ts'
import { closeBrowserAfterwards, describePages, Visit } from './browser.fixtures.ts'

closeBrowserAfterwards()

describePages('money in the portal', () => {
  let portal: PortalShop
  beforeAll(async () => {
    portal = await PortalShop.open()
    const { server, clock } = portal
    await server.service({ code: 'check', price: '1.25' })
    await bank(server, { minAmount: money('5'), maxAmount: money('500'), feeFlat: money('0.5') })
    await uniqueAmounts(server, { code: 'own', name: 'Transfer to our account', currency: 'USD' }, clock)
  })
  afterAll(() => portal.stop())

  test('what moved the balance is filtered in the URL, and the file has the same', async () => {
    const { shop, headers } = await portal.person()
    const { server } = portal
    const body = { code: 'check', data: { imeis: [imei(700)] } }
    const ordered = await new RestClient(server, shop).post('/api/order', body)
    expect(ordered.status, ordered.text).toBe(200)
    const visit = await Visit.entered(server.url, headers)
    const { page } = visit
    await page.goto('/portal/money')
    await page.getByRole('table').waitFor()
    await expect.poll(() => page.getByRole('row').count()).toBe(3)
    await visit.press('f')
    await page.getByRole('radio', { name: 'Deposit' }).check()
    await visit.click('Show')
    await page.waitForURL(/reason=deposit/)
    await visit.comesTrue("document.querySelectorAll('tr').length === 2")
    const [download] = await Promise.all([page.waitForEvent('download'), visit.click('CSV', 'link')])
    expect(download.suggestedFilename()).toBe('balanceChanges.csv')
    const file = await portal.ask('GET', '/balance-changes.csv?reason=deposit', { headers })
    expect(file.json.split('\r\n').filter(Boolean)).toHaveLength(2)
    await page.goBack()
    await visit.comesTrue("document.querySelectorAll('tr').length === 3")
    // What moves it meanwhile appears by itself.
    const next = await new RestClient(server, shop).post('/api/order', {
      ...{ code: 'check', data: { imeis: [imei(701)] } },
    })
    expect(next.status, next.text).toBe(200)
    await visit.comesTrue("document.querySelectorAll('tr').length === 4")
    await page.locator('dl').getByText('97.50').waitFor()
    // What a charge was is said by itself, also where it was given back since; the reason of a person stands as it was written.
    const accountId = shop.accountId as AccountId
    const [{ id: orderId } = { id: 0 as OrderId }] = await server.sql<{ id: OrderId }[]>`
      select min(id)::int as id from orders where account_id = ${accountId}`
    const first = { accountId, orderId }
    await until('it is charged', async () => {
      const rows = await server.sql`select from orders where id = ${first.orderId} and state = 'success'`
      return rows.length === 1
    })
    const request = { items: [1], reason: 'The code is wrong', reference: undefined }
    await refund(server.sql, first, request, 'cli:ann', portal.clock)
    await page.reload()
    const rowOf = (words: string) => page.getByRole('row').filter({ hasText: words })
    await rowOf('Item 1 had been charged · The code is wrong').getByText('Given back').waitFor()
    await rowOf('Item 1 had been charged').getByText('1.25').waitFor()
    await rowOf(String(first.orderId)).getByText('Charged', { exact: true }).waitFor()
    await visit.leave()
  })

  test('the total is said before a deposit begins, and what is refused is said at the amount', async () => {
    const { headers } = await portal.person()
    const visit = await Visit.entered(portal.server.url, headers)
    const { page } = visit
    await page.goto('/portal/money/pay-in')
    await page.getByLabel('Bank transfer').check()
    await page.getByLabel('Amount to be credited').fill('2')
    await page.getByText('The least amount is 5.00 USD.').waitFor()
    await expect.poll(() => page.getByRole('button', { name: 'Begin' }).isDisabled()).toBe(true)
    await page.getByLabel('Amount to be credited').fill('20')
    await page.getByText('You pay $20.50: $20.00 to be credited, and a fee of $0.50.').waitFor()
    await page.getByLabel('Transfer to our account').check()
    await page.getByText('You pay between $20.01 and $20.99').waitFor()
    const begun = await portal.server.sql`select from deposits`
    expect(begun).toHaveLength(0)
    await visit.leave()
  })

  test('money goes to another account, by an owner only', async () => {
    const { shop, headers } = await portal.person()
    const other = await portal.server.shop({ deposit: '1' })
    const visit = await Visit.entered(portal.server.url, headers)
    const { page } = visit
    await page.goto('/portal/money/transfers')
    await visit.click('Send money…')
    await page.getByText('It goes to the other account at once, and cannot be taken back.').waitFor()
    await page.getByLabel('Receiver').fill(other.username)
    await page.getByLabel('Amount in USD').fill('12.5')
    await page.getByText(`$12.50 goes to ${other.username} at once. This cannot be taken back.`).waitFor()
    expect(await visit.violations()).toEqual([])
    // What is wrong with a value stands at its field, in the reader's language, also where the REST API has refused it.
    await page.getByLabel('Receiver').fill('nobody-is-so-called')
    await visit.click('Send $12.50')
    await page.getByText('No account in USD has this user name, or alone has this e-mail address.').waitFor()
    expect(await page.getByLabel('Receiver').getAttribute('aria-invalid')).toBe('true')
    expect(await page.getByRole('alert').textContent()).toContain(
      'Some values are not valid. Nothing was sent. Your balance is unchanged.',
    )
    await visit.expectUsable('a receiver that is nobody')
    await page.getByLabel('Receiver').fill(other.username)
    // What is being mended is not called wrong any more.
    expect(await page.getByLabel('Receiver').getAttribute('aria-invalid')).not.toBe('true')
    await visit.click('Send $12.50')
    await page.getByRole('list', { name: 'Transfers' }).getByText('−12.50').waitFor()
    await visit.leave()
    const member = await portal.person('member', shop)
    const seen = await Visit.entered(portal.server.url, member.headers)
    await seen.page.goto('/portal/money/transfers')
    await seen.page.getByRole('list', { name: 'Transfers' }).waitFor()
    await expect.poll(() => seen.page.getByRole('button', { name: 'Send money…' }).count()).toBe(0)
    await seen.leave()
  })

  test('a month is given as PDF and CSV', async () => {
    const { headers } = await portal.person()
    const visit = await Visit.entered(portal.server.url, headers)
    const { page } = visit
    await page.goto('/portal/money/statements')
    await page.getByText('midnight in UTC').waitFor()
    for (const [link, ending] of [
      [/PDF$/, '.pdf'],
      [/CSV$/, '.csv'],
    ] as const) {
      const [download] = await Promise.all([page.waitForEvent('download'), visit.click(link, 'link')])
      expect(download.suggestedFilename()).toContain(ending)
    }
    await visit.leave()
  })

  test('every page is usable by everybody, wide and on a phone, in light and dark', async () => {
    const { shop, headers } = await portal.person()
    const client = new RestClient(portal.server, shop)
    const { body } = await client.post('/api/deposit', { amount: 20, provider_code: 'bank' })
    await client.post('/api/order', { code: 'check', data: { imeis: [imei(9)] } })
    const visit = await Visit.entered(portal.server.url, headers)
    const { page } = visit
    // What is not there says so, leads on, and is asked for once.
    let asked = 0
    page.on('request', (request) => void (/\/deposit\/99999$/.test(request.url()) && asked++))
    await page.goto('/portal/money/pay-in/99999')
    await page.getByText('There is no deposit 99999 of your account.').waitFor()
    await visit.click('To the balance', 'link')
    expect(asked).toBe(1)
    await visit.expectUsablePages(
      ['', '/pay-in', `/pay-in/${body.id}`, '/pay-in/99999', '/transfers', '/statements'].map(
        (path) => `/portal/money${path}`,
      ),
    )
    await visit.leave()
  })
})
