import { join } from 'node:path'
import { afterAll, afterEach, expect, test } from 'vitest'
import { codeAt, PASSWORD } from '../staff/people.fixtures.ts'
import { cleanUp, migratedFolder, Program, program } from '../support/process.ts'
import { closeBrowserAfterwards, describePages, PHONE, Visit, WIDE } from './browser.fixtures.ts'

closeBrowserAfterwards()

/** SHOTS is a folder for pictures of the pages, for people who want to look at them. */
const SHOTS = process.env['SCREENSHOTS']

describePages('the first start', () => {
  afterEach(() => cleanUp())
  const walked: string[] = []
  afterAll(() => {
    process.stdout.write(`${walked.join('\n')}\n`)
  })

  test.each([
    { name: 'wide', screen: WIDE },
    { name: 'a phone', screen: PHONE },
  ])(
    'leads from the link that it prints to an order that is done, in the browser alone: $name',
    async ({ name, screen }) => {
      // The link is shown on a terminal only: `script` makes one.
      const start = `'${process.execPath}' '${program}' start`
      const server = new Program(
        ['-qec', start, '/dev/null'],
        { IMEIGATE_DATA: await migratedFolder() },
        { node: 'script', file: '-f' },
      )
      const [link = ''] = await server.says(/http:\S+\/console\/setup#[\w-]+/)
      const visit = await Visit.begin(new URL(link).origin, { screen })
      const { page } = visit
      /** `fill` is one step: a short text. */
      const fill = async (label: string, text: string): Promise<void> => {
        visit.steps++
        // A currency is chosen from a list, or written.
        const role = label.endsWith('currency') ? 'combobox' : 'textbox'
        await page.getByRole(role, { name: label, exact: true }).fill(text)
      }
      const look = async (what: string): Promise<void> => {
        if (SHOTS)
          await page.screenshot({ path: join(SHOTS, `first-${what}-${screen.width}.png`), fullPage: true })
        for (const colorScheme of ['dark', 'light'] as const) {
          await page.emulateMedia({ colorScheme })
          expect(await visit.violations(), `${what}, ${colorScheme}`).toEqual([])
        }
        expect(await visit.overflow(), what).toBeLessThanOrEqual(0)
      }
      const from = performance.now()
      const sections: string[] = []
      let before = 0
      const done = (what: string): void => {
        sections.push(`${what} ${visit.steps - before}`)
        before = visit.steps
      }

      // The owner.
      await page.goto(link)
      await fill('Your name', 'Anna')
      await fill('E-mail address', 'anna@example.com')
      await fill('Password', PASSWORD)
      await fill('Name of the business', 'Anna Unlocks')
      await fill('Home currency', 'EUR')
      await expect.poll(() => page.getByRole('combobox', { name: 'Time zone' }).inputValue()).toBe('UTC')
      const secret = (await page.locator('p .code').textContent()) ?? ''
      await fill('Code of your authenticator app', codeAt(secret, new Date()))
      await visit.click('Begin')
      visit.steps++
      await page.getByLabel('I have kept them').check()
      await visit.click('Go on')
      const steps = page.getByRole('region', { name: 'First steps' })
      await steps.getByText('2 of 6 done').waitFor()
      done('owner and business')
      await look('begun')

      await visit.click('Practise with the sandbox')
      await expect
        .poll(() => page.getByRole('textbox', { name: 'Currency that you sell in' }).inputValue())
        .toBe('EUR')
      await visit.click('Sell the three services')
      await steps.getByText('4 of 6 done').waitFor()
      done('sandbox with services')
      await look('sandbox')

      await visit.click('Make the first reseller', 'link')
      await fill('Name', 'Corner Phones')
      await fill('E-mail address', 'ana@corner.example')
      await expect.poll(() => page.getByRole('combobox', { name: 'Currency' }).inputValue()).toBe('EUR')
      await fill('First deposit, in EUR', '25')
      await expect
        .poll(() => page.getByRole('checkbox', { name: /^Invite this address/ }).isChecked())
        .toBe(true)
      await visit.click('Make the reseller and credit €25')
      const sheet = page.getByRole('dialog', { name: 'The invitation' })
      const invitation = (await sheet.locator('p.code').textContent()) ?? ''
      expect(invitation).toMatch(/^http:.+\/portal\/invite#/)
      await look('invitation')
      await visit.click('I have kept it')
      await look('people')
      await visit.click('Go on with them', 'link')
      await steps.getByText('5 of 6 done').waitFor()
      done('reseller')

      const portal = await Visit.begin(new URL(link).origin, { screen })
      await portal.page.goto(invitation)
      await portal.page.getByLabel('Your name').fill('Ana')
      await portal.page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD)
      await portal.click('Begin')
      await portal.click(/^Services$/, 'link')
      await portal.click('Practice check by IMEI', 'link')
      await portal.page.getByLabel('One a line').fill('490154203237518')
      await portal.click('Check')
      await portal.click(/^Place 1/)
      await portal.page.getByText('Sandbox result, not a real one').waitFor()
      // Name, password, and the IMEI.
      visit.steps += portal.steps + 3
      await portal.leave()
      done('order in the portal')

      // The sixth step is done by itself, and then there is nothing more to lead to.
      await page.getByRole('heading', { name: 'Figures of today' }).waitFor()
      await expect.poll(() => steps.count()).toBe(0)
      await page.getByRole('link', { name: 'Orders' }).first().click()
      await page.getByText('corner-phones').first().waitFor()
      await page.getByText('Done', { exact: true }).first().waitFor()
      await look('order')
      walked.push(
        `first start, ${name}: ${visit.steps} steps (${sections.join(', ')}), ${Math.round((performance.now() - from) / 1000)} s with looking`,
      )
      expect(visit.steps).toBeLessThanOrEqual(40)
      await visit.leave()
      await server.stop('SIGINT')
    },
  )
})
