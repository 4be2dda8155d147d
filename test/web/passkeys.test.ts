import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { OperatorOffice } from '../protocols/operator/office.fixtures.ts'
import { PASSWORD } from '../staff/people.fixtures.ts'
import { closeBrowserAfterwards, describePages, Visit } from './browser.fixtures.ts'

closeBrowserAfterwards()

/** `freePort` is one that nobody listens on now: passkeys are bound to an address that is known before the server starts. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((listening) => server.once('listening', listening))
  const { port } = server.address() as AddressInfo
  await new Promise((closed) => server.close(closed))
  return port
}

describePages('passkeys in a browser', () => {
  let office: OperatorOffice
  let url: string
  beforeAll(async () => {
    const port = await freePort()
    url = `http://localhost:${port}`
    office = await OperatorOffice.open({ PORT: String(port), PUBLIC_URL: url })
  })
  afterAll(() => office.stop())

  test('a person makes a passkey, signs in by it alone, and proves by it who it is', async () => {
    const hired = await office.office.hire('owner')
    const visit = await Visit.begin(url)
    const { page } = visit
    await visit.hasAuthenticator()
    await page.goto('/console/me')
    await page.getByLabel('E-mail address').fill(hired.email)
    await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD)
    await visit.click('Go on')
    await page.getByLabel('Code of your authenticator app').fill(hired.nextCode())
    await visit.click('Sign in')
    await visit.click('Add a passkey')
    await page.getByLabel('How you tell it from others').fill('My phone')
    await visit.click('Make the passkey')
    await page.getByRole('cell', { name: 'My phone', exact: true }).waitFor()
    expect(await visit.violations()).toEqual([])

    await visit.click(/profile, colours, sign out/)
    await visit.click('Sign out', 'menuitem')
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await visit.click('Use a passkey')
    await page.getByRole('heading', { level: 1, name: 'Profile' }).waitFor()

    // Twenty minutes later the server wants proof, which the page asks for; the request is then sent again.
    await office.server.sql`update sign_ins set proved_at = proved_at - interval '20 minutes'`
    await visit.click('Remove My phone')
    await page.getByRole('dialog', { name: 'Show that it is you' }).waitFor()
    expect(await visit.violations()).toEqual([])
    await visit.click('Use a passkey')
    await page.getByRole('cell', { name: 'My phone', exact: true }).waitFor({ state: 'detached' })
    expect(await office.server.sql`select 1 from passkeys`).toHaveLength(0)
    await visit.leave()
  })
})
