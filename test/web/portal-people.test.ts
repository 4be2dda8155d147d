import { afterAll, beforeAll, expect, test } from 'vitest'
import { createChannel } from '../../src/notices/channels.ts'
import { hashToken } from '../../src/people/tokens.ts'
import { sealer } from '../deposits/deposits.fixtures.ts'
import { BOT_TOKEN, TelegramInbox } from '../notices/notices.fixtures.ts'
import { ask, OperatorOffice } from '../protocols/operator/office.fixtures.ts'
import { PASSWORD, PortalShop } from '../protocols/portal/portal.fixtures.ts'
import { codeAt } from '../staff/people.fixtures.ts'
import { until } from '../support/until.ts'
import { closeBrowserAfterwards, describePages, PHONE, Visit, WIDE } from './browser.fixtures.ts'

closeBrowserAfterwards()

describePages('people and the own profile in the portal', () => {
  let portal: PortalShop
  beforeAll(async () => {
    portal = await PortalShop.open({ OUTBOUND_ALLOW: '127.0.0.1' })
  })
  afterAll(() => portal.stop())

  const look = ({ page }: Visit, name: string, item: string): Promise<void> =>
    page
      .getByRole('button', { name })
      .click()
      .then(() => page.getByRole('menuitem', { name: item }).click())

  test.each([
    { name: 'wide', screen: WIDE },
    { name: 'a phone', screen: PHONE },
  ])('an owner invites somebody, changes the role, and keeps the person out: $name', async ({ screen }) => {
    const { headers, shop } = await portal.person()
    const { email } = await portal.invited(shop.accountId, 'member')
    const invited = `new${screen.width}@example.com`
    const visit = await Visit.entered(portal.server.url, headers, { screen })
    const { page } = visit
    await page.goto('/portal/people')
    await page.getByText('(you)').waitFor()
    await visit.expectUsable('people')
    await visit.click('Invite somebody')
    await page.getByRole('textbox', { name: 'E-mail address' }).fill(invited)
    await visit.expectUsable('inviting')
    await page.getByRole('button', { name: 'Invite', exact: true }).click()
    const link = page.getByText(/\/portal\/invite#/)
    await link.waitFor()
    const url = (await link.textContent()) ?? ''
    expect(url.startsWith(portal.server.url)).toBe(true)
    // Nobody has said by which address others reach it.
    await page.getByText(/^Nobody else can open this: .+ is your own computer\./).waitFor()
    await visit.expectUsable('an invitation from this computer')
    await visit.click('I have kept it')
    await page.getByText(invited).first().waitFor()
    await look(visit, 'What to do about Budi', 'Change the role…')
    await page.getByRole('radio', { name: 'Owner' }).check()
    await visit.click('Change the role')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    const people = async () => (await portal.ask('GET', '/people', { headers })).json.data.items
    const stands = async () => {
      const found = (await people()).find((one: { email: string }) => one.email === email)
      return [found.role, found.status]
    }
    expect(await stands()).toEqual(['owner', 'active'])
    await look(visit, 'What to do about Budi', 'Suspend…')
    await page.getByRole('dialog').getByRole('button', { name: 'Suspend' }).click()
    await page.getByText('Suspended').waitFor()
    expect(await stands()).toEqual(['owner', 'suspended'])
    await look(visit, 'What to do about Budi', 'Let in again…')
    await page.getByRole('dialog').getByRole('button', { name: 'Let in again' }).click()
    await page.getByText('Suspended').waitFor({ state: 'detached' })
    await look(visit, 'What to do about Budi', 'Invite anew…')
    await page.getByRole('dialog').getByRole('button', { name: 'Invite anew' }).click()
    await page.getByText(/\/portal\/invite#/).waitFor()
    expect(await stands()).toEqual(['owner', 'invited'])
    const there = await Visit.begin(portal.server.url, { locale: 'id' })
    await there.page.goto(url)
    await there.page.getByText(/mengundang Anda/).waitFor()
    await there.page.getByLabel('Nama Anda').fill('Dewi')
    await there.click('Mulai')
    // All that is wrong is told at once.
    await there.page.getByText('Kata sandi belum diisi').waitFor()
    await there.page.getByLabel('Nama Anda').fill(' ')
    await there.page.getByRole('textbox', { name: 'Kata sandi' }).fill('password')
    await there.click('Mulai')
    await there.page.getByText('Nama Anda belum diisi').waitFor()
    await there.page.getByText(/Kata sandi ini/).waitFor()
    await there.page.getByLabel('Nama Anda').fill('Dewi')
    await there.page.getByRole('textbox', { name: 'Kata sandi' }).fill(PASSWORD)
    await there.click('Mulai')
    await there.page.getByText('Belum ada yang dipesan').waitFor()
    await there.leave()
    // The language goes with the person, to a browser that is in another one.
    const elsewhere = await Visit.entered(portal.server.url, await portal.signIn(invited))
    await elsewhere.page.goto('/portal/')
    await elsewhere.page.getByText('Belum ada yang dipesan').waitFor()
    await elsewhere.leave()
    await visit.leave()
  })

  test('a member has no page of people, and a profile of its own', async () => {
    const { shop } = await portal.person()
    const { email } = await portal.invited(shop.accountId, 'member')
    const headers = await portal.signIn(email)
    const other = await portal.signIn(email)
    const visit = await Visit.entered(portal.server.url, headers, { screen: PHONE })
    const { page } = visit
    await page.goto('/portal/people')
    await page.getByText('people.read').waitFor()
    await visit.click(/profile, colours, sign out/)
    await visit.click('Profile and sign-ins', 'menuitem')
    await page.getByRole('heading', { level: 1, name: 'Profile' }).waitFor()
    await page.getByText('this one').waitFor()
    await visit.expectUsable('profile')
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Sari')
    await page.getByLabel('Time zone').fill('Nowhere/At all')
    await visit.click('Save')
    await page.getByRole('alert').waitFor()
    await page.getByLabel('Time zone').fill('Asia/Jakarta')
    await page.getByLabel('Language').selectOption('id')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.locator('html[lang=id]').waitFor()
    const self = await portal.ask('GET', '/me', { headers })
    expect(self.json.data).toMatchObject({ name: 'Sari', language: 'id', time_zone: 'Asia/Jakarta' })
    await page.evaluate(`localStorage.setItem('language', 'en')`)
    await page.reload()
    await page.getByRole('textbox', { name: 'New password' }).fill('quite another one')
    await visit.click('Change the password')
    await page.getByText('The password is changed').waitFor()
    expect((await portal.ask('GET', '/session', { headers: other })).status).toBe(401)
    await expect(portal.signIn(email, PASSWORD)).rejects.toThrow()
    await visit.leave()
  })

  test('a person chooses what to be told of, by mail and Telegram, and an owner marks a low balance', async () => {
    const telegram = await new TelegramInbox().open()
    const deps = { sql: portal.server.sql, sealer }
    const smtp = { host: '127.0.0.1', port: 9, from: 'shop@example.com' }
    await createChannel(deps, { kind: 'email', name: 'mail', settings: smtp }, portal.clock)
    const bot = { settings: { api_url: telegram.url }, secrets: { token: BOT_TOKEN } }
    await createChannel(deps, { kind: 'telegram', name: 'bot', ...bot }, portal.clock)
    const { headers, shop } = await portal.person()
    const read = async () => (await portal.ask('GET', '/me/notices', { headers })).json.data
    const byDefault = ['balance.low', 'order.refunded', 'deposit.credited', 'deposit.refused', 'news.written']
    expect((await read()).email.chosen).toEqual(byDefault)
    const visit = await Visit.entered(portal.server.url, headers)
    const { page } = visit
    await visit.expectUsablePages(['/portal/me'])
    await visit.click('A deposit was credited: by mail', 'checkbox')
    await visit.click('Orders are done: by Telegram', 'checkbox')
    await visit.click('Save notifications')
    await page.getByText('say in which chat').waitFor()
    await page.getByLabel('Telegram chat').fill('4711')
    await visit.click('Save notifications')
    await visit.click('Send a test to Telegram')
    await page.getByText('Telegram has taken the message to 4711.').waitFor()
    expect(telegram.of('4711')).toHaveLength(1)
    // The bot writes to the person alone, not where others read it, and a few times a minute.
    for (const chat of ['@shop_alerts', '-100200']) {
      const body = { telegram_chat: chat }
      const { status, json } = await portal.ask('PATCH', '/me/notices', { body, headers })
      expect([status, Object.keys(json.errors)]).toEqual([422, ['telegram_chat']])
    }
    const tests: number[] = []
    for (let n = 0; n < 3; n++)
      tests.push((await portal.ask('POST', '/me/notices/test', { body: {}, headers })).status)
    expect(tests).toEqual([200, 200, 429])
    expect(await read()).toMatchObject({
      email: { chosen: byDefault.filter((name) => name !== 'deposit.credited') },
      telegram: { address: '4711', chosen: ['order.done'] },
    })
    await page.getByLabel(/balance is below/).fill('lots')
    await page.getByText('“lots” is no amount in USD.').waitFor()
    await expect.poll(() => page.getByRole('button', { name: 'Save the mark' }).isDisabled()).toBe(true)
    await page.getByLabel(/balance is below/).fill('20')
    await visit.click('Save the mark')
    await page.getByText('The mark is saved.').waitFor()
    const { email } = await portal.invited(shop.accountId, 'member')
    const member = await portal.signIn(email)
    await visit.enter(portal.server.url, member)
    await page.goto('/portal/me')
    await page.getByText('The mark is $20.00. An owner sets it.').waitFor()
    const changed = await portal.ask('PATCH', '/low-balance', { body: { low_balance: '1' }, headers: member })
    expect(changed.status).toBe(403)
    await telegram.close()
    await visit.leave()
  })

  test('news is written for chosen resellers in the console, and read in the portal, once by each person', async () => {
    const { headers, shop } = await portal.person()
    const office = OperatorOffice.at(portal.server, portal.clock)
    const { headers: manager } = await office.person('manager')
    const visit = await Visit.as(office, 'support')
    const { page } = visit
    await page.goto(`/console/resellers?search=${shop.username}`)
    await visit.click(`Choose ${shop.username}`, 'checkbox')
    await visit.click('Write news…')
    await page.getByRole('heading', { level: 1, name: 'Write news' }).waitFor()
    await page.getByText('1 reseller gets it. 1 of their people signs in to the portal.').waitFor()
    await page.getByLabel('Title').fill('Closed on Friday')
    await page
      .getByRole('textbox', { name: 'Text' })
      .fill('Orders wait until Saturday: https://example.com/hours.')
    await page.getByRole('checkbox', { name: /^Pinned/ }).check()
    await visit.expectUsable('writing news')
    await page.setViewportSize(PHONE)
    await visit.expectUsable('writing news')
    await visit.click('Publish the news')
    await page.getByText('The news is saved.').waitFor()
    await visit.expectUsablePages(['/console/news', '/console/news/1'])
    await page.getByLabel('Who reads this text').selectOption('id')
    await page.getByLabel('Title').fill('Tutup hari Jumat')
    await page.getByRole('textbox', { name: 'Text' }).fill('Sampai Sabtu.')
    await page.getByLabel('Shown from').fill('2050-01-01T08:00')
    await visit.click('Save the news')
    const ofOffice = async () => (await ask(office.server, 'GET', '/news/1', { headers: manager })).json.data
    await until('it is planned', async () => (await ofOffice()).state === 'planned', ofOffice)
    // What is typed stays where somebody else saves it meanwhile, and what they saved can be had.
    await page.goto('/console/news/1')
    await page.getByLabel('Title').fill('Closed all week')
    const { title, body, version } = await ofOffice()
    const theirs = { title, body, pinned: false, accounts: [shop.username] }
    const other = { headers: { ...manager, 'if-match': `"${version}"` }, body: theirs }
    expect((await ask(office.server, 'PATCH', '/news/1', other)).status).toBe(200)
    await visit.click('Save the news')
    await page.getByText('Somebody else has changed this news.').waitFor()
    await expect.poll(() => page.getByLabel('Title').inputValue()).toBe('Closed all week')
    await visit.click('Load it again')
    await page.getByText('Somebody else has changed this news.').waitFor({ state: 'detached' })
    await expect.poll(() => page.getByLabel('Title').inputValue()).toBe('Closed on Friday')
    // Emptied: at once.
    await page.getByLabel('Shown from').fill('')
    await visit.click('Save the news')
    await page.getByText('The news is saved.').first().waitFor()
    await expect.poll(async () => (await ofOffice()).state).toBe('shown')
    await visit.enter(portal.server.url, headers)
    await page.setViewportSize(WIDE)
    await page.goto('/portal/')
    await page.getByText('1 not read').waitFor()
    await visit.expectUsable('home with news')
    await visit.click('Closed on Friday', 'link')
    await page.getByText('New', { exact: true }).waitFor()
    await page.getByText('not read').waitFor({ state: 'detached' })
    await expect
      .poll(() => page.getByRole('link', { name: 'https://example.com/hours' }).getAttribute('href'))
      .toBe('https://example.com/hours')
    await visit.expectUsablePages(['/portal/news'])
    await page.reload()
    await page.getByRole('link', { name: 'https://example.com/hours' }).waitFor()
    await page.getByText('New', { exact: true }).waitFor({ state: 'detached' })
    expect((await portal.ask('GET', '/news', { headers })).json.data.unread).toBe(0)
    await visit.leave()
  })

  test('another e-mail address is asked for, kept back, and counts once its link is opened', async () => {
    const { id, email, headers } = await portal.person()
    const wanted = (token: string) => portal.server.sql`
      insert into email_changes (person_id, email, token_hash, ends_at)
      values (${id}, 'fresh@example.com', ${hashToken(token)}, ${new Date(portal.clock.now().getTime() + 3_600_000)})`
    const visit = await Visit.entered(portal.server.url, headers)
    const { page } = visit
    // This server has no public URL: the form is shown as where it has one, and the server says what is missing.
    await page.route('**/api/portal/me/email', async (route) => {
      if (route.request().method() === 'POST') return await route.continue()
      const reply = await route.fetch()
      const { data, ...rest } = await reply.json()
      await route.fulfill({ json: { ...rest, data: { ...data, possible: true } } })
    })
    await page.goto('/portal/me')
    await page.getByText(`You sign in with ${email}.`).waitFor()
    await page.getByLabel('New e-mail address').fill('fresh@example.com')
    await visit.click('Mail the link')
    await page.getByText(/No mail can be sent from here/).waitFor()
    await wanted('withdrawn')
    await page.reload()
    await page.getByText('The link that was mailed to fresh@example.com ends').waitFor()
    await visit.expectUsable('another address')
    await visit.click('Keep the old address')
    await page.getByLabel('New e-mail address').waitFor()
    await wanted('a token of mine')
    for (const entrance of ['portal', 'console']) {
      await page.goto(`/${entrance}/email#${encodeURIComponent('never made')}`)
      await visit.click('This is my address')
      await page.getByText('This link is no longer valid.').waitFor()
    }
    await page.goto(`/portal/email#${encodeURIComponent('a token of mine')}`)
    await visit.expectUsable('the link to another address')
    await visit.click('This is my address')
    await page.getByText('From now on you sign in with fresh@example.com.').waitFor()
    expect(await portal.signIn('fresh@example.com')).toBeTruthy()
    await visit.leave()
  })

  test('an authenticator app is set up, with recovery codes, and given up', async () => {
    const { headers } = await portal.person()
    const visit = await Visit.entered(portal.server.url, headers)
    const { page } = visit
    await page.goto('/portal/me')
    await visit.click('Set up an app…')
    await page.getByRole('img', { name: 'QR code for the authenticator app' }).waitFor()
    await visit.expectUsable('an app')
    const secret = (await page.getByRole('dialog').locator('.code').textContent()) ?? ''
    await page.getByLabel('Code of your authenticator app').fill('000000')
    await visit.click('Use this app')
    await page.getByRole('dialog').getByRole('alert').waitFor()
    await page.getByLabel('Code of your authenticator app').fill(codeAt(secret, portal.clock.now()))
    await visit.click('Use this app')
    await page.getByRole('dialog', { name: 'Recovery codes' }).waitFor()
    await visit.expectUsable('recovery codes')
    await visit.click('I have kept them')
    await page.getByText('Recovery codes left: 10').waitFor()
    await visit.click('Remove the app…')
    await visit.click(/^Remove the app$/)
    await page.getByRole('button', { name: 'Set up an app…' }).waitFor()
    await visit.leave()
  })
})
