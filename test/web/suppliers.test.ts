import { readFileSync } from 'node:fs'
import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createSupplier } from '../../src/suppliers/suppliers.ts'
import { bank, sealer, uniqueAmounts } from '../deposits/deposits.fixtures.ts'
import { QRIS } from '../deposits/telling-apart.fixtures.ts'
import { changer, OperatorOffice } from '../protocols/operator/office.fixtures.ts'
import { FailingWay } from '../suppliers/top-ups.fixtures.ts'
import { testServer } from '../support/server.ts'
import { until } from '../support/until.ts'
import { closeBrowserAfterwards, describePages, PHONE, Visit } from './browser.fixtures.ts'

closeBrowserAfterwards()

describePages('suppliers', () => {
  let office: OperatorOffice
  beforeAll(async () => {
    office = await OperatorOffice.open({ OUTBOUND_ALLOW: '127.0.0.0/8' })
    const { sql } = office.server
    for (const name of ['Big Panel', 'Small Panel'])
      await sql`insert into suppliers (kind, name, url, currency) values ('dhru', ${name}, 'https://x.example', 'USD')`
    await sql`
      insert into supplier_health (supplier_id, open, why, opened_at, probe_at, balance, balance_at)
      select id, true, 'credit', now(), now() + interval '1 day', 1250000, now() from suppliers where name = 'Small Panel'
      on conflict (supplier_id) do update set open = true, why = 'credit', opened_at = now(), probe_at = excluded.probe_at, balance = excluded.balance, balance_at = now()`
    // Big Panel has a balance in euros, usually does all within 10 seconds, and has failed with half of the last day; of one item nobody knows.
    await sql`update suppliers set currency = 'EUR' where name = 'Big Panel'`
    await sql`insert into supplier_health (supplier_id, balance, balance_at) select id, 10000000, now() from suppliers where name = 'Big Panel'
      on conflict (supplier_id) do update set balance = excluded.balance, balance_at = now()`
    await sql`insert into exchange_rates (base, quote, rate, valid_from, actor) values ('EUR', 'USD', 1.10, now() - interval '1 day', 'test')`
    await sql`
      insert into services (code, name, group_name, kind, input_schema, duplicate_policy)
      values ('check', 'Check', 'Checks', 'imei', '{}', 'replay')`
    await sql`
      insert into supplier_routes (service_id, supplier_id, remote_service, cost)
      select v.id, s.id, '9', 1 from services v cross join suppliers s where v.code = 'check' and s.name = 'Big Panel'`
    await sql`
      insert into attempts (account_id, order_id, position, number, supplier_id, route_id, state, fault, created_at, finished_at)
      select 1, n, 1, 1, r.supplier_id, r.id, case when n in (1, 2) then 'refused' else 'succeeded' end::attempt_state,
             case when n in (1, 2) then 'supplier' end, d.at - interval '10 seconds', d.at
        from generate_series(1, 24) n
        join supplier_routes r on r.remote_service = '9'
       cross join lateral (select now() - case when n <= 4 then interval '1 hour' else interval '3 days' end as at) d`
    await sql`
      insert into items (account_id, order_id, position, service_id, supplier_id, input, quantity, price, state, due_at)
      select 1, 1, 1, r.service_id, r.supplier_id, '490154203237518', 1, 1, 'unknown', now() + interval '1 day'
        from supplier_routes r where r.remote_service = '9'`
    // It had 30 euros five days ago, and 4.50 were spent three days ago.
    await sql`
      insert into supplier_balances (supplier_id, at, currency, balance)
      select id, now() - interval '5 days', 'EUR', 30000000 from suppliers where name = 'Big Panel'`
    await sql`
      insert into sales (cut, unit, day, account_id, service_id, supplier_id, currency, cost_currency, orders, placed, charged, failed,
                         cancelled, rejected, corrected, uncosted, turnover, refunded, cost, times)
      select 'supplier', 'day', (now() at time zone 'UTC')::date - 3, 0, 0, id, 'USD', 'EUR', 0, 0, 3, 0, 0, 0, 0, 0, 9000000, 0, 4500000, 0
        from suppliers where name = 'Big Panel'`
  })
  afterAll(() => office.stop())

  test('the worst stands first; one is switched off and on again, which says what becomes of its orders', async () => {
    const visit = await Visit.as(office, 'manager')
    const { page } = visit
    await page.goto('/console/suppliers')
    await page.getByRole('row', { name: /Small Panel/ }).waitFor()
    await visit.settled()
    const rows = await page.getByRole('row').allTextContents()
    expect(rows.findIndex((row) => row.includes('Small Panel'))).toBe(1)
    expect(rows[1]).toMatch(/Paused.*1.25/)
    await visit.click('Switch off Big Panel')
    await page.getByRole('dialog').getByText('Nothing more is sent to Big Panel').waitFor()
    expect(await visit.violations()).toEqual([])
    await page.getByLabel('Reason').fill('It answers wrongly')
    await page.getByRole('dialog').getByRole('button', { name: 'Switch off Big Panel' }).click()
    await page.getByRole('button', { name: 'Switch on Big Panel' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Switch on Big Panel' }).click()
    await page.getByRole('button', { name: 'Switch off Big Panel' }).waitFor()
    await visit.leave()
  })

  test('how each fares stands beside what is usual, and all balances are added up in one currency', async () => {
    const visit = await Visit.as(office, 'manager')
    const { page } = visit
    await page.goto('/console/suppliers')
    const big = page.getByRole('row', { name: /Big Panel/ })
    await big.getByText('usually 100.0%').waitFor()
    await expect.poll(() => big.textContent()).toMatch(/50\.0%.*10 sec.*1 unknown/)
    await page.getByText('All balances together: $12.25').waitFor()
    await visit.shot('suppliers with figures')
    // Found by name, and by what is low: the URL has it.
    await page.goto('/console/suppliers?state=paused')
    await page.getByRole('row', { name: /Small Panel/ }).waitFor()
    await expect.poll(() => page.getByRole('row', { name: /Big Panel/ }).count()).toBe(0)
    await page.getByRole('textbox', { name: 'Name of a supplier' }).pressSequentially('nothing')
    await page.getByText('No supplier fits these filters.').waitFor()
    // The file has what is listed, without what was left out of its columns.
    await office.server.sql`update suppliers set low_balance = 5000000 where name = 'Small Panel'`
    for (const filter of ['state=paused', 'low=yes', 'kind=dhru&q=panel']) {
      await page.goto(`/console/suppliers?${filter}`)
      await page.getByRole('row', { name: /Small Panel/ }).waitFor()
      await visit.settled()
      const listed = (await page.getByRole('row').getByRole('link').allTextContents()).sort()
      await visit.click('Export…')
      const dialog = page.getByRole('dialog', { name: 'Export the suppliers' })
      await dialog.getByRole('checkbox', { name: 'Condition: Balance', exact: true }).waitFor()
      if (filter === 'low=yes') await visit.expectUsable('the export of suppliers')
      await dialog.getByRole('checkbox', { name: 'Settings' }).uncheck()
      const coming = page.waitForEvent('download')
      await visit.click('Download')
      const download = await coming
      expect(download.suggestedFilename()).toBe('suppliers.csv')
      const rows = parse(readFileSync(await download.path()), { columns: true, bom: true }) as Record<
        string,
        string
      >[]
      expect([filter, rows.map(({ name }) => name).sort()]).toEqual([filter, listed])
      expect(Object.keys(rows[0] ?? {})).toContain('health.balance')
      expect(Object.keys(rows[0] ?? {})).not.toContain('settings')
    }
    await office.server.sql`update suppliers set low_balance = null where name = 'Small Panel'`
    await visit.leave()
  })

  test('the page of one has balance and spend by day, and what is open leads to its orders', async () => {
    const [big] = await office.server.sql<{ id: number }[]>`select id from suppliers where name = 'Big Panel'`
    const visit = await Visit.as(office, 'owner')
    const { page } = visit
    await visit.expectUsablePages([`/console/suppliers/${big?.id}`])
    await page.getByText('90% are done within').waitFor()
    await page.getByText('As a table').click()
    const table = page.getByRole('region', { name: 'Balance there and what was spent, by day' })
    await visit.settled()
    const days = (await table.getByRole('row').allTextContents()).slice(1)
    expect(days).toHaveLength(30)
    // A balance holds until another one is told; before the first nothing is known.
    expect(days[23]).toMatch(/–€0.00$/)
    expect(days[24]).toMatch(/€30.00€0.00$/)
    expect(days[26]).toMatch(/€30.00€4.50$/)
    expect(days[29]).toMatch(/€10.00€0.00$/)
    // A point leads to the orders that ended on its day, the figures to what is open.
    await page.locator('.u-over').click()
    await page.getByText('Ended from').first().waitFor()
    await page.goBack()
    await visit.click('1', 'link')
    await page.getByRole('button', { name: 'Leave out State: Outcome unknown' }).waitFor()
    expect(new URL(page.url()).search).toBe('?supplier=Big+Panel&state=unknown')
    // What is refused of its schedule is said at the field, which gets the focus.
    await page.goto(`/console/suppliers/${big?.id}/lists`)
    const gone = page.getByLabel('Gone, in percent')
    await gone.fill('500')
    await visit.click('Save')
    await gone.and(page.locator('[aria-invalid="true"]:focus')).waitFor()
    // Of what somebody else has changed meanwhile both values are shown; theirs are taken for that alone.
    await gone.fill('30')
    await page.getByLabel('A cost, in percent').fill('40')
    const limits = async () => {
      const [row] = await office.server.sql<{ loss: number; jump: number }[]>`
        select max_loss as loss, max_jump as jump from supplier_syncs where supplier_id = ${Number(big?.id)}`
      return row && { ...row }
    }
    await office.server.sql`
      insert into supplier_syncs (supplier_id, max_loss) values (${Number(big?.id)}, 25)
      on conflict (supplier_id) do update set max_loss = 25`
    await visit.click('Save')
    await page.getByRole('row', { name: /25.*30/ }).waitFor()
    await visit.click('Take theirs')
    await page.getByText('Somebody else was faster').waitFor({ state: 'detached' })
    await expect.poll(() => gone.inputValue()).toBe('25')
    await expect.poll(() => page.getByLabel('A cost, in percent').inputValue()).toBe('40')
    await visit.click('Save')
    await until('it is saved', async () => (await limits())?.jump === 40)
    expect(await limits()).toEqual({ loss: 25, jump: 40 })
    await visit.leave()
  })

  test('several are asked for our account, or for their lists, at once', async () => {
    const visit = await Visit.as(office, 'manager')
    const { page } = visit
    await page.goto('/console/suppliers')
    await page.getByRole('row', { name: /Small Panel/ }).waitFor()
    await page.getByRole('checkbox', { name: 'Choose Big Panel' }).check()
    await page.getByRole('checkbox', { name: 'Choose Small Panel' }).check()
    await page.getByText('2 chosen').waitFor()
    await visit.click('Test, and ask for balances')
    // Nothing answers at their address: each row says so.
    const answered = (name: RegExp) =>
      page.getByRole('row', { name }).locator('[role=status]:not(:empty), [role=alert]').first().waitFor()
    await answered(/Big Panel/)
    await answered(/Small Panel/)
    await visit.click('Read their lists')
    await visit.expectUsable('suppliers that were asked')
    await visit.leave()
  })

  test('one whose protocol has deposits is topped up: way, amount, what to pay, credited; a lost answer is looked for', async () => {
    const upstream = await testServer()
    const us = await upstream.shop({ currency: 'IDR', deposit: '10000' })
    await uniqueAmounts(upstream, { settings: { qris: QRIS }, name: 'QRIS' })
    await bank(upstream, { currency: 'IDR', name: 'Bank transfer' })
    const way = await FailingWay.to(upstream.url)
    const made = await createSupplier(office.server.sql, await sealer(), {
      ...{ kind: 'cekceir', name: 'Wholesale', url: way.url, currency: 'IDR' },
      secrets: { api_key: `${us.securityId}.${us.secret}` },
    })
    const visit = await Visit.as(office, 'manager')
    const { page } = visit
    const dialog = page.getByRole('dialog')
    await page.goto(`/console/suppliers/${made.id}`)
    // Three steps from the supplier's page to what is to be paid: the first way is chosen, and the amount waits for the keyboard.
    await visit.click('Top up…')
    await dialog.locator('input[inputmode=decimal]:focus').waitFor()
    await visit.paste('50000')
    await visit.expectUsable('top up, way and amount')
    await visit.click(/^Begin with/)
    await dialog.getByText('To be paid').waitFor()
    expect(visit.steps).toBe(3)
    await dialog.getByRole('img', { name: 'QR code that names payee and amount' }).waitFor()
    await visit.expectUsable('top up, what to pay')
    await page.setViewportSize(PHONE)
    await visit.expectUsable('top up, what to pay')
    await page.setViewportSize({ width: 1440, height: 900 })
    // It is paid there, and followed here.
    const { clock } = office.office
    const confirmer = await OperatorOffice.at(upstream, clock).program(['money.deposits'])
    const [deposit] = await upstream.sql<
      { id: number }[]
    >`select id::int from deposits order by id desc limit 1`
    await changer(upstream, confirmer)('POST', `/deposits/${deposit?.id}/confirm`, {})
    await dialog.getByRole('button', { name: 'Ask now' }).click()
    await dialog.getByText(/says that .* was credited/).waitFor()
    await dialog.getByText(/The balance there is .*60,0/).waitFor()
    await visit.shot('top up, credited')
    await dialog.getByRole('button', { name: 'Close' }).last().click()
    // The answer to the next one is lost: it is looked for, and none is begun twice.
    way.loses = 1
    await visit.click('Top up…')
    await dialog.getByRole('radio', { name: /Bank transfer/ }).check()
    await dialog.getByLabel('Amount to be credited').fill('20000')
    await dialog.getByRole('button', { name: /^Begin with/ }).click()
    await dialog.getByText('Not known', { exact: true }).waitFor()
    await visit.expectUsable('top up, not known')
    await dialog.getByRole('button', { name: 'Look for it' }).click()
    await dialog.getByText('To be paid').waitFor()
    await dialog.getByText('The Operator').waitFor()
    // What the job hears is seen at once.
    const heard = (state: string) =>
      office.server
        .sql`update supplier_top_ups set state = ${state}, asked_at = asked_at + interval '1 minute' where id = 2`
    await heard('review')
    await dialog.getByText('Being looked at').waitFor()
    await heard('pending')
    await dialog.getByText('To be paid').waitFor()
    await dialog.getByRole('button', { name: 'Close' }).last().click()
    expect(await upstream.sql`select count(*)::int as count from deposits`).toEqual([{ count: 2 }])
    await visit.expectUsablePages([`/console/suppliers/${made.id}/top-ups`])
    // It stands before the next one, and is given up with a reason.
    await visit.click('Top up…')
    await dialog.getByRole('radio', { name: /Bank transfer/ }).waitFor()
    await visit.shot('top up, one is open')
    await visit.click('Show what to pay')
    await visit.click('It will not be paid…')
    await dialog.getByLabel('Reason').fill('Another way is cheaper')
    await visit.expectUsable('top up, given up')
    await visit.click('Follow it no more')
    await dialog.getByText('It is followed no more').waitFor()
    await dialog.getByRole('button', { name: 'Close' }).last().click()
    await page.getByRole('row', { name: /Given up/ }).waitFor()
    await visit.open(`/console/suppliers/${made.id}/settings`)
    await page.getByLabel('Page where you top up there').waitFor()
    await visit.shot('supplier settings')
    await visit.leave()
    way.stop()
    await upstream.stop()
  })

  test('elsewhere its page is shown where the balance is low, and what was paid is written down', async () => {
    await office.server.sql`
      update suppliers set low_balance = 5000000, top_up_url = 'https://panel.example/add-funds', top_up_note = 'By card; at least 20 dollars'
       where name = 'Small Panel'`
    const visit = await Visit.as(office, 'manager')
    const { page } = visit
    const dialog = page.getByRole('dialog')
    await page.goto('/console/suppliers')
    await visit.click('Top up Small Panel')
    await expect
      .poll(() => dialog.getByRole('link', { name: 'To the page of Small Panel' }).getAttribute('href'))
      .toBe('https://panel.example/add-funds')
    await dialog.getByText('By card; at least 20 dollars').waitFor()
    await dialog.getByLabel('Amount, in USD').fill('250')
    await dialog.getByLabel('Reference of the payment').fill('TX 8812')
    await visit.expectUsable('top up elsewhere')
    await dialog.getByRole('button', { name: 'Write down $250' }).click()
    await page.getByText('The top-up is written down.').waitFor()
    await page.getByRole('link', { name: 'Small Panel' }).click()
    await visit.click('Top-ups', 'link')
    await page.getByText('TX 8812').waitFor()
    await visit.leave()
  })

  test('who may not read costs sees no balances', async () => {
    const visit = await Visit.as(office, 'support')
    await visit.page.goto('/console/suppliers')
    await visit.page.getByRole('row', { name: /Small Panel/ }).waitFor()
    await expect.poll(() => visit.page.getByRole('columnheader', { name: 'Balance there' }).count()).toBe(0)
    await visit.page.getByText('usually 100.0%').waitFor()
    await expect.poll(() => visit.page.getByText('All balances together').count()).toBe(0)
    await expect.poll(() => visit.page.getByRole('button', { name: /^Switch/ }).count()).toBe(0)
    await visit.leave()
  })

  test('every page is usable by everybody, wide and on a phone, in light and dark', async () => {
    const visit = await Visit.as(office, 'owner')
    await visit.expectUsablePages(['/console/suppliers'])
    // A phone shows all of a supplier without scrolling sideways: what it is and its state beside each other, each figure behind its name.
    const row = visit.page.getByRole('row', { name: /Big Panel/ })
    const [name, state] = await Promise.all([
      row.getByRole('link').boundingBox(),
      row.getByText('In use').boundingBox(),
    ])
    expect(Math.abs((name?.y ?? 0) - (state?.y ?? 99))).toBeLessThan(12)
    await expect.poll(() => row.locator('[data-label="Balance there"]').textContent()).toContain('10.00')
    await visit.page.getByText('Small Panel').first().waitFor()
    await visit.leave()
  })
})
