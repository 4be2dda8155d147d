import { afterAll, beforeAll, expect, test } from 'vitest'
import { Adjustments } from '../../src/ledger/adjustments.ts'
import type { AccountId } from '../../src/lib/ids.ts'
import { micros } from '../../src/lib/money.ts'
import { bank } from '../deposits/deposits.fixtures.ts'
import { OperatorOffice } from '../protocols/operator/office.fixtures.ts'
import { PASSWORD } from '../staff/people.fixtures.ts'
import { RestClient } from '../support/rest.ts'
import type { Shop } from '../support/server.ts'
import { closeBrowserAfterwards, describePages, PHONE, Visit, WIDE } from './browser.fixtures.ts'

closeBrowserAfterwards()

describePages('money in the console', () => {
  let office: OperatorOffice
  let shop: Shop
  let other: Shop
  let rupiah: Shop
  let deposits: number[]
  beforeAll(async () => {
    office = await OperatorOffice.open()
    await bank(office.server)
    shop = await office.server.shop({ deposit: '10' })
    const client = new RestClient(office.server, shop)
    deposits = []
    for (const amount of [20, 30, 40]) {
      deposits.push((await client.post('/api/deposit', { amount, provider_code: 'bank' })).body.id)
    }
    await client.post(`/api/deposit/${deposits[0]}/proof`, { reference: 'FT26329ABCD' })
    await client.post(`/api/deposit/${deposits[1]}/cancel`, {})
    other = await office.server.shop({ deposit: '7' })
    rupiah = await office.server.shop({ deposit: '250000', currency: 'IDR' })
    await office.server.sql`update accounts set name = 'Toko Rupiah' where id = ${rupiah.accountId}`
    const fee = { actor: 'cli:anna', note: 'Bank fee of May' }
    await new Adjustments(office.server.sql).adjust(shop.accountId as AccountId, micros(-2_500_000n), fee)
    const sent = { receiver: other.username, amount: 3, description: 'for May' }
    await client.post('/api/transfer', sent, { 'idempotency-key': 'send' })
  })
  afterAll(() => office.stop())

  test('deposits are filtered in the URL, the file has the same, and one is confirmed on its page', async () => {
    const { headers, hired } = await office.person('finance')
    const visit = await Visit.entered(office.server.url, headers)
    const { page } = visit
    await page.goto('/console/orders')
    await page.getByRole('heading', { level: 1 }).waitFor()
    await visit.press('g')
    await visit.press('m')
    await page.getByRole('heading', { level: 1, name: 'Deposits' }).waitFor()
    await page.getByRole('link', { name: `Deposit ${deposits[2]}` }).waitFor()
    // A payment is found by what its payer wrote of it, which stands in the list.
    const box = page.getByRole('textbox', { name: 'Search deposits' })
    // A number that somebody has put into the address is looked for with all its digits.
    await page.goto('/console/money/deposits?q=90071992547409931234')
    await page.getByText('No deposit fits these filters.').waitFor()
    await expect.poll(() => box.inputValue()).toBe('90071992547409931234')
    await box.fill('ft26329')
    await visit.press('Enter')
    await page.waitForURL(/q=ft26329$/)
    await page.getByText('FT26329ABCD').waitFor()
    await visit.expectUsable('deposits that are looked for')
    await page.getByRole('button', { name: /^Leave out Search/ }).click()
    await page.getByRole('link', { name: `Deposit ${deposits[2]}` }).waitFor()
    await box.blur()
    await visit.press('f')
    await page.getByRole('radio', { name: 'Needs you' }).check()
    await visit.click('Show')
    await page.waitForURL(/state=review/)
    await page.getByRole('link', { name: `Deposit ${deposits[2]}` }).waitFor({ state: 'detached' })
    await visit.click('Export…')
    const file = page.getByRole('dialog', { name: 'Export the deposits' })
    await file.getByRole('checkbox', { name: 'Amount', exact: true }).uncheck()
    expect(await visit.violations()).toEqual([])
    await visit.shot('export')
    // A refusal is said in the dialog, and the page stays.
    await page.route('**/deposits.csv?*', (route) =>
      route.fulfill({ status: 429, json: { code: 'TOO_MANY_REQUESTS_ERROR', message: 'too many' } }),
    )
    await visit.click('Download')
    await file.getByText('Too many requests. Try again later.').waitFor()
    await page.unroute('**/deposits.csv?*')
    // Where the server wants proof, it is given, and the file comes.
    let isProved = false
    await page.route('**/deposits.csv?*', (route) =>
      isProved
        ? route.continue()
        : route.fulfill({ status: 403, json: { code: 'STEP_UP_REQUIRED_ERROR', message: 'prove' } }),
    )
    await visit.click('Download')
    const proof = page.getByRole('dialog', { name: 'Show that it is you' })
    await proof.getByRole('textbox', { name: 'Password' }).fill(PASSWORD)
    // A recovery code stands for the app here, too.
    await proof.getByText('Or one of your recovery codes.').waitFor()
    await proof.getByRole('textbox', { name: /^Code/ }).fill(hired.recoveryCodes[0] ?? '')
    isProved = true
    const asked = page.waitForRequest(/deposits\.csv/)
    const [download] = await Promise.all([page.waitForEvent('download'), visit.click('Go on')])
    expect((await asked).url()).toMatch(/deposits\.csv\?state=review&columns=(?!.*(%2C|=)amount(%2C|$)).*id/)
    expect(download.suggestedFilename()).toBe('deposits.csv')
    await file.waitFor({ state: 'detached' })
    await visit.click(`Deposit ${deposits[0]}`, 'link')
    await visit.click('Confirm $20.00')
    await page.getByText('$20.00 was credited.').waitFor()
    await expect.poll(() => page.getByRole('button', { name: /Refuse/ }).count()).toBe(0)
    await page.goto('/console/money/deposits/99999')
    await page.getByText('There is no deposit 99999 in this installation.').waitFor()
    await visit.expectUsable('a deposit that is not there')
    await visit.click('To the deposits', 'link')
    await page.getByRole('heading', { level: 1, name: 'Deposits' }).waitFor()
    await page.goto(`/console/money/deposits/${deposits[1]}`)
    await page.getByText('It was cancelled; nothing was credited.').waitFor()
    const [{ name = '' } = {}] = await office.server.sql<{ name?: string }[]>`
      select name from staff where id = ${hired.id}`
    // The latest settled first; who did it is a name, and open deposits are left out.
    await page.setViewportSize({ width: 1440, height: 900 })
    await page.goto('/console/money/deposits')
    await page.getByRole('link', { name: `Deposit ${deposits[2]}` }).waitFor()
    await visit.click('Settled')
    await page.waitForURL(/sort=-settled/)
    await page.getByRole('link', { name: `Deposit ${deposits[2]}` }).waitFor({ state: 'detached' })
    await page.getByText(name).first().waitFor()
    await visit.expectUsable('deposits by when they were settled')
    // The same on the tab of the reseller, whatever became of them.
    await page.goto(`/console/resellers/${shop.username}/money`)
    const theirs = page.getByRole('region', { name: 'Deposits' })
    await theirs.getByText(name).waitFor()
    for (const id of deposits) await theirs.getByRole('link', { name: String(id), exact: true }).waitFor()
    await expect
      .poll(() => theirs.getByRole('link', { name: `All deposits of ${shop.username}` }).getAttribute('href'))
      .toBe(`/console/money/deposits?account=${shop.username}`)
    await page.getByRole('cell', { name: 'Adjustment' }).first().waitFor()
    await visit.press('f')
    await page.getByRole('radio', { name: 'Deposit', exact: true }).check()
    await visit.click('Show')
    await page.waitForURL(/reason=deposit/)
    // The tab stays marked where a filter stands in the URL.
    await page
      .getByRole('navigation', { name: `About ${shop.username}` })
      .locator('a[aria-current=page]')
      .getByText('Money')
      .waitFor()
    await page.getByRole('cell', { name: 'Adjustment' }).first().waitFor({ state: 'detached' })
    for (const screen of [{ width: 1440, height: 900 }, PHONE]) {
      await page.setViewportSize(screen)
      await visit.settled()
      await visit.expectUsable('money of a reseller')
    }
    await visit.leave()
  })

  test('on a wide screen a deposit is opened beside the list, and is a page where there is no room for that', async () => {
    const visit = await Visit.as(office, 'finance', { screen: { width: 1440, height: 900 } })
    const { page } = visit
    await page.goto('/console/money/deposits?state=pending')
    await page.getByRole('link', { name: `Deposit ${deposits[2]}` }).click()
    const pane = page.getByRole('region', { name: `Deposit ${deposits[2]}` })
    await pane.getByText('The payer handed in no file.').waitFor()
    const { searchParams } = new URL(page.url())
    expect(Object.fromEntries(searchParams)).toEqual({ state: 'pending', open: String(deposits[2]) })
    await visit.expectUsable('a deposit beside the list')
    // What is open is no part of the filter.
    const views = page.getByRole('navigation', { name: 'Views' })
    await views.getByRole('link', { name: 'To be paid' }).and(page.locator('[aria-current]')).waitFor()
    await visit.press('Escape')
    await pane.waitFor({ state: 'detached' })
    await page.waitForURL(/\?state=pending$/)
    await page.getByRole('link', { name: `Deposit ${deposits[2]}` }).click()
    await pane.waitFor()
    await page.setViewportSize(WIDE)
    await page.getByRole('heading', { level: 1, name: `Deposit ${deposits[2]}` }).waitFor()
    await page.goto(`/console/money/invoices?account=${shop.username}`)
    await page.getByText('No invoice fits these filters.').waitFor()
    await visit.click('Clear filters', 'link')
    await page.getByText('No invoice was issued yet.').waitFor()
    await visit.leave()
  })

  test('adjustments of all resellers are filtered in the URL and added up, and the file has the same', async () => {
    const visit = await Visit.as(office, 'finance')
    const { page } = visit
    await page.goto('/console/money')
    await visit.click('Adjustments', 'link')
    await page.getByText('$17.00 put on, $2.50 taken; entries: 3').waitFor()
    await page.getByText(/put on, .* taken; entries: 1$/).waitFor()
    await page.getByRole('link', { name: 'Toko Rupiah, Paid in by hand' }).waitFor()
    await visit.press('f')
    await page.getByRole('radio', { name: 'Adjusted down' }).check()
    await visit.click('Show')
    await page.waitForURL(/kind=adjust_down/)
    await page.getByText('$0.00 put on, $2.50 taken; entries: 1').waitFor()
    await page.getByText('Bank fee of May').waitFor()
    await page.getByRole('link', { name: 'Toko Rupiah, Paid in by hand' }).waitFor({ state: 'detached' })
    // By amounts and by who did it, too; the sums are of the same.
    await page.goto('/console/money/adjustments')
    await page.getByRole('link', { name: 'Toko Rupiah, Paid in by hand' }).waitFor()
    await visit.press('f')
    await page.getByRole('textbox', { name: 'Amount from' }).fill('2.50')
    await page.getByRole('textbox', { name: 'Amount to' }).fill('7')
    await page.getByRole('textbox', { name: 'Who' }).fill('cli:anna')
    await visit.expectUsable('adjustments by amount and person')
    await visit.click('Show')
    await page.waitForURL(/amount_gte=2.50&amount_lte=7&actor=cli/)
    await page.getByText('$0.00 put on, $2.50 taken; entries: 1').waitFor()
    await visit.click(/^Leave out Who/)
    await page.getByText('$7.00 put on, $2.50 taken; entries: 2').waitFor()
    await page.goto('/console/money/adjustments?kind=adjust_down')
    await page.getByText('Bank fee of May').waitFor()
    await visit.click('Export…')
    await page.getByRole('radio', { name: /^JSON/ }).check()
    const asked = page.waitForRequest(/adjustments\.ndjson\?kind=adjust_down/)
    const [download] = await Promise.all([page.waitForEvent('download'), visit.click('Download'), asked])
    expect(download.suggestedFilename()).toBe('adjustments.ndjson')
    const views = page.getByRole('navigation', { name: 'Views' })
    await views.getByRole('link', { name: 'Paid in by hand' }).click()
    await page.waitForURL(/kind=deposit$/)
    await page.getByRole('link', { name: 'Toko Rupiah, Paid in by hand' }).waitFor()
    await views.getByRole('link', { name: 'All', exact: true }).click()
    await page.getByText('$17.00 put on, $2.50 taken; entries: 3').waitFor()
    await visit.leave()
  })

  test('statements, invoices and the check of the ledger are there, in sentences', async () => {
    const visit = await Visit.as(office, 'finance')
    const { page } = visit
    await page.goto('/console/money/statements')
    // A part of the name is enough: the list is gone through by keys, and what is marked there is taken.
    const reseller = page.getByRole('combobox', { name: 'Reseller' })
    await reseller.fill('no-such-shop')
    await page.getByText('No reseller has this in its name').first().waitFor()
    await visit.press('Tab')
    await page.getByText('No reseller has this in its name').first().waitFor()
    let asked = 0
    page.on('request', (request) => void (request.url().includes('/search?') && asked++))
    await reseller.fill('')
    await reseller.pressSequentially(shop.username.slice(0, -1), { delay: 1 })
    await page.getByRole('option').first().waitFor()
    expect(asked).toBeLessThan(shop.username.length - 1)
    const offered = await page.getByRole('option').allTextContents()
    expect(offered).toContain(shop.username)
    for (let place = 0; place < offered.indexOf(shop.username); place++) await visit.press('ArrowDown')
    expect(
      await page.evaluate(
        'document.getElementById(document.activeElement.getAttribute("aria-activedescendant")).textContent',
      ),
    ).toContain(shop.username)
    await visit.expectUsable('resellers that fit')
    await visit.press('Enter')
    await page.waitForURL(new RegExp(`account=${shop.username}$`))
    // What is typed whole counts at once, whatever the list has.
    await reseller.fill(shop.username)
    await visit.press('Enter')
    const [file] = await Promise.all([page.waitForEvent('download'), visit.click(/PDF$/, 'link')])
    expect(file.suggestedFilename()).toContain('.pdf')
    await visit.click('Ledger', 'link')
    await visit.click('Check now')
    await page.getByText('The books are right').waitFor()
    await page.getByRole('listitem').getByText('Right', { exact: true }).first().waitFor()
    await visit.shot('ledger')
    expect(await visit.violations()).toEqual([])
    await visit.click('Invoices', 'link')
    await visit.click('Issue an invoice…')
    await page.getByRole('dialog').getByLabel('Reseller').fill(shop.username)
    await page.getByLabel('Month, in UTC').fill('2020-01')
    expect(await visit.violations()).toEqual([])
    await visit.click('Issue the invoice of 2020-01')
    await page.getByRole('alert').waitFor()
    await page.getByText('No invoice was issued.').waitFor()
    await visit.leave()
  })

  test('Today leads to payments that fit no deposit: one is put on a balance once, another one is closed with its reason', async () => {
    const { sql } = office.server
    await sql`
      insert into stray_payments (provider_id, payment_id, amount, currency, paid_at, words, fitting, received_at)
      select id, 'm-' || n, n * 1000000, 'USD', '2026-05-04 10:11', 'TRSF BUDI ' || n, 0, now()
        from deposit_providers, generate_series(61, 62) n where code = 'bank'`
    const open = () => sql`select payment_id, note from stray_payments where closed_at is null order by id`
    const visit = await Visit.as(office, 'owner')
    const { page } = visit
    await page.goto('/console/today')
    await visit.click(/Payments that fit no deposit/, 'link')
    await page.getByRole('heading', { level: 1, name: 'Stray payments' }).waitFor()
    await page.getByText('TRSF BUDI 61').waitFor()
    await visit.expectUsable('stray payments')
    const first = page.getByRole('region', { name: '$61.00' })
    await first.getByRole('button', { name: 'Put it on a balance…' }).click()
    const dialog = page.getByRole('dialog', { name: 'Put $61.00 on a balance' })
    await dialog.getByLabel('Reseller').fill('nobody-here')
    await page.getByText('No reseller has this in its name').first().waitFor()
    await dialog.getByLabel('Reseller').fill(other.username)
    await visit.press('Enter')
    await dialog.getByText('now $10.00 → after $71.00').waitFor()
    await page.setViewportSize(PHONE)
    await visit.expectUsable('a stray payment is put on a balance')
    await dialog.getByRole('button', { name: 'Credit $61.00' }).click()
    await first.waitFor({ state: 'detached' })
    const [entry] = await sql`
      select amount::int, reference from ledger_entries where account_id = ${other.accountId} order by id desc limit 1`
    expect(entry).toEqual({ amount: 61_000_000, reference: 'm-61' })
    await page.getByRole('button', { name: 'Close…' }).click()
    await page.getByText('Sent back', { exact: true }).click()
    await visit.click('Close the payment')
    await page.getByText('Every payment that came in has its deposit.').waitFor()
    expect(await open()).toEqual([])
    const notes = await sql`select note from stray_payments order by id`
    expect(notes).toEqual([{ note: `credited to ${other.username}` }, { note: 'Sent back' }])
    await visit.leave()
  })

  test('support sees deposits and decides nothing; who may not read money is told the permission', async () => {
    const visit = await Visit.as(office, 'support')
    const { page } = visit
    await page.goto(`/console/money/deposits/${deposits[2]}`)
    await page.getByText('Available now').waitFor()
    for (const name of [/^Confirm/, /Refuse/, /Another amount/]) {
      await expect.poll(() => page.getByRole('button', { name }).count(), { message: String(name) }).toBe(0)
    }
    await expect.poll(() => page.getByRole('link', { name: 'Ledger' }).count()).toBe(0)
    await page.goto('/console/money/ledger')
    await page.getByText('audit.read').waitFor()
    await page.goto('/console/money/invoices')
    await page.getByRole('heading', { level: 1, name: 'Invoices' }).waitFor()
    await expect.poll(() => page.getByRole('button', { name: /Issue/ }).count()).toBe(0)
    await visit.leave()
    const kept = await Visit.as(office, 'catalogue')
    await kept.page.goto('/console/money')
    await kept.page.getByText('money.read').waitFor()
    await expect.poll(() => kept.page.getByRole('link', { name: 'Money', exact: true }).count()).toBe(0)
    await kept.leave()
  })

  test('every page is usable by everybody, wide and on a phone, in light and dark', async () => {
    const visit = await Visit.as(office, 'owner')
    await visit.expectUsablePages(
      [
        'deposits',
        `deposits/${deposits[2]}`,
        'adjustments',
        'stray-payments',
        'adjustments?kind=opening_up',
        'transfers',
        `statements?account=${shop.username}`,
        'invoices',
        'ledger',
      ].map((path) => `/console/money/${path}`),
    )
    await visit.leave()
  })

  test('invoices name resellers as they are called, and the lists of money keep their filters', async () => {
    await office.server.sql`
      insert into invoices (number, account_id, month, currency, after_entry, last_entry, seller, customer, total, line_count, actor, issued_at)
      select 1, id, '2026-05-01', currency, 0, 1, '{"name":"S","address":"","taxId":"","contact":"","prefix":"INV-"}',
             '{"name":"As it was","username":"u","email":"e","address":"","taxId":""}', 250000000000, 1, 'cli:anna', '2026-06-01'
        from accounts where id = ${rupiah.accountId}`
    const visit = await Visit.as(office, 'manager')
    const { page } = visit
    await page.goto('/console/money/invoices')
    await page.getByRole('link', { name: 'Invoice INV-1, PDF' }).waitFor()
    const list = page.getByRole('table', { name: 'Invoices' })
    await list.getByText('Toko Rupiah').waitFor()
    await expect.poll(() => list.getByText(rupiah.username).count()).toBe(0)
    await page.setViewportSize(PHONE)
    await page.getByText(/INV-1.*Toko Rupiah/).waitFor()
    await visit.leave()
  })

  test('the inbox shows all that waits, a hundred at a time', async () => {
    const many = await office.server.shop()
    await office.server.sql`
      insert into deposits (account_id, provider_id, state, currency, amount, fee, total_pay, expires_at, created_at)
      select ${many.accountId}, id, 'review', 'USD', n * 1000000, 0, n * 1000000, now() + interval '1 day', date_trunc('milliseconds', now())
        from deposit_providers, generate_series(1, 120) n where code = 'bank'`
    const visit = await Visit.as(office, 'finance')
    const { page } = visit
    await page.goto('/console/inbox?kind=deposit')
    const rows = page.getByRole('list', { name: 'What waits' }).getByRole('listitem')
    const more = page.getByRole('button', { name: 'Show more' })
    await more.waitFor()
    // Something changes while the next page is being read: the list is read anew, and the page that was asked for behind it.
    const readAnew = Promise.withResolvers<void>()
    await page.route(/\/api\/operator\/inbox\?.*cursor=/, async (route) => {
      await readAnew.promise
      await route.continue().catch(() => {})
    })
    const next = page.waitForRequest(/\/api\/operator\/inbox\?.*cursor=/)
    await more.click()
    await next
    const anew = page.waitForRequest(/\/api\/operator\/inbox\?(?!.*cursor=)/)
    await office.server.sql`
      insert into deposits (account_id, provider_id, state, currency, amount, fee, total_pay, expires_at, created_at)
      select ${many.accountId}, id, 'review', 'USD', 121000000, 0, 121000000, now() + interval '1 day', date_trunc('milliseconds', now())
        from deposit_providers where code = 'bank'`
    await anew
    readAnew.resolve()
    await more.waitFor({ state: 'detached' })
    await expect.poll(() => rows.count()).toBeGreaterThanOrEqual(121)
    await visit.leave()
  })
})
