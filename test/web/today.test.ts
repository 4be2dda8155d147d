import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fillSales } from '../../bench/filled-sales.ts'
import { Rates } from '../../src/ledger/rates.ts'
import { rebuildSales } from '../../src/sales/folder.ts'
import { endedOn } from '../../web/src/kit/days.ts'
import { OperatorOffice } from '../protocols/operator/office.fixtures.ts'
import { closeBrowserAfterwards, describePages, PHONE, Visit, WIDE } from './browser.fixtures.ts'

closeBrowserAfterwards()

/** SHOTS is a folder for pictures of the pages, for people who want to look at them. */
const SHOTS = process.env['SCREENSHOTS']

describePages('today and reports', () => {
  let office: OperatorOffice
  beforeAll(async () => {
    office = await OperatorOffice.open({ HOME_CURRENCY: 'USD' })
    const { owner, sql } = office.server
    // In the evening every currency has been sold in: soon after midnight, none has.
    const { clock } = office.office
    clock.advance(Math.max(0, new Date(clock.now()).setUTCHours(20, 0, 0, 0) - clock.now().getTime()))
    const now = clock.now()
    const from = new Date(now.getTime() - 40 * 86_400_000)
    await fillSales(owner, { accounts: 6, services: 12, orders: 6_000, from, to: now, seed: 5 })
    await rebuildSales(sql, {}, clock)
    const validFrom = new Date(from.getTime() - 86_400_000)
    for (const [base, quote, rate] of [
      ['USD', 'IDR', '16250'],
      ['EUR', 'USD', '1.08'],
    ] as const)
      await new Rates(sql).set({ base, quote, rate, validFrom, actor: 'test' })
    // What waits, and what is in trouble.
    await sql`
      insert into reviews (account_id, order_id, position, kind, detail, opened_by, opened_at)
      select account_id, order_id, position, 'unknown', 'no clear answer', 'imeigate', ${now}::timestamptz - interval '3 hours'
        from items where finished_at is null order by order_id limit 4`
    await sql`
      insert into supplier_health (supplier_id, open, why, reason, opened_at, probe_at)
      select id, true, 'credit', 'Insufficient credit', ${now}::timestamptz - interval '2 hours', ${now}::timestamptz + interval '1 hour'
        from suppliers where name like 'upstream%' order by id limit 1
      on conflict (supplier_id) do update set open = true, why = 'credit', reason = 'Insufficient credit', opened_at = excluded.opened_at, probe_at = excluded.probe_at`
  }, 120_000)
  afterAll(() => office.stop())

  const looks = [
    { screen: WIDE, scheme: 'light' },
    { screen: WIDE, scheme: 'dark' },
    { screen: PHONE, scheme: 'light' },
    { screen: PHONE, scheme: 'dark' },
  ] as const

  test.each(looks)('an owner sees the day: $scheme, $screen.width px', async ({ screen, scheme }) => {
    const visit = await Visit.as(office, 'owner', { screen, scheme })
    const { page } = visit
    await page.goto('/console')
    await page.getByRole('heading', { level: 1, name: 'Today' }).waitFor()
    await page.getByRole('link', { name: /Outcome unknown/ }).waitFor()
    await page.getByText('is out of credit since').waitFor()
    for (const name of ['Turnover', 'Profit', 'Success', 'New resellers'])
      await page.getByRole('term').filter({ hasText: name }).waitFor()
    await page.locator('canvas').nth(1).waitFor()
    await expect.poll(() => page.locator('canvas').count()).toBe(2)
    // All that was sold stands first, in the home currency, with the rates that made it.
    const all = page.getByRole('radio', { name: 'All, in USD' })
    await expect.poll(() => all.isChecked()).toBe(true)
    await page
      .getByText('In USD by the rates at the end of each day, lately 1 EUR = 1.08 USD, 1 USD = 16,250 IDR.')
      .waitFor()
    if (SHOTS)
      await page.screenshot({ path: join(SHOTS, `today-${scheme}-${screen.width}.png`), fullPage: true })
    expect(await visit.overflow()).toBe(0)
    // Things are compared in the home currency, each once; in one currency where that was chosen.
    for (const name of ['Most sold services, 30 days', 'Suppliers, 30 days']) {
      const rows = page.getByRole('region', { name }).getByRole('listitem')
      await rows.first().waitFor()
      await visit.settled()
      const found = await rows.allTextContents()
      expect(found.filter((row) => !row.includes('$'))).toEqual([])
      const names = await rows.getByRole('link').allTextContents()
      expect(new Set(names).size).toBe(names.length)
    }
    await page.getByText('As a table').first().click()
    await page.getByRole('columnheader', { name: 'Turnover' }).waitFor()
    expect(await visit.violations()).toEqual([])
    await expect
      .poll(() => page.getByRole('link', { name: /Outcome unknown/ }).getAttribute('href'))
      .toBe('/console/inbox?kind=unknown')
    await visit.leave()
  })

  test.each(looks)('and what was sold, told apart: $scheme, $screen.width px', async ({ screen, scheme }) => {
    const visit = await Visit.as(office, 'owner', { screen, scheme })
    const { page } = visit
    await page.goto('/console/reports')
    await page.locator('canvas').first().waitFor()
    if (SHOTS)
      await page.screenshot({ path: join(SHOTS, `reports-${scheme}-${screen.width}.png`), fullPage: true })
    await page.getByRole('rowheader', { name: 'All, in USD' }).waitFor()
    // All currencies together are the first of the charts by day.
    await page.getByText('Turnover and profit, all in USD').waitFor()
    await page.getByText('lately 1 EUR = 1.08 USD, 1 USD = 16,250 IDR.').waitFor()
    expect(await visit.overflow()).toBe(0)
    expect(await visit.violations()).toEqual([])
    // Until a report is there nobody knows in which currency its rows are: its file waits for it.
    const { promise: held, resolve: release } = Promise.withResolvers<void>()
    await page.route(/reports\/sales\?.*by=supplier/, async (route) => {
      await held
      await route.continue()
    })
    const file = page.getByRole('link', { name: 'Download CSV' })
    await file.waitFor()
    if (screen.width < 768) await page.getByRole('combobox', { name: 'Grouped by' }).selectOption('supplier')
    else await page.getByText('Supplier', { exact: true }).click()
    await file.waitFor({ state: 'detached' })
    release()
    await file.waitFor()
    await page.getByRole('switch', { name: 'Beside the period before' }).click()
    // Each supplier is one row, in the home currency.
    await page.getByRole('rowheader', { name: 'upstream 5-1' }).first().waitFor()
    await page.waitForFunction(
      "[...document.querySelectorAll('tbody th')].filter((one) => one.textContent === 'upstream 5-1').length === 1",
    )
    await page.getByRole('columnheader', { name: 'Before' }).first().waitFor()
    expect(new URL(page.url()).search).toBe('?by=supplier&compare=before')
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download CSV' }).click(),
    ])
    expect(download.suggestedFilename()).toBe('sales.csv')
    // The file has what is shown: each supplier once, in the home currency.
    const [heads = '', ...lines] = readFileSync(await download.path(), 'utf8')
      .trim()
      .split('\r\n')
    const place = heads.split(',').indexOf('currency')
    expect(new Set(lines.map((line) => line.split(',')[place]))).toEqual(new Set(['USD']))
    expect(lines.filter((line) => line.includes('upstream 5-1'))).toHaveLength(1)
    expect(await visit.violations()).toEqual([])
    await visit.leave()
  })

  test('a report of some days, of one reseller, leads to the orders behind its rows and points', async () => {
    const [row] = await office.server.sql<{ username: string; day: string }[]>`
      select u.username, f.day::text from sales f join accounts u on u.id = f.account_id
       where f.cut = 'account' and f.unit = 'day' order by f.charged desc, f.day limit 1`
    const { username = '', day = '' } = row ?? {}
    const visit = await Visit.as(office, 'owner', { screen: WIDE })
    const { page } = visit
    const query = () => Object.fromEntries(new URL(page.url()).searchParams)
    // The address of a report by its name.
    await page.goto('/console/reports/suppliers?period=7d')
    await page.getByRole('heading', { level: 1, name: 'Reports' }).waitFor()
    expect(query()).toEqual({ by: 'supplier', period: '7d' })
    await visit.click('Filter')
    await page.getByLabel('From', { exact: true }).fill(day)
    await page.getByLabel('To', { exact: true }).fill(day)
    await page.getByLabel('Reseller', { exact: true }).last().fill(username)
    await visit.click('Show')
    await page.getByRole('button', { name: `Leave out Reseller: ${username}` }).waitFor()
    const narrowed = { by: 'supplier', from: day, to: day, account: username }
    expect(query()).toEqual(narrowed)
    // Days stand in place of a period, also in the file.
    await expect
      .poll(() =>
        page.getByRole('radiogroup', { name: 'Period' }).getByRole('radio', { checked: true }).count(),
      )
      .toBe(0)
    await visit.settled()
    const href = await page.getByRole('link', { name: 'Download CSV' }).getAttribute('href')
    expect(Object.fromEntries(new URL(href ?? '', page.url()).searchParams)).toEqual(narrowed)
    const link = page.getByRole('region', { name: 'Rows of the report' }).getByRole('link').first()
    const supplier = (await link.textContent()) ?? ''
    await visit.expectUsable('a narrowed report')
    await page.setViewportSize(PHONE)
    await visit.shot('a narrowed report on a phone')
    // What is beside each other on a wide screen is a list to choose from here: nothing scrolls sideways.
    for (const name of ['Period', 'Grouped by']) await page.getByRole('combobox', { name }).waitFor()
    await expect.poll(() => page.getByRole('radiogroup').count()).toBe(0)
    expect(await visit.overflow()).toBeLessThanOrEqual(0)
    expect(await visit.violations()).toEqual([])
    await page.setViewportSize(WIDE)
    await link.click()
    await page.getByRole('heading', { level: 1, name: 'Orders' }).waitFor()
    expect(query()).toEqual({ account: username, supplier, ended_from: day, ended_to: day })
    await page.getByRole('row').nth(1).waitFor()
    await page.goBack()
    await page.getByText('Day', { exact: true }).click()
    await page.locator('.u-over').click()
    await page.getByRole('heading', { level: 1, name: 'Orders' }).waitFor()
    expect(query()).toEqual({ account: username, ended_from: day, ended_to: day })
    // A period is chosen in place of the days.
    await page.goBack()
    await page.getByText('This year').click()
    await page.waitForFunction("location.search.includes('period=year')")
    expect(query()).toEqual({ by: 'day', account: username, period: 'year' })
    await visit.leave()
    // Days of another zone than UTC are given by their times: that on which the clock is put forward has 23 hours.
    expect(endedOn('2026-03-29', '2026-03-29', 'Europe/Berlin')).toEqual({
      ended_from: '2026-03-28T23:00:00.000Z',
      ended_to: '2026-03-29T22:00:00.000Z',
    })
  })

  test('who may read no reports sees what waits, and no figures', async () => {
    const visit = await Visit.as(office, 'support')
    const { page } = visit
    await page.goto('/console/today')
    await page.getByRole('link', { name: /Outcome unknown/ }).waitFor()
    await expect.poll(() => page.getByRole('heading', { name: 'Figures of today' }).count()).toBe(0)
    await expect.poll(() => page.getByRole('link', { name: 'Reports' }).count()).toBe(0)
    await visit.leave()
  })
})
