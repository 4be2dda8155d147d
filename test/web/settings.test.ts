import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { requestIds } from '../../src/lib/request-id.ts'
import { ask, OperatorOffice, originOf } from '../protocols/operator/office.fixtures.ts'
import { codeAt, PASSWORD } from '../staff/people.fixtures.ts'
import { until } from '../support/until.ts'
import { closeBrowserAfterwards, describePages, Visit } from './browser.fixtures.ts'

closeBrowserAfterwards()

/** TABS are the pages below Settings that belong to the staff and the installation. */
const TABS = ['staff', 'roles', 'tokens', 'security', 'audit', 'health', 'backups', 'notices', 'status']

describePages('settings in the console', () => {
  let office: OperatorOffice
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'imeigate-backups-'))
    office = await OperatorOffice.open({ BACKUP_FOLDER: folder, OUTBOUND_ALLOW: '127.0.0.0/8' })
  })
  afterAll(async () => {
    await office.stop()
    await rm(folder, { recursive: true, force: true })
  })

  test('a person is invited by a link, gets another role, and is suspended', async () => {
    const visit = await Visit.as(office, 'owner')
    const { page } = visit
    await page.goto('/console/settings')
    await page.getByRole('heading', { level: 1, name: 'Staff' }).waitFor()
    await page.keyboard.press('n')
    await page.getByRole('textbox', { name: 'E-mail address' }).fill('budi@example.com')
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Budi')
    expect(await visit.violations()).toEqual([])
    await visit.click('Make the invitation')
    const sheet = page.getByRole('dialog', { name: 'The link for Budi' })
    await sheet.waitFor()
    const link = (await sheet.locator('p.code').textContent()) ?? ''
    expect(link).toMatch(new RegExp(`^${office.server.url}/console/invite#[\\w-]{22}$`))
    expect(await visit.violations()).toEqual([])
    await visit.click('I have kept it')
    const row = page.getByRole('row').filter({ hasText: 'budi@example.com' })
    await row.getByText('Invited').waitFor()
    // A short table has the frame that the long lists have, and small heads.
    const styleOf = (what: string, style: string) =>
      page.evaluate<string>(`getComputedStyle(document.querySelector('${what}')).${style}`)
    await expect.poll(() => styleOf('section[aria-label=Staff] th', 'fontSize')).toBe('12px')
    await expect.poll(() => styleOf('section[aria-label=Staff]', 'borderTopWidth')).toBe('1px')

    const budi = await Visit.begin(office.server.url)
    await budi.page.goto(link)
    await budi.page.getByLabel('Your name').fill('Budi')
    await budi.page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD)
    const secret = (await budi.page.locator('p .code').textContent()) ?? ''
    await budi.page
      .getByLabel('Code of your authenticator app')
      .fill(codeAt(secret, office.office.clock.now()))
    await budi.click('Begin')
    await budi.page.getByLabel('I have kept them').check()
    await budi.click('Go on')
    await budi.page.getByRole('heading', { level: 1, name: 'Today' }).waitFor()

    await row.getByText('Active').waitFor()
    await visit.click('What can be done about Budi')
    await visit.click('Another role…', 'menuitem')
    await page.getByRole('combobox', { name: 'Role' }).click()
    await page.getByRole('option', { name: 'finance' }).click()
    await visit.click('Make Budi finance')
    await row.getByRole('cell', { name: 'finance' }).waitFor()
    await budi.page.reload().catch(() => {})
    await budi.page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor()
    await budi.leave()

    await visit.click('What can be done about Budi')
    await visit.click('Suspend…', 'menuitem')
    await page.getByRole('dialog').getByText('Has left').click()
    await visit.click('Suspend Budi')
    await row.getByText('Suspended').waitFor()
    await page.getByText('History', { exact: true }).click()
    const suspended = page.getByRole('listitem').filter({ hasText: 'Has left' })
    await suspended.getByText('Suspended', { exact: true }).waitFor()
    await expect.poll(() => suspended.textContent()).toContain('· Budi')
    await visit.expectUsable('the history of the staff')
    await visit.leave()
  })

  test('the only owner has no button that would leave nobody, and the server refuses it, too', async () => {
    const only = await OperatorOffice.open()
    const visit = await Visit.as(only, 'owner')
    await visit.page.goto('/console/settings/staff')
    await visit.page.getByRole('row').filter({ hasText: 'you' }).waitFor()
    await expect
      .poll(() => visit.page.getByRole('button', { name: /^What can be done about/ }).count())
      .toBe(0)
    await visit.leave()
    await only.stop()
  })

  test('a sign-in of somebody is ended, alone and with all others', async () => {
    const other = await office.person('support')
    await other.hired.signIn('192.0.2.9')
    const visit = await Visit.as(office, 'owner')
    const { page } = visit
    await page.goto('/console/settings/staff')
    const row = page.getByRole('row').filter({ hasText: other.hired.email })
    await row.getByRole('button').click()
    await visit.click('Sign-ins…', 'menuitem')
    const dialog = page.getByRole('dialog')
    await dialog.getByText('192.0.2.9').waitFor()
    await dialog.getByRole('radio', { name: /192\.0\.2\.9/ }).check()
    await dialog.getByText('Lost a device').click()
    await visit.expectUsable('sign-ins of a person')
    await visit.click('End this sign-in')
    await dialog.waitFor({ state: 'detached' })
    expect((await ask(office.server, 'GET', '/session', { headers: other.headers })).status).toBe(200)
    await row.getByRole('button').click()
    await visit.click('Sign-ins…', 'menuitem')
    await dialog.getByText('All of them').waitFor()
    await expect.poll(() => dialog.getByText('192.0.2.9').count()).toBe(0)
    await dialog.getByText('Has left').click()
    await visit.click('End all sign-ins')
    await dialog.waitFor({ state: 'detached' })
    expect((await ask(office.server, 'GET', '/session', { headers: other.headers })).status).toBe(401)
    await visit.leave()
  })

  test('a token works with what was ticked and nothing else, until it is revoked', async () => {
    const visit = await Visit.as(office, 'owner')
    const { page } = visit
    await page.goto('/console/settings/tokens')
    await page.getByText('No tokens yet').waitFor()
    await visit.click('New token')
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Monthly figures')
    await page.getByRole('checkbox', { name: 'orders.read', exact: true }).check()
    await page.getByLabel('Addresses that may use it').fill('127.0.0.1')
    expect(await visit.violations()).toEqual([])
    await visit.click('Make the token')
    const sheet = page.getByRole('dialog', { name: 'The token Monthly figures' })
    const token = (await sheet.locator('p.code').textContent()) ?? ''
    const headers = { authorization: `Bearer ${token}` }
    expect((await ask(office.server, 'GET', '/orders', { headers })).status).toBe(200)
    expect((await ask(office.server, 'GET', '/audit', { headers })).status).toBe(403)
    await visit.click('I have kept it')
    expect(await page.content()).not.toContain(token)
    await visit.click('Revoke Monthly figures')
    await page.getByLabel('Reason').fill('Not used any more')
    await visit.click('Revoke the token')
    await page.getByText('Revoked').waitFor()
    expect((await ask(office.server, 'GET', '/orders', { headers })).status).toBe(401)
    await visit.leave()
  })

  test('wrong passwords are seen, with whose and from where', async () => {
    await ask(office.server, 'POST', '/session', {
      body: { email: 'nobody@example.com', password: 'not the right one' },
      headers: originOf(office.server),
    })
    const visit = await Visit.as(office, 'owner')
    await visit.page.goto('/console/settings/security')
    await visit.page.getByRole('cell', { name: 'nobody: the address is unknown' }).first().waitFor()
    await visit.page.getByText('any address may open the console').waitFor()
    await visit.leave()
  })

  test('what a person changed in the console stands in the audit page: who, before, after; filters are in the URL and the file', async () => {
    const { username } = await office.server.shop({ deposit: '10' })
    const manager = await Visit.as(office, 'manager')
    await manager.page.goto(`/console/resellers/${username}`)
    await manager.click('Price group and credit limit…')
    await manager.page.getByLabel('Credit limit in USD').fill('75')
    await manager.click('Change the terms')
    await manager.page.getByRole('dialog').waitFor({ state: 'detached' })
    await manager.leave()
    const visit = await Visit.as(office, 'finance')
    const { page } = visit
    await page.goto('/console/settings/audit')
    await page.getByRole('heading', { level: 1, name: 'Audit' }).waitFor()
    await page.keyboard.press('f')
    await page.getByRole('combobox', { name: 'What', exact: true }).selectOption('credit limit')
    await page.getByRole('combobox', { name: 'Reseller' }).fill(username)
    await page.getByRole('radio', { name: 'changed' }).check()
    await page.getByRole('textbox', { name: 'Words' }).fill('anna')
    expect(await visit.violations()).toEqual([])
    await visit.click(/^Show$/)
    await page.waitForURL(/what=credit/)
    const row = page.getByRole('row').filter({ hasText: 'Credit limit $0.00 →then $75.00' })
    await row.waitFor()
    await expect.poll(() => row.textContent()).toContain('Anna')
    await expect.poll(() => row.textContent()).toContain('manager')
    await expect.poll(() => page.getByRole('row').count()).toBe(2)
    await visit.click('Export…')
    const asked = page.waitForRequest(/audit\.csv/)
    await Promise.all([page.waitForEvent('download'), visit.click('Download')])
    expect(new URL((await asked).url()).searchParams.get('what')).toBe('credit limit')
    await row.getByRole('link', { name: 'Anna' }).click()
    await page.waitForURL(/actor=staff/)
    await row.waitFor()
    await visit.click('Clear all')
    await page.getByText('sign-in').first().waitFor()
    await office.server
      .sql`update sign_ins set proved_at = now(), device = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36'`
    await page.goto('/console/settings/audit?what=sign-in&action=changed')
    await page.getByText('Chrome on Linux').first().waitFor()
    await visit.expectUsable('audit of sign-ins')
    await visit.leave()
  })

  test('health says what doctor finds; a backup is made, seen as it comes along, and read to its end', async () => {
    const { sql } = office.server
    const fault = requestIds()()
    await sql`
      insert into stranger_requests (at, via, action, status, outcome, ip, took_us, request_id)
      values (now(), 'portal', 'GET /orders', 500, 'internal_error', '192.0.2.1', 900, ${fault}::uuid)`
    await sql`insert into database_sizes (day, bytes, measured_at) values (current_date - 8, 1000000, now() - interval '8 days')`
    const visit = await Visit.as(office, 'manager')
    const { page } = visit
    await page.goto('/console/settings/health')
    await page.getByRole('cell', { name: 'durability' }).waitFor()
    await page.getByText('Ready', { exact: true }).waitFor()
    await page.getByText('It takes').waitFor()
    await page.getByText('It has grown by').first().waitFor()
    await page.getByRole('row', { name: new RegExp(`${process.pid}.*all`) }).waitFor()
    await page
      .getByRole('cell', { name: /^select / })
      .first()
      .waitFor()
    await page.getByRole('link', { name: fault }).click()
    await page.getByRole('heading', { level: 1, name: 'Request' }).waitFor()
    await page.getByText('GET /orders').first().waitFor()
    await page.goBack()
    await page.getByRole('link', { name: 'Backups' }).click()
    await page.getByText('The server makes no backup by itself').waitFor()
    await page.getByText('No backups yet').waitFor()
    await visit.click('Back up now')
    await page.getByText('Whole', { exact: true }).waitFor()
    await page.getByText('The last good one is of').waitFor()
    await page.getByRole('button', { name: /^Check backup/ }).click()
    await page.getByText('as it was written').waitFor()
    expect(await visit.violations()).toEqual([])
    await visit.leave()
  })

  test('a channel is made by its kind’s fields, somebody is told by it, and a test arrives; its secret is never shown again', async () => {
    const got: string[] = []
    let status = 200
    const receiver: Server = createServer((request, response) => {
      let body = ''
      request.on('data', (chunk) => {
        body += chunk
      })
      request.on('end', () => {
        got.push(`${request.url} ${body}`)
        response.writeHead(status).end('ok')
      })
    })
    await new Promise<void>((listening) => receiver.listen(0, '127.0.0.1', listening))
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook?token=very-secret`
    const visit = await Visit.as(office, 'manager')
    const { page } = visit
    await page.goto('/console/settings/notices')
    await page.getByText('No channels yet').waitFor()
    await visit.click('New channel')
    await page.getByRole('combobox', { name: 'Kind' }).click()
    await page.getByRole('option', { name: 'HTTP' }).click()
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('pager')
    await page.getByRole('textbox', { name: 'URL' }).fill(url)
    expect(await visit.violations()).toEqual([])
    await page.getByText(/^More settings/).click()
    await page.getByRole('textbox', { name: 'Headers' }).fill('{"X-Team": ')
    await visit.click('Make the channel')
    await page.locator('[aria-invalid=true]').waitFor()
    await expect.poll(() => page.locator('[aria-invalid=true]').inputValue()).toBe('{"X-Team": ')
    await page.getByRole('textbox', { name: 'Headers' }).fill('{"X-Team": "night"}')
    await visit.click('Make the channel')
    await page.getByText('pager').first().waitFor()
    await visit.click('Change pager')
    await page.getByPlaceholder('Set. Write another one to replace it').first().waitFor()
    expect(await page.content()).not.toContain('very-secret')
    await page.getByRole('dialog').getByText('Close', { exact: true }).click()
    // A channel is tried before anybody is told by it; what comes of it is said in words.
    await visit.click('Send a test by pager')
    const trial = page.getByRole('dialog')
    await trial.getByRole('textbox', { name: 'Address' }).fill('+1 555 0100')
    await visit.click(/^Send a test$/)
    await trial.getByText('The URL took the message for +1 555 0100.').waitFor()
    expect(got.splice(0)).toEqual([expect.stringContaining('+1 555 0100')])
    await visit.expectUsable('a test that was sent')
    status = 503
    await visit.click('Send another test')
    await trial.getByText('It may not have arrived.').waitFor()
    await trial.getByText(/HTTP 503/).waitFor()
    await visit.expectUsable('a test that has failed')
    status = 200
    got.length = 0
    await trial.getByText('Close', { exact: true }).click()
    await visit.click('Add a receiver')
    await page.getByRole('textbox', { name: 'Address' }).fill('Ann')
    await page.getByLabel('Everything, also what may be added later').uncheck()
    await page.getByRole('checkbox', { name: 'A supplier is in trouble' }).check()
    expect(await visit.violations()).toEqual([])
    await visit.click('Add the receiver')
    await visit.click('Send Ann a test')
    await page.getByText('The URL took the message for Ann.').waitFor()
    await until('the test has come', () => got.length > 0)
    expect(got[0]).toContain('/hook?token=very-secret')
    await visit.click('Tell Ann nothing more')
    await page.getByRole('dialog').getByText('Has left').click()
    await visit.click(/^Remove$/)
    await page.getByText('Nobody is told of anything yet.').waitFor()
    await visit.leave()
    receiver.close()
  })

  test('what was told stands in a log: to whom, whether it was sent, and why not', async () => {
    await office.server.sql`
      with told as (
        insert into notices (event, subject, raised_at, sent_at, seen_at, ended_at)
        select 'supplier.trouble', 'Panel ' || n, now(), now(), now(), case when n > 1 then now() end
          from generate_series(1, 3) n
        returning id, subject)
      insert into notice_messages (id, notice_id, channel, address, state, failures, problem, queued_at, sent_at)
      select gen_random_uuid(), id, m.channel, m.address, m.state, m.failures, m.problem, now(),
             case when m.state = 'sent' then now() end
        from told join (values ('Panel 1', 'telegram', '1001', 'sent', 0, null),
                               ('Panel 2', 'email', 'ann@shop.example', 'failed', 10, 'mail.example does not answer'),
                               ('Panel 2', 'telegram', '1001', 'sent', 0, null)) m (subject, channel, address, state, failures, problem)
               using (subject)`
    const visit = await Visit.as(office, 'manager')
    const { page } = visit
    await page.goto('/console/settings/notices')
    const log = page.getByRole('list', { name: 'What was told' })
    await log.getByText('Nobody wants to be told').first().waitFor()
    const lost = log.getByRole('listitem').filter({ hasText: 'Panel 2' })
    await lost.getByText('1 could not be sent').waitFor()
    await lost.getByText('To whom').click()
    await lost.getByText('mail.example does not answer').waitFor()
    await visit.expectUsable('the log of notices')
    await visit.press('f')
    await page.getByRole('radio', { name: 'what could not be sent' }).check()
    await visit.click(/^Show$/)
    await log.getByText('Panel 1').waitFor({ state: 'detached' })
    await lost.waitFor()
    await visit.leave()
  })

  test('every page is usable by everybody, wide and on a phone, in light and dark', async () => {
    const visit = await Visit.as(office, 'owner')
    await visit.expectUsablePages(TABS.map((tab) => `/console/settings/${tab}`))
    await visit.leave()
  })
})
