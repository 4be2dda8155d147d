import { afterAll, beforeAll, expect, test } from 'vitest'
import { OperatorOffice } from '../protocols/operator/office.fixtures.ts'
import { closeBrowserAfterwards, describePages, Visit } from './browser.fixtures.ts'

closeBrowserAfterwards()

describePages('suppliers', () => {
  let office: OperatorOffice
  beforeAll(async () => {
    office = await OperatorOffice.open()
    const { sql } = office.server
    for (const name of ['Big Panel', 'Small Panel'])
      await sql`insert into suppliers (kind, name, url, currency) values ('dhru', ${name}, 'https://x.example', 'USD')`
    await sql`
      insert into supplier_health (supplier_id, open, why, opened_at, probe_at, balance, balance_at)
      select id, true, 'credit', now(), now() + interval '1 day', 1250000, now() from suppliers where name = 'Small Panel'`
    // Big Panel has a balance in euros, usually does all within 10 seconds, and has failed with half of the last day; of one item nobody knows.
    await sql`update suppliers set currency = 'EUR' where name = 'Big Panel'`
    await sql`insert into supplier_health (supplier_id, balance, balance_at) select id, 10000000, now() from suppliers where name = 'Big Panel'`
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
  })
  afterAll(() => office.stop())

  test('the worst stands first; one is switched off and on again, which says what becomes of its orders', async () => {
    const visit = await Visit.as(office, 'manager')
    const { page } = visit
    await page.goto('/console/suppliers')
    await page.getByRole('row', { name: /Small Panel/ }).waitFor()
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
    await big.getByText('usually 100%').waitFor()
    expect(await big.textContent()).toMatch(/50%.*10 sec.*1 unknown/)
    await page.getByText('All balances together: $12.25').waitFor()
    await visit.shot('suppliers with figures')
    // Found by name, and by what is low: the URL has it.
    await page.goto('/console/suppliers?state=paused')
    await page.getByRole('row', { name: /Small Panel/ }).waitFor()
    expect(await page.getByRole('row', { name: /Big Panel/ }).count()).toBe(0)
    await page.getByRole('textbox', { name: 'Name of a supplier' }).pressSequentially('nothing')
    await page.getByText('No supplier fits these filters.').waitFor()
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

  test('who may not read costs sees no balances', async () => {
    const visit = await Visit.as(office, 'support')
    await visit.page.goto('/console/suppliers')
    await visit.page.getByRole('row', { name: /Small Panel/ }).waitFor()
    expect(await visit.page.getByRole('columnheader', { name: 'Balance there' }).count()).toBe(0)
    await visit.page.getByText('usually 100%').waitFor()
    expect(await visit.page.getByText('All balances together').count()).toBe(0)
    expect(await visit.page.getByRole('button', { name: /^Switch/ }).count()).toBe(0)
    await visit.leave()
  })

  test('every page is usable by everybody, wide and on a phone, in light and dark', async () => {
    const visit = await Visit.as(office, 'owner')
    await visit.expectUsablePages(['/console/suppliers'])
    await visit.page.getByText('Small Panel').first().waitFor()
    await visit.leave()
  })
})
