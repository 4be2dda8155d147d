import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Route } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ask, changer, OperatorOffice } from '../protocols/operator/office.fixtures.ts'
import { imei } from '../support/server.ts'
import { until } from '../support/until.ts'
import { closeBrowserAfterwards, describePages, Visit } from './browser.fixtures.ts'

closeBrowserAfterwards()

describePages('resellers in the console', () => {
  let office: OperatorOffice
  beforeAll(async () => {
    office = await OperatorOffice.open({ OUTBOUND_ALLOW: '127.0.0.1' })
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  })
  afterAll(async () => {
    await office.stop()
    receiver.close()
  })
  /** The shop's receiver: what it was told. */
  const told: string[] = []
  const receiver = createServer((request, reply) => {
    told.push(String(request.headers['x-webhook-event']))
    reply.end()
  })

  test('a reseller is made with money, and a key made for its Dhru panel works over Dhru', async () => {
    const visit = await Visit.as(office, 'manager')
    const { page } = visit
    await page.goto('/console/resellers')
    await page.getByText('No resellers yet').waitFor()
    const { username: taken } = await office.server.shop()
    await page.keyboard.press('n')
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Corner Phones')
    await page.getByRole('textbox', { name: 'E-mail address', exact: true }).fill('ana@corner.example')
    await page.getByLabel('First deposit, in USD').fill('50')
    expect(await visit.violations()).toEqual([])
    await page.getByRole('textbox', { name: 'User name', exact: true }).fill(taken)
    await visit.click('Make the reseller and credit $50')
    await page.getByText(`The user name ${taken} is taken.`).waitFor()
    await page.getByRole('textbox', { name: 'User name', exact: true }).fill('')
    await visit.click('Make the reseller and credit $50')
    await page.getByText('$50 was credited to Corner Phones.').waitFor()
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
    await visit.click(`More about ${username}`)
    await visit.click('Revoke…', 'menuitem')
    await page.getByText('The reseller asked for it').click()
    await visit.click('Revoke the key')
    await page.getByText('Revoked').waitFor()
    await visit.leave()
  })

  const NO_BREAK = '\u00a0'
  /** TYPED are amounts as people write them, by the currency of the account, and what is credited or taken; undefined: no amount, or may be two. */
  const TYPED = {
    IDR: [
      ['1.500', 'IDR 1,500'],
      ['1,500', 'IDR 1,500'],
      ['1.500.000', 'IDR 1,500,000'],
      ['Rp 50.000', 'IDR 50,000'],
      ['50rb', undefined],
      ['$ 5', undefined],
    ],
    USD: [
      ['1,5', '$1.50'],
      ['1,234.50', '$1,234.50'],
      ['$12', '$12'],
      ['1.500', undefined],
      ['1,500', undefined],
      ['12..5', undefined],
    ],
  } as const

  test.each(Object.entries(TYPED))(
    'an amount in %s is read as it is said below, and as it moves',
    async (currency, typed) => {
      const { username } = await office.server.shop({ currency, deposit: '9000000' })
      const visit = await Visit.as(office, 'finance')
      const { page } = visit
      await page.goto(`/console/resellers/${username}`)
      const amount = page.getByLabel(`Amount in ${currency}`)
      const button = page.getByRole('button', { name: /^(Credit|Adjust by) / })
      for (const [name, minus] of [
        ['Pay in…', ''],
        ['Adjust…', '-'],
      ] as const) {
        await visit.click(name)
        for (const [text, said] of typed) {
          await amount.fill(minus + text)
          if (said === undefined) await page.getByText(/is no amount in|may be/).waitFor()
          else await page.getByText(`= ${minus && '−'}${said}`, { exact: true }).waitFor()
          expect([text, (await button.textContent())?.replaceAll(NO_BREAK, ' ')]).toEqual([
            text,
            `${minus ? 'Adjust by' : 'Credit'} ${said === undefined ? '…' : `${minus && '−'}${said}`}`,
          ])
          await expect.poll(() => button.isDisabled()).toBe(said === undefined)
        }
        for (const none of ['', '0', ...(minus ? [] : ['-10'])]) {
          await amount.fill(none)
          await expect.poll(() => button.isDisabled()).toBe(true)
        }
        await page.keyboard.press('Escape')
        await page.getByRole('dialog').waitFor({ state: 'detached' })
      }
      await visit.click('Pay in…')
      const [[text, said]] = typed
      await amount.fill(text)
      await visit.click(`Credit ${said}`)
      await page.getByText(`${said} was credited to`).waitFor()
      await visit.leave()
    },
  )

  test('money is paid in and taken away; the dialog says before what will be, and a fault leaves all as it was', async () => {
    const { username } = await office.server.shop({ deposit: '10' })
    const visit = await Visit.as(office, 'finance')
    const { page } = visit
    await page.goto(`/console/resellers/${username}`)
    await visit.click('Pay in…')
    await page.getByLabel('Amount in USD').fill('15.5')
    await page.getByText('= $15.50').waitFor()
    await page.getByText('now $10.00 → after $25.50').waitFor()
    await visit.click('Credit $15.50')
    await page.getByText(/^\$15\.50 was credited to .+, who has \$25\.50 available now\.$/).waitFor()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.getByText('25.50').first().waitFor()
    await visit.click('Pay in…')
    await page.getByLabel('Amount in USD').fill('15.5')
    await page.getByText('The same amount with the same note was booked').waitFor()
    await visit.expectUsable('a payment that was booked before')
    await page.getByLabel('Note').fill('the second one')
    await page.getByText('now $25.50 → after $41.00').waitFor()
    await page.getByText('The same amount').waitFor({ state: 'detached' })
    await page.keyboard.press('Escape')
    await visit.click('Price group and credit limit…')
    await page.getByText('Can be spent: $25.50').waitFor()
    await page.getByLabel('Credit limit in USD').fill('20,00')
    await page.getByText('Can be spent: now $25.50 → after $45.50').waitFor()
    await visit.expectUsable('another credit limit')
    await visit.click('Change the terms')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.locator('dl').filter({ hasText: 'Can be spent' }).getByText('45.50').waitFor()
    await visit.shot('what a reseller can spend')
    await visit.click('Price group and credit limit…')
    await page.getByLabel('Credit limit in USD').fill('0')
    await page.getByText('Can be spent: now $45.50 → after $25.50').waitFor()
    await visit.click('Change the terms')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await visit.click('Adjust…')
    await page.getByLabel('Amount in USD').fill('-1000000')
    await page.getByLabel('Reason').fill('a mistake')
    await page.getByRole('button', { name: /^Adjust by/ }).click()
    const alert = page.getByRole('alert')
    await alert.getByText('The balance is too low. The balance is unchanged.').waitFor()
    // What is wrong with the amount stands at the amount, which has the focus, and not in the note, too.
    const amount = page.getByRole('textbox', { name: 'Amount in USD' })
    await expect.poll(() => amount.getAttribute('aria-invalid')).toBe('true')
    await page.getByRole('dialog').getByText('At most 25.50 USD can be taken.').waitFor()
    await expect.poll(() => alert.getByText('At most').count()).toBe(0)
    await expect.poll(() => amount.and(page.locator(':focus')).count()).toBe(1)
    await visit.expectUsable('an amount that was refused')
    await page.getByRole('dialog').getByText('Close', { exact: true }).click()
    await page
      .getByRole('navigation', { name: `About ${username}` })
      .getByRole('link', { name: 'Money' })
      .click()
    await page.getByRole('cell', { name: 'Deposit' }).first().waitFor()
    await visit.press('k')
    await page.waitForURL(`**/resellers/${username}/keys`)
    await visit.open(`/console/resellers/${username}/overview`)
    await page.waitForURL(`**/resellers/${username}`)
    await visit.open(`/console/resellers/${username}/orders`)
    await page.waitForURL(`**/orders?account=${username}`)
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
      await expect.poll(() => page.getByRole('button', { name }).count(), { message: name }).toBe(0)
    }
    await visit.leave()
  })

  test('support finds the webhook that is paused by Today, tests it, and sends again what it missed', async () => {
    const { server } = office
    const { username } = await server.shop({ deposit: '10' })
    const { headers } = await office.person('support')
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`
    const made = await ask(server, 'POST', `/accounts/${username}/keys`, {
      body: { name: 'Own code', webhook_url: url },
      headers: { ...headers, 'idempotency-key': 'key with a webhook' },
    })
    const { key, secret, webhook } = made.json.data
    await ask(server, 'POST', `/webhooks/${webhook.id}/pause`, { headers })
    const placed = await fetch(`${server.url}/api/order`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${key.security_id}.${secret}`,
        'content-type': 'application/json',
        'idempotency-key': 'an order of the shop',
      },
      body: JSON.stringify({ code: await server.service(), data: { imeis: [imei(5)] } }),
    })
    expect(placed.status).toBe(200)
    const visit = await Visit.entered(server.url, headers)
    const { page } = visit
    await page.goto('/console/today')
    await page.getByRole('link', { name: `A webhook of ${username} is sent nothing any more` }).click()
    await page.getByRole('heading', { name: /^Webhook \d+ Paused/ }).waitFor()
    await page.getByText(url).waitFor()
    await visit.click('Send a test')
    await page.getByText('Answered with 200').waitFor()
    expect(told).toEqual(['test'])
    await visit.expectUsable('a webhook of a reseller')
    await visit.click('Resume')
    await page.getByRole('heading', { name: /^Webhook \d+ Active/ }).waitFor()
    await page.getByRole('list', { name: 'Events' }).getByText('Held').first().waitFor()
    await visit.click('Send again since…')
    await visit.click('Send them again')
    await until('it has arrived', async () => told.length > 1)
    await visit.click('Change the URL…')
    await page.getByRole('textbox', { name: 'URL' }).fill(`${url}/2`)
    await page.getByRole('dialog').getByRole('button', { name: 'Change the URL' }).click()
    await page.getByText(`${url}/2`).waitFor()
    await visit.click('New secret…')
    await visit.click('Make the new secret')
    await page.getByText(/^whsec_/).waitFor()
    await visit.click('I have kept it')
    await page
      .getByRole('navigation', { name: /^About/ })
      .getByRole('link', { name: 'Webhooks' })
      .click()
    await page.getByRole('link', { name: `${url}/2` }).waitFor()
    await visit.expectUsable('webhooks of a reseller')
    await visit.leave()
  })

  test('a note is pinned and read first; name and low mark are changed; the list finds who is below it', async () => {
    const { username } = await office.server.shop({ deposit: '10' })
    const visit = await Visit.as(office, 'manager')
    const { page } = visit
    await page.goto(`/console/resellers/${username}/notes`)
    await page.getByText('No notes yet').waitFor()
    await page.getByLabel('A note').fill('Pays late')
    await page.getByLabel('Pin it to the overview').check()
    await visit.click('Add the note')
    await page.getByRole('listitem').getByText('Pays late').waitFor()
    await visit.expectUsable('notes of a reseller')
    await page
      .getByRole('navigation', { name: /^About/ })
      .getByRole('link', { name: 'Overview' })
      .click()
    await page.getByRole('list', { name: 'Notes' }).getByText('Pays late').waitFor()
    await visit.click('Name, e-mail, low mark…')
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Late Phones')
    await page.getByLabel('Low mark in USD').fill('20')
    await visit.click('Save the changes')
    await page.getByRole('heading', { name: /^Late Phones.*Low balance/ }).waitFor()
    await visit.expectUsable('a reseller')
    // Somebody else gives it credit while its terms are open: both values and who it was are shown, and nothing is overwritten unseen.
    await visit.click('Price group and credit limit…')
    await page.getByLabel('Credit limit in USD').fill('50')
    const finance = changer(office.server, (await office.person('finance')).headers)
    const { version } = (await finance('GET', `/accounts/${username}`)).json.data
    await finance('PATCH', `/accounts/${username}/terms`, { credit_limit: '75' }, { version })
    await visit.click('Change the terms')
    await page.getByText('Somebody else was faster, and nothing of yours is saved yet.').waitFor()
    await page.getByText(/^Changed by Anna/).waitFor()
    const both = page.getByRole('dialog').getByRole('row').nth(1)
    await expect.poll(() => both.textContent()).toMatch(/75.*50/)
    await visit.expectUsable('terms that somebody else was faster with')
    await visit.click('Save mine over it')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    expect((await finance('GET', `/accounts/${username}`)).json.data.credit_limit).toBe('50.00')
    await page.goto('/console/resellers?low_balance=yes&sort=-available')
    await page.getByRole('link', { name: 'Late Phones' }).waitFor()
    await page.getByText('1 in all').waitFor()
    await expect.poll(() => page.getByRole('row').count()).toBe(2)
    await visit.expectUsable('resellers below their mark')
    // What was counted up to 10,000 is never said to be all.
    const counted = (route: Route) => route.fulfill({ json: { data: { value: 10_000, capped: true } } })
    await page.route('**/api/operator/accounts/count*', counted)
    await page.goto('/console/resellers?status=active')
    await page.getByLabel('Choose all rows shown').check()
    await visit.click('Choose all 10,000+ that match')
    await visit.click('Price group…')
    await page.getByText('10,000+ resellers are charged by other prices from then on.').waitFor()
    await page.keyboard.press('Escape')
    await page.unroute('**/api/operator/accounts/count*', counted)
    await page.goto('/console/resellers?low_balance=yes&sort=-available')
    await page.getByRole('checkbox', { name: /Late Phones/ }).check()
    await visit.click('Price group…')
    await page.getByRole('combobox', { name: 'Price group' }).click()
    await page.getByRole('option', { name: /^None/ }).click()
    await visit.click('Review the change')
    await page.getByRole('heading', { name: /^Price groups of resellers/ }).waitFor()
    await visit.leave()
  })

  test('a key that was refused from an address is let in, gets a new access key, and a webhook', async () => {
    const { server } = office
    const { username } = await server.shop({ deposit: '10' })
    const { headers } = await office.person('support')
    const made = await ask(server, 'POST', `/accounts/${username}/keys`, {
      body: { name: 'Website', allowed_ips: ['198.51.100.7'] },
      headers: { ...headers, 'idempotency-key': 'key of a wrong address' },
    })
    const { key, secret } = made.json.data
    const call = () =>
      fetch(`${server.url}/api/wallet/snap`, {
        headers: { authorization: `Bearer ${key.security_id}.${secret}` },
      })
    expect((await call()).status).toBe(403)
    const visit = await Visit.entered(server.url, headers)
    const { page } = visit
    await until('the log has it', async () => {
      await page.goto(`/console/resellers/${username}/requests?outcome=refused`)
      await visit.settled()
      return (await page.getByRole('button', { name: /Refused/ }).count()) > 0
    })
    await visit.expectUsable('requests of a reseller')
    await page.goto(`/console/resellers/${username}/keys`)
    await visit.click('Allow 127.0.0.1')
    await page.getByText('198.51.100.7, 127.0.0.1').waitFor()
    await until('it is let in', async () => (await call()).status !== 403)
    await visit.click(`More about ${key.security_id}`)
    await visit.click('Add a webhook…', 'menuitem')
    await page.getByRole('textbox', { name: 'URL' }).fill('https://example.com/hook')
    await page.getByLabel('Access key of this key').fill(secret)
    await visit.click('Add the webhook')
    await page.getByText(/^whsec_/).waitFor()
    await visit.click('I have kept it')
    await page.goto(`/console/resellers/${username}/keys`)
    await page.getByRole('cell', { name: 'Website' }).waitFor()
    await visit.expectUsable('keys of a reseller')
    // Where somebody else has changed the key, only what both have changed is theirs when one takes it.
    await visit.click(`Change ${key.security_id}`)
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('textbox', { name: 'Name' }).fill('Mine')
    await dialog.getByLabel('Addresses that may use it').fill('198.51.100.9')
    const keyNow = async () =>
      (await ask(server, 'GET', `/keys/${key.id}`, { headers })).json.data as Record<string, unknown>
    await ask(server, 'PATCH', `/keys/${key.id}`, {
      body: { name: 'Theirs' },
      headers: { ...headers, 'if-match': String((await keyNow())['version']) },
    })
    await visit.click('Save the changes')
    await dialog.getByRole('row', { name: /Theirs.*Mine/ }).waitFor()
    await visit.click('Take theirs')
    await dialog.getByText('Somebody else was faster').waitFor({ state: 'detached' })
    await expect.poll(() => dialog.getByRole('textbox', { name: 'Name' }).inputValue()).toBe('Theirs')
    await expect.poll(() => dialog.getByLabel('Addresses that may use it').inputValue()).toBe('198.51.100.9')
    await visit.click('Save the changes')
    await dialog.waitFor({ state: 'detached' })
    expect(await keyNow()).toMatchObject({ name: 'Theirs', allowed_ips: ['198.51.100.9'] })
    await ask(server, 'PATCH', `/keys/${key.id}`, {
      body: { name: 'Website' },
      headers: { ...headers, 'if-match': String((await keyNow())['version']) },
    })
    await page.reload()
    await visit.click(`More about ${key.security_id}`)
    await visit.click('New access key…', 'menuitem')
    await visit.click('Make the new access key')
    await page.getByText('Waiting for the first call').waitFor()
    await visit.click('I have kept it')
    await expect.poll(() => page.getByRole('cell', { name: 'Website' }).count()).toBe(2)
    await visit.leave()
  })

  test('support looks at the portal as the reseller has it, and comes back', async () => {
    const { username } = await office.server.shop({ deposit: '10' })
    const visit = await Visit.as(office, 'support')
    const { page } = visit
    await page.goto(`/console/resellers/${username}`)
    await visit.click('Open the portal…')
    await visit.click(/^Open the portal as/)
    await page.getByText('Nothing can be changed').waitFor()
    expect(new URL(page.url()).pathname).toBe('/portal/')
    await visit.expectUsable('the portal as somebody of the staff sees it')
    await visit.click('Back to the console')
    await page.waitForURL(`**/console/resellers/${username}`)
    await page.goto('/portal/')
    await page.getByRole('textbox', { name: /E-mail/ }).waitFor()
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
