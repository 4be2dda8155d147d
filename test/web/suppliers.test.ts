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

  test('who may not read costs sees no balances', async () => {
    const visit = await Visit.as(office, 'support')
    await visit.page.goto('/console/suppliers')
    await visit.page.getByRole('row', { name: /Small Panel/ }).waitFor()
    expect(await visit.page.getByRole('columnheader', { name: 'Balance there' }).count()).toBe(0)
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
