import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { PortalShop } from '../protocols/portal/portal.fixtures.ts'
import { imei } from '../support/server.ts'
import { until } from '../support/until.ts'
import { closeBrowserAfterwards, describePages, PHONE, Visit, WIDE } from './browser.fixtures.ts'

closeBrowserAfterwards()

describePages('webhooks and requests in the portal', () => {
  /** The shop's receiver: what it was told, and what it answers. */
  const told: string[] = []
  let answers = 200
  const receiver = createServer((request, reply) => {
    told.push(String(request.headers['x-webhook-event']))
    reply.statusCode = answers
    reply.end()
  })
  let portal: PortalShop
  let url: string
  let service: string
  beforeAll(async () => {
    portal = await PortalShop.open({ OUTBOUND_ALLOW: '127.0.0.1', TRUST_PROXY: '127.0.0.1' })
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`
    service = await portal.server.service()
  })
  afterAll(async () => {
    await portal.stop()
    receiver.close()
  })

  interface Made {
    key: { id: number; security_id: string }
    secret: string
    webhook: { id: number } | null
  }
  let asked = 0
  const makeKey = async (headers: Record<string, string>, body: object): Promise<Made> => {
    const made = await portal.ask('POST', '/keys', {
      body,
      headers: { ...headers, 'idempotency-key': `key ${++asked}` },
    })
    return made.json.data
  }
  const order = ({ key, secret }: Made, text: string, at = '203.0.113.9') =>
    portal.ask('POST', '/api/order', {
      body: { code: service, data: { imeis: [text] } },
      headers: { authorization: `Bearer ${key.security_id}.${secret}`, 'x-forwarded-for': at },
    })

  test.each([
    { name: 'wide', screen: WIDE },
    { name: 'a phone', screen: PHONE },
  ])('a webhook is tested, paused, moved, and what it missed is sent again: $name', async ({ screen }) => {
    const { headers } = await portal.person()
    const made = await makeKey(headers, { name: 'Own code', webhook_url: url })
    answers = 200
    const visit = await Visit.entered(portal.server.url, headers, { screen })
    const { page } = visit
    await page.goto(`/portal/keys/${made.key.id}`)
    await page.getByRole('link', { name: url }).click()
    await page.getByText('Nothing yet.').waitFor()
    await visit.click('Send a test')
    await page.getByText('Answered with 200').waitFor()
    expect(told.at(-1)).toBe('test')
    await visit.click('Pause…')
    await visit.click('Pause the webhook')
    await page.getByText('Paused', { exact: true }).waitFor()
    expect((await order(made, imei(900 + screen.width))).status).toBe(200)
    const events = page.getByRole('list', { name: 'Events' })
    // What there is to tell, and what became of it, comes by itself.
    await events.getByText('Held').first().waitFor()
    await page.getByRole('link', { name: 'Own code' }).waitFor()
    await visit.expectUsable('a paused webhook')
    await visit.click('Resume')
    await page.getByText('Active', { exact: true }).waitFor()
    const before = told.length
    await visit.click('Send again since…')
    await visit.click('Send them again')
    await page.getByText(/events? (is|are) on (its|their) way/).waitFor()
    await until('they have arrived', async () => told.length > before)
    await events.getByText('Arrived').first().waitFor()
    await events.getByRole('button').first().click()
    await page.getByText('HTTP 200').waitFor()
    await visit.expectUsable('a webhook with events')
    const once = told.length
    await visit.click('Send it again now')
    await until('one event is sent once more', async () => told.length > once)
    await visit.click('New secret…')
    await visit.click('Make the new secret')
    await page.getByText(/^whsec_/).waitFor()
    await visit.expectUsable('a new secret')
    await visit.click('I have kept it')
    await visit.click('Change the URL…')
    await page.getByRole('textbox', { name: 'URL' }).fill('ftp://nowhere')
    await page.getByRole('dialog').getByRole('button', { name: 'Change the URL' }).click()
    await page.getByRole('dialog').getByRole('alert').waitFor()
    await page.getByRole('textbox', { name: 'URL' }).and(page.locator('[aria-invalid=true]')).waitFor()
    await page.getByRole('textbox', { name: 'URL' }).fill(`${url}/2`)
    await page.getByRole('dialog').getByRole('button', { name: 'Change the URL' }).click()
    await page.getByText(`${url}/2`).waitFor()
    await visit.leave()
  })

  test('why an order was refused is found out in three steps, in words', async () => {
    const { headers } = await portal.person()
    const made = await makeKey(headers, { name: 'Website' })
    expect((await order(made, '490154203237519')).status).toBe(422)
    const visit = await Visit.entered(portal.server.url, headers)
    const { page } = visit
    await page.goto('/portal/')
    await page.getByRole('heading', { level: 1 }).waitFor()
    await visit.click('Requests', 'link')
    await page.getByRole('radio', { name: 'Refused' }).locator('..').click()
    visit.steps++
    // The log is written a second later, and the page hears of it.
    await visit.click(/Refused POST/)
    await page.getByText('a digit is wrong or missing').last().waitFor()
    await page.getByText('Invalid IMEI').first().waitFor()
    await page.getByRole('link', { name: 'Website' }).waitFor()
    expect(visit.steps).toBeLessThanOrEqual(3)
    await visit.leave()
  })

  test('a member reads the log, too; a request from a wrong address is in it; on a phone', async () => {
    const { headers: owner, shop } = await portal.person()
    const made = await makeKey(owner, { name: 'Website', allowed_ips: ['198.51.100.7'] })
    expect((await order(made, imei(77))).status).toBe(403)
    const { headers } = await portal.person('member', shop)
    const visit = await Visit.entered(portal.server.url, headers, { screen: PHONE })
    const { page } = visit
    await page.goto(`/portal/requests?outcome=refused&key=${made.key.id}`)
    await page.getByRole('button', { name: /Refused/ }).click()
    await page.getByText('Allow the address on the page of the key').last().waitFor()
    // What is asked meanwhile waits to be shown.
    expect((await order(made, imei(78))).status).toBe(403)
    await page.getByRole('button', { name: '1 new · Show' }).waitFor()
    await expect.poll(() => page.getByRole('button', { name: /Refused/ }).count()).toBe(1)
    await visit.expectUsable('the log of requests')
    await visit.click('1 new · Show')
    await visit.comesTrue("document.querySelectorAll('ul[aria-label=Requests] > li').length === 2")
    await page.goto('/portal/webhooks/1')
    await page.getByText('webhooks.read').waitFor()
    await visit.leave()
  })
})
