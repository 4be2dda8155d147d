import { mkdirSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createPriceGroup } from '../../src/accounts/accounts.ts'
import { changer, OperatorOffice } from '../protocols/operator/office.fixtures.ts'
import { until } from '../support/until.ts'
import { closeBrowserAfterwards, describePages, Visit } from './browser.fixtures.ts'

closeBrowserAfterwards()

/** SHOTS is a folder for pictures of the pages, where somebody wants to look at them. */
const SHOTS = process.env['SHOTS']
const shot = async ({ page }: Visit, name: string): Promise<void> => {
  if (SHOTS === undefined) return
  mkdirSync(SHOTS, { recursive: true })
  await page.screenshot({ path: `${SHOTS}/${name}.png`, fullPage: true })
}

const SERVICES = [
  {
    code: 'fmi',
    name: 'Apple: Find My iPhone',
    group: 'Checks',
    price: '0.12',
    delivery_time: '1-5 minutes',
  },
  { code: 'carrier', name: 'Apple: carrier and lock', group: 'Checks', price: '0.25' },
  { code: 'gsx', name: 'Apple: GSX full report', group: 'Checks', price: '1.80', delivery_time: '1 hour' },
  { code: 'att', name: 'AT&T USA: iPhone unlock', group: 'Unlocks', price: '19', delivery_time: '1-3 days' },
  { code: 'credits', name: 'Tool credits', group: 'Tools', price: '1', kind: 'server', max_quantity: 100 },
] as const

describePages('the catalogue in the console', () => {
  let office: OperatorOffice
  let change: ReturnType<typeof changer>
  let serviceOf: (code: string) => Promise<Record<string, unknown>>
  beforeAll(async () => {
    office = await OperatorOffice.open()
    const { sql } = office.server
    change = changer(office.server, (await office.person('owner')).headers)
    await createPriceGroup(sql, 'Gold')
    for (const one of SERVICES) {
      const made = await change('POST', '/services', { ...one, currency: 'USD' })
      expect(made.status, one.code).toBe(200)
    }
    await sql`
      insert into suppliers (kind, name, url, currency)
      values ('dhru', 'Big Panel', 'https://big.example', 'USD'), ('dhru', 'Small Panel', 'https://small.example', 'USD')`
    await sql`
      insert into supplier_routes (service_id, supplier_id, remote_service, cost, position)
      select v.id, s.id, '10' || v.id, 80000, s.id from services v cross join suppliers s
       where s.name like '%Panel' and v.code in ('fmi', 'carrier', 'att')`
    await sql`
      insert into sales (cut, unit, day, account_id, service_id, supplier_id, currency, cost_currency, orders, placed, charged,
                         failed, cancelled, rejected, corrected, uncosted, turnover, refunded, cost, times)
      select 'service', 'day', (now() - interval '2 days')::date, 0, id, 0, 'USD', '', 0, 0, 970, 30, 0, 0, 0, 0, 0, 0, 0,
             ('970' || repeat('0', 12 * 122))::numeric from services where code = 'fmi'`
    serviceOf = async (code) => {
      const [row] = await sql<Record<string, unknown>[]>`select * from services where code = ${code}`
      return row ?? {}
    }
  })
  afterAll(() => office.stop())

  test('services are found, chosen over the whole filter, and changed by a plan that shows each', async () => {
    const visit = await Visit.as(office, 'catalogue', { screen: { width: 1440, height: 900 } })
    const { page } = visit
    await page.goto('/console/today')
    await page.getByRole('heading', { level: 1 }).waitFor()
    await visit.press('g')
    await visit.press('c')
    await page.getByRole('heading', { level: 1, name: 'Services' }).waitFor()
    await page.getByText('5 services').waitFor()
    await page
      .getByRole('row', { name: /Apple: Find My iPhone/ })
      .getByText('97.0%')
      .waitFor()
    await page
      .getByRole('row', { name: /Apple: Find My iPhone/ })
      .getByText('2/2')
      .waitFor()
    await page
      .getByRole('row', { name: /Apple: GSX/ })
      .getByText('No route')
      .waitFor()
    expect(await visit.violations()).toEqual([])
    await shot(visit, 'services')
    await page.getByRole('button', { name: 'Name' }).click()
    await page.waitForURL(/sort=-name/)
    await page.getByRole('row').nth(1).getByText('Tool credits').waitFor()
    await page.goto('/console/catalogue/services')
    await visit.click('Filter')
    await page.getByRole('radiogroup', { name: 'Group' }).getByRole('radio', { name: 'Checks' }).check()
    await visit.click('Show')
    await page.waitForURL(/group=Checks/)
    await page.getByText('3 services').waitFor()
    await page.getByLabel('Choose all rows shown').check()
    await visit.click('Change…')
    const dialog = page.getByRole('dialog', { name: 'Change services' })
    await dialog.getByLabel('Promised time').fill('2-10 minutes')
    await dialog.getByRole('combobox', { name: 'An order is late' }).click()
    await page.getByRole('option', { name: 'After a promised time' }).click()
    // A promise without a time is none.
    await dialog.getByRole('button', { name: 'Review the change' }).and(page.locator('[disabled]')).waitFor()
    await dialog.getByLabel('Promised within').fill('20m')
    await dialog.getByText('= 20 min').waitFor()
    expect(await visit.violations()).toEqual([])
    await shot(visit, 'services-change')
    await dialog.getByRole('button', { name: 'Review the change' }).click()
    await page.getByText('3 changes', { exact: true }).waitFor()
    await page.getByText('2-10 minutes').first().waitFor()
    await page.getByRole('checkbox', { name: /^Apply row .*carrier/ }).uncheck()
    await page.getByRole('button', { name: 'Apply 2 changes' }).waitFor()
    await visit.press('Control+Enter')
    await page.getByText('Applied', { exact: true }).waitFor()
    expect(await serviceOf('gsx')).toMatchObject({ delivery_time: '2-10 minutes', promised_seconds: 1200 })
    // It is undone, but for what was changed since; what was left out of it is not left out of that.
    await office.server.sql`update services set delivery_time = '1 hour' where code = 'gsx'`
    await visit.click('Undo…')
    await page.getByText('Changed since: stays', { exact: true }).waitFor()
    await page.getByText('1 change', { exact: true }).waitFor()
    const rows = page.getByRole('checkbox', { name: /^Apply row/ })
    await expect.poll(() => rows.count()).toBe(1)
    await rows.uncheck()
    await page.getByRole('button', { name: 'Apply 0 changes' }).and(page.locator('[disabled]')).waitFor()
    await rows.check()
    await visit.click('Apply 1 change')
    await page.getByText('Applied', { exact: true }).waitFor()
    expect((await serviceOf('fmi'))['delivery_time']).toBe('1-5 minutes')
    await visit.leave()
  })

  test('a service is edited beside what panels see of it; what breaks orders is said before', async () => {
    const visit = await Visit.as(office, 'catalogue', { screen: { width: 1440, height: 900 } })
    const { page } = visit
    await page.goto('/console/catalogue/services/fmi')
    const seen = page.getByRole('complementary', { name: 'What others see' })
    await seen.getByText(/^0\.12 USD\s· /).waitFor()
    await page.getByLabel('Description').fill('Shows <b>on</b> or <b>off</b>.<script>alert(1)</script>')
    await seen.locator('b', { hasText: 'off' }).waitFor()
    await expect.poll(() => seen.locator('script').count()).toBe(0)
    // Two fields; the second is moved up by keys, and keeps the focus.
    await visit.click('Add a field')
    await visit.type('Phone model')
    await expect.poll(() => page.getByLabel('Name for programs').inputValue()).toBe('PHONE_MODEL')
    await visit.click('Add a field')
    await visit.type('E-mail')
    await visit.press('Alt+ArrowUp')
    const fields = page.getByRole('list', { name: 'Further fields' }).getByRole('listitem')
    await expect.poll(() => fields.nth(0).getByLabel('Name for programs').inputValue()).toBe('E_MAIL')
    await fields.nth(0).locator('[data-part=label]:focus').waitFor()
    await seen.getByRole('listitem').filter({ hasText: 'Phone model' }).waitFor()
    await shot(visit, 'service')
    await visit.click('Save')
    const asked = page.getByRole('dialog', { name: 'Save what breaks orders?' })
    await asked.getByText('E_MAIL').waitFor()
    await asked.getByText('No order of it is open.').waitFor()
    expect(await visit.violations()).toEqual([])
    await shot(visit, 'service-breaks')
    expect((await serviceOf('fmi'))['description']).toBe('')
    // What is typed before the form has read what was saved stays.
    const read = Promise.withResolvers<void>()
    const address = /\/api\/operator\/services\/fmi$/
    await page.route(address, async (request) => {
      if (request.request().method() === 'GET') await read.promise
      await request.continue()
    })
    await asked.getByRole('button', { name: 'Save all the same' }).click()
    await page.getByText('Saved.').waitFor()
    await page.getByRole('textbox', { name: 'Code' }).fill('12')
    const isRead = page.waitForResponse((answer) => address.test(answer.url()))
    read.resolve()
    await isRead
    await page.unroute(address)
    expect(await serviceOf('fmi')).toMatchObject({
      fields: [
        { name: 'E_MAIL', label: 'E-mail', required: true },
        { name: 'PHONE_MODEL', label: 'Phone model' },
      ],
    })
    // A fault stands at its field, and nothing can be saved with it.
    await page.getByText('must not be all digits').waitFor()
    await visit.settled()
    await expect.poll(() => page.getByRole('textbox', { name: 'Code' }).inputValue()).toBe('12')
    await expect.poll(() => page.getByRole('button', { name: 'Save', exact: true }).isDisabled()).toBe(true)
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Orders' }).click()
    await visit.click('Leave without saving')
    await page.waitForURL(/\/orders/)
    await page.goto('/console/catalogue/services/fmi')
    await seen.getByText(/^0\.12 USD\s· /).waitFor()
    await expect.poll(() => page.getByRole('textbox', { name: 'Code' }).inputValue()).toBe('fmi')
    await page.locator('summary', { hasText: 'More:' }).click()
    await page.getByLabel('Asked at least every').fill('1h')
    // The time in the words is offered, and taken only by a click; what says something else is not offered.
    const offer = page.getByRole('button', { name: /^Late after/ })
    await page.getByLabel('Promised time').fill('up to 5 minutes, mostly')
    await offer.waitFor({ state: 'detached' })
    await page.getByLabel('Promised time').fill('1-24 Hours')
    await expect.poll(() => page.getByLabel('Promised within').inputValue()).toBe('')
    await shot(visit, 'service-promise')
    await visit.click('Late after 1 day')
    await page.getByText('= 1 day').waitFor()
    await page.getByLabel('Promised within').and(page.locator(':focus')).waitFor()
    await expect.poll(() => page.getByLabel('Promised within').inputValue()).toBe('1d')
    await page.keyboard.press('Control+Enter')
    const bar = page.getByRole('region', { name: 'Changes that are not saved yet' })
    await bar.waitFor({ state: 'detached' })
    expect(await serviceOf('fmi')).toMatchObject({ max_poll_seconds: 3600, promised_seconds: 86_400 })
    // Empty takes the promise away.
    await page.getByLabel('Promised within').fill('')
    await page.keyboard.press('Control+Enter')
    await bar.waitFor({ state: 'detached' })
    expect((await serviceOf('fmi'))['promised_seconds']).toBe(null)
    await visit.leave()
  })

  test('a save that comes too late shows both values and overwrites nothing', async () => {
    const visit = await Visit.as(office, 'manager', { screen: { width: 1440, height: 900 } })
    const { page } = visit
    await page.goto('/console/catalogue/services/att')
    await page.getByLabel('Promised time').fill('mine')
    await page.getByRole('button', { name: 'Save', exact: true }).waitFor()
    const { json } = await change('POST', '/plans', {
      ...{
        kind: 'services.bulk',
        input: { services: ['att'], change: { delivery_time: 'theirs', min_poll_seconds: 7 } },
      },
    })
    await change('POST', `/plans/${json.data.id}/apply`, {})
    await until(
      'the plan is applied',
      async () => ((await serviceOf('att')) as { delivery_time?: string }).delivery_time === 'theirs',
    )
    await visit.click('Save')
    await page.getByText('Somebody else was faster, and nothing of yours is saved yet.').waitFor()
    const both = page.getByRole('row', { name: /Promised time/ })
    await both.getByText('theirs').waitFor()
    await both.getByText('mine').waitFor()
    await page.getByText(/^Changed there as well, and kept: Asked at the earliest after/).waitFor()
    await visit.settled()
    expect(await visit.violations()).toEqual([])
    await shot(visit, 'service-conflict')
    await visit.click('Save mine over it')
    await page.getByText('Saved.').waitFor()
    expect(await serviceOf('att')).toMatchObject({ delivery_time: 'mine', min_poll_seconds: 7 })
    await visit.leave()
  })

  test('routes are put into another order by keys', async () => {
    const visit = await Visit.as(office, 'catalogue')
    const { page } = visit
    await page.goto('/console/catalogue/services/carrier')
    const routes = page.getByRole('list', { name: 'Who does it' }).getByRole('listitem')
    await routes.nth(1).getByRole('link', { name: 'Small Panel' }).waitFor()
    await routes.nth(1).focus()
    await visit.press('Alt+ArrowUp')
    await routes.nth(0).getByText('Small Panel').waitFor()
    await page.locator('[data-route]:focus').getByText('Small Panel').waitFor()
    const rows = await office.server.sql<{ name: string }[]>`
      select s.name from supplier_routes r join suppliers s on s.id = r.supplier_id join services v on v.id = r.service_id
       where v.code = 'carrier' order by r.position`
    expect(rows.map(({ name }) => name)).toEqual(['Small Panel', 'Big Panel'])
    await visit.leave()
  })

  test('the id there and the margin floor of a route are changed, and a change that comes too late changes nothing', async () => {
    const { sql } = office.server
    const [att] = await sql<{ id: number }[]>`
      select r.id from supplier_routes r join services v on v.id = r.service_id join suppliers s on s.id = r.supplier_id
       where v.code = 'att' and s.name = 'Big Panel'`
    const route = async () => {
      const [row] = await sql<{ remote_service: string; margin_floor: number }[]>`
        select remote_service, margin_floor from supplier_routes where id = ${att?.id ?? 0}`
      return row && { ...row }
    }
    const was = await route()
    const visit = await Visit.as(office, 'manager')
    const { page } = visit
    const dialog = page.getByRole('dialog', { name: 'The route to Big Panel' })
    const row = page.getByRole('list', { name: 'Who does it' }).getByRole('listitem').first()
    await page.goto('/console/catalogue/services/att')
    await visit.click(/^Change Big Panel/)
    await expect.poll(() => dialog.getByLabel('Its id there').inputValue()).toBe(was?.remote_service)
    await expect.poll(() => dialog.getByRole('button', { name: 'Save the route' }).isDisabled()).toBe(true)
    await dialog.getByLabel('Margin floor, in percent').fill('five')
    await visit.click('Save the route')
    await dialog.getByLabel('Margin floor, in percent').and(page.locator('[aria-invalid]')).waitFor()
    // It says beside the number that it is percent, and takes the number as it is written in other countries.
    await dialog.getByText('%', { exact: true }).waitFor()
    await dialog.getByLabel('Margin floor, in percent').fill('5,5 %')
    await visit.expectUsable('a route is changed')
    await visit.click('Save the route')
    await row.getByText('keeps 5.5%').waitFor()
    expect(await route()).toEqual({ ...was, margin_floor: 550 })
    await visit.click(/^Change Big Panel/)
    await dialog.getByLabel('Its id there').fill('777')
    await dialog.getByLabel('Margin floor, in percent').fill('7')
    await sql`update supplier_routes set margin_floor = 600 where id = ${att?.id ?? 0}`
    await visit.click('Save the route')
    await dialog.getByText('Somebody else was faster, and nothing of yours is saved yet.').waitFor()
    await dialog.getByRole('row', { name: /6.*7/ }).waitFor()
    await visit.expectUsable('a route that somebody else was faster with')
    expect(await route()).toEqual({ ...was, margin_floor: 600 })
    // What is typed beside the value that they changed stays.
    await visit.click('Take theirs')
    await dialog.getByText('Somebody else was faster').waitFor({ state: 'detached' })
    await expect.poll(() => dialog.getByLabel('Margin floor, in percent').inputValue()).toBe('6')
    await expect.poll(() => dialog.getByLabel('Its id there').inputValue()).toBe('777')
    await visit.click('Save the route')
    await row.getByText('777').waitFor()
    expect(await route()).toEqual({ remote_service: '777', margin_floor: 600 })
    await visit.leave()
  })

  test('many services get a further route at once, where the list has their like; the others stay, with the reason', async () => {
    const { sql } = office.server
    await sql`insert into suppliers (kind, name, url, currency) values ('dhru', 'Third', 'https://third.example', 'USD')`
    await sql`
      insert into supplier_services (supplier_id, remote_id, group_name, name, kind, cost, currency, delivery_time, description,
                                     min_quantity, max_quantity, fields, hash, first_seen_at, last_seen_at)
      select s.id, v.id, 'Checks', v.name, 'imei', v.cost, 'USD', '', '', 1, 1, '[]', gen_random_uuid(), now(), now()
        from suppliers s cross join (values ('31', 'APPLE: Find My iPhone', 90000), ('gsx', 'GSX', 2500000)) v (id, name, cost)
       where s.name = 'Third'`
    const visit = await Visit.as(office, 'manager', { screen: { width: 1440, height: 900 } })
    const { page } = visit
    const dialog = page.getByRole('dialog', { name: 'A further route' })
    const planned = async (by: string) => {
      await page.goto('/console/catalogue/services?group=Checks')
      await page.getByText('3 services').waitFor()
      await page.getByLabel('Choose all rows shown').check()
      await visit.click('Add a route…')
      await dialog.getByLabel('Supplier').click()
      await page.getByRole('option', { name: 'Third' }).click()
      await dialog.getByText(by).click()
      await visit.expectUsable('a further route for many')
      await visit.click('Review the routes')
      await page.getByText('Not applied yet').waitFor()
    }
    await planned('By equal names')
    await page
      .getByRole('row', { name: /Find My iPhone/ })
      .getByText('To APPLE: Find My iPhone')
      .waitFor()
    const carrier = page.getByRole('row', { name: /carrier and lock/ })
    await carrier.getByText('The list has none of this name').waitFor()
    await carrier.getByText('Nothing fits: stays').waitFor()
    await visit.expectUsable('a plan of further routes')
    await visit.click(/^Apply/)
    await page.getByText('Applied by').waitFor()
    await planned('Our code is the id there')
    // It costs more there than it is sold for.
    await page.getByText('costs $2.50 there, and is sold for $1.80').waitFor()
    await visit.click(/^Apply/)
    await page.getByText('Applied by').waitFor()
    const made = await sql<{ code: string; remote_service: string; position: number }[]>`
      select v.code, r.remote_service, r.position from supplier_routes r join services v on v.id = r.service_id
        join suppliers s on s.id = r.supplier_id where s.name = 'Third' order by v.id`
    expect(made.map((one) => [one.code, one.remote_service])).toEqual([
      ['fmi', '31'],
      ['gsx', 'gsx'],
    ])
    expect(made[0]?.position).toBeGreaterThan(2)
    // Who has the route already is counted; what is no service is named; a supplier without a list does all.
    const plan = async (input: object) => {
      const { headers } = await office.person('manager')
      return (await changer(office.server, headers)('POST', '/plans', { kind: 'services.route', input })).json
    }
    expect((await plan({ services: ['fmi', 'none'], supplier: 'Third' })).data.summary).toMatchObject({
      ...{ routes: 0, attached: 1, unmatched: 1 },
    })
    expect((await plan({ services: ['fmi'], supplier: 'Nobody' })).problems[0].field).toBe('input.supplier')
    await sql`insert into suppliers (kind, name, url, currency) values ('sandbox', 'Bench', 'https://bench.example', 'USD')`
    const ofBench = (await plan({ services: ['gsx', 'credits'], supplier: 'Bench' })).data
    expect(ofBench.summary).toMatchObject({ routes: 2, attached: 0, unmatched: 0 })
    expect((await change('POST', `/plans/${ofBench.id}/apply`, {})).status).toBe(200)
    const [{ count } = { count: 0 }] = await sql<{ count: number }[]>`
      select count(*)::int from supplier_routes r join suppliers s on s.id = r.supplier_id where s.name = 'Bench'`
    expect(count).toBe(2)
    expect((await plan({ services: ['gsx'], supplier: 'Bench' })).data.summary.attached).toBe(1)
    await visit.leave()
  })

  test('a file is read whole or not at all; every line at fault is named', async () => {
    const visit = await Visit.as(office, 'catalogue')
    const { page } = visit
    await page.goto('/console/catalogue/import')
    const field = page.getByLabel('Or paste it here')
    await field.fill('code,name,kind\nfmi,,imeis\nnew-one,New,imei\n')
    await visit.click('Review')
    await page.getByText('Nothing was changed. These lines cannot be read:').waitFor()
    await page.getByRole('row', { name: /2 kind Kind must be/ }).waitFor()
    await page.getByRole('row', { name: /3 price/ }).waitFor()
    expect(await visit.violations()).toEqual([])
    await shot(visit, 'services-import')
    await field.fill(
      'code;name;group;price;currency\nnew-one;New;Checks;0,50;EUR\ncredits;Credits for tools;;;\n',
    )
    await visit.click('Review')
    await page.getByText('3 changes', { exact: true }).waitFor()
    await visit.click('Apply 3 changes')
    await page.getByText('Applied', { exact: true }).waitFor()
    expect((await serviceOf('credits'))['name']).toBe('Credits for tools')
    await visit.leave()
  })

  test('a group is named anew by a plan; a service is made, off at first', async () => {
    const visit = await Visit.as(office, 'manager')
    const { page } = visit
    await page.goto('/console/catalogue/groups')
    const names = () => page.locator('tr[data-group] a').allTextContents()
    const first = await page.locator('tr[data-group] a').first().textContent()
    await page.locator('tr[data-group]').first().focus()
    await visit.press('Alt+ArrowDown')
    await expect.poll(async () => (await names()).indexOf(first ?? '')).toBe(1)
    // By its button the focus stays on that; a choice of a row has its own keys.
    const up = page.locator('tr[data-group]').nth(1).getByRole('button', { name: /up$/ })
    await up.click()
    await expect.poll(async () => (await names()).indexOf(first ?? '')).toBe(0)
    await page.locator('tr[data-group]:focus').waitFor()
    // What is pressed while the first press is being saved is saved behind it.
    const stored = async () =>
      (await office.server.sql<{ name: string }[]>`select name from service_groups order by position`).map(
        ({ name }) => name,
      )
    const firstSave = Promise.withResolvers<void>()
    await page.route('**/api/operator/service-groups', async (route) => {
      if (route.request().method() === 'PATCH') await firstSave.promise
      await route.continue()
    })
    await page.locator('tr[data-group]').first().focus()
    await visit.press('Alt+ArrowDown')
    await visit.press('Alt+ArrowDown')
    await expect.poll(async () => (await names()).indexOf(first ?? '')).toBe(2)
    firstSave.resolve()
    await expect.poll(async () => (await stored()).indexOf(first ?? '')).toBe(2)
    await page.unroute('**/api/operator/service-groups')
    await visit.press('Alt+ArrowUp')
    await visit.press('Alt+ArrowUp')
    await expect.poll(async () => (await stored()).indexOf(first ?? '')).toBe(0)
    await page.getByLabel('Where Unlocks is listed').focus()
    const sequence = await names()
    await visit.press('Alt+ArrowDown')
    await visit.press('Escape')
    await page.getByLabel('Where Unlocks is listed').selectOption('portal')
    expect(await names()).toEqual(sequence)
    await expect
      .poll(() => office.server.sql`select shown from service_groups where name = 'Unlocks'`)
      .toEqual([{ shown: 'portal' }])
    await visit.click('Rename Unlocks')
    await page.getByLabel('Name of the group').fill('Network unlocks')
    await visit.click('Review the change')
    await visit.click('Apply 1 change')
    await page.getByText('Applied', { exact: true }).waitFor()
    expect((await serviceOf('att'))['group_name']).toBe('Network unlocks')
    // A group that is named anew keeps its place.
    expect(await office.server.sql`select name from service_groups where shown = 'portal'`).toEqual([
      { name: 'Network unlocks' },
    ])
    await page.goto('/console/catalogue/services')
    await page.getByRole('button', { name: 'New service' }).waitFor()
    await visit.press('n')
    const dialog = page.getByRole('dialog', { name: 'New service' })
    await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill('Samsung: information')
    await dialog.getByLabel('Code').fill('samsung')
    await dialog.getByLabel('Group').fill('Checks')
    await dialog.getByLabel('Price for everyone').fill('0.20')
    expect(await visit.violations()).toEqual([])
    await dialog.getByRole('button', { name: 'Make the service' }).click()
    await page.getByRole('heading', { level: 1, name: 'Samsung: information' }).waitFor()
    expect(await serviceOf('samsung')).toMatchObject({ active: false, kind: 'imei' })
    await visit.leave()
  })

  test('who may only read changes nothing', async () => {
    const visit = await Visit.as(office, 'support')
    const { page } = visit
    await page.goto('/console/catalogue/services')
    await page.getByText('Apple: GSX full report').waitFor()
    await expect.poll(() => page.getByRole('button', { name: 'New service' }).count()).toBe(0)
    await expect.poll(() => page.getByRole('checkbox').count()).toBe(0)
    await page.goto('/console/catalogue/services/gsx')
    await page.getByLabel('Promised time').waitFor()
    await expect.poll(() => page.getByLabel('Promised time').getAttribute('readonly')).not.toBeNull()
    await expect.poll(() => page.getByRole('button', { name: 'Add a field' }).count()).toBe(0)
    await expect.poll(() => page.getByRole('button', { name: 'Add a route…' }).count()).toBe(0)
    await page.goto('/console/catalogue/import')
    await page.getByText('catalogue.edit').waitFor()
    await visit.leave()
  })

  test('every page is usable by everybody, wide and on a phone, in light and dark', async () => {
    const visit = await Visit.as(office, 'owner')
    await visit.expectUsablePages(
      ['services', 'services/fmi', 'services/credits', 'groups', 'import'].map(
        (path) => `/console/catalogue/${path}`,
      ),
    )
    await visit.leave()
  })
})
