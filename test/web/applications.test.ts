import { afterAll, beforeAll, expect, test } from 'vitest'
import { OperatorOffice } from '../protocols/operator/office.fixtures.ts'
import { closeBrowserAfterwards, describePages, PHONE, Visit } from './browser.fixtures.ts'

closeBrowserAfterwards()

describePages('who asks for an account, in the inbox', () => {
  let office: OperatorOffice
  beforeAll(async () => {
    office = await OperatorOffice.open()
    await office.server.sql`
      insert into applications (name, email, note, address, made_at, ends_at, verified_at)
      select name, lower(name) || '@corner.example', '300 checks a day', '192.0.2.1', now(), now(), now()
        from unnest(array['Ana', 'Eve']) as name`
  })
  afterAll(() => office.stop())

  test('one is accepted into a currency, with the link of the invitation, and one refused with a reason', async () => {
    const visit = await Visit.as(office, 'manager', { screen: PHONE })
    const { page } = visit
    await page.goto('/console/inbox?kind=application')
    await page.getByRole('button', { name: /Ana/ }).click()
    await page.getByText('300 checks a day').waitFor()
    await visit.expectUsable('an application')
    await visit.click('Accept…')
    await page.getByLabel('Currency').fill('usd')
    await visit.expectUsable('accepting')
    await visit.click('Make the account')
    await page.getByText(/\/portal\/invite#/).waitFor()
    const [account] = await office.server.sql`select name, status from accounts`
    expect(account).toMatchObject({ name: 'Ana', status: 'active' })
    // The rest by keys alone.
    await visit.press('Control+Enter')
    await page.goto('/console/inbox?kind=application')
    await page.getByRole('button', { name: /Eve/ }).waitFor()
    await visit.press('j')
    await page.getByText('eve@corner.example').last().waitFor()
    await visit.press('2')
    await page.getByRole('textbox', { name: 'Reason' }).and(page.locator(':focus')).waitFor()
    await visit.type('we sell to shops only')
    await visit.press('Control+Enter')
    await page.getByText('Nothing needs you').waitFor()
    const [eve] = await office.server.sql`select accepted, why from applications where name = 'Eve'`
    expect(eve).toMatchObject({ accepted: false, why: 'we sell to shops only' })
    await visit.leave()
  })
})
