import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAccount } from '../../src/accounts/accounts.ts'
import { createChannel } from '../../src/notices/channels.ts'
import { balance, bank, broken, sealer } from '../deposits/deposits.fixtures.ts'
import { MailInbox } from '../notices/notices.fixtures.ts'
import { OperatorOffice } from '../protocols/operator/office.fixtures.ts'
import { PASSWORD, PortalShop } from '../protocols/portal/portal.fixtures.ts'
import { codeAt } from '../staff/people.fixtures.ts'
import { imei } from '../support/server.ts'
import { until } from '../support/until.ts'
import { closeBrowserAfterwards, describePages, PHONE, Visit } from './browser.fixtures.ts'

closeBrowserAfterwards()

/** PHOTO is a picture that phones make, and larger than the server takes: the browser makes it smaller. */
const PHOTO = `(async () => {
  const canvas = document.createElement('canvas')
  canvas.width = 1400
  canvas.height = 1400
  const context = canvas.getContext('2d')
  const pixels = context.createImageData(1400, 1400)
  let seed = 1
  for (let at = 0; at < pixels.data.length; at++) {
    seed ^= seed << 13
    seed ^= seed >>> 17
    seed ^= seed << 5
    pixels.data[at] = at % 4 === 3 ? 255 : seed & 255
  }
  context.putImageData(pixels, 0, 0)
  return canvas.toDataURL('image/png').split(',')[1]
})()`

describePages('the beginning of a reseller', () => {
  let portal: PortalShop
  let office: OperatorOffice
  let mail: MailInbox
  let service: string
  beforeAll(async () => {
    portal = await PortalShop.open({ PUBLIC_URL: 'https://shop.example', OUTBOUND_ALLOW: '127.0.0.1' })
    office = OperatorOffice.at(portal.server, portal.clock)
    mail = await new MailInbox().open()
    const settings = { host: '127.0.0.1', port: mail.port, from: 'Shop <shop@example.com>' }
    const deps = { sql: portal.server.sql, sealer }
    await createChannel(deps, { kind: 'email', name: 'mail', settings }, portal.clock)
    await bank(portal.server)
    service = await portal.server.service({ code: 'carrier', name: 'Carrier check' })
  })
  afterAll(async () => {
    expect(await broken(portal.server)).toEqual([])
    await portal.stop()
    await mail.close()
  })

  /** `linkTo` gives the path of the link to a page of the portal that an address was sent by mail. */
  const linkTo = async (name: string, email: string): Promise<string> => {
    const found = () =>
      new RegExp(`/portal/${name}#[\\w-]{22}`).exec(mail.of(email).join('\n').replaceAll('=\n', ''))?.[0]
    await until(`the link to ${name} has come by mail`, async () => found() !== undefined)
    return found() ?? ''
  }

  test('somebody asks for an account, is accepted, pays in with a photo as proof, and pastes IMEIs whose results arrive', async () => {
    // What an owner sets in the console holds at once: welcome and terms are shown as the text that they are.
    const owner = await Visit.as(office, 'owner')
    const settings = owner.page
    const save = async (registration: string) => {
      await owner.click('Save')
      await settings.getByRole('button', { name: 'Save' }).and(settings.locator('[disabled]')).waitFor()
      await until('it holds', async () => {
        const { json } = await portal.ask('GET', '/registration', { headers: portal.origin })
        return json.data.registration === registration && json.data.welcome !== null
      })
    }
    await settings.goto('/console/settings/portal')
    await expect
      .poll(() => settings.getByRole('radio', { name: 'By invitation only' }).isChecked())
      .toBe(true)
    await settings.getByLabel('Welcome').fill('We unlock <b>phones</b>.\nWrite to us first.')
    await settings
      .getByLabel('Terms')
      .fill(`1. Pay first.\n${'2. No refunds of what was delivered. '.repeat(30)}`)
    await owner.expectUsable('the settings of the portal')
    await save('invitation')
    const visit = await Visit.begin(portal.server.url, { screen: PHONE })
    const { page } = visit
    await page.goto('/portal/register')
    await page.getByRole('heading', { name: 'Accounts are by invitation' }).waitFor()
    await page.getByText('We unlock <b>phones</b>.').waitFor()
    await expect.poll(() => page.getByText('1. Pay first.').count()).toBe(0)
    await visit.expectUsable('accounts are by invitation')
    await settings.getByRole('radio', { name: 'Nobody' }).check()
    await save('closed')
    await page.reload()
    await page.getByRole('heading', { name: 'No new accounts' }).waitFor()
    await visit.expectUsable('no new accounts')
    await settings.getByRole('radio', { name: 'Everybody, and one of you decides' }).check()
    await save('open')
    // Who has changed which of these settings, the newest first.
    await settings.getByText('History', { exact: true }).click()
    const changes = settings.locator('details', { hasText: 'History' }).getByRole('listitem')
    await changes.filter({ hasText: 'Who may register' }).first().waitFor()
    await expect.poll(() => changes.first().textContent()).toMatch(/Who may register.*open/)
    await expect
      .poll(async () => (await changes.allTextContents()).join('\n'))
      .toMatch(/Welcome[\s\S]*We unlock <b>phones<\/b>/)
    await owner.leave()
    await page.goto('/portal/sign-in')
    await visit.click('Ask for an account', 'link')
    await page.getByText('We unlock <b>phones</b>.').waitFor()
    await page.getByRole('region', { name: 'Terms' }).getByText('1. Pay first.').waitFor()
    await page.getByLabel('Name of you or your shop').fill('Corner Phones')
    await page.getByLabel('E-mail address').fill('ana@corner.example')
    await page.getByLabel('What you want to order').fill('300 checks a day')
    await visit.expectUsable('registration')
    await visit.click('Ask for an account')
    await page.getByText('A link is on its way to ana@corner.example.').waitFor()
    // Nobody of the staff hears of it before the address is proved.
    const manager = await Visit.as(office, 'manager', { screen: PHONE })
    const { page: desk } = manager
    await desk.goto('/console/inbox?kind=application')
    await desk.getByText('Nothing needs you').waitFor()
    await page.goto(await linkTo('verify', 'ana@corner.example'))
    await visit.click('This is my address')

    // It appears in the inbox by itself.
    await desk.getByRole('button', { name: /Corner Phones/ }).click()
    await desk.getByText('300 checks a day').waitFor()
    await manager.expectUsable('an application')
    await manager.click('Accept…')
    await desk.getByLabel('Currency').fill('usd')
    await manager.expectUsable('accepting')
    await manager.click('Make the account')
    await desk.getByText(/\/portal\/invite#/).waitFor()
    await manager.press('Control+Enter')
    // The list of resellers says that nobody has come yet.
    await desk.goto('/console/resellers?status=invited')
    const invited = desk.getByRole('link', { name: /Corner Phones/ })
    await invited.getByText('Invited').waitFor()
    await invited.click()
    await desk.getByRole('heading', { level: 1, name: 'Corner Phones Invited' }).waitFor()
    await manager.leave()
    const [account] = await portal.server.sql<{ id: number; status: string }[]>`
      select id, status from accounts where name = 'Corner Phones'`
    expect(account?.status).toBe('active')

    await page.goto(await linkTo('invite', 'ana@corner.example'))
    await page.getByLabel('Your name').fill('Ana')
    await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD)
    await visit.click('Begin')
    const steps = page.getByRole('list', { name: 'First steps' })
    await steps.getByRole('link', { name: 'Pay in' }).click()
    await page.getByLabel('Amount to be credited').fill('20')
    await visit.click('Pay in $20.00')
    await page.getByLabel('Reference of the payment').fill('FT26329ABCD')
    const content = Buffer.from((await page.evaluate(PHOTO)) as string, 'base64')
    expect(content.length).toBeGreaterThan(1_048_576)
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      page.getByLabel('Photo or file of the receipt').click(),
    ])
    await chooser.setFiles({ name: 'receipt.png', mimeType: 'image/png', buffer: content })
    await visit.click('Hand in the proof')
    await page.getByText('Your proof has arrived, with its file.').waitFor()
    expect(await visit.violations()).toEqual([])
    const [kept] = await portal.server.sql<{ mediaType: string; bytes: number }[]>`
      select media_type as "mediaType", length(content) as bytes from deposit_proofs`
    expect(kept?.mediaType).toBe('image/jpeg')
    expect(kept?.bytes).toBeLessThanOrEqual(1_048_576)

    // Support sees the deposit, and cannot confirm it; finance does.
    const finance = await Visit.as(office, 'support')
    await finance.page.goto('/console/inbox?kind=deposit')
    await finance.page.getByRole('heading', { level: 1 }).waitFor()
    await finance.settled()
    await expect.poll(() => finance.page.getByRole('button', { name: /^Confirm/ }).count()).toBe(0)
    await finance.enter(portal.server.url, (await office.person('finance')).headers)
    await finance.page.reload()
    await finance.page.getByRole('img', { name: 'The proof that the payer handed in' }).waitFor()
    await finance.page.getByText('FT26329ABCD').first().waitFor()
    await finance.shot('inbox deposit')
    await finance.click('Confirm $20.00')
    await page.getByText('$20.00 was credited').waitFor()
    await page.getByText('$20.00 is available now.').waitFor()
    await finance.leave()

    await page.goto('/portal/')
    await steps.getByRole('link', { name: 'Place an order', exact: true }).click()
    await visit.click('Carrier check', 'link')
    const inputs = [imei(31), imei(32), imei(33)]
    await page.getByLabel('One a line').focus()
    await visit.paste(inputs.join('\n'))
    await visit.click('Check')
    await visit.click('Place 3 · $3.00')
    await page.getByText('3 of 3 done').waitFor()
    const results = page.getByRole('list', { name: 'Results' }).getByRole('listitem')
    await expect.poll(() => results.count()).toBe(3)
    for (const [at, input] of inputs.entries())
      await expect.poll(() => results.nth(at).textContent()).toMatch(new RegExp(`${input}.*Sandbox result`))
    const of = { accountId: account?.id ?? 0, username: '', securityId: '', secret: '' }
    expect(await balance(portal.server, of)).toBe('17.00')
    await visit.leave()
  })

  test('an application is refused by keys alone, with a reason', async () => {
    const { sql } = portal.server
    await sql`
      insert into applications (name, email, note, address, made_at, ends_at, verified_at)
      values ('Eve', 'eve@corner.example', '300 checks a day', '192.0.2.1', now(), now(), now())`
    const visit = await Visit.as(office, 'manager')
    const { page } = visit
    await page.goto('/console/resellers')
    await page.getByText('1 person asks for an account.').waitFor()
    await visit.expectUsable('resellers, with an application')
    await visit.click('Decide', 'link')
    await page.waitForURL(/\/console\/inbox\?kind=application/)
    await page.getByRole('button', { name: 'Refuse…' }).waitFor()
    await visit.press('2')
    await page.getByRole('textbox', { name: 'Reason' }).and(page.locator(':focus')).waitFor()
    await visit.type('we sell to shops only')
    await visit.press('Control+Enter')
    await page.getByText('Nothing needs you').waitFor()
    const [eve] = await sql`select accepted, why from applications where name = 'Eve'`
    expect(eve).toMatchObject({ accepted: false, why: 'we sell to shops only' })
    await visit.leave()
  })

  test('a forgotten password is set by the mailed link, and one is in; the second factor is asked for as before', async () => {
    const { accountId } = await portal.server.shop()
    const { email } = await portal.invited(accountId)
    const visit = await Visit.begin(portal.server.url, { screen: PHONE })
    const { page } = visit
    const reset = async (password: string): Promise<void> => {
      mail.mails.length = 0
      await page.goto('/portal/forgot')
      await page.getByLabel('E-mail address').fill(email)
      await visit.click('Send the link')
      await page.getByText('a link is on its way').waitFor()
      await page.goto(await linkTo('reset', email))
      await visit.click('Set the password')
      await page.getByText('New password is missing.').waitFor()
      await page.getByRole('textbox', { name: 'New password' }).fill(password)
      await visit.click('Set the password')
    }
    await reset('another long one')
    await page.getByText('Nothing was ordered yet').waitFor()
    const headers = await portal.signIn(email, 'another long one')
    const { secret } = (await portal.ask('POST', '/me/totp/offer', { headers })).json.data
    const body = { totp_secret: secret, code: codeAt(secret, portal.clock.now()) }
    expect((await portal.ask('POST', '/me/totp', { body, headers })).status).toBe(200)
    await reset('yet another long one')
    await page.getByText('Your password is set').waitFor()
    await visit.expectUsable('the second factor after a reset')
    portal.clock.advance(30_000)
    await page.getByLabel('Code of your authenticator app').fill(codeAt(secret, portal.clock.now()))
    await visit.click('Sign in')
    await page.getByText('Nothing was ordered yet').waitFor()
    await visit.leave()
  })

  test('links and addresses are those by which others reach the server, wherever the page was opened', async () => {
    const { headers } = await portal.person()
    const visit = await Visit.entered(portal.server.url, headers)
    const { page } = visit
    await page.goto('/portal/people')
    await visit.click('Invite somebody')
    await page.getByRole('textbox', { name: 'E-mail address' }).fill('else@example.com')
    await page.getByRole('button', { name: 'Invite', exact: true }).click()
    await page.getByText(/^https:\/\/shop\.example\/portal\/invite#/).waitFor()
    await expect.poll(() => page.getByText('Nobody else can open this').count()).toBe(0)
    await visit.click('I have kept it')
    await page.goto('/portal/keys')
    await visit.click('New key')
    await visit.click('Make the key')
    await page.getByText('https://shop.example/', { exact: true }).waitFor()
    await visit.leave()
  })

  test('the first steps are shown to a new account, and each is gone once it is done', async () => {
    const made = { name: 'New', email: 'new@example.com', username: 'new', currency: 'USD' }
    const { id: accountId } = await createAccount(portal.server.sql, made, 'test')
    const { email } = await portal.invited(accountId)
    const headers = await portal.signIn(email)
    const visit = await Visit.entered(portal.server.url, headers)
    const { page } = visit
    await page.goto('/portal/')
    const steps = page.getByRole('list', { name: 'First steps' })
    await steps.getByRole('link', { name: 'Connect your shop' }).waitFor()
    await expect
      .poll(() => steps.getByRole('link').allTextContents())
      .toEqual(['Pay in', 'Place an order', 'Connect your shop'])
    await visit.expectUsable('the first steps')
    const rich = await portal.server.shop()
    await portal.server.call(rich, { action: 'placeimeiorder', ID: service, IMEI: imei(5) })
    const { headers: known } = await portal.person('owner', rich)
    await visit.enter(portal.server.url, known)
    await page.goto('/portal/')
    await page.getByRole('link', { name: 'All orders' }).waitFor()
    await steps.getByRole('link', { name: 'Pay in' }).waitFor({ state: 'detached' })
    await expect.poll(() => steps.count()).toBeLessThan(2)
    await expect.poll(() => steps.getByRole('link', { name: 'Place an order', exact: true }).count()).toBe(0)
    // Both are there every day.
    for (const name of ['Pay in', 'New order']) await page.getByRole('link', { name, exact: true }).waitFor()
    await visit.leave()
  })
})
