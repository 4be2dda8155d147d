import { afterAll, beforeAll, expect, test } from 'vitest'
import { invitePerson } from '../../src/account-people/account-people.ts'
import type { AccountId } from '../../src/lib/ids.ts'
import { OperatorOffice } from '../protocols/operator/office.fixtures.ts'
import { PASSWORD, PortalShop } from '../protocols/portal/portal.fixtures.ts'
import { RestClient } from '../support/rest.ts'
import { imei } from '../support/server.ts'
import { until } from '../support/until.ts'
import { closeBrowserAfterwards, describePages, PHONE, Visit, WIDE } from './browser.fixtures.ts'

closeBrowserAfterwards()

describePages('the portal', () => {
  let portal: PortalShop
  beforeAll(async () => {
    portal = await PortalShop.open()
    await portal.server.service({ code: 'carrier', name: 'Carrier check', deliveryTime: '2 minutes' })
  })
  afterAll(() => portal.stop())

  const signIn = async ({ page }: Visit, email: string, password = PASSWORD): Promise<void> => {
    await page.getByLabel('E-mail address').fill(email)
    await page.getByRole('textbox', { name: 'Password' }).fill(password)
    await page.getByRole('button', { name: 'Go on' }).click()
  }
  const heading = ({ page }: Visit, name: string): Promise<void> =>
    page.getByRole('heading', { level: 1, name }).waitFor()

  test('somebody who is invited sets a password, is in, and signs out', async () => {
    const { accountId } = await portal.server.shop()
    const { token } = await invitePerson(
      portal.server.sql,
      accountId as AccountId,
      { role: 'owner', email: 'sari@example.com' },
      portal.clock,
    )
    const visit = await Visit.begin(portal.server.url, { screen: PHONE })
    const { page } = visit
    await portal.server.sql`update accounts set name = 'Phones of Sari' where id = ${accountId}`
    await page.goto(`/portal/invite#${token}`)
    await page.getByText('imeigate invites you to the account Phones of Sari.').waitFor()
    await page.getByLabel('Your name').fill('Sari')
    await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD)
    expect(await visit.violations()).toEqual([])
    await visit.click('Begin')
    await page.getByText('Nothing was ordered yet').waitFor()
    await visit.click(/^Sari: /)
    await visit.click('Sign out', 'menuitem')
    await heading(visit, 'Sign in')
    await page.goto(`/portal/invite#${token}`)
    await page.getByText('is no longer valid').waitFor()
    await visit.leave()
  })

  test('a forgotten password is set anew by a link, which works once', async () => {
    const { accountId } = await portal.server.shop()
    const { email } = await portal.invited(accountId)
    const visit = await Visit.begin(portal.server.url)
    const { page } = visit
    await page.goto('/portal/sign-in')
    await visit.click('I forgot my password', 'link')
    await page.getByLabel('E-mail address').fill(email)
    expect(await visit.violations()).toEqual([])
    await visit.click('Send the link')
    await page.getByText('a link is on its way').waitFor()
    await page.goto('/portal/reset#nothing')
    await page.getByRole('textbox', { name: 'New password' }).fill('another long one')
    expect(await visit.violations()).toEqual([])
    await visit.click('Set the password')
    await page.getByText('is no longer valid').waitFor()
    await page.goto('/portal/verify#nothing')
    await visit.click('This is my address')
    await page.getByText('nobody registers here').waitFor()
    await visit.leave()
  })

  test('who is not signed in is led to the wanted page of the portal, and to no other site', async () => {
    const { accountId } = await portal.server.shop()
    const { email } = await portal.invited(accountId)
    for (const [from, to] of [
      ['/portal/services', '/portal/services'],
      ['/portal/sign-in?back=%2F%2Fevil.example', '/portal'],
      ['/portal/sign-in?back=%2Fconsole%2Ftoday', '/portal'],
    ] as const) {
      const visit = await Visit.begin(portal.server.url)
      await visit.page.goto(from)
      await signIn(visit, email)
      await visit.page.getByRole('main').and(visit.page.locator('#main')).waitFor()
      expect(new URL(visit.page.url()).pathname.replace(/\/$/, '')).toBe(to)
      await visit.leave()
    }
  })

  test.each([
    { name: 'wide', screen: WIDE, first: 100 },
    { name: 'a phone', screen: PHONE, first: 200 },
  ])(
    '50 IMEIs are pasted, the bad ones shown, the others placed and their results seen: $name',
    async ({ screen, first }) => {
      const { accountId } = await portal.server.shop()
      const { email } = await portal.invited(accountId)
      const good = Array.from({ length: 47 }, (_, n) => imei(first + n))
      const wrongDigit = `${imei(first + 60).slice(0, 14)}${(Number(imei(first + 60).at(-1)) + 1) % 10}`
      const lines = [...good.slice(0, 20), wrongDigit, 'nothing here', ...good.slice(20), good[0]]
      const visit = await Visit.begin(portal.server.url, { screen })
      const { page } = visit
      await page.goto('/portal/')
      await page.getByRole('button', { name: 'Go on' }).waitFor()
      await visit.expectUsable('sign-in')
      await signIn(visit, email, 'something else')
      await page.getByRole('alert').waitFor()
      await signIn(visit, email)
      await page.getByText('100.00').waitFor()
      await visit.expectUsable('home')
      await visit.click(/^Services$/, 'link')
      await page.getByLabel('Find a service').fill('carrier')
      await page.waitForURL(/q=carrier/)
      await page.getByRole('link', { name: 'Carrier check' }).waitFor()
      await visit.expectUsable('services')
      await visit.click('Carrier check', 'link')
      await page.getByLabel('One a line').fill(lines.join('\n'))
      await visit.click('Check')
      await page.getByText('47 of 50 would be ordered, for $47.00. The balance after it: $53.00.').waitFor()
      const found = page.getByRole('list', { name: 'Lines' }).getByRole('listitem')
      await expect.poll(() => found.count()).toBe(50)
      const bad = (await found.allTextContents()).slice(0, 3)
      expect(bad[0]).toContain('Wrong check digit')
      expect(bad[0]).toContain(wrongDigit)
      expect(bad[0]).toContain(`Use ${imei(first + 60).at(-1)}`)
      expect(bad[1]).toContain('Not taken')
      expect(bad[1]).toContain('IMEI must have 15 digits and nothing else.')
      expect(bad[2]).toContain('See line 1')
      await visit.expectUsable('the check')
      const [before] = await portal.server.sql`select from orders where account_id = ${accountId}`
      expect(before).toBeUndefined()
      await visit.click(/^Place 47/)
      await page.getByText('47 of 47 done').waitFor()
      const results = page.getByRole('list', { name: 'Results' }).getByRole('listitem')
      // The results are read beside the count of them.
      await until('every result is there', async () => {
        const texts = await results.allTextContents()
        return texts.length === 47 && texts.every((text) => /^\d{15}.*Done./.test(text))
      })
      await page.locator('#main').getByText('Carrier check').waitFor()
      await visit.expectUsable('the order')
      await visit.click(/^Orders$/, 'link')
      await page.getByRole('button', { name: 'Filter' }).waitFor()
      await page.getByLabel('Find an order').fill(good[3] ?? '')
      await visit.press('Enter')
      await page.locator('#main').getByRole('link').first().waitFor()
      await page.locator('#main').getByText('Carrier check').first().waitFor()
      await visit.expectUsable('orders')
      await visit.click('Home', 'link')
      await page.getByText('53.00').waitFor()
      await page.locator('#main').getByText('Carrier check').first().waitFor()
      await page.goto('/portal/nothing-here')
      await heading(visit, 'Not found')
      await visit.leave()
    },
  )

  test('an order is checked again, ordered again, shared and copied; one that waits is cancelled; they are found by filters and pasted lines', async () => {
    const { sql } = portal.server
    const shop = await portal.server.shop()
    const { headers } = await portal.person('owner', shop)
    const other = await portal.person('owner')
    const byHand = { code: 'by-hand', name: 'Unlock by hand', processing: 'manual' } as const
    const service = await portal.server.service(byHand)
    await sql`delete from supplier_routes where service_id = ${Number(service)}`
    await sql`insert into seller (name, contact) values ('First', 'help@example.com')`
    const place = async (code: string, imeis: string[], reference: string, who = headers) => {
      const body = { code, data: { imeis }, reference }
      return (await portal.ask('POST', '/api/order', { body, headers: who })).json.order_id as number
    }
    const done = await place('carrier', [imei(700), imei(701)], 'first')
    const [key] = await sql<{ id: number }[]>`
      update api_keys set name = 'Website' where security_id = ${shop.securityId} returning id`
    const byKey = await new RestClient(portal.server, shop).post('/api/order', {
      ...{ code: 'carrier', data: { imeis: [imei(706)] }, reference: 'by key' },
    })
    const waiting = await place('by-hand', [imei(702)], 'second')
    const foreign = await place('carrier', [imei(703)], 'first', other.headers)
    const visit = await Visit.entered(portal.server.url, headers)
    const { page } = visit
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await page.goto(`/portal/orders/${byKey.body.order_id}`)
    await page.getByText('placed over REST with the key Website').waitFor()
    await expect
      .poll(() => page.getByRole('link', { name: 'Website' }).getAttribute('href'))
      .toBe(`/portal/keys/${key?.id}`)
    await page.goto(`/portal/orders/${done}`)
    await page.getByText('placed in the portal').waitFor()
    await page.getByText('2 of 2 done').waitFor()
    await page.getByText('$2.00 charged').waitFor()
    await visit.expectUsable('an order that is done')
    await visit.press('y')
    await page.getByText('2 results copied').waitFor()
    const copied = await page.evaluate<string>('navigator.clipboard.readText()')
    expect(copied.split('\n')[0]).toMatch(new RegExp(`^${imei(700)}\tsuccess\t.`))
    await visit.click('Have it checked again…')
    await visit.click('Ask for another check')
    await page.getByText('Next time from').waitFor()
    await expect
      .poll(() => page.getByRole('button', { name: 'Have it checked again…' }).isDisabled())
      .toBe(true)
    await page.getByRole('button', { name: 'Share…' }).nth(1).click()
    await visit.click('Make a link')
    const link = (await page.getByRole('dialog').locator('p.code').textContent()) ?? ''
    await page.getByRole('img', { name: 'QR code of the link' }).waitFor()
    expect(await visit.violations()).toEqual([])
    expect(await (await fetch(link)).text()).toContain(imei(701))
    await visit.click('Stop sharing')
    await page.getByText('All links to this result have ended.').waitFor()
    expect(await (await fetch(link)).text()).not.toContain(imei(701))
    await visit.click('Close')
    await visit.click('Ask us')
    await page.getByRole('link', { name: 'help@example.com' }).waitFor()
    await visit.press('Escape')

    // What is open is counted on the first page, and leads to it; what may be owed is said.
    await sql`update wallets set credit_limit = 25000000 where account_id = ${shop.accountId}`
    await page.goto('/portal/')
    const figures = page.locator('dl').filter({ hasText: 'Open orders' })
    await figures.getByRole('link', { name: '1', exact: true }).waitFor()
    await figures.getByText('Credit limit').waitFor()
    await figures.getByText('25.00').waitFor()
    await expect.poll(() => figures.getByText('Late orders').count()).toBe(0)
    for (const screen of [WIDE, PHONE]) {
      await page.setViewportSize(screen)
      await visit.settled()
      await visit.expectUsable('home with an open order')
    }
    await page.setViewportSize(WIDE)
    await figures.getByRole('link', { name: '1', exact: true }).click()
    await page.waitForURL(/\/orders\?state=pending/)
    await page.getByRole('link', { name: `Order ${waiting}` }).waitFor()

    await page.goto(`/portal/orders/${waiting}`)
    await visit.click('Cancel…')
    await page.getByText('1 item was not sent yet: it is cancelled, and $1.00 is given back now.').waitFor()
    await visit.expectUsable('the question before an order is cancelled')
    await visit.click('Cancel, and get $1.00 back')
    await page.getByText('$1.00 given back').waitFor()
    await page.getByText('Cancelled').first().waitFor()

    // What was sent works, and does not wait; when its cancellation was asked for, the order says so, and what is held meanwhile.
    const sent = await place('carrier', [imei(704), imei(705, '00100105')], 'third')
    await page.goto(`/portal/orders/${sent}`)
    await page.getByText('$1.00 held until there are results').waitFor()
    const items = page.getByRole('list', { name: 'Results' })
    await items.getByText('Working').waitFor()
    await expect.poll(() => page.getByText('Waiting').count()).toBe(0)
    await visit.click('Cancel…')
    await visit.click('Ask to cancel')
    await page.getByText('The cancellation of 1 of 2 items was asked for on').waitFor()
    await page.getByText('$1.00 stays held until there is an answer.').waitFor()
    await expect.poll(() => page.getByRole('button', { name: 'Cancel…' }).count()).toBe(0)
    // One that is late says where to ask, also where nobody has said that.
    await sql`update services set promised_seconds = 60 where code = 'carrier'`
    await sql`update orders set created_at = created_at - interval '1 day' where id = ${sent}`
    await sql`update seller set contact = ''`
    await page.reload()
    await page.getByText(/^It takes longer than expected\. \w+ has left no address here/).waitFor()
    await visit.expectUsable('a late order without a contact')
    await visit.expectUsable('an order whose cancellation was asked for')
    await page.goto('/portal/orders')
    await page
      .getByRole('row', { name: new RegExp(String(sent)) })
      .getByText('Cancellation asked for')
      .waitFor()

    await visit.press('/')
    await page.getByPlaceholder('IMEIs, numbers, references').and(page.locator(':focus')).waitFor()
    // A day that is half typed is said in our words, and nothing is filtered by it.
    await visit.click('Filter')
    await page.getByLabel('Placed from').focus()
    await page.keyboard.type('01')
    await page.getByRole('dialog').getByRole('button', { name: 'Show' }).click()
    await page.getByText('Placed from must be a day such as 2026-01-31.').waitFor()
    await visit.expectUsable('a filter by half a day')
    await page.goto('/portal/orders?state=cancelled&service=hand')
    await page.getByRole('link', { name: `Order ${waiting}` }).waitFor()
    await expect.poll(() => page.getByRole('link', { name: /^Order / }).count()).toBe(1)
    const prices = await portal.ask('GET', '/services.csv?group=Checks&q=CARRIER', { headers })
    expect(prices.json).toMatch(/\r\n\d+,carrier,Carrier check,Checks,1\.00,USD,2 minutes,/)
    const later = await portal.ask('GET', '/services?changed_since=2100-01-01', { headers })
    expect(later.json.data.page.items).toEqual([])
    const file = await portal.ask('GET', '/orders.csv?via=portal&state=success', { headers })
    expect(file.json.split('\r\n').filter(Boolean)).toHaveLength(3)
    expect(file.json).toContain(imei(700))
    await page.goto('/portal/orders')
    await page.getByLabel('Find an order').focus()
    await page.evaluate(
      `navigator.clipboard.writeText(${JSON.stringify(`${imei(702)}\n#${foreign}\nsecond\n${imei(703)}`)})`,
    )
    await visit.press('Control+V')
    await page.getByText('2 lines found · 2 not found').waitFor()
    await page.getByRole('link', { name: `Order ${waiting}` }).waitFor()
    await visit.expectUsable('pasted lines')
    await visit.click('Back to the list', 'link')
    await page.getByRole('link', { name: `Order ${done}` }).waitFor()
    // What is placed elsewhere is told, and never pushes the list.
    const newer = await place('carrier', [imei(704)], 'third')
    await visit.click('1 new · Show')
    await page.getByRole('link', { name: `Order ${newer}` }).waitFor()
    // Results that may be secret are hidden as long as nobody knows whether they are.
    await portal.server.service({ code: 'codes', name: 'Codes', secretResults: true })
    const hidden = await place('codes', [imei(705)], 'codes')
    await page.route('**/api/portal/orders/*', (route) => route.fulfill({ status: 500, body: '' }))
    await page.goto(`/portal/orders/${hidden}`)
    await page.getByText('1 of 1 done').waitFor()
    const [{ result } = { result: '' }] = await sql<{ result: string }[]>`
      select split_part(result, chr(10), 1) as result from items where order_id = ${hidden}`
    await page.getByRole('button', { name: 'Show the result' }).waitFor()
    await expect.poll(() => page.getByText(result).count()).toBe(0)
    await page.unroute('**/api/portal/orders/*')
    await visit.leave()

    // Nobody reads, or does anything about, an order of another account.
    const found = await portal.ask('GET', `/orders?q=${foreign}`, { headers })
    expect(found.json.data.page.items).toEqual([])
    for (const [method, path] of [
      ['GET', `/orders/${foreign}`],
      ['POST', `/orders/${foreign}/share`],
      ['POST', `/orders/${foreign}/stop-sharing`],
    ] as const) {
      const body = method === 'POST' ? {} : undefined
      expect((await portal.ask(method, path, { body, headers })).json.code, path).toBe(
        'ORDER_NOT_FOUND_ERROR',
      )
    }
    const listed = await portal.ask('GET', `/orders?id=${done},${foreign}`, { headers })
    expect(listed.json.data.page.items.map(({ id }: { id: number }) => id)).toEqual([done])
  })

  test('lines are mended in place, the first that can be paid are placed, and what is pressed twice or lost is one order', async () => {
    const { sql } = portal.server
    const shop = await portal.server.shop({ deposit: '3' })
    const { headers } = await portal.person('owner', shop)
    const visit = await Visit.entered(portal.server.url, headers)
    const { page } = visit
    const orders = () => sql`select item_count from orders where account_id = ${shop.accountId} order by id`
    await page.goto('/portal/order/carrier')
    const wrongDigit = `${imei(800).slice(0, 14)}${(Number(imei(800).at(-1)) + 1) % 10}`
    const lines = [wrongDigit, imei(801).slice(0, 14), 'nobody', imei(803), imei(804)]
    await page.getByLabel('One a line').fill(lines.join('\n'))
    await visit.click('Check')
    await page.getByText('2 of 5 would be ordered').waitFor()
    await visit.click(`Use ${imei(800).at(-1)}`)
    await page.getByText('3 of 5 would be ordered').waitFor()
    await visit.click(`Add ${imei(801).at(-1)}`)
    await page.getByText('4 of 5 would be ordered').waitFor()
    await visit.click('Mend')
    await page.getByLabel('Line 3').fill(imei(802))
    await visit.expectUsable('a line is mended')
    await visit.press('Enter')
    await page.getByText('5 of 5 would be ordered').waitFor()
    await page.getByText('These cost $5.00, and $3.00 is available.').waitFor()
    await visit.expectUsable('too little money')
    const payIn = page.getByRole('link', { name: 'Pay in $2.00' })
    await expect.poll(() => payIn.getAttribute('href')).toContain('2.00')

    // The server places it, and its answer is lost.
    await page.route('**/api/order', async (route) => {
      await route.fetch()
      await route.abort()
    })
    await visit.click('Place the first 3 · $3.00')
    await page.getByText('We do not know yet whether your order was placed').waitFor()
    await visit.expectUsable('an answer that was lost')
    await page.unroute('**/api/order')
    // A refusal that comes before the server looks whether it has the order says nothing of the first try.
    for (const status of [429, 403]) {
      // Of a code that the page has no words for, the server's are shown.
      const json = { error: true, code: 'KEPT_OUT', message: `kept out with ${status}` }
      await page.route('**/api/order', (route) => route.fulfill({ status, json }))
      await visit.click('Try again')
      await page.getByText(`kept out with ${status}`).waitFor()
      await page.unroute('**/api/order')
    }
    await page.reload()
    // Somebody of another account who signs in here has nothing to do with it.
    await page.getByText('Carrier check · 3 · $3.00').waitFor()
    const stranger = await portal.person('owner', await portal.server.shop({ deposit: '9' }))
    await visit.enter(portal.server.url, stranger.headers)
    await page.reload()
    await page.getByLabel('One a line').waitFor()
    await expect.poll(() => page.getByRole('button', { name: 'Try again' }).count()).toBe(0)
    await visit.enter(portal.server.url, headers)
    await page.reload()
    await visit.click('Try again')
    await page.getByText('3 of 3 done').waitFor()
    expect(await orders()).toEqual([{ item_count: 3 }])
    const inputs = await sql`select input from items where account_id = ${shop.accountId} order by position`
    expect(inputs.map(({ input }) => input)).toEqual([imei(800), imei(801), imei(802)])

    await visit.click('Order again', 'link')
    await page
      .getByLabel('One a line')
      .and(page.getByText(imei(801)))
      .waitFor()
    await visit.click('Check')
    await page.getByText('These cost $3.00, and $0.00 is available.').waitFor()
    await page
      .getByRole('link', { name: /^Order \d+$/ })
      .first()
      .waitFor()
    await visit.leave()
  })

  test('an order that is placed after the sign-in has ended is placed once one has signed in over the page', async () => {
    const { sql } = portal.server
    const { email, shop, headers } = await portal.person()
    const visit = await Visit.entered(portal.server.url, headers)
    const { page } = visit
    await page.goto('/portal/services')
    await visit.click('Carrier check', 'link')
    await visit.click('All services', 'link')
    await visit.click('Carrier check', 'link')
    await page.getByLabel('IMEIs, one a line').fill(imei(850))
    await visit.click('Check')
    await page.getByText('1 of 1 would be ordered').waitFor()
    // It is no part of what was checked, and may follow.
    await page.getByLabel('Your reference').fill('cart 850 ')
    await visit.expectUsable('an order with a reference')
    await sql`delete from sign_ins`
    await visit.click(/^Place 1/)
    await page.getByRole('dialog', { name: 'Sign in again' }).waitFor()
    await visit.expectUsable('signed in again over an order')
    await expect.poll(() => page.getByLabel('E-mail address').inputValue()).toBe(email)
    await visit.type(PASSWORD)
    await visit.press('Enter')
    await page.getByText('1 of 1 done').waitFor()
    expect(await sql`select item_count, reference from orders where account_id = ${shop.accountId}`).toEqual([
      { item_count: 1, reference: 'cart 850' },
    ])
    await page.locator('#main').getByText('cart 850').waitFor()
    await visit.click('Home', 'link')
    await page.getByText('99.00').waitFor()
    await visit.leave()
  })

  test('of a large order what is in sight is read and drawn; it is narrowed, and copied whole', async () => {
    const shop = await portal.server.shop({ deposit: '300' })
    const { headers } = await portal.person('owner', shop)
    const imeis = Array.from({ length: 250 }, (_, n) => imei(2000 + n, n === 249 ? '00100102' : undefined))
    const body = { code: 'carrier', data: { imeis } }
    const order = (await portal.ask('POST', '/api/order', { body, headers })).json.order_id as number
    await until('it has ended', async () => {
      const { json } = await portal.ask('GET', `/api/order/${order}/status`, { headers })
      return json.processed === 250
    })
    const visit = await Visit.entered(portal.server.url, headers)
    const { page } = visit
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    let asked: (string | null)[] = []
    page.on('request', (request) => {
      const { pathname, searchParams } = new URL(request.url())
      if (pathname === `/api/order/${order}/items`) asked.push(searchParams.get('cursor'))
      if (pathname === `/api/order/${order}`) asked.push('all at once')
    })
    await page.goto(`/portal/orders/${order}`)
    await page.getByText('249 of 250 done').waitFor()
    const rows = page.getByRole('list', { name: 'Results' }).locator('> li[data-index]')
    await rows.first().getByText(imei(2000), { exact: true }).waitFor()
    await expect.poll(() => rows.first().getAttribute('aria-setsize')).toBe('250')
    // It is read once more when the stream of changes is there.
    expect(new Set(asked)).toEqual(new Set([null]))
    await visit.expectUsable('a large order')
    await until('one has come to the end', async () => {
      await page.evaluate('window.scrollTo(0, document.body.scrollHeight)')
      return (await rows.last().getAttribute('aria-posinset')) === '250'
    })
    expect(new Set(asked)).toEqual(new Set([null, '100', '200']))
    await expect.poll(() => rows.count()).toBeLessThan(80)
    await page.getByText('The sandbox refuses this TAC').waitFor()
    await page.evaluate('window.scrollTo(0, 0)')
    await rows.first().getByText(imei(2000), { exact: true }).waitFor()
    // What has changed is read again of what is in sight alone.
    asked = []
    await visit.click('Have it checked again…')
    await visit.click('Ask for another check')
    await page.getByText('Next time from').waitFor()
    await until('it is read again', async () => asked.length > 0)
    expect(new Set(asked)).toEqual(new Set([null]))
    await visit.press('y')
    await page.getByText('250 results copied').waitFor()
    expect((await page.evaluate<string>('navigator.clipboard.readText()')).split('\n')).toHaveLength(250)
    await page.getByRole('combobox', { name: 'Items in state' }).click()
    await page.getByRole('option', { name: 'Failed' }).click()
    await rows.first().getByText(imei(2249, '00100102'), { exact: true }).waitFor()
    await page.getByRole('heading', { name: '1 item', exact: true }).waitFor()
    await expect.poll(() => rows.count()).toBe(1)
    await visit.leave()
  })

  test('a service that takes no orders at this hour says so in the list and on its page, and until when', async () => {
    const hour = (by: number) => new Date(Date.now() + by * 3_600_000).toISOString().slice(11, 16)
    // A minute may begin meanwhile.
    const opensAt = hour(2)
    const hours = { opensAt, closesAt: hour(3), timeZone: 'UTC' }
    await portal.server.service({ code: 'office', name: 'Office hours', ...hours })
    const { headers } = await portal.person('owner')
    const visit = await Visit.entered(portal.server.url, headers)
    const { page } = visit
    await page.goto('/portal/services?q=office')
    const row = page.getByRole('link', { name: 'Office hours, closed now' })
    await row.waitFor()
    expect(await row.textContent()).toBe('Office hours Closed now')
    await visit.expectUsable('a closed service in the list')
    await row.click()
    await page
      .getByText(`It takes orders again from ${opensAt} (UTC). Nothing can be ordered until then.`)
      .waitFor()
    await visit.expectUsable('a closed service')
    await visit.leave()
  })

  test('what a service asks for is drawn, and what cannot be drawn is written as JSON', async () => {
    const shop = await portal.server.shop()
    const { headers } = await portal.person('owner', shop)
    const text = { type: 'string' }
    await portal.server.service({
      ...{ code: 'many-fields', name: 'Many fields', opensAt: '00:00', closesAt: '23:59' },
      fields: [
        { name: 'NETWORK', options: ['Claro', 'Movistar'], required: true },
        ...[{ name: 'EXPRESS' }, { name: 'COPIES' }, { name: 'NOTE' }, { name: 'MAILS' }, { name: 'BANDS' }],
      ],
      inputSchema: {
        ...{ type: 'object', 'x-requestFrom': '/imeis', 'x-quantityFrom': '/imeis' },
        properties: {
          imeis: { type: 'array', items: text },
          NETWORK: { ...text, title: 'Network', enum: ['Claro', 'Movistar'] },
          EXPRESS: { type: 'boolean', title: 'Express' },
          COPIES: { type: 'integer', title: 'Copies', minimum: 1, maximum: 3 },
          NOTE: { ...text, title: 'Note' },
          MAILS: { type: 'array', items: text, title: 'Mails', minItems: 1, description: 'Who is told.' },
          BANDS: { type: 'array', items: { enum: ['2G', '4G', '5G'] }, title: 'Bands' },
        },
        required: ['imeis', 'NETWORK', 'MAILS'],
      },
    })
    await portal.server.service({
      ...{ code: 'nested', name: 'Nested' },
      inputSchema: {
        ...{ type: 'object', 'x-requestFrom': '/device/imei', required: ['device'] },
        properties: { device: { type: 'object', properties: { imei: text }, required: ['imei'] } },
      },
    })
    const visit = await Visit.entered(portal.server.url, headers, { screen: PHONE })
    const { page } = visit
    await page.goto('/portal/order/many-fields')
    await page.getByText('takes orders from 00:00 to 23:59').waitFor()
    await page.getByLabel('One a line').fill(imei(900))
    await page.getByLabel('Network').selectOption('Movistar')
    await page.getByLabel('Express').check()
    await page.getByLabel('Copies').fill('2')
    await page.getByLabel('Mails').fill('ana@corner.example\n\neve@corner.example')
    await page.getByRole('group', { name: 'Bands' }).getByLabel('4G').check()
    await page.getByRole('group', { name: 'Bands' }).getByLabel('5G').check()
    await visit.expectUsable('fields of every kind')
    await visit.click('Check')
    await visit.click('Place 1 · $1.00')
    await page.getByText('1 of 1 done').waitFor()
    const [{ fields } = { fields: null }] = await portal.server.sql`
      select fields from items where account_id = ${shop.accountId}`
    expect(fields).toEqual({
      ...{ NETWORK: 'Movistar', EXPRESS: 'true', COPIES: '2' },
      ...{ MAILS: '["ana@corner.example","eve@corner.example"]', BANDS: '["4G","5G"]' },
    })

    await page.goto('/portal/order/nested')
    await page.getByLabel('What is ordered, as JSON').fill('{"device": {}')
    await visit.click('Place it, each for $1.00')
    await page.getByText(/must be a JSON object\. The mistake is in line 1, near character \d/).waitFor()
    await page.getByLabel('What is ordered, as JSON').fill('{"device": {}}')
    await visit.click('Place it, each for $1.00')
    await page.getByText('Nothing was placed or charged.').waitFor()
    await visit.expectUsable('data as JSON')
    await page.getByLabel('What is ordered, as JSON').fill(JSON.stringify({ device: { imei: imei(901) } }))
    await visit.click('Place it, each for $1.00')
    await page.getByText('1 of 1 done').waitFor()
    await visit.leave()
  })

  test('a reseller is invited in the console, funded by the operator, pastes 50 IMEIs, and sees the results arrive', async () => {
    const owner = await OperatorOffice.at(portal.server, portal.clock).person('owner')
    const desk = await Visit.entered(portal.server.url, owner.headers)
    await desk.page.goto('/console/resellers')
    await desk.page.getByRole('heading', { level: 1 }).waitFor()
    await desk.page.keyboard.press('n')
    await desk.page.getByRole('textbox', { name: 'Name', exact: true }).fill('Journey Phones')
    await desk.page.getByRole('textbox', { name: 'E-mail address', exact: true }).fill('ana@journey.example')
    await desk.page.getByLabel('Invite this address to the portal').check()
    await desk.expectUsable('a new reseller that is invited')
    await desk.click('Make the reseller')
    const about = desk.page.getByRole('navigation', { name: /^About / })
    const shown = desk.page.getByText(/\/portal\/invite#/)
    const link = (await shown.textContent()) ?? ''
    await desk.expectUsable('the invitation of a new reseller')
    await desk.click('I have kept it')
    await desk.page.getByRole('row', { name: /ana@journey.example.*Owner.*Invited/ }).waitFor()

    const visit = await Visit.begin(portal.server.url, { screen: PHONE })
    const { page } = visit
    await page.goto(link)
    await page.getByLabel('Your name').fill('Ana')
    await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD)
    await visit.click('Begin')
    await page.getByText('Nothing was ordered yet').waitFor()

    await about.getByRole('link', { name: 'Overview' }).click()
    await desk.click('Pay in…')
    await desk.page.getByLabel('Amount in USD').fill('60')
    await desk.click(/^Credit \$60/)
    await desk.page.getByRole('dialog').waitFor({ state: 'detached' })
    await desk.leave()

    // Job 9, from the start page on.
    visit.steps = 0
    await visit.click(/^Services$/, 'link')
    await visit.click('Carrier check', 'link')
    const lines = Array.from({ length: 50 }, (_, n) => imei(1000 + n))
    await page.getByLabel('One a line').focus()
    await visit.paste(lines.join('\n'))
    await visit.click('Check')
    await page.getByText('50 of 50 would be ordered, for $50.00. The balance after it: $10.00.').waitFor()
    await visit.click('Place 50 · $50.00')
    await page.getByText('50 of 50 done').waitFor()
    const results = page.getByRole('list', { name: 'Results' }).getByRole('listitem')
    for (const text of await results.allTextContents()) expect(text).toContain('Sandbox result')
    await expect.poll(() => results.count()).toBe(50)
    const [file] = await Promise.all([page.waitForEvent('download'), visit.click(/^CSV$/, 'link')])
    expect(file.url()).toContain('/api/portal/orders.csv?id=')
    expect(visit.steps).toBeLessThanOrEqual(6)
    await visit.click('Home', 'link')
    await page.getByText('10.00').waitFor()
    await visit.leave()
  })
})
