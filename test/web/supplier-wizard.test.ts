import { mkdirSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createPriceGroup } from '../../src/accounts/accounts.ts'
import { OperatorOffice } from '../protocols/operator/office.fixtures.ts'
import { closeBrowserAfterwards, describePages, PHONE, Visit } from './browser.fixtures.ts'

closeBrowserAfterwards()

const SHOTS = process.env['SHOTS']

describePages('one supplier', () => {
  let office: OperatorOffice
  let panel: Server
  let url: string
  /** `listed` is what the panel has: each service's id, group, name and cost. `key` is the one that it knows us by. */
  let listed: [id: string, group: string, name: string, cost: string][]
  let key = 'the-right-key'
  /** `at` is the page of the supplier that the first test adds. */
  let at = ''
  /** `bought` are the orders that the panel got. */
  const bought: string[] = []

  const listText = (): string => {
    const list: Record<string, { GROUPNAME: string; GROUPTYPE: string; SERVICES: Record<string, unknown> }> =
      {}
    for (const [id, group, name, cost] of listed) {
      list[group] ??= { GROUPNAME: group, GROUPTYPE: 'IMEI', SERVICES: {} }
      list[group].SERVICES[id] = {
        ...{ SERVICEID: id, SERVICETYPE: 'IMEI', SERVICENAME: name, CREDIT: cost, TIME: '1 day' },
      }
    }
    return JSON.stringify({ SUCCESS: [{ MESSAGE: 'IMEI Service List', LIST: list }], apiversion: '6.1' })
  }
  const answerTo = (body: string): unknown => {
    if (!body.includes(key)) return { ERROR: [{ MESSAGE: 'Invalid User or API key' }], apiversion: '6.1' }
    if (body.includes('accountinfo')) {
      const account = { credit: '$ 42.50', creditraw: '42.50', mail: 'us@example.com', currency: 'USD' }
      return { SUCCESS: [{ message: 'Your Account Info', AccoutInfo: account }], apiversion: '6.1' }
    }
    if (body.includes('placeimeiorder')) {
      bought.push(body)
      return { SUCCESS: [{ MESSAGE: 'Order received', REFERENCEID: '77' }], apiversion: '6.1' }
    }
    return undefined
  }

  beforeAll(async () => {
    office = await OperatorOffice.open({ OUTBOUND_ALLOW: '127.0.0.0/8' })
    panel = createServer((request, response) => {
      const parts: Buffer[] = []
      request.on('data', (part: Buffer) => parts.push(part))
      request.on('end', () => {
        const answer = answerTo(Buffer.concat(parts).toString())
        response.writeHead(200, { 'content-type': 'application/json' })
        response.end(answer === undefined ? listText() : JSON.stringify(answer))
      })
    })
    await new Promise<void>((resolve) => panel.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(panel.address() as AddressInfo).port}`
    await createPriceGroup(office.server.sql, 'Gold')
    await office.server.service({ name: 'FMI check iPhone', price: '5' })
    listed = [
      ['1', 'Checks', 'AAA - Carrier check', '0.50'],
      ['2', 'Checks', 'FMI Check - iPhone', '0.80'],
      ['3', 'Unlocks', 'Unlock iPhone 13', '5.00'],
      ['4', 'Unlocks', 'Unlock iPhone 14', '6.00'],
    ]
  })
  afterAll(async () => {
    await office.stop()
    panel.close()
  })

  const shot = async (visit: Visit, name: string): Promise<void> => {
    if (SHOTS === undefined) return
    mkdirSync(SHOTS, { recursive: true })
    await visit.page.screenshot({ path: `${SHOTS}/${name}.png`, fullPage: true })
  }

  test('job 8: a supplier is added, tested, imported and priced within 14 steps; a wrong key is mended in the same form', async () => {
    const visit = await Visit.as(office, 'owner')
    const { page } = visit
    await page.goto('/console/suppliers')
    await visit.click('Add a supplier', 'link')
    await page.getByRole('textbox', { name: 'Name', exact: true }).focus()
    await visit.paste('Big Panel')
    await page.getByRole('textbox', { name: 'Address' }).focus()
    await visit.paste(url)
    await page.getByRole('textbox', { name: 'User name' }).focus()
    await visit.paste('us')
    await page.getByRole('textbox', { name: 'API access key' }).focus()
    await visit.paste('the-right-key')
    expect(await visit.violations()).toEqual([])
    await shot(visit, 'new-supplier')
    // A wrong key is said with what to do, and mending it in place is no step of the job.
    const steps = visit.steps
    key = 'another-key'
    await visit.click('Add and test')
    await page.getByText('It does not work yet.').waitFor()
    await page.getByText('copy user name and key', { exact: false }).waitFor()
    expect(await visit.violations()).toEqual([])
    await shot(visit, 'new-supplier-failed')
    key = 'the-right-key'
    visit.steps = steps
    await visit.click('Save and test again')
    await page.getByText('It works: $42.50 there.').waitFor()
    await visit.click('Choose what to import', 'link')
    await page.waitForURL(/\/suppliers\/\d+\/import/)
    at = new URL(page.url()).pathname.replace('/import', '')
    await page.getByText('Not importable').waitFor()
    await shot(visit, 'import-read')
    await visit.click('Choose services')
    await visit.click('All of Unlocks as new services', 'checkbox')
    await visit.click(/^Attach the 1 that is like ours/)
    await page.getByText('2 new services, 1 further route.').waitFor()
    await shot(visit, 'import-choose')
    // A reload loses nothing.
    await page.reload()
    await page.getByText('2 new services, 1 further route.').waitFor()
    await visit.click(/^Go on with 3/)
    await page.getByRole('textbox', { name: 'Percent', exact: true }).focus()
    await visit.paste('25')
    await shot(visit, 'import-price')
    await visit.click('Check it')
    await page.getByRole('cell', { name: /^Unlock iPhone 13/ }).waitFor()
    expect(await visit.violations()).toEqual([])
    await shot(visit, 'import-check')
    expect(await office.server.sql`select from synced_services`).toHaveLength(0)
    await visit.click('Import 2 services, 1 further route, 2 prices')
    await page.getByText('Imported.').waitFor()
    expect(visit.steps).toBeLessThanOrEqual(14)
    await shot(visit, 'import-done')
    expect(await visit.violations()).toEqual([])
    const prices = await office.server.sql`
      select v.name, p.unit_price::text as price from prices p join services v on v.id = p.service_id
        join synced_services using (service_id) order by v.name`
    expect(prices).toEqual([
      { name: 'Unlock iPhone 13', price: '6250000' },
      { name: 'Unlock iPhone 14', price: '7500000' },
    ])
    await page.getByRole('link', { name: 'See its routes' }).click()
    await page.getByRole('table').waitFor()
    await expect.poll(() => page.getByRole('row').count()).toBe(4)
    await visit.leave()
  })

  test('a missing rate is asked for in its place; each currency and price group has its own line', async () => {
    const visit = await Visit.as(office, 'catalogue')
    const { page } = visit
    await page.goto(`${at}/import`)
    // Ctrl+Enter leads from step to step, where the step is done.
    await page.getByRole('button', { name: 'Choose services' }).waitFor()
    await page.keyboard.press('Control+Enter')
    await page.getByRole('checkbox', { name: 'All of Checks as new services' }).click()
    await page.getByRole('button', { name: /^Go on with/ }).waitFor()
    await page.keyboard.press('Control+Enter')
    await page.getByRole('textbox', { name: 'Percent', exact: true }).fill('25')
    await page.getByRole('button', { name: 'Another currency or price group' }).click()
    const second = page.getByRole('group', { name: 'Price 2' })
    await second.getByRole('textbox', { name: 'Currency' }).fill('EUR')
    await second.getByRole('textbox', { name: 'Percent' }).fill('10')
    await second.getByLabel('For').selectOption('Gold')
    await page.getByText('There is no exchange rate from USD to EUR.').waitFor()
    await expect.poll(() => page.getByRole('button', { name: 'Check it' }).isDisabled()).toBe(true)
    expect(await visit.violations()).toEqual([])
    await shot(visit, 'import-rate')
    await page.getByRole('textbox', { name: '1 USD is so much EUR' }).fill('0.5')
    await page.getByRole('button', { name: 'Set the rate' }).click()
    await page.getByText('There is no exchange rate').waitFor({ state: 'detached' })
    await page.getByRole('textbox', { name: 'Left out of names' }).fill('AAA')
    await page.keyboard.press('Control+Enter')
    const row = page.getByRole('row', { name: /^Apply row 1/ })
    await row.waitFor()
    await expect
      .poll(() => row.textContent())
      .toMatch(/Carrier check.*Gold.*0\.28.*EUR.*|Carrier check.*Everyone.*0\.63/)
    await page.getByRole('button', { name: 'Import 1 service, 0 further routes, 2 prices' }).click()
    await page.getByText('Imported.').waitFor()
    await visit.leave()
  })

  test('a cost that jumps waits in the inbox and on the Lists tab, and is approved by row', async () => {
    listed = [
      ['1', 'Checks', 'AAA - Carrier check', '2.00'],
      ['2', 'Checks', 'FMI Check - iPhone', '0.80'],
      ['3', 'Unlocks', 'Unlock iPhone 13', '12.00'],
      ['4', 'Unlocks', 'Unlock iPhone 14', '6.00'],
    ]
    const visit = await Visit.as(office, 'owner')
    const { page } = visit
    await page.goto(`${at}/lists`)
    await page.getByRole('button', { name: 'Read it now' }).click()
    await page.getByRole('heading', { name: 'Waits for you' }).waitFor()
    await page.getByRole('checkbox', { name: /Apply row 1/ }).waitFor()
    expect(await visit.violations()).toEqual([])
    await shot(visit, 'lists-held')
    await page.goto('/console/inbox?kind=list')
    await page.getByRole('checkbox', { name: /Apply row 1/ }).waitFor()
    expect(await visit.violations()).toEqual([])
    await shot(visit, 'inbox-held')
    const unlock = page.getByRole('row', { name: /Unlock iPhone 13/ }).first()
    await unlock.getByRole('checkbox').click()
    await page.getByRole('button', { name: /^Apply \d+ changes?$/ }).click()
    await page.getByText('has jumped, and waits').first().waitFor()
    const costs = await office.server.sql`
      select remote_id, cost::text as cost, waiting_cost::text as waiting from supplier_services
       where remote_id in ('1', '3') order by remote_id`
    expect(costs).toEqual([
      { remote_id: '1', cost: '2000000', waiting: null },
      { remote_id: '3', cost: '5000000', waiting: '12000000' },
    ])
    await visit.leave()
  })

  test('job 1: a supplier out of credit, from the link of a message, on a phone, in 3 steps', async () => {
    const visit = await Visit.as(office, 'manager', { screen: PHONE })
    const { page } = visit
    visit.steps++
    await page.goto(at)
    await visit.click('Use the next routes…')
    await page.getByRole('dialog').getByText('Orders go by their next route').waitFor()
    await visit.click(/^Use the next routes$/)
    await page.getByText('Paused by a person: orders use the next routes').first().waitFor()
    expect(visit.steps).toBeLessThanOrEqual(3)
    await office.server.sql`
      insert into supplier_health (supplier_id, open, why, reason, opened_at, probe_at)
      select id, true, 'credit', 'Insufficient credit', now(), now() + interval '1 day' from suppliers where name = 'Big Panel'
      on conflict (supplier_id) do update set open = true, why = 'credit', reason = 'Insufficient credit', opened_at = now(),
             probe_at = now() + interval '1 day'`
    // Once nothing is left there, orders go by the next routes without being told to.
    await page.reload()
    await page.getByText('Our credit there is used up').first().waitFor()
    await page.getByText('“Insufficient credit”').first().waitFor()
    expect(await visit.violations()).toEqual([])
    expect(await visit.overflow()).toBeLessThanOrEqual(0)
    await shot(visit, 'paused-phone')
    await page.getByText('Orders that have another route go by it').waitFor()
    await visit.click('Switch off…')
    await page.getByRole('dialog').getByText('Orders go by the next route').waitFor()
    await shot(visit, 'paused-dialog')
    await page.getByText('It takes too long').click()
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /^Switch off/ })
      .click()
    await page.getByText('it is switched off', { exact: false }).waitFor()
    await page.getByRole('button', { name: 'Switch on…' }).click()
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /^Switch on/ })
      .click()
    await page.getByRole('button', { name: 'Switch off…' }).waitFor()
    await visit.leave()
  })

  test('one IMEI is bought for a test: its cost is said before, what was sent and received after', async () => {
    const visit = await Visit.as(office, 'owner')
    const { page } = visit
    await page.goto(at)
    await page.getByRole('button', { name: 'Test with one IMEI…' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: /Unlock iPhone 14/ }).click()
    await dialog.getByRole('textbox', { name: 'IMEI or serial number' }).fill('490154203237518')
    await dialog.getByText('This buys at Big Panel for $6.00').waitFor()
    expect(await visit.violations()).toEqual([])
    await shot(visit, 'try')
    expect(bought).toHaveLength(0)
    await dialog.getByRole('button', { name: 'Buy it for $6.00' }).click()
    await dialog.getByText('taken under the number 77', { exact: false }).waitFor()
    expect(await visit.violations()).toEqual([])
    await shot(visit, 'tried')
    expect(bought).toHaveLength(1)
    await expect.poll(() => dialog.textContent()).not.toContain('the-right-key')
    await visit.leave()
  })

  test('settings are changed one by one, and secrets are never shown', async () => {
    const visit = await Visit.as(office, 'owner')
    const { page } = visit
    await page.goto(`${at}/settings`)
    await page.getByRole('textbox', { name: 'Calls at a time' }).fill('4')
    await expect.poll(() => page.getByRole('textbox', { name: 'API access key' }).inputValue()).toBe('')
    await page.getByRole('textbox', { name: 'API access key' }).fill('another-key')
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.getByText('The settings are saved.').waitFor()
    key = 'another-key'
    await page.getByRole('button', { name: 'Test', exact: true }).click()
    await page.getByText('It works: $42.50 there.').waitFor()
    expect(await page.content()).not.toContain('another-key')
    const [row] = await office.server.sql<
      { concurrency: number }[]
    >`select concurrency from suppliers where name = 'Big Panel'`
    expect(row?.concurrency).toBe(4)
    await visit.leave()
  })

  test('support sees neither costs nor what it may not do; its URL names the permission', async () => {
    const visit = await Visit.as(office, 'support')
    const { page } = visit
    await page.goto(at)
    await page.getByRole('heading', { level: 1 }).waitFor()
    await page.getByRole('button', { name: 'Test with one IMEI…' }).waitFor()
    for (const name of ['Switch off…', 'Switch on…', 'Use the next routes']) {
      await expect.poll(() => page.getByRole('button', { name }).count(), { message: name }).toBe(0)
    }
    await expect.poll(() => page.getByText('Balance there').count()).toBe(0)
    await page.goto(`${at}/settings`)
    await page.getByText('suppliers.edit').waitFor()
    await page.goto(`${at}/import`)
    await page.getByText('suppliers.sync').waitFor()
    await page.goto('/console/suppliers/new')
    await page.getByText('suppliers.edit').waitFor()
    await visit.leave()
  })

  test('every page is usable by everybody, wide and on a phone, in light and dark', async () => {
    const visit = await Visit.as(office, 'owner')
    const tabs = ['', '/services', '/routes', '/attempts', '/answers', '/lists', '/settings', '/import']
    await visit.expectUsablePages([...tabs.map((tab) => `${at}${tab}`), '/console/suppliers/new'])
    await visit.leave()
  })
})
