import { afterAll, beforeAll, expect, test } from 'vitest'
import { Providers } from '../../src/deposits/providers.ts'
import { systemClock } from '../../src/lib/time.ts'
import { bank, sealer, stripe } from '../deposits/deposits.fixtures.ts'
import { FakeStripe } from '../deposits/fake-stripe.ts'
import { OperatorOffice } from '../protocols/operator/office.fixtures.ts'
import { closeBrowserAfterwards, describePages, PHONE, Visit, WIDE } from './browser.fixtures.ts'

closeBrowserAfterwards()

describePages('settings of money in the console', () => {
  let office: OperatorOffice
  beforeAll(async () => {
    office = await OperatorOffice.open({ OUTBOUND_ALLOW: '127.0.0.0/8' })
  })
  afterAll(() => office.stop())

  test('who sells is said once, and a change by somebody else is not overwritten', async () => {
    const visit = await Visit.as(office, 'manager')
    const { page } = visit
    await page.goto('/console/settings/business')
    const seller = page.locator('form').first()
    await page.getByRole('textbox', { name: 'Name' }).fill('Corner Phones Ltd')
    await page.getByRole('textbox', { name: 'Tax number' }).fill('DE123')
    // What is typed while it is saved stays.
    const typed = Promise.withResolvers<void>()
    await page.route(/\/api\/operator\/seller$/, async (request) => {
      if (request.request().method() !== 'GET') await typed.promise
      await request.continue()
    })
    const isSent = page.waitForRequest((request) => request.method() !== 'GET')
    await seller.getByRole('button', { name: 'Save' }).click()
    await isSent
    await page.getByRole('textbox', { name: 'Tax number' }).fill('DE1234')
    typed.resolve()
    await page.getByText('Saved.').waitFor()
    await visit.settled()
    await expect.poll(() => page.getByRole('textbox', { name: 'Tax number' }).inputValue()).toBe('DE1234')
    await page.getByText('Somebody else was faster').waitFor({ state: 'detached' })
    await page.getByRole('textbox', { name: 'Tax number' }).fill('DE123')
    const [row] = await office.server.sql`select name, tax_id as "taxId" from seller`
    expect(row).toEqual({ name: 'Corner Phones Ltd', taxId: 'DE123' })
    await office.server.sql`update seller set name = 'Somebody Else'`
    await page.getByRole('textbox', { name: 'Name' }).fill('Mine')
    await seller.getByRole('button', { name: 'Save' }).click()
    // Both are shown, and the other one stays until one of them is chosen.
    await page.getByText('Somebody else was faster, and nothing of yours is saved yet.').waitFor()
    const both = page.getByRole('row', { name: /Somebody Else.*Mine/ })
    await both.waitFor()
    await visit.click('Take theirs')
    await both.waitFor({ state: 'detached' })
    await expect.poll(() => page.getByRole('textbox', { name: 'Name' }).inputValue()).toBe('Somebody Else')
    await visit.leave()
  })

  test('the brand is looked at in both colours before it is saved, and stands where resellers come in', async () => {
    const visit = await Visit.as(office, 'owner')
    const { page } = visit
    await page.goto('/console/settings/brand')
    await page.getByRole('textbox', { name: 'Name' }).fill('Corner Phones')
    await page.getByRole('textbox', { name: 'Colour', exact: true }).fill('#ffcc00')
    await page.getByRole('textbox', { name: 'Telegram' }).fill('@corner_phones')
    const svg =
      '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 32"><rect width="96" height="32" rx="6"/></svg>'
    await page.locator('input[type=file]').setInputFiles({
      ...{ name: 'logo.svg', mimeType: 'image/svg+xml', buffer: Buffer.from(svg) },
    })
    const light = page.getByRole('region', { name: 'In light colours' })
    await light.getByText('stands here in its place').waitFor()
    await light.getByText('@corner_phones').waitFor()
    await light.locator('img').waitFor()
    await visit.expectUsable('brand')
    await visit.click('Save')
    await page.getByText('Saved.').waitFor()
    await visit.leave()
    const stranger = await Visit.begin(office.server.url, { screen: PHONE })
    await stranger.page.goto('/portal/sign-in')
    await stranger.page.getByText('Corner Phones').waitFor()
    await stranger.page.getByRole('link', { name: '@corner_phones' }).waitFor()
    await stranger.comesTrue('document.querySelector("img")?.naturalWidth > 0')
    await expect.poll(() => stranger.page.title()).toBe('Sign in · Corner Phones')
    await stranger.expectUsable('sign in of a shop')
    await stranger.leave()
  })

  test('a message is written anew, read as it arrives, and put back', async () => {
    const visit = await Visit.as(office, 'owner')
    const { page } = visit
    await page.goto('/console/settings/messages')
    await visit.click('Read Another password')
    const dialog = page.getByRole('dialog')
    const text = dialog.getByRole('textbox', { name: 'Text' })
    await text.fill('Write to us')
    await dialog.getByText('What must stand in it:').waitFor()
    await dialog.getByText('without which it is of no use').waitFor()
    await expect.poll(() => dialog.getByRole('button', { name: 'Keep this text' }).isDisabled()).toBe(true)
    await text.fill('Your link: {link}')
    await dialog.getByText('Your link: https://shop.example.com/portal/…').waitFor()
    await visit.expectUsable('message')
    await dialog.getByRole('button', { name: 'Keep this text' }).click()
    await page.getByText('Yours', { exact: true }).waitFor()
    const kept = await office.server.sql`select name, language, text from message_texts`
    expect(kept).toEqual([{ name: 'mail.reset', language: 'en', text: 'Your link: {link}' }])
    await visit.click('Read Another password')
    await visit.click('Begin with our text')
    await dialog.getByRole('button', { name: 'Put our text back' }).click()
    await page.getByText('Yours', { exact: true }).waitFor({ state: 'detached' })
    expect(await office.server.sql`select from message_texts`).toEqual([])
    // Who has written which text, the newest first.
    await page.getByText('History', { exact: true }).click()
    const changes = page.locator('details', { hasText: 'History' }).getByRole('listitem')
    await changes.filter({ hasText: 'removed · Another password, English' }).waitFor()
    await changes.filter({ hasText: 'made · Another password, English' }).waitFor()
    await visit.leave()
  })

  test('a way to pay in is made of the fields of its kind, its secret is not shown again, and it is switched off', async () => {
    const visit = await Visit.as(office, 'owner')
    const { page } = visit
    await page.goto('/console/settings/pay-in')
    await visit.click('New way to pay in…')
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Kind').selectOption('unique-amount')
    await dialog.getByLabel('Code').fill('own')
    await dialog.getByRole('combobox', { name: 'Currency', exact: true }).fill('usd')
    await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill('Transfer to our account')
    await dialog.getByLabel('Account number').fill('DE02 1203')
    await dialog.getByLabel('Account holder').fill('Corner Phones')
    await dialog.getByText(/^More settings/).click()
    await dialog.getByLabel("Hook's secret", { exact: true }).fill('a secret of the hook')
    expect(await visit.violations()).toEqual([])
    await visit.shot('new way')
    await visit.click('Add the way to pay in')
    await page.getByText('/hooks/deposits/own').waitFor()
    await visit.click('Change Transfer to our account')
    await dialog.getByLabel('Fixed fee').fill('1.500')
    await dialog.getByText(/may be \$1\.500? or \$1,500/).waitFor()
    await expect.poll(() => dialog.getByRole('button', { name: /^Change/ }).isDisabled()).toBe(true)
    await dialog.getByLabel('Fixed fee').fill('0.5')
    await dialog.getByText(/^More settings/).click()
    await expect.poll(() => dialog.getByLabel("Hook's secret", { exact: true }).inputValue()).toBe('')
    expect(await page.content()).not.toContain('a secret of the hook')
    await dialog.getByRole('button', { name: 'Change Transfer to our account' }).click()
    await page.getByText('fee 0% and $0.50').waitFor()
    await visit.click('Test Transfer to our account')
    await page.getByText("Proved by the first payment alone: Hook's secret.").waitFor()
    await visit.click('Switch off Transfer to our account')
    await dialog.getByText('Not used any more').click()
    await visit.expectUsable('switching off a way to pay in')
    await dialog.getByRole('button', { name: 'Switch off Transfer to our account' }).click()
    await page.getByText('Off', { exact: true }).waitFor()
    const [kept] = await office.server.sql`
      select enabled, fee_flat::text as fee, secrets is not null as sealed from deposit_providers where code = 'own'`
    expect(kept).toEqual({ enabled: false, fee: '500000', sealed: true })
    const [said] = await office.server
      .sql`select why from trail where what = 'deposit_providers' order by id desc limit 1`
    expect(said).toEqual({ why: 'Not used any more' })
    await visit.leave()
  })

  test('a way to pay in is tested: whether the payment service knows the key, in words', async () => {
    const fake = await FakeStripe.start(systemClock)
    const card = await stripe(office.server, fake.url, { name: 'Cards' })
    await bank(office.server, { name: 'Our bank' })
    const visit = await Visit.as(office, 'owner')
    const { page } = visit
    await page.goto('/console/settings/pay-in')
    await visit.click('Test Cards')
    const said = page.getByRole('status')
    await said.getByText('It works: the payment service knows the key.').waitFor()
    await said.getByText('The key is one for trying').waitFor()
    await said.getByText('Proved by the first payment alone: Webhook secret.').waitFor()
    // Nobody could be asked about a bank account that people look at.
    await expect.poll(() => page.getByRole('button', { name: 'Test Our bank' }).count()).toBe(0)
    await visit.expectUsable('way to pay in that works')
    await new Providers(office.server.sql, sealer).change(card.code, { secrets: { secret_key: 'sk_wrong' } })
    await visit.click('Test Cards')
    await said.getByText('The payment service refuses the key.').waitFor()
    await said.getByText('No payment was begun, and nothing was changed.').waitFor()
    expect([await page.content(), fake.sessions.size]).toEqual([expect.not.stringContaining('sk_wrong'), 0])
    for (const screen of [WIDE, PHONE]) {
      await page.setViewportSize(screen)
      await visit.expectUsable('way to pay in whose key is wrong')
    }
    await visit.leave()
    await fake.stop()
  })

  test('a rate is set, by those who set prices', async () => {
    const visit = await Visit.as(office, 'catalogue')
    const { page } = visit
    await page.goto('/console/settings/rates')
    await visit.click('Set a rate…')
    await page.getByLabel('One of this currency').fill('usd')
    await page.getByLabel('is worth so much').fill('16250')
    await page.getByRole('combobox', { name: 'of this currency', exact: true }).fill('idr')
    expect(await visit.violations()).toEqual([])
    await visit.click('Set 1 USD = 16,250 IDR')
    await page.getByRole('cell', { name: '1 USD = 16,250 IDR' }).waitFor()
    // A thousandth of it, in whichever way it comes about, is set by nobody who did not say so.
    await visit.click('Set a rate…')
    await page.getByLabel('One of this currency').fill('usd')
    await page.getByRole('combobox', { name: 'of this currency', exact: true }).fill('idr')
    const rate = page.getByLabel('is worth so much')
    const set = page.getByRole('button', { name: /^Set (1 USD|the rate)/ })
    for (const [text, said] of [
      ['16.500', /may be .*16\.5.* or .*16,500/],
      ['16,500', /may be/],
      ['much', /is no amount in IDR/],
    ] as const) {
      await rate.fill(text)
      await page.getByText(said).waitFor()
      await expect.poll(() => set.isDisabled()).toBe(true)
    }
    await rate.fill('16500,5')
    await page.getByText('1 USD: 16,250 IDR → 16,500.5 IDR (+1.5%)').waitFor()
    await expect.poll(() => set.isDisabled()).toBe(false)
    await rate.fill('16.5')
    await page.getByText('1 USD: 16,250 IDR → 16.5 IDR (−99.9%)').waitFor()
    await expect.poll(() => set.isDisabled()).toBe(true)
    await visit.expectUsable('a rate that is far from the one that holds')
    const meant = page.getByLabel('It is far from the rate that holds, and meant so.')
    await meant.check()
    await expect.poll(() => set.isDisabled()).toBe(false)
    // Another one is not meant by it.
    await rate.fill('162500')
    expect([await meant.isChecked(), await set.isDisabled()]).toEqual([false, true])
    await rate.fill('16.5')
    await meant.check()
    await visit.click('Set 1 USD = 16.5 IDR')
    await page.getByRole('cell', { name: '16.5' }).waitFor()
    await page.goto('/console/settings/pay-in')
    await page.getByText('money.read').waitFor()
    await visit.leave()
  })

  test('finance reads who sells, the ways to pay in and the rates, and changes none of them', async () => {
    const visit = await Visit.as(office, 'finance')
    const { page } = visit
    for (const tab of ['business', 'pay-in', 'rates']) {
      await page.goto(`/console/settings/${tab}`)
      await page.getByRole('navigation', { name: 'Settings' }).getByRole('link').first().waitFor()
      await visit.settled()
      await expect.poll(() => page.getByRole('alert').count(), { message: tab }).toBe(0)
      await expect
        .poll(() => page.getByRole('button', { name: /^(Save|Set a rate|New way|Change|Switch)/ }).count())
        .toBe(0)
    }
    await visit.leave()
  })

  test('every page is usable by everybody, wide and on a phone, in light and dark', async () => {
    const visit = await Visit.as(office, 'owner')
    await visit.expectUsablePages(
      ['business', 'brand', 'portal', 'limits', 'messages', 'pay-in', 'rates'].map(
        (tab) => `/console/settings/${tab}`,
      ),
    )
    await visit.leave()
  })
})
