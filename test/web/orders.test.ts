import { afterAll, beforeAll, expect, test } from 'vitest'
import { OperatorOffice } from '../protocols/operator/office.fixtures.ts'
import { RestClient } from '../support/rest.ts'
import { imei, type Shop } from '../support/server.ts'
import { until } from '../support/until.ts'
import { closeBrowserAfterwards, describePages, PHONE, Visit, WIDE } from './browser.fixtures.ts'

closeBrowserAfterwards()

describePages('orders in the console', () => {
  let office: OperatorOffice
  let shop: Shop
  let service: string
  let imeis = 0
  beforeAll(async () => {
    office = await OperatorOffice.open()
    shop = await office.server.shop({ deposit: '1000' })
    service = await office.server.service()
    for (let n = 0; n < 60; n++) await placed({ REFERENCE: `mine-${n}` })
  })
  afterAll(() => office.stop())

  async function placed(over: Record<string, string> = {}, tac?: string): Promise<number> {
    const answer = await office.server.place(shop, { ID: service, IMEI: imei(++imeis, tac), ...over })
    const id = String(answer.SUCCESS[0].REFERENCEID)
    if (tac === undefined) await office.server.ended(shop, id)
    return Number(id)
  }

  test('where is my order? is answered in three steps, and the reply is one more', async () => {
    const wanted = await placed({ REFERENCE: 'Customer-9' })
    const visit = await Visit.as(office, 'support')
    const { page } = visit
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await page.goto('/console/orders')
    await page.getByRole('table', { name: 'Orders' }).waitFor()
    await visit.press('/')
    await page.getByRole('combobox', { name: 'Find' }).waitFor()
    await visit.paste('customer-9')
    await visit.press('Enter')
    await page.getByRole('heading', { level: 1, name: String(wanted) }).waitFor()
    expect(visit.steps).toBeLessThanOrEqual(3)
    await visit.click('Copy reply')
    expect(visit.steps).toBeLessThanOrEqual(4)
    await page.getByText('The reply is copied').waitFor()
    const reply = await page.evaluate<string>('navigator.clipboard.readText()')
    expect(reply).toContain(`Order ${wanted}`)
    expect(reply).toContain(imei(imeis))
    await expect.poll(() => page.getByRole('button', { name: 'Refund…' }).count()).toBe(0)
    await visit.leave()
  })

  test('the box leads to a reseller, to any page, and by its trace id to a request that was refused', async () => {
    const refused = await fetch(`${office.server.url}/api/index.php`, {
      method: 'POST',
      body: new URLSearchParams({ username: shop.securityId, apiaccesskey: shop.secret, action: 'nothing' }),
    })
    const trace = String(refused.headers.get('x-request-id'))
    // The ids of requests have the time of the machine, and not that of the test's clock.
    const at = new Date(Number.parseInt(trace.replace('-', '').slice(0, 12), 16))
    await until('the request is logged', async () => {
      const { count } = await office.server
        .sql`update requests set at = ${at} where request_id = ${trace}::uuid`
      return count > 0
    })
    const visit = await Visit.as(office, 'manager')
    const { page } = visit
    await page.goto('/console/orders')
    await page.getByRole('heading', { level: 1 }).waitFor()
    const find = async (text: string) => {
      await visit.press('/')
      await page.getByRole('combobox', { name: 'Find' }).waitFor()
      await visit.paste(text)
      await visit.press('Enter')
    }
    // It has the focus as soon as it is there, so that nothing is lost of what a scanner types.
    await page.evaluate(`new MutationObserver((_, watcher) => {
      const box = document.querySelector('[role=combobox][aria-label=Find]')
      if (!box) return
      watcher.disconnect()
      document.body.dataset.found = String(document.activeElement === box)
    }).observe(document.body, { childList: true, subtree: true })`)
    await find(shop.username)
    expect(await page.locator('body').getAttribute('data-found')).toBe('true')
    await page.waitForURL(new RegExp(`/console/resellers/${shop.username}$`))
    await find('exchange ra')
    await page.getByRole('heading', { level: 1, name: 'Exchange rates' }).waitFor()
    await find('statemen')
    await page.getByRole('heading', { level: 1, name: 'Statements' }).waitFor()
    await find(trace)
    await page.getByRole('heading', { level: 1, name: 'Request' }).waitFor()
    await page.getByText(trace).first().waitFor()
    await visit.expectUsablePages([`/console/requests/${trace}`])
    await visit.leave()
  })

  test('on a wide screen an opened order stands beside the list, and goes on by keys; elsewhere it is a page', async () => {
    const [before, id] = [await placed(), await placed()]
    const visit = await Visit.as(office, 'support', { screen: { width: 1440, height: 900 } })
    const { page } = visit
    const beside = (order: number) =>
      page
        .getByRole('region', { name: `Order ${order}` })
        .getByRole('heading', { level: 2, name: String(order) })
    await page.goto('/console/orders?state=success')
    await page.getByRole('link', { name: `Order ${id}` }).click()
    await beside(id).waitFor()
    await page.getByRole('table', { name: 'Orders' }).waitFor()
    expect(new URL(page.url()).search).toContain(String(id))
    await expect.poll(() => page.locator('tr[aria-current]').count()).toBe(1)
    await visit.shot('an order beside its list')
    expect([await visit.violations(), await visit.overflow()]).toEqual([[], 0])
    await page.keyboard.press(']')
    await beside(before).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('region', { name: `Order ${before}` }).waitFor({ state: 'detached' })
    await page.getByRole('row', { name: new RegExp(String(before)) }).click()
    await beside(before).waitFor()
    await page.setViewportSize(PHONE)
    await page.getByRole('heading', { level: 1, name: String(before) }).waitFor()
    expect(new URL(page.url()).pathname).toBe(`/console/orders/${before}`)
    await visit.leave()
  })

  test('a secret result is shown when it is asked for, to who may look, and the timeline tells of it', async () => {
    const of = await office.server.service({ secretResults: true })
    const older = await placed({ ID: of })
    const id = await placed({ ID: of })
    const [{ result } = { result: '' }] = await office.server.sql<{ result: string }[]>`
      select result from items where order_id = ${id}`
    await office.server.sql`
      insert into attempt_exchanges (account_id, order_id, position, number, at, call, method, url, request, status, answer, milliseconds)
      values (${shop.accountId}, ${id}, 1, 1, now(), 'send', 'POST', 'https://panel.example/api', 'imei', 200, ${result}, 3)`
    const visit = await Visit.as(office, 'support')
    const { page } = visit
    await page.goto('/console/orders')
    await page.getByRole('link', { name: `Order ${id}` }).click()
    await page.getByText('The result is secret.').waitFor()
    expect(await page.content()).not.toContain(result)
    await visit.expectUsable('an order with a secret result')
    await visit.click('Show it')
    const shown = page.locator('pre', { hasText: result.split('\n')[0] ?? '' })
    await shown.waitFor()
    await page.getByRole('button', { name: 'Hide it' }).click()
    await page.getByText('The result is secret.').waitFor()
    // What is shown of one order is not shown under another, and is hidden when one comes back.
    const heading = (order: number) => page.getByRole('heading', { level: 1, name: String(order) }).waitFor()
    await page.keyboard.press(']')
    await heading(older)
    await visit.click('Show it')
    await page.getByRole('button', { name: 'Hide it' }).waitFor()
    await page.keyboard.press('[')
    await heading(id)
    await page.getByText('The result is secret.').waitFor()
    await expect.poll(() => page.getByRole('button', { name: 'Hide it' }).count()).toBe(0)
    // The same look shows what the supplier answered.
    await visit.click('What was sent and received')
    const answered = page.getByText('What the supplier answered is secret.').locator('..')
    await answered.getByRole('button', { name: 'Show it' }).click()
    await shown.waitFor()
    await page.reload()
    await page.getByText('looked at the secret result').first().waitFor()
    await visit.leave()
    const other = await Visit.as(office, 'finance')
    await other.page.goto(`/console/orders/${id}`)
    await other.page.getByText('The result is secret.').waitFor()
    await expect.poll(() => other.page.getByRole('button', { name: 'Show it' }).count()).toBe(0)
    await other.leave()
  })

  test('money is given back in three steps, said before and after', async () => {
    const wanted = await placed()
    const visit = await Visit.as(office, 'finance')
    const { page } = visit
    await page.goto(`/console/orders/${wanted}`)
    await page.getByText('$1.00 charged').first().waitFor()
    await visit.press('r')
    await page
      .getByRole('dialog')
      .getByText(/\$1\.00 goes back to/)
      .waitFor()
    expect(await visit.violations()).toEqual([])
    const steps = visit.steps
    await page.getByRole('radio', { name: 'A part' }).click()
    await page.getByRole('textbox', { name: 'Amount for each item' }).fill('0.4')
    // What a part leaves is said by the server, before the click.
    const { available } = await office.server.sql<{ available: string }[]>`
      select available::text from wallets where account_id = ${shop.accountId}`.then(
      ([row]) => row ?? { available: '0' },
    )
    const then = `after $${(Number(available) / 1e6 + 0.4).toFixed(2)}`
    await page.getByRole('dialog').getByText(then).waitFor()
    const refund = page.getByRole('dialog').getByRole('button', { name: /^Refund/ })
    await expect.poll(() => refund.textContent()).toBe('Refund $0.40')
    for (const [text, fault] of [
      ['5', 'At most $1.00 was charged for each.'],
      ['abc', '“abc” is no amount in USD.'],
    ] as const) {
      await page.getByRole('textbox', { name: 'Amount for each item' }).fill(text)
      await page.getByText(fault).waitFor()
      await expect.poll(() => refund.isDisabled()).toBe(true)
    }
    await page.getByRole('radio', { name: /^All of it/ }).click()
    visit.steps = steps + 1
    await page.getByText('It came too late').click()
    // The server does it, and its answer is lost: the same button asks again, and it is done once.
    await page.route('**/refund', async (route) => {
      await route.fetch()
      await route.fulfill({ status: 502, body: 'Bad gateway' })
    })
    await visit.click(/^Refund \$1\.00$/)
    expect(visit.steps).toBeLessThanOrEqual(3)
    const said = page.getByRole('dialog').getByRole('alert')
    await said.getByText('We do not know whether this was done. Press the same button again').waitFor()
    await expect.poll(() => said.textContent()).not.toContain('No money has moved')
    await page.unroute('**/refund')
    await visit.click(/^Refund \$1\.00$/)
    await page.getByText('nothing charged').waitFor()
    await page.getByRole('heading', { level: 1 }).getByText('Failed').waitFor()
    await page.getByText('It came too late').first().waitFor()
    // What the reseller's shop reads of it over Dhru.
    const told = await office.server.status(shop, String(wanted))
    expect([told.STATUS, told.COMMENTS]).toEqual(['3', 'It came too late'])
    // The supplier delivers after all.
    await visit.click('Deliver after all…')
    await page.getByRole('textbox', { name: 'Result' }).fill('Code 77')
    await page.getByText('The supplier delivered late').click()
    await page
      .getByRole('dialog')
      .getByText(/: now \$[\d,.]+ → after \$[\d,.]+$/)
      .waitFor()
    await visit.expectUsable('delivering after all')
    await visit.click(/^Deliver and charge \$1\.00$/)
    await page.getByRole('heading', { level: 1 }).getByText('Done').waitFor()
    const late = await office.server.status(shop, String(wanted))
    expect([late.STATUS, late.COMMENTS]).toEqual(['4', 'Code 77'])
    await visit.click('More actions')
    await page
      .getByRole('menuitem', { name: /Deliver after all…/ })
      .and(page.locator('[data-disabled]'))
      .waitFor()
    // A page of its own: Escape would lead back to the list.
    await page.reload()
    await page.locator('summary').filter({ hasText: 'History' }).click()
    const changes = page.locator('details').filter({ hasText: 'History' }).getByRole('listitem')
    await changes.first().waitFor()
    await visit.shot('history of an order')
    expect((await changes.allTextContents()).join('\n')).toMatch(/item 1[\s\S]*It came too late/)
    await visit.leave()
  })

  test('another route is chosen by what each costs, and what would lose money says so', async () => {
    const dear = await office.server.service()
    const { sql } = office.server
    await sql`update supplier_routes set cost = 1500000 where service_id = ${Number(dear)}`
    await sql`
      insert into supplier_routes (service_id, supplier_id, position, remote_service, cost, accept_unlisted)
      select service_id, supplier_id, 2, 'other', 1200000, true from supplier_routes where service_id = ${Number(dear)}`
    const answer = await office.server.place(shop, { ID: dear, IMEI: imei(++imeis) })
    const order = Number(answer.SUCCESS[0].REFERENCEID)
    const visit = await Visit.as(office, 'owner')
    const { page } = visit
    await page.goto(`/console/orders/${order}`)
    const waits = page.getByRole('region', { name: 'Waiting' })
    await waits.getByText('At present it goes by none of its routes.').waitFor()
    await waits
      .getByRole('link', { name: 'sandbox was passed over: it would cost too much' })
      .first()
      .waitFor()
    await visit.expectUsable('what an order waits for')
    await visit.click('More actions')
    await visit.click('Send by another route…', 'menuitem')
    const dialog = page.getByRole('dialog')
    await dialog.getByText('This would lose $0.50 an item.').waitFor()
    await dialog.getByText('Costs $1.20, charged $1.00.').waitFor()
    await dialog.getByText('This would lose $0.20 an item.').waitFor()
    await visit.expectUsable('another route')
    await visit.leave()
  })

  test('the list is filtered, gone through by keys, and comes back as it was', async () => {
    const visit = await Visit.as(office, 'manager')
    const { page } = visit
    await page.goto('/console/orders')
    const table = page.getByRole('table', { name: 'Orders' })
    await table.waitFor()
    await visit.press('f')
    await page.getByRole('dialog', { name: 'Filter' }).getByLabel('Done', { exact: true }).check()
    // Several are picked by a part of their names; what is typed whole, and never picked, counts as well.
    const resellers = page.getByRole('combobox', { name: 'Reseller' })
    await resellers.fill(shop.username.slice(0, -1))
    await page.getByRole('option', { name: shop.username }).waitFor()
    await visit.expectUsable('resellers to pick from')
    await page.getByRole('option', { name: shop.username }).click()
    await page.getByRole('combobox', { name: 'Service', exact: true }).fill('nothing-like-it')
    await page.getByText('No service has this in its name or code.').first().waitFor()
    await page.getByRole('combobox', { name: 'Service', exact: true }).fill('')
    // A key is found by its name and its reseller's, and stands in the address by its user name.
    await office.server.sql`update api_keys set name = 'Website' where security_id = ${shop.securityId}`
    await page.getByRole('combobox', { name: 'Group of services' }).click()
    await page.getByRole('option', { name: 'Checks' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('combobox', { name: 'API key' }).fill(`web ${shop.username}`)
    await page.getByRole('option', { name: `${shop.username}, Website` }).click()
    await page.getByRole('button', { name: 'Show', exact: true }).click()
    await page.waitForURL(/state=success/)
    expect(page.url()).toContain(`account=${shop.username}`)
    expect(page.url()).toContain(`key=${shop.securityId}`)
    await page.getByRole('button', { name: `Leave out API key: ${shop.username}, Website` }).waitFor()
    await page.getByRole('button', { name: `Leave out Reseller: ${shop.username}` }).click()
    await page.waitForURL((url) => !url.searchParams.has('account'))
    await page.getByText(/\d+ orders/).waitFor()
    await visit.settled()
    await page.keyboard.press('j')
    await page.keyboard.press('j')
    const second = await table.locator('tr[data-row="1"] a').textContent()
    await until('the second row has the focus', () =>
      page.evaluate<boolean>(`document.activeElement?.textContent === ${JSON.stringify(second)}`),
    )
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: String(second) }).waitFor()
    await page.keyboard.press(']')
    await page.getByRole('heading', { level: 1, name: String(Number(second) - 1) }).waitFor()
    await page.goBack()
    await page.goBack()
    await page.waitForURL(/state=success/)
    await page.keyboard.press('x')
    await visit.leave()
  })

  test('what stands beside the state of an order is not cut off, in any language', async () => {
    const { sql } = office.server
    const unknown = await placed({}, '00100104')
    const client = new RestClient(office.server, shop)
    const imeis = { imeis: [imei(901), imei(902, '00100105')] }
    const several = (await client.post('/api/order', { code: service, data: imeis })).body.order_id as number
    await until('one is unknown, and of several one is done', async () => {
      const ended = await sql`
        select 1 from items where order_id = ${unknown} and state = 'unknown' or order_id = ${several} and state = 'success'`
      return ended.length === 2
    })
    await client.post(`/api/order/${several}/cancel`, {})
    await sql`update services set promised_seconds = 60 where id = ${Number(service)}`
    await sql`update orders set created_at = created_at - interval '1 day' where id in (${unknown}, ${several})`
    for (const locale of ['en', 'es', 'id']) {
      const visit = await Visit.as(office, 'support', { screen: { width: 1440, height: 900 }, locale })
      const { page } = visit
      for (const id of [unknown, several]) {
        for (const width of [1440, 800]) {
          await page.setViewportSize({ width, height: 900 })
          await page.goto(`/console/orders?id=${id}`)
          const cell = page.locator('tr[data-row="0"] td', { has: page.locator('svg[viewBox="0 0 14 14"]') })
          await cell.waitFor()
          await visit.shot(`the state of order ${id} in ${locale} at ${width}`)
          expect(
            await cell.evaluate((td) => {
              const room = td.getBoundingClientRect()
              const marks = [...td.querySelectorAll('span > span')]
              // Of these only the state itself, which is the first, may be cut to its room.
              const cut = marks.filter(
                (one, at) =>
                  one.getBoundingClientRect().right > room.right ||
                  (at > 0 && one.scrollWidth > one.clientWidth + 1),
              )
              return { marks: marks.length, cut: cut.length }
            }),
          ).toEqual({ marks: id === unknown ? 2 : 3, cut: 0 })
        }
      }
      await visit.leave()
    }
    await sql`update services set promised_seconds = null where id = ${Number(service)}`
  })

  test('a filter is kept under a name, with its columns, renamed, opened on another device, and removed', async () => {
    const visit = await Visit.as(office, 'support')
    const { page } = visit
    await page.goto('/console/orders?state=success')
    await visit.click('More about the views')
    await visit.click('Keep this view…', 'menuitem')
    await page.getByRole('textbox', { name: 'Name' }).fill('Well done')
    await visit.expectUsable('keeping a view')
    await page.getByRole('dialog').getByRole('button', { name: 'Keep it' }).click()
    await page.getByRole('link', { name: 'Well done' }).waitFor()
    await visit.click('More about the view Well done')
    await visit.click('Rename…', 'menuitem')
    await page.getByRole('textbox', { name: 'Name' }).fill('All done')
    await page.getByRole('dialog').getByRole('button', { name: 'Rename' }).click()
    await page.getByRole('link', { name: 'All done' }).waitFor()
    await page.evaluate('localStorage.clear()')
    await page.goto('/console/orders')
    await visit.click('All done', 'link')
    await page.waitForURL(/state=success/)
    await visit.expectUsable('the orders of a view')
    await visit.click('More about the view All done')
    await visit.click('Remove…', 'menuitem')
    await page.getByRole('dialog').getByRole('button', { name: 'Remove the view' }).click()
    await page.getByRole('link', { name: 'All done' }).waitFor({ state: 'detached' })
    await visit.leave()
  })

  test('a manager shares a filter with all: support has it among the views, and may copy its link alone', async () => {
    const manager = await Visit.as(office, 'manager')
    await manager.page.goto('/console/orders?state=failed')
    await manager.click('More about the views')
    await manager.click('Keep this view…', 'menuitem')
    await manager.page.getByRole('textbox', { name: 'Name' }).fill('Look at these')
    await manager.page.getByRole('dialog').getByRole('button', { name: 'Keep it' }).click()
    await manager.click('More about the view Look at these')
    await manager.click('Share with all', 'menuitem')
    await manager.page.getByText('All of the staff see Look at these now').waitFor()
    await manager.leave()
    const support = await Visit.as(office, 'support')
    await support.page.goto('/console/orders')
    await support.click('Look at these', 'link')
    await support.page.waitForURL(/state=failed/)
    await support.click('More about the view Look at these')
    const items = support.page.getByRole('menuitem')
    await items.first().waitFor()
    await expect.poll(() => items.allTextContents()).toEqual(['Keep this view…', 'Copy the link'])
    await support.page.keyboard.press('Escape')
    await items.first().waitFor({ state: 'hidden' })
    await support.page.setViewportSize(PHONE)
    await support.expectUsable('a view that is shared')
    await support.leave()
  })

  test('what happens is seen: rows change in place, and new ones wait to be shown', async () => {
    const visit = await Visit.as(office, 'read-only')
    const { page } = visit
    const open = await placed({}, '00100105')
    await page.goto('/console/orders')
    await page.getByRole('link', { name: `Order ${open}` }).waitFor()
    await visit.settled()
    const more = await placed()
    await page.getByRole('button', { name: /new · Show/ }).click()
    await page.getByRole('link', { name: `Order ${more}` }).waitFor()
    await visit.leave()
  })

  test('many orders are refunded as it was shown, and those that do not fit are left out', async () => {
    const fine = [await placed(), await placed()]
    const open = await placed({}, '00100105')
    const visit = await Visit.as(office, 'manager')
    const { page } = visit
    await page.goto('/console/orders')
    for (const id of [...fine, open]) await page.getByRole('checkbox', { name: `Choose Order ${id}` }).check()
    await page.getByText('3 chosen').waitFor()
    // No row may be too small to be hit because the bar covers a part of it.
    for (const height of [470, 455, 440]) {
      await page.setViewportSize({ width: WIDE.width, height })
      expect(await visit.violations()).toEqual([])
    }
    await page.setViewportSize(WIDE)
    // Lines that replace no result are shown as they were pasted, and may be mended.
    await page
      .getByRole('region', { name: 'The chosen rows' })
      .getByRole('button', { name: 'More actions' })
      .click()
    await page.getByRole('menuitem', { name: 'Correct…' }).click()
    const lines = page.getByLabel('Orders and their right results')
    await lines.fill(`${fine[0]}\tRight\nnothing\n${open}\tWrong`)
    await visit.click('Show what it does')
    await page.getByText('1 of 3 lines replace a result.').waitFor()
    await page.getByText('2 lines are left out:').waitFor()
    const second = page.getByRole('listitem').filter({ hasText: 'Line 2 nothing' })
    await second.getByText('This line names no order with a result.').waitFor()
    await visit.expectUsable('lines that do not fit')
    await visit.click('Change the text')
    await expect.poll(() => lines.inputValue()).toContain('nothing')
    await page.keyboard.press('Escape')
    await page
      .getByRole('region', { name: 'The chosen rows' })
      .getByRole('button', { name: 'Refund…' })
      .click()
    await page.getByRole('dialog', { name: 'Refund', exact: true }).waitFor()
    await page.getByText('It fits 2 of 3 orders.').waitFor()
    await page.getByText('1 order is left out').waitFor()
    await page.getByText('They came too late').click()
    await page.getByRole('button', { name: 'Refund $2.00' }).click()
    await page.getByText('2 done, 1 left out, 0 failed.').waitFor()
    for (const id of fine) expect(await office.server.status(shop, String(id))).toMatchObject({ STATUS: '3' })
    await page.keyboard.press('Escape')
    const bar = page.getByRole('region', { name: 'The chosen rows' })
    // The same note goes to all of them.
    await bar.getByRole('button', { name: 'Note…' }).click()
    await page.getByRole('textbox', { name: 'Note' }).fill('Asked the supplier\nby phone')
    await visit.click('Show what it does')
    await page.getByText('3 orders get this note:').waitFor()
    await visit.expectUsable('a note of many orders')
    await page.setViewportSize(PHONE)
    await visit.shot('a note on a phone')
    await page.setViewportSize(WIDE)
    await visit.click('Write it down')
    await page.getByText('3 done, 0 left out, 0 failed.').waitFor()
    await page.keyboard.press('Escape')
    // What was given back is delivered after all, by lines.
    await bar.getByRole('button', { name: 'More actions' }).click()
    await page.getByRole('menuitem', { name: 'Deliver after all…' }).click()
    await page
      .getByLabel('Orders and their results')
      .fill(`${fine[0]}\tLate A\n${fine[1]}\tLate B\n${open}\tC`)
    await visit.click('Show what it does')
    await page.getByText('2 of 3 lines deliver an item. $2.00 is charged').waitFor()
    await page
      .getByRole('listitem')
      .filter({ hasText: `Line 3 ${open}` })
      .getByText('Nothing of it was given back')
      .waitFor()
    await visit.expectUsable('lines that deliver after all')
    await page.getByText('The supplier delivered late').click()
    await visit.click('Deliver 2 and charge $2.00')
    await page.getByText('2 done, 1 left out, 0 failed.').waitFor()
    for (const id of fine) expect(await office.server.status(shop, String(id))).toMatchObject({ STATUS: '4' })
    await visit.leave()
  })

  test('all that match are chosen beyond the rows shown, as the server finds them', async () => {
    const ids = await Promise.all(Array.from({ length: 55 }, (_, at) => placed({ REFERENCE: `every-${at}` })))
    const visit = await Visit.as(office, 'manager')
    const { page } = visit
    await page.goto(`/console/orders?search=every-`)
    await page.getByText('55 orders').waitFor()
    await page.getByLabel('Choose all rows shown').check()
    await page.getByText('50 chosen').waitFor()
    await visit.click('Choose all 55 that match')
    await page.getByText('All 55 that match').waitFor()
    // Further rows that are read are among them.
    await page.evaluate('scrollTo(0, document.body.scrollHeight)')
    await page.getByRole('checkbox', { name: `Choose Order ${Math.min(...ids)}` }).waitFor()
    await page.evaluate('scrollTo(0, document.body.scrollHeight)')
    await expect
      .poll(() => page.getByRole('checkbox', { name: `Choose Order ${Math.min(...ids)}` }).isChecked())
      .toBe(true)
    await page.getByText('All 55 that match').waitFor()
    expect(await visit.violations()).toEqual([])
    const later = await placed({ REFERENCE: 'every-later' })
    await page
      .getByRole('region', { name: 'The chosen rows' })
      .getByRole('button', { name: 'Refund…' })
      .click()
    await page.getByText('It fits 55 of 55 orders.').waitFor()
    await page.getByText('They came too late').click()
    await page.getByRole('button', { name: 'Refund $55.00' }).click()
    await page.getByText('55 done, 0 left out, 0 failed.').waitFor()
    expect(await office.server.status(shop, String(ids[0]))).toMatchObject({ STATUS: '3' })
    expect(await office.server.status(shop, String(later))).toMatchObject({ STATUS: '4' })
    await visit.leave()
  })

  test('the list is gone through by keys alone, and given as a file with chosen columns', async () => {
    const [first, second] = [await placed({ REFERENCE: 'keys-1' }), await placed({ REFERENCE: 'keys-2' })]
    const visit = await Visit.as(office, 'manager')
    const { page } = visit
    await page.goto('/console/orders?search=keys-')
    await page.getByRole('link', { name: `Order ${first}` }).waitFor()
    await visit.press('j')
    await page
      .locator(':focus')
      .and(page.getByRole('link', { name: `Order ${second}` }))
      .waitFor()
    await visit.press('x')
    await visit.press('j')
    await visit.press('Shift+x')
    await page.getByText('2 chosen').waitFor()
    await visit.press('e')
    const dialog = page.getByRole('dialog', { name: 'Export the orders' })
    await dialog.getByRole('button', { name: 'None' }).click()
    await dialog.getByRole('checkbox', { name: 'Order', exact: true }).check()
    await dialog.getByRole('checkbox', { name: 'Reference', exact: true }).check()
    expect(await visit.violations()).toEqual([])
    const coming = [page.waitForEvent('download'), page.waitForRequest(/columns=order%2Creference/)]
    await dialog.getByRole('button', { name: 'Download' }).click()
    await Promise.all(coming)
    await page.locator('[data-row="1"] [data-open]').focus()
    await visit.press('Enter')
    await page.getByRole('heading', { level: 1, name: new RegExp(`${first}`) }).waitFor()
    await visit.press('[')
    await page.getByRole('heading', { level: 1, name: new RegExp(`${second}`) }).waitFor()
    await page.getByText('$1.00 charged').first().waitFor()
    await visit.press('r')
    const reason = page.getByRole('textbox', { name: 'Reason' })
    await reason.and(page.locator(':focus')).waitFor()
    // The reasons that are offered are one stop, in front of the field.
    await visit.press('Shift+Tab')
    await visit.press('Space')
    await visit.press('ArrowUp')
    const why = await reason.inputValue()
    expect(why).toMatch(/goodwill|late|wrong/)
    await visit.press('Tab')
    await reason.and(page.locator(':focus')).waitFor()
    await visit.press('Control+Enter')
    await page.getByText('nothing charged').waitFor()
    expect((await office.server.status(shop, String(second))).COMMENTS).toBe(why)
    await visit.leave()
  })

  test('columns say how long an order took, how late it is, and by which request it came', async () => {
    const { sql } = office.server
    const own = await office.server.service()
    const order = { ID: own }
    const [open, ended] = [
      await placed({ ...order, REFERENCE: 'slow-1' }, '00100105'),
      await placed({ ...order, REFERENCE: 'slow-2' }),
    ]
    await sql`update services set promised_seconds = 60 where id = ${Number(own)}`
    await sql`update orders set created_at = created_at - interval '3 hours' where id = ${open}`
    await sql`update orders set finished_at = created_at + interval '90 seconds' where id = ${ended}`
    let trace = ''
    await until('the request is logged', async () => {
      const [row] = await sql<
        { id: string }[]
      >`select request_id::text as id from requests where order_id = ${ended}`
      trace = row?.id ?? ''
      return trace !== ''
    })
    const visit = await Visit.as(office, 'manager', { screen: { width: 2200, height: 900 } })
    const { page } = visit
    await page.goto('/console/orders?search=slow-')
    await page.getByRole('link', { name: `Order ${ended}` }).waitFor()
    await visit.click('Columns')
    // What is chosen has room once others go.
    for (const name of ['Supplier', 'Cost', 'Margin', 'Reference', 'Via', 'Took', 'Late by', 'Trace id'])
      await page.getByRole('menuitem', { name: new RegExp(`^${name}`) }).click()
    await page.keyboard.press('Escape')
    const row = (id: number) => page.getByRole('row', { name: new RegExp(String(id)) })
    // The clock of the test is not that of the browser.
    await row(open)
      .getByRole('cell', { name: /^[\d.,]+ (?:min|hr|days?)$/ })
      .waitFor()
    await row(ended).getByRole('cell', { name: '1.5 min', exact: true }).waitFor()
    await visit.settled()
    await visit.shot('optional columns of orders')
    expect([await visit.violations(), await visit.overflow()]).toEqual([[], 0])
    await row(ended).getByRole('link', { name: trace }).click()
    await page.waitForURL(new RegExp(`/console/requests/${trace}`))
    await visit.leave()
  })

  test('the items of a large order scroll in a box, read as one comes to them, and its life is below', async () => {
    const many = Array.from({ length: 250 }, () => imei(++imeis))
    const { body } = await new RestClient(office.server, shop).post('/api/order', {
      ...{ code: Number(service), data: { imeis: many } },
    })
    const id = Number(body.order_id)
    await office.server.ended(shop, String(id))
    const visit = await Visit.as(office, 'support')
    const { page } = visit
    const asked: (string | null)[] = []
    page.on('request', (request) => {
      const { pathname, searchParams } = new URL(request.url())
      if (pathname === `/api/operator/orders/${id}/items`) asked.push(searchParams.get('cursor'))
    })
    await page.goto(`/console/orders/${id}`)
    const box = page.getByRole('region', { name: 'Items' })
    const rows = box.locator('li[data-index]')
    await rows
      .first()
      .getByText(many[0] ?? '', { exact: true })
      .waitFor()
    await page.getByRole('heading', { name: 'Timeline' }).waitFor()
    // A page may be read once more: what was missed before the stream of changes was there, or what has changed since.
    expect([await rows.first().getAttribute('aria-setsize'), [...new Set(asked)]]).toEqual(['250', [null]])
    await visit.expectUsable('an order of many items')
    // What happened to the items alike is told once, and each of it when that is asked for.
    const life = page.getByRole('region', { name: 'Timeline' })
    const charged = life.locator('ol > li').filter({ hasText: '$1.00 charged' })
    await charged.getByText('for each of 200 items').waitFor()
    await expect.poll(() => life.locator('ol > li').count()).toBeLessThan(20)
    await charged.getByRole('button', { name: 'Show each' }).click()
    await charged.getByText(/Item 50$/).waitFor()
    await charged.getByRole('button', { name: 'Show more' }).click()
    await charged.getByText(/Item 100$/).waitFor()
    await visit.expectUsable('a life that is folded')
    await life.getByLabel('Only of item').fill('250')
    await life.getByText('(item 250)').first().waitFor()
    await box.focus()
    await until('the last item is in sight', async () => {
      await page.keyboard.press('End')
      return (await rows.last().getAttribute('aria-posinset')) === '250'
    })
    await expect.poll(() => rows.count()).toBeLessThan(80)
    await rows
      .last()
      .getByText(many[249] ?? '', { exact: true })
      .waitFor()
    expect(new Set(asked).size).toBe(3)
    await visit.leave()
  })

  test('who may read costs has a view of the orders below the cost', async () => {
    const { sql } = office.server
    const id = await placed()
    const other = await placed()
    await sql`update attempts set cost = (select price + 1 from items where order_id = ${id} limit 1) where order_id = ${id}`
    const visit = await Visit.as(office, 'manager', { screen: WIDE })
    const { page } = visit
    await page.goto('/console/orders')
    const orderOf = (number: number) => page.getByRole('link', { name: `Order ${number}`, exact: true })
    await orderOf(other).waitFor()
    const views = page.getByRole('navigation', { name: 'Views' })
    await views.getByRole('link', { name: 'Below the cost' }).click()
    await page.waitForURL(/margin=negative$/)
    await orderOf(other).waitFor({ state: 'detached' })
    await orderOf(id).waitFor()
    await visit.leave()
    const support = await Visit.as(office, 'support', { screen: WIDE })
    await support.page.goto('/console/orders')
    await support.page
      .getByRole('navigation', { name: 'Views' })
      .getByRole('link', { name: 'Refunded' })
      .waitFor()
    expect(await support.page.getByRole('link', { name: 'Below the cost' }).count()).toBe(0)
    await support.leave()
  })

  test('pasted lines are found, and those that name none are said', async () => {
    const [one, two] = [await placed({ REFERENCE: 'line-a' }), await placed()]
    const visit = await Visit.as(office, 'support')
    const { page } = visit
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await page.goto('/console/orders')
    await page.getByRole('textbox', { name: 'Search orders' }).focus()
    await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(`line-a\n${two}\nnothing at all`)})`)
    await page.keyboard.press('Control+v')
    await page.getByText('2 lines found').waitFor()
    await page.getByText('1 not found').waitFor()
    await page.getByText('nothing at all').waitFor()
    for (const id of [one, two]) await page.getByRole('link', { name: `Order ${id}` }).waitFor()
    await visit.leave()
  })

  test('what is wrong with a filter in the address is a sentence for each value', async () => {
    const visit = await Visit.as(office, 'support')
    const { page } = visit
    await page.goto('/console/orders?from=2026-13-45&state=foo')
    const said = page.getByRole('alert').first()
    await said.getByText('From must be a day such as 2026-01-31.', { exact: true }).waitFor()
    await said.getByText(/^State must be one of these: pending, .+\.$/).waitFor()
    await expect.poll(() => said.locator('p').count()).toBe(3)
    await visit.shot('wrong filters')
    // A value that has no chip is got rid of, too.
    await page.goto('/console/orders?nothing_like_it=1')
    await visit.click('Clear filters', 'link')
    await page
      .getByRole('link', { name: /^Order \d+$/ })
      .first()
      .waitFor()
    expect(page.url()).toMatch(/\/console\/orders$/)
    await visit.leave()
  })

  test.each([
    ['wide', WIDE],
    ['on a phone', PHONE],
  ] as const)('nothing keeps anybody out, %s, in light and dark', async (_name, screen) => {
    const wanted = await placed({}, '00100105')
    const visit = await Visit.as(office, 'owner', { screen })
    const { page } = visit
    await page.goto('/console/orders')
    await page
      .getByRole('link', { name: new RegExp(`Order ${wanted}|${wanted}`) })
      .first()
      .waitFor()
    await visit.expectUsable('orders')
    await page.getByRole('button', { name: 'Filter' }).click()
    await page.getByRole('dialog', { name: 'Filter' }).waitFor()
    await visit.expectUsable('orders, filter')
    await page.keyboard.press('Escape')
    // On a phone the bar at the thumb has it, too.
    const button = screen === PHONE ? 'Search' : 'Find'
    await page.getByRole('button', { name: button }).first().click()
    await page.keyboard.insertText('mine-1')
    await page.getByRole('option').first().waitFor()
    await visit.expectUsable('find')
    await page.keyboard.press('Escape')
    await page.goto(`/console/orders/${wanted}`)
    await page.getByText('Sent to').first().waitFor()
    await visit.expectUsable('an order')
    await visit.leave()
  })
})
