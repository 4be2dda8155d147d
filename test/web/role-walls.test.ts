import { afterAll, beforeAll, expect, test } from 'vitest'
import { requestIds } from '../../src/lib/request-id.ts'
import { permissionsOf, type Role, roles, type StaffPermission } from '../../src/staff/roles.ts'
import { ask, OperatorOffice } from '../protocols/operator/office.fixtures.ts'
import { imei, type Shop } from '../support/server.ts'
import { closeBrowserAfterwards, describePages, Visit } from './browser.fixtures.ts'

closeBrowserAfterwards()

/**
 * What buttons do, by the words on them or said for them, and the permission without which nobody may see one. A person with the role read-only
 * sees no button but these that it may use, and those of HARMLESS: so a new button that changes something is noticed. `below` is where the words
 * mean that; else they do everywhere.
 */
const ACTIONS: readonly (readonly [words: RegExp, permission: StaffPermission, below?: string])[] = [
  [/^Invite a person/, 'people.edit', '/resellers'],
  [/^Refund/, 'orders.refund'],
  [/^Reject/, 'orders.refund'],
  [/^Correct/, 'orders.correct'],
  [
    /^(Cancel the order|Cancel|Ask|Verify|Have it verified|Send the webhook|Add the note|Try another route)/,
    'orders.act',
  ],
  [/^(Mark those shown|Paste results|Answer)/, 'manual.answer'],
  [/^(Confirm|Refuse) \$/, 'money.deposits'],
  [/^(Pay in|Adjust)/, 'money.adjust'],
  [/^(Price group and credit limit|Close…|Reopen)/, 'resellers.terms'],
  [/^(New reseller|Name, e-mail|Pin|Unpin)/, 'resellers.edit'],
  [/^(New key|Revoke key)/, 'keys.edit'],
  [/^(Change the URL|New secret)/, 'keys.edit', '/resellers'],
  [/^(Send a test|Send again since|Pause|Resume)/, 'orders.act', '/resellers'],
  [/^Open the portal/, 'resellers.view_as'],
  [/^Set a rate/, 'prices.edit'],
  [/^New way to pay in/, 'settings.edit'],
  [
    /^(Raise or lower|Set a rule|Read a CSV|Price of |Change the column|Rule of this price|(Change|Remove) the rule of)/,
    'prices.edit',
  ],
  [/^Test/, 'suppliers.try', '/suppliers'],
  [/^Read it now/, 'suppliers.sync'],
  [/^Forget /, 'answers.teach', '/suppliers'],
  [/^Is it back/, 'suppliers.try', '/suppliers'],
  [/^Switch (on|off)/, 'suppliers.edit'],
  [/^(Pause|Resume|Use the next routes|Top up)/, 'suppliers.edit', '/suppliers'],
  [/^(Invite a person|What can be done about)/, 'staff.edit'],
  [/^New token/, 'tokens.edit'],
  [/^(Publish the news|Save the news|Remove…)/, 'news.edit', '/news'],
  [/^(Back up now|Check backup)/, 'backups.run'],
  [/^(New channel|Add a receiver)/, 'notices.edit'],
  [/^Note beside/, 'catalogue.edit'],
]

/** HARMLESS are buttons that change nothing, or only what is the person's own. */
const HARMLESS =
  /^(|.*(Answered|Refused)[A-Za-z].*|How is it read.|Filter|Take|Later|Columns|Export…?|Show.*|Hide.*|Clear.*|Close|Copy.*|More.*|Leave out.*|Find.*|Try again|Look again|All.*|Refused|Only.*|Table.*|Chart.*|Views?.*|Late|What was sent.*|Sent and received|Download.*|Today.*|Next.*|Back.*|Choose.*|Compare.*|Sort.*|Period.*|\d.*|(Number|Name|Placed|Started|Settled|Price|Reference|State|Reseller|Available|Held|Orders|Turnover|Success|Cost|Margin|Service|Services|Code|Created|Last order|30 days)\b.*[↑↓]?|[A-Z]{3})$/

/** OWN is what everybody may change: one's own sign-ins, password and passkeys. */
const OWN = ['/me']

/** WITHOUT_A_LIST is said of the supplier of this test to everybody who may import: it is no matter of roles. */
const WITHOUT_A_LIST = 'sandbox has no list of services'

/** LACKED says which permission a page needs that is no part of another one: who lacks it reads its name. */
const LACKED: Readonly<Record<string, StaffPermission>> = {
  '/reports': 'reports.read',
  '/news/new': 'news.edit',
  '/settings/staff': 'staff.edit',
  '/settings/roles': 'settings.read',
  '/settings/tokens': 'tokens.edit',
  '/settings/security': 'staff.edit',
  '/settings/audit': 'audit.read',
  '/settings/health': 'settings.read',
  '/settings/backups': 'backups.run',
  '/settings/notices': 'notices.edit',
  '/settings/status': 'catalogue.edit',
  '/resellers/$username/money': 'money.read',
  '/suppliers/$supplier/top-ups': 'costs.read',
  '/settings/business': 'money.read',
  '/settings/pay-in': 'money.read',
}

describePages('what each role sees of the console', () => {
  let office: OperatorOffice
  let shop: Shop
  let order: string
  /** `things` are what the pages are opened with, by what stands before the name in their paths. */
  let things: Record<string, string>
  beforeAll(async () => {
    office = await OperatorOffice.open()
    const { server } = office
    shop = await server.shop({ deposit: '50' })
    const service = await server.service()
    const placed = await server.place(shop, { ID: service, IMEI: imei(1) })
    order = String(placed.SUCCESS[0].REFERENCEID)
    await server.ended(shop, order)
    await server.sql`
      insert into deposit_providers (code, name, kind, currency, min_amount, created_at, updated_at)
      values ('bank', 'Bank', 'bank-transfer', 'USD', 1000000, now(), now())`
    const [deposit] = await server.sql<{ id: bigint }[]>`
      insert into deposits (account_id, provider_id, state, currency, amount, fee, total_pay, expires_at, check_at, created_at)
      values (${shop.accountId}, 1, 'review', 'USD', 1000000, 0, 1000000, now() + interval '1 day', null, now())
      returning id`
    const [supplier] = await server.sql<{ id: number }[]>`select id from suppliers limit 1`
    const refused = requestIds()()
    await server.sql`
      insert into requests (account_id, at, key_id, via, action, status, outcome, ip, took_us, request_id)
      select account_id, now(), id, 'rest', 'POST /order', 422, 'invalid_input', '192.0.2.1', 1000, ${refused}::uuid
        from api_keys where account_id = ${shop.accountId} limit 1`
    const { headers } = await office.person('owner')
    const keyMade = await ask(server, 'POST', `/accounts/${shop.username}/keys`, {
      body: { name: 'Own code', webhook_url: 'https://example.com/hook' },
      headers: { ...headers, 'idempotency-key': 'key' },
    })
    const written = await ask(server, 'POST', '/news', {
      body: { title: 'Closed on Friday', body: 'See https://example.com/hours.' },
      headers: { ...headers, 'idempotency-key': 'news' },
    })
    const plan = await ask(server, 'POST', '/plans', {
      body: { kind: 'services.bulk', input: { services: [service], change: { delivery_time: '1 hour' } } },
      headers: { ...headers, 'idempotency-key': 'plan' },
    })
    things = {
      orders: order,
      requests: refused,
      resellers: shop.username,
      for: shop.username,
      plans: String(plan.json.data?.id ?? 1),
      suppliers: String(supplier?.id),
      services: service,
      deposits: String(deposit?.id),
      'pay-in': 'bank',
      news: String(written.json.data.id),
      webhooks: String(keyMade.json.data.webhook.id),
    }
  })
  afterAll(() => office.stop())

  /** `opened` puts things in the places of names: `/orders/$id` becomes `/orders/1001`. */
  const opened = (path: string): string =>
    path.replace(/([\w-]+)\/\$\w+/g, (_, before: string) => {
      const thing = things[before]
      expect(thing, `say in this test with what ${path} is opened`).toBeDefined()
      return `${before}/${thing}`
    })

  interface Seen {
    path: string
    buttons: string[]
    alerts: string[]
    text: string
  }

  const walks = new Map<Role, Promise<Seen[]>>()
  /** `walked` is what somebody with a role sees, of every page that the router has. */
  const walked = (role: Role): Promise<Seen[]> => {
    const walk = walks.get(role) ?? walkAs(role)
    walks.set(role, walk)
    return walk
  }

  async function walkAs(role: Role): Promise<Seen[]> {
    const visit = await Visit.as(office, role)
    const { page } = visit
    await page.goto('/console/me')
    await page.getByRole('heading', { level: 1 }).waitFor()
    // An address that leads to another one is no page.
    const paths = await page.evaluate<string[]>(`Object.entries(window.__TSR_ROUTER__.routesByPath)
      .filter(([, { options }]) => !options.beforeLoad).map(([path]) => path)`)
    const seen: Seen[] = []
    for (const path of paths.filter((one) => !['/$', '/settings'].includes(one)).sort()) {
      const url = opened(path.replace(/(.)\/$/, '$1'))
      await visit.open(`/console${url}`)
      await page.getByRole('heading', { level: 1 }).waitFor()
      await visit.settled()
      // From every page one gets to the next.
      expect(new URL(page.url()).pathname).toContain(`/console${url}`)
      await page.getByRole('status', { name: 'Loading' }).first().waitFor({ state: 'detached' })
      seen.push({
        path,
        buttons: await page.evaluate<string[]>(`[...document.querySelectorAll('main button')]
          .map((one) => (one.getAttribute('aria-label') ?? one.textContent).trim())`),
        alerts: await page.evaluate<string[]>(
          `[...document.querySelectorAll('[role=alert]')].map((one) => one.textContent)`,
        ),
        text: await page.evaluate<string>(`document.querySelector('main').textContent`),
      })
    }
    await visit.leave()
    expect(seen.length).toBeGreaterThan(20)
    return seen
  }

  test.each(roles)(
    '%s: no page shows an action that the role lacks; what is refused names its permission',
    async (role) => {
      const may: readonly string[] = permissionsOf(role)
      const wrong: string[] = []
      for (const { path, buttons, alerts, text } of await walked(role)) {
        const lacked = LACKED[path]
        if (lacked !== undefined && !may.includes(lacked)) {
          if (!text.includes(lacked))
            wrong.push(`${path} does not say that ${lacked} is needed: ${text.slice(0, 200)}`)
          const left = buttons.filter((one) => !HARMLESS.test(one))
          if (left.length > 0) wrong.push(`${path} has ${left.join(', ')} all the same`)
          continue
        }
        for (const alert of alerts) {
          if (path.endsWith('/import') && alert.includes(WITHOUT_A_LIST)) continue
          const named = /you may not ([\w.]+)/.exec(alert)?.[1]
          if (named === undefined || may.includes(named)) wrong.push(`${path} says: ${alert}`)
        }
        for (const button of buttons) {
          const action = ACTIONS.find(([words, , below = '']) => path.startsWith(below) && words.test(button))
          if (action && !may.includes(action[1])) wrong.push(`${path} has the button ${button}`)
          const isKnown = action !== undefined || HARMLESS.test(button) || OWN.includes(path)
          if (role === 'read-only' && !isKnown)
            wrong.push(`${path} has a button that this test does not know: ${button}`)
        }
      }
      expect(wrong).toEqual([])
    },
  )

  test('the owner sees the actions that others lack, so that the words above are those of the pages', async () => {
    const buttons = (await walked('owner')).flatMap((one) => one.buttons)
    const missing = [
      /^Refund/,
      /^Pay in/,
      /^New key/,
      /^Invite a person/,
      /^New token/,
      /^Back up now/,
      /^Test .*buys nothing/,
    ]
    expect(missing.filter((words) => !buttons.some((button) => words.test(button)))).toEqual([])
  })

  test('support cannot move money, by the pages or by the API', async () => {
    const { headers } = await office.person('support')
    const { username } = shop
    const before = await office.server.sql`select * from wallets order by account_id`
    const [deposit] = [things['deposits']]
    for (const [path, body] of [
      [`/orders/${order}/refund`, { reason: 'a favour' }],
      [`/orders/${order}/reject`, { reason: 'a favour' }],
      ['/orders/refund', { account: username, reason: 'a favour', apply: true }],
      [`/accounts/${username}/deposit`, { amount: '10' }],
      [`/accounts/${username}/adjust`, { amount: '10', note: 'a favour' }],
      [`/deposits/${deposit}/confirm`, {}],
      [`/deposits/${deposit}/refuse`, { reason: 'no' }],
      ['/plans', { kind: 'orders.refund', input: { filter: { account: username }, reason: 'a favour' } }],
    ] as const) {
      const { status, json } = await ask(office.server, 'POST', path, {
        body,
        headers: { ...headers, 'idempotency-key': path },
      })
      expect([path, status, json.code]).toEqual([path, 403, 'PERMISSION_DENIED_ERROR'])
    }
    const account = await ask(office.server, 'GET', `/accounts/${username}`, { headers })
    const limit = await ask(office.server, 'PATCH', `/accounts/${username}/terms`, {
      body: { credit_limit: '1000' },
      headers: { ...headers, 'if-match': account.json.data.version },
    })
    expect([limit.status, limit.json.code]).toEqual([403, 'PERMISSION_DENIED_ERROR'])
    expect(await office.server.sql`select * from wallets order by account_id`).toEqual(before)
  })

  test('what finance gave back by the console stands in the trail, and support, who may not read it, is told so', async () => {
    const visit = await Visit.as(office, 'finance')
    const { page } = visit
    await page.goto(`/console/orders/${order}`)
    await page.getByText('$1.00 charged').first().waitFor()
    await visit.press('r')
    await page.getByText('It came too late').click()
    await visit.click(/^Refund \$1\.00$/)
    await page.getByText('nothing charged').waitFor()
    await page.goto('/console/settings/audit?what=item')
    const row = page.getByRole('row').filter({ hasText: 'refunded' }).first()
    await row.waitFor()
    const text = (await row.textContent()) ?? ''
    for (const part of ['Anna', 'finance', '0.00', '1.00']) expect(text).toContain(part)
    await visit.leave()
    const { headers } = await office.person('support')
    const { status, json } = await ask(office.server, 'GET', '/audit', { headers })
    expect([status, json.message]).toEqual([403, 'Permission denied: you may not audit.read'])
  })
})
