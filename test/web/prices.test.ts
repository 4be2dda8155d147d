import { mkdirSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAccount, createPriceGroup } from '../../src/accounts/accounts.ts'
import { WRITTEN_PRICES } from '../price-book/written-prices.fixtures.ts'
import { ask, OperatorOffice } from '../protocols/operator/office.fixtures.ts'
import { closeBrowserAfterwards, describePages, PHONE, Visit } from './browser.fixtures.ts'

closeBrowserAfterwards()

/** SHOTS is a folder for pictures of the pages, where somebody wants to look at them. */
const SHOTS = process.env['SHOTS']
const shot = async ({ page }: Visit, name: string): Promise<void> => {
  if (SHOTS === undefined) return
  mkdirSync(SHOTS, { recursive: true })
  await page.screenshot({ path: `${SHOTS}/${name}.png` })
}

/** `pasted` pastes a block of a spreadsheet where one is. */
const pasted = async ({ page }: Visit, text: string): Promise<void> => {
  await page.evaluate(`(() => {
    const data = new DataTransfer()
    data.setData('text/plain', ${JSON.stringify(text)})
    document.activeElement.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))
  })()`)
}

const NAMES = [
  ...['Apple: Find My iPhone', 'Apple: carrier and lock', 'Apple: GSX full report', 'Samsung: information'],
  ...['Xiaomi: Mi account', 'Blacklist worldwide', 'AT&T USA: iPhone unlock', 'T-Mobile USA: unlock'],
]

describePages('the price book', () => {
  let office: OperatorOffice
  beforeAll(async () => {
    office = await OperatorOffice.open()
    const { sql } = office.server
    for (const group of ['Gold', 'Silver']) await createPriceGroup(sql, group)
    for (const [username, currency, group] of [
      ['anna', 'USD', 'Gold'],
      ['citra', 'IDR', 'Silver'],
    ] as const) {
      const account = { name: username, email: `${username}@example.com`, username, currency, group }
      await createAccount(sql, account, 'test')
    }
    await sql`insert into suppliers (kind, name, url, currency) values ('dhru', 'Panel', 'https://x.example', 'USD')`
    await sql`insert into exchange_rates (base, quote, rate, valid_from, actor) values ('USD', 'IDR', 16000, now() - interval '1 day', 'test')`
    for (const [at, name] of NAMES.entries()) {
      const group = at < 6 ? 'Checks' : 'Unlocks'
      await sql`
        insert into services (code, name, group_name, kind, input_schema, duplicate_policy)
        values (${`s${at + 1}`}, ${name}, ${group}, 'imei', '{}', 'replay')`
    }
    await sql`
      insert into supplier_routes (service_id, supplier_id, remote_service, cost)
      select v.id, s.id, v.code, 1000000 + 250000 * substr(v.code, 2)::int from services v cross join suppliers s
       where s.name = 'Panel' and v.code <> 's8'`
    await apply({ rules: ['USD', 'IDR'].map((currency) => ({ currency, percent: '25' })) })
  })
  afterAll(() => office.stop())

  const apply = async (input: object) => {
    const { headers } = await office.person('manager')
    const made = await ask(office.server, 'POST', '/plans', { headers, body: { kind: 'prices', input } })
    await ask(office.server, 'POST', `/plans/${made.json.data.id}/apply`, { headers, body: {} })
  }
  const priceOf = async (code: string): Promise<string | undefined> => {
    const [row] = await office.server.sql<{ price: string }[]>`
      select (unit_price / 1000000.0)::numeric(12, 2)::text as price from prices p join services v on v.id = p.service_id
       where v.code = ${code} and currency = 'USD' and price_group_id is null and account_id is null`
    return row?.price
  }

  test('a column gets a rule, cells are edited as in a spreadsheet, reviewed and applied', async () => {
    const visit = await Visit.as(office, 'manager', { screen: { width: 1440, height: 900 } })
    const { page } = visit
    await page.goto('/console/today')
    await visit.click(/^Prices/, 'link')
    await page.getByRole('grid').waitFor()
    // Job 7: Gold pays 5 % less than everyone, and follows: the column's menu, the rule, the plan.
    await visit.click('Change the column Gold USD')
    await visit.click('Set a rule…', 'menuitem')
    const percent = page.getByRole('dialog').getByLabel('Percent')
    await percent.and(page.locator(':focus')).waitFor()
    await percent.clear()
    await visit.paste('-5')
    await visit.click('Review')
    await page.getByText('7 changes', { exact: true }).waitFor()
    await shot(visit, 'plan-rule')
    expect(await visit.violations()).toEqual([])
    // People have names, and sentences one full stop.
    await expect.poll(() => page.getByText(/^Made by /).textContent()).not.toMatch(/staff:|\.\./)
    await visit.click('Apply 7 changes')
    await page.getByText('Applied by').waitFor()
    expect(visit.steps).toBeLessThanOrEqual(6)

    await page.goto('/console/prices')
    const cell = (row: number, column: number) => page.locator(`[data-cell="${row} ${column}"]`)
    await cell(0, 1).waitFor()
    const usd = Number(
      await page.locator('[data-head]').filter({ hasText: 'Everyone USD' }).getAttribute('data-head'),
    )
    await cell(0, usd).click()
    await page.keyboard.type('2.5')
    await page.keyboard.press('Enter')
    // The next one below is typed into without a click, then one is filled down and undone.
    await page.keyboard.type('0.9')
    await page.keyboard.press('Enter')
    await page.getByText('2 changes · ▼ 1 below the cost').waitFor()
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('Shift+ArrowDown')
    await page.keyboard.press('Control+d')
    await page.getByText('3 changes · ▼ 2 below the cost').waitFor()
    await page.keyboard.press('Control+z')
    await page.getByText('2 changes · ▼ 1 below the cost').waitFor()
    // A block of a spreadsheet.
    await cell(3, usd).click()
    await pasted(visit, '3,10\n$ 4.20\n5')
    await page.getByText('5 changes · ▼ 1 below the cost').waitFor()
    // Who leaves with them is asked.
    await page.getByRole('link', { name: /^Orders/ }).click()
    await page.getByRole('dialog', { name: 'Leave without saving?' }).waitFor()
    expect(await visit.violations()).toEqual([])
    await page.getByRole('button', { name: 'Stay here' }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.getByText('5 changes · ▼ 1 below the cost').waitFor()
    await shot(visit, 'prices-edited')
    expect(await visit.violations()).toEqual([])
    await visit.click('Review')
    await page.getByRole('checkbox', { name: /2 prices are below the cost/ }).waitFor()
    await shot(visit, 'plan-below-cost')
    expect(await visit.violations()).toEqual([])
    await expect.poll(() => page.getByRole('button', { name: /^Apply/ }).isDisabled()).toBe(true)
    expect(await priceOf('s1')).toBe('1.57')
    await page.getByRole('checkbox', { name: /2 prices are below the cost/ }).check()
    await page.getByLabel('Reason').fill('Autumn')
    await page.getByRole('button', { name: /^Apply/ }).click()
    await page.getByText('Applied by').waitFor()
    expect([await priceOf('s1'), await priceOf('s2'), await priceOf('s4'), await priceOf('s5')]).toEqual([
      ...['2.50', '0.90', '3.10', '4.20'],
    ])
    await visit.leave()
  })

  test('what is pasted is read by the currency of its column; what may be two prices is refused in its cell', async () => {
    const visit = await Visit.as(office, 'manager', { screen: { width: 1440, height: 900 } })
    const { page } = visit
    await page.goto(`/console/prices?audiences=everyone&currencies=${Object.keys(WRITTEN_PRICES).join(',')}`)
    for (const [column, written] of Object.values(WRITTEN_PRICES).entries()) {
      await page.locator(`[data-cell="0 ${column}"]`).click()
      await pasted(visit, written.map(([text]) => text).join('\n'))
      for (const [row, [text, expected]] of written.entries()) {
        const cell = page.locator(`[data-cell="${row} ${column}"]`)
        await cell.and(page.locator('[data-edited]')).waitFor()
        const read = async () => {
          const isCrossedOut = (await cell.locator('s').count()) > 0
          const shown = await cell.locator('.amount').allInnerTexts()
          return isCrossedOut ? undefined : shown.map((one) => Number(one.replaceAll(',', '')))[0]
        }
        await expect.poll(read, { message: text }).toBe(expected === undefined ? undefined : Number(expected))
      }
    }
    const all = Object.values(WRITTEN_PRICES).flat()
    const wrong = all.filter(([, expected]) => expected === undefined).length
    await page.getByText(new RegExp(`^${all.length} changes.*\\s· ${wrong} are no prices$`)).waitFor()
    await expect.poll(() => page.getByRole('button', { name: 'Review' }).isDisabled()).toBe(true)
    // Below the grid stands what was understood, or which two prices it may be.
    await page.locator('[data-cell="0 0"]').click()
    await page.getByText(/^= (Rp|IDR)\s1,500$/).waitFor()
    await page.locator('[data-cell="1 1"]').click()
    await page.getByText('“1,500” may be $1.50 or $1,500: write 1.5000 or 1500.').waitFor()
    await shot(visit, 'prices-doubt')
    await visit.expectUsable('prices that may be two')
    await page.keyboard.type('1.25')
    await page.getByText('= $1.25').waitFor()
    await page.keyboard.press('Enter')
    await page.getByText(new RegExp(`${wrong - 1} are no prices$`)).waitFor()
    await visit.leave()
  })

  test('a rule for one service or a group is set from a cell, listed, changed and taken away, its amounts read by the currency', async () => {
    const inRupiah = async (code: string) => {
      const [row] = await office.server.sql<{ price: number }[]>`
        select (unit_price / 1000000)::int as price from prices p join services v on v.id = p.service_id
         where v.code = ${code} and currency = 'IDR' and price_group_id is null and account_id is null`
      return row?.price
    }
    const visit = await Visit.as(office, 'manager', { screen: { width: 1440, height: 900 } })
    const { page } = visit
    const dialog = page.getByRole('dialog')
    const applied = async () => {
      await page.getByRole('button', { name: /^Apply/ }).click()
      await page.getByText('Applied by').waitFor()
    }
    await page.goto('/console/prices?audiences=everyone&currencies=IDR')
    await page.locator('[data-cell="0 0"]').click()
    await visit.press('r')
    // It begins with the rule that gives the price: of all services.
    await dialog.getByText('This rule gives 7 prices now').waitFor()
    await expect.poll(() => dialog.getByLabel('Percent').inputValue()).toBe('25')
    await dialog.getByText('One service').click()
    await dialog.getByText('This rule gives').waitFor({ state: 'detached' })
    await expect
      .poll(() => dialog.getByLabel('Service', { exact: true }).inputValue())
      .toBe('Apple: Find My iPhone · s1')
    await dialog.getByLabel('Percent').fill('10')
    await dialog.getByLabel('And this amount, IDR').fill('1.500')
    await dialog.getByText(/^= (Rp|IDR)\s1,500$/).waitFor()
    await dialog.getByLabel('Rounded up to').fill('1,5')
    await dialog.getByText(/^= (Rp|IDR)\s1\.50?$/).waitFor()
    await dialog.getByLabel('Rounded up to').fill('$5')
    await dialog.getByText('“$5” is no amount in IDR.').waitFor()
    await expect.poll(() => dialog.getByRole('button', { name: 'Review' }).isDisabled()).toBe(true)
    await visit.expectUsable('a rule for one service')
    await dialog.getByLabel('Rounded up to').fill('Rp 500')
    await visit.click('Review')
    await page.getByText('1 change', { exact: true }).waitFor()
    await applied()
    // 1.25 USD at 16,000, and 10 %, and 1,500.
    expect(await inRupiah('s1')).toBe(23_500)

    await page.goto('/console/prices/rules')
    const row = page.getByRole('listitem').filter({ hasText: 's1' })
    await row.getByText(/^and .*1,500\s· rounded up to .*500$/).waitFor()
    await visit.click('Change the rule of Everyone, IDR: s1')
    await dialog.getByText('This rule gives 1 price now').waitFor()
    const values = ['Percent', 'And this amount, IDR', 'Rounded up to', 'At least']
    await expect
      .poll(() => Promise.all(values.map((label) => dialog.getByLabel(label, { exact: true }).inputValue())))
      .toEqual(['10', '1500', '500', ''])
    await dialog.getByLabel('At least').fill('30.000')
    await visit.click('Review')
    await applied()
    expect(await inRupiah('s1')).toBe(30_000)
    await page.goto('/console/prices/rules')
    await visit.click('Remove the rule of Everyone, IDR: s1')
    await visit.click('Review what changes')
    await applied()
    expect(await inRupiah('s1')).toBe(25_000)

    // The column's menu offers the group of the cell that one is in; the rule is taken away by the dialog, too.
    await page.goto('/console/prices?audiences=everyone&currencies=IDR')
    await page.locator('[data-cell="6 0"]').click()
    await visit.click('Change the column Everyone IDR')
    await visit.click('Set a rule…', 'menuitem')
    await dialog.getByText('A group', { exact: true }).click()
    await expect.poll(() => dialog.getByLabel('Group of services').inputValue()).toBe('Unlocks')
    await dialog.getByLabel('Percent').fill('30')
    await visit.click('Review')
    // s8 has no cost.
    await page.getByText('1 change', { exact: true }).waitFor()
    await applied()
    expect(await inRupiah('s7')).toBe(57_200)
    await page.goto('/console/prices?audiences=everyone&currencies=IDR')
    await page.locator('[data-cell="6 0"]').click()
    await visit.click('Rule of this price…')
    await dialog.getByText('This rule gives 1 price now').waitFor()
    await visit.click('Remove the rule…')
    await applied()
    expect(await inRupiah('s7')).toBe(55_000)
    await visit.leave()
  })

  test('the fixed prices of a column are raised by an amount and rounded up, or lowered', async () => {
    const visit = await Visit.as(office, 'manager', { screen: { width: 390, height: 844 } })
    const { page } = visit
    const dialog = page.getByRole('dialog')
    const raised = async (amount: string, round: string) => {
      await page.goto('/console/prices?audiences=everyone&currencies=USD')
      await visit.click('Change the column Everyone USD')
      await visit.click('Raise or lower…', 'menuitem')
      await dialog.getByLabel('Percent').fill('')
      await expect.poll(() => dialog.getByRole('button', { name: 'Review' }).isDisabled()).toBe(true)
      await dialog.getByLabel('And this amount, USD').fill(amount)
      await dialog.getByLabel('Rounded up to').fill(round)
      if (round !== '') await visit.expectUsable('raise by an amount')
      await visit.click('Review')
      await page.getByRole('button', { name: /^Apply/ }).waitFor()
      // A price of an earlier test is below its cost.
      await visit.settled()
      const below = page.getByRole('checkbox', { name: /below the cost/ })
      if ((await below.count()) > 0) await below.check()
      await page.getByRole('button', { name: /^Apply/ }).click()
      await page.getByText('Applied by').waitFor()
    }
    await apply({ cells: [{ service: 's4', currency: 'USD', price: '3.10' }] })
    const byRule = await priceOf('s3')
    await raised('0,12', '0.05')
    expect([await priceOf('s4'), await priceOf('s3')]).toEqual(['3.25', byRule])
    await raised('-0.15', '')
    expect([await priceOf('s4'), await priceOf('s3')]).toEqual(['3.10', byRule])
    await visit.leave()
  })

  test('the prices of everyone and of every group are raised at once, with the margins of what comes of it', async () => {
    await apply({
      cells: [
        { service: 's4', currency: 'USD', price: '4.00' },
        { service: 's4', currency: 'USD', group: 'Gold', price: '3.80' },
        { service: 's4', currency: 'USD', group: 'Silver', price: '3.90' },
      ],
    })
    const visit = await Visit.as(office, 'manager', { screen: { width: 390, height: 844 } })
    const { page } = visit
    const dialog = page.getByRole('dialog')
    await page.goto('/console/prices?currencies=USD')
    await visit.click('Change the column Everyone USD')
    await visit.click('Raise or lower…', 'menuitem')
    // The unit stands at the number.
    await dialog.getByText('%', { exact: true }).waitFor()
    await dialog.getByLabel('All of them').check()
    await dialog.getByLabel('Of the services').click()
    await page.getByRole('option', { name: 'Checks' }).click()
    await dialog.getByLabel('Percent').fill('2,5')
    await visit.expectUsable('prices of all groups raised')
    await visit.click('Review')
    await page.getByRole('button', { name: /^Apply/ }).waitFor()
    const rows = page.getByRole('row').filter({ hasText: 's4' })
    await expect
      .poll(async () => (await rows.allInnerTexts()).map((text) => text.match(/[\d.]+%/)?.[0]))
      .toEqual(['51.2%', '48.7%', '50.0%'])
    await visit.leave()
    const removed = ['Gold', 'Silver'].map((group) => ({
      service: 's4',
      currency: 'USD',
      group,
      price: null,
    }))
    await apply({ cells: [{ service: 's4', currency: 'USD', price: '3.10' }, ...removed] })
  })

  test('a file of prices comes out and goes in; its faults are named by their lines', async () => {
    const visit = await Visit.as(office, 'manager')
    const { page } = visit
    await page.goto('/console/prices')
    await page.getByRole('grid').waitFor()
    const csv = await page.evaluate<string>(`fetch('/api/operator/prices.csv').then((reply) => reply.text())`)
    expect(csv).toContain('s4,,,USD,3.10')
    const [file] = await Promise.all([page.waitForEvent('download'), visit.press('e')])
    expect(file.suggestedFilename()).toBe('prices.csv')
    // The window has an address of its own, and leaves the price book behind it.
    await visit.open('/console/prices/import')
    await page.getByLabel('Or paste it here').waitFor()
    await visit.press('Escape')
    await page.waitForURL(/\/prices$/)
    await page.getByRole('grid').waitFor()
    await visit.click('Read a CSV…')
    await page.getByLabel('Or paste it here').fill('service;currency;price\nno;USD;1\ns4;USD;x\n')
    await visit.click('Review')
    await page.getByRole('row', { name: /^2 service/ }).waitFor()
    await page.getByRole('row', { name: /^3 price/ }).waitFor()
    expect(await visit.violations()).toEqual([])
    await page.getByLabel('Or paste it here').fill(csv.replace('s4,,,USD,3.10', 's4,,,USD,3.33'))
    await visit.click('Review')
    await page.getByText('Not applied yet').waitFor()
    await page.getByRole('button', { name: /^Apply/ }).click()
    await page.getByText('Applied by').waitFor()
    expect(await priceOf('s4')).toBe('3.33')
    await visit.leave()
  })

  test('what one reseller pays is told with its reason, beside another, with its history', async () => {
    await apply({ cells: [{ service: 's4', currency: 'USD', price: '3.10' }] })
    const visit = await Visit.as(office, 'manager')
    const { page } = visit
    await page.goto('/console/resellers/anna')
    await page.getByRole('navigation', { name: 'About anna' }).getByRole('link', { name: 'Prices' }).click()
    const row = page.getByRole('row', { name: /Samsung: information/ })
    await row.waitFor()
    await page.goto('/console/prices/for/anna?compare=everyone')
    await row.getByText('as everyone: fixed').or(row.getByText("everyone's price less 5%")).first().waitFor()
    await page.getByRole('columnheader', { name: 'Everyone' }).waitFor()
    await shot(visit, 'prices-for')
    const csv = await page.evaluate<string>(
      `fetch('/api/operator/prices/for/anna/prices.csv?compare=everyone').then((reply) => reply.text())`,
    )
    expect(csv).toContain('service,name,group,currency,anna,')
    expect(csv.trim().split('\n')).toHaveLength(9)
    // Who changed it is called by name, with the plan or the reading of the list by which it came.
    const { sql } = office.server
    await sql`update staff set name = 'Rina'`
    await sql`
      insert into cost_history (supplier_id, remote_id, currency, old_cost, new_cost, actor, run_id)
      select r.supplier_id, r.remote_service, 'USD', 1900000, 2000000, 'imeigate', 41
        from supplier_routes r join services v on v.id = r.service_id where v.code = 's4'`
    await visit.click(/^History of Samsung/)
    const dialog = page.getByRole('dialog')
    const ofCost = dialog.getByRole('row').filter({ hasText: 'Cost at Panel' })
    await ofCost.getByText('imeigate').waitFor()
    await expect
      .poll(() => ofCost.getByRole('link', { name: 'list 41' }).getAttribute('href'))
      .toMatch(/^\/console\/suppliers\/\d+\/lists$/)
    const ofPrice = dialog.getByRole('row').filter({ hasText: "Everyone's price" }).first()
    await ofPrice.getByText('Rina').waitFor()
    await visit.expectUsable('the history of a price')
    await ofPrice.getByRole('link', { name: /^plan \d+$/ }).click()
    await page.getByText('Applied by').waitFor()
    await page.goto('/console/prices/for/anna?compare=everyone')
    await page.getByRole('columnheader', { name: 'Everyone' }).waitFor()
    await page.getByRole('combobox', { name: 'Compare with' }).fill('citra')
    await page.getByRole('combobox', { name: 'Compare with' }).press('Enter')
    await page.waitForURL(/compare=account/)
    // The same history is in the grid, of the cell that one is in.
    await page.goto('/console/prices')
    await page.locator('[data-cell="1 0"]').click()
    await visit.press('h')
    await page.getByRole('dialog').getByRole('table').waitFor()
    await visit.leave()
  })

  test('services are filtered by group, supplier and margin, resellers have columns, and the file follows', async () => {
    const visit = await Visit.as(office, 'manager')
    const { page } = visit
    await page.goto('/console/prices')
    await page.getByRole('grid').waitFor()
    await visit.click('Filter')
    const sheet = page.getByRole('dialog', { name: 'Filter' })
    await sheet.getByRole('radio', { name: 'Unlocks' }).check()
    await sheet.getByRole('radio', { name: 'Panel' }).check()
    await sheet.getByLabel('Columns of resellers').fill('anna')
    expect(await visit.violations()).toEqual([])
    await sheet.getByRole('button', { name: 'Show' }).click()
    await page.locator('[data-head]').filter({ hasText: 'anna' }).waitFor()
    await page.getByText('Blacklist worldwide').waitFor({ state: 'detached' })
    // T-Mobile has no route to the supplier.
    await expect.poll(() => page.getByText('T-Mobile USA: unlock').count()).toBe(0)
    const inFile = async (): Promise<string[]> => {
      const href = await page.getByRole('link', { name: 'Download CSV' }).getAttribute('href')
      const csv = await page.evaluate<string>(`fetch(${JSON.stringify(href)}).then((reply) => reply.text())`)
      return [...new Set(csv.trim().split('\n').slice(1))].map((line) =>
        line.split(',').slice(0, 4).join(','),
      )
    }
    expect(new Set(await inFile())).toEqual(new Set(['s7,,,IDR', 's7,,,USD', 's7,,Gold,USD']))
    // Columns that a link names stay while a filter changes.
    await page.goto('/console/prices?audiences=everyone&service_group=Unlocks')
    await page.getByRole('grid').waitFor()
    await visit.click('Leave out Group of services: Unlocks')
    await page.getByText('Blacklist worldwide').waitFor()
    expect(new URL(page.url()).searchParams.get('audiences')).toBe('everyone')
    await page.goto('/console/prices')
    await page.locator('[data-head]').filter({ hasText: 'Gold' }).first().waitFor()
    await visit.click('Filter')
    await page.getByRole('dialog').getByLabel('Margin of at most').fill('−50,0 %')
    await visit.click('Show')
    await page.getByRole('button', { name: 'Leave out Margin of at most: -50.0%' }).waitFor()
    expect(new URL(page.url()).searchParams.get('margin_lte')).toBe('-50.0')
    await page.getByText('Samsung: information').waitFor({ state: 'detached' })
    expect(new Set(await inFile())).toEqual(new Set(['s2,,,IDR', 's2,,,USD', 's2,,Gold,USD']))
    await page.goto('/console/prices?audiences=everyone&currencies=USD&q=samsung')
    await page.getByText('Samsung: information').first().waitFor()
    expect(await inFile()).toEqual(['s4,,,USD'])
    await visit.leave()
  })

  test('while changes do not arrive by themselves, what is shown is read again, and the bar says so', async () => {
    const visit = await Visit.as(office, 'manager')
    const { page } = visit
    await page.clock.install()
    await page.route(/\/api\/operator\/events/, (route) => route.fulfill({ status: 503, body: '' }))
    await page.goto('/console/prices')
    await page.getByRole('grid').waitFor()
    await page.clock.fastForward(6000)
    await page.getByText('No connection since').waitFor()
    const again = page.waitForRequest(/\/prices\/grid/)
    await page.clock.fastForward(15_000)
    await again
    // Costs stand first; on a phone, which has room for one column, last.
    const heads = page.getByRole('columnheader')
    await expect.poll(() => heads.nth(1).textContent()).toMatch(/^Cost/)
    await page.setViewportSize(PHONE)
    await heads.nth(1).getByText('Everyone').waitFor()
    await expect.poll(() => heads.last().textContent()).toMatch(/^Cost/)
    await visit.leave()
  })

  test('what changes meanwhile is counted, and no cell changes under the hand before it is asked for', async () => {
    const visit = await Visit.as(office, 'manager', { screen: { width: 390, height: 844 } })
    const { page } = visit
    await page.goto('/console/prices?audiences=everyone&currencies=IDR&q=s7')
    const cell = page.locator('[data-cell="0 0"]')
    await cell.getByText('55,000').waitFor()
    await cell.click()
    await page.keyboard.type('56000')
    await page.keyboard.press('Enter')
    await page.getByText('1 change', { exact: true }).waitFor()
    await office.server.sql`
      update supplier_routes set cost = 3000000 where service_id = (select id from services where code = 's7')`
    await page.getByText(/^Costs changed .*: 2 cells/).waitFor()
    // What is shown, and edited, is as it was.
    await cell.getByText('56,000').waitFor()
    await page.getByRole('gridcell').getByText('44,000').waitFor()
    await visit.expectUsable('prices that changed meanwhile')
    await visit.click('Show')
    await page.getByRole('gridcell').getByText('48,000').waitFor()
    await page.getByText(/^Costs changed/).waitFor({ state: 'detached' })
    await cell.getByText('56,000').waitFor()
    await visit.click('Drop all')
    await cell.getByText('60,000').waitFor()
    // Prices alone: a rule of somebody else.
    await apply({ rules: [{ service: 's7', currency: 'IDR', percent: '50' }] })
    await page.getByText(/^Prices changed .*: 1 cell/).waitFor()
    await cell.getByText('60,000').waitFor()
    // What is opened anew is as it is now.
    await page.reload()
    await cell.getByText('72,000').waitFor()
    await visit.leave()
  })

  test('who may not change prices sees them, without costs', async () => {
    const visit = await Visit.as(office, 'support')
    const { page } = visit
    await page.goto('/console/prices')
    await page.getByRole('grid').waitFor()
    await expect.poll(() => page.getByRole('columnheader', { name: /Cost/ }).count()).toBe(0)
    await expect.poll(() => page.getByRole('button', { name: 'Read a CSV…' }).count()).toBe(0)
    await page.locator('[data-cell="0 0"]').click()
    await page.keyboard.type('9')
    await expect.poll(() => page.getByRole('textbox', { name: /^Price of/ }).count()).toBe(0)
    await page.keyboard.press('r')
    await page.goto('/console/prices/rules')
    await page.getByRole('listitem').filter({ hasText: 'Gold' }).waitFor()
    await expect.poll(() => page.getByRole('button', { name: /the rule of/ }).count()).toBe(0)
    await visit.leave()
  })

  test('every page is usable by everybody, wide and on a phone, in light and dark', async () => {
    const [plan] = await office.server.sql<{ id: number }[]>`select max(id) as id from plans`
    const visit = await Visit.as(office, 'manager')
    await visit.expectUsablePages([
      '/console/prices',
      `/console/plans/${plan?.id}`,
      '/console/prices/for/anna?compare=group%3AGold',
      '/console/prices?q=nothing',
      '/console/prices/rules',
    ])
    await visit.leave()
  })
})
