import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ReviewKind } from '../../src/fulfilment/people/review.ts'
import { openReviews } from '../../src/fulfilment/people/reviews.sql.ts'
import { detailText } from '../../src/fulfilment/review-details.ts'
import type { AccountId, OrderId } from '../../src/lib/ids.ts'
import { brokenPromises } from '../orders/orders.fixtures.ts'
import { changer, OperatorOffice } from '../protocols/operator/office.fixtures.ts'
import { imei, type Shop } from '../support/server.ts'
import { until } from '../support/until.ts'
import { closeBrowserAfterwards, describePages, PHONE, Visit, WIDE } from './browser.fixtures.ts'

closeBrowserAfterwards()

const shot = (visit: Visit, name: string): Promise<void> => visit.shot(name)

describePages('the inbox', () => {
  let office: OperatorOffice
  let shop: Shop
  let service: string
  let byHand: string
  let imeis = 0
  beforeAll(async () => {
    office = await OperatorOffice.open()
    const { server } = office
    shop = await server.shop({ deposit: '1000' })
    service = await server.service()
    byHand = await server.service({ name: 'Unlock by hand' })
    const [hand] = await server.sql<{ id: number }[]>`
      insert into suppliers (kind, name, currency) values ('manual', 'Unlock Bob', 'USD') returning id`
    await server.sql`update supplier_routes set supplier_id = ${hand?.id ?? 0} where service_id = ${Number(byHand)}`
  })
  afterAll(async () => {
    expect(await brokenPromises(office.server.sql)).toEqual([])
    await office.stop()
  })

  /** `sent` places orders that are with the supplier for a day. */
  async function sent(count: number, by = shop, of = service): Promise<{ order: number; input: string }[]> {
    const { sql } = office.server
    const made: { order: number; input: string }[] = []
    for (let n = 0; n < count; n++) {
      const input = imei(++imeis, '00100105')
      const answer = await office.server.place(by, { ID: of, IMEI: input })
      made.push({ order: Number(answer.SUCCESS[0].REFERENCEID), input })
    }
    await until('all are with the supplier', async () => {
      const rows = await sql`
        select from attempts where order_id = any(${made.map(({ order }) => order)}::bigint[]) and state = 'accepted'`
      return rows.length === count
    })
    return made
  }

  const review = (
    order: number,
    kind: ReviewKind,
    detail: string,
    { by = shop, at = new Date() } = {},
  ): Promise<number> => {
    const item = { accountId: by.accountId as AccountId, orderId: order as OrderId, position: 1 }
    return openReviews(office.server.sql, [{ item, attempt: 1, kind, detail }], at)
  }
  /** `becomesUnknown` has nobody know what became of an order that was sent. */
  async function becomesUnknown(order: number): Promise<void> {
    const { sql } = office.server
    await sql`update attempts set state = 'unknown', reference = null where order_id = ${order}`
    await sql`update items set state = 'unknown', due_at = now() + interval '1 hour' where order_id = ${order}`
  }
  const stateOf = async (order: number): Promise<string | undefined> => {
    const [row] = await office.server.sql<
      { state: string }[]
    >`select state from items where order_id = ${order}`
    return row?.state
  }

  test('an unknown outcome is resolved within five steps, by keyboard, with what it does to the money said before', async () => {
    const { sql } = office.server
    const [{ order, input } = { order: 0, input: '' }] = await sent(1)
    await becomesUnknown(order)
    await sql`
      insert into attempt_exchanges (account_id, order_id, position, number, at, call, method, url, request, status, answer, milliseconds)
      values (${shop.accountId}, ${order}, 1, 1, now(), 'send', 'POST', 'https://panel.example/api', ${`imei=${input}`}, 502, '<html>Bad gateway</html>', 312)`
    await review(order, 'unknown', 'HTTP 502, and nothing that says what became of it')
    const visit = await Visit.as(office, 'owner', { screen: WIDE })
    const { page } = visit
    await page.goto(`/console/orders/${order}`)
    await page
      .getByText('Nothing is sent again and nothing is given back while the outcome is unknown.')
      .waitFor()
    await visit.expectUsable('an order whose outcome is unknown')
    const beside = page.getByRole('complementary', { name: 'About the order' })
    await beside.getByRole('link', { name: 'sandbox' }).click()
    await page.getByRole('heading', { level: 1, name: 'sandbox' }).waitFor()
    await page.goBack()
    const service = beside.getByRole('link', { name: /^s\d+$/ })
    await expect.poll(() => service.getAttribute('href')).toMatch(/^\/console\/catalogue\/services\/s\d+$/)
    await page.goto('/console/orders')
    await visit.click(/^Inbox/, 'link')
    await page.getByRole('button', { name: /The supplier has it/ }).waitFor()
    await page.getByText('What was sent and received').waitFor()
    // It is open: one decides by it.
    await page.getByText('<html>Bad gateway</html>').waitFor()
    expect(await visit.violations()).toEqual([])
    await shot(visit, 'inbox-unknown')
    await visit.press('1')
    await page.getByLabel("The supplier's number").waitFor()
    await visit.paste('A-4711')
    await visit.page.getByText('Seen in our account there').click()
    visit.steps++
    expect(await visit.violations()).toEqual([])
    await visit.press('Control+Enter')
    await until('it is decided', async () => {
      const rows = await sql`
        select from reviews where order_id = ${order} and resolution = 'found' and why = 'Seen in our account there'`
      return rows.length === 1
    })
    // The supplier is asked about that number at once, and may have answered with its own by now.
    await until('it is with the supplier again', async () => (await stateOf(order)) === 'processing')
    expect(visit.steps).toBeLessThanOrEqual(5)
    await visit.leave()
  })

  test('by keys alone: narrowed, decided by a digit with a reason, and the next one opens until none is left', async () => {
    const { sql } = office.server
    const other = await office.server.shop({ deposit: '1000' })
    const made = await sent(3, other)
    for (const [at, { order }] of made.entries()) {
      await becomesUnknown(order)
      await review(order, 'unknown', 'no answer', { by: other, at: new Date(Date.UTC(2026, 0, 1, 12, at)) })
    }
    const [first, second, third] = made
    const visit = await Visit.as(office, 'owner', { screen: WIDE })
    const { page } = visit
    const opens = (input: string | undefined) => page.getByRole('heading', { name: input ?? '' }).waitFor()
    const choose = async (digit: string, words: RegExp) => {
      await page.getByRole('button', { name: words, pressed: false }).waitFor()
      await visit.press(digit)
      await page.getByRole('button', { name: words, pressed: true }).waitFor()
      // Its first field takes the focus a moment later.
      await page.locator('input:focus, textarea:focus').first().waitFor()
    }
    await page.goto('/console/orders')
    await page.getByRole('heading', { name: 'Orders' }).waitFor()
    await visit.press('g')
    await visit.press('i')
    await page.getByRole('heading', { level: 1, name: 'Inbox' }).waitFor()
    await page.getByRole('button', { name: 'Filter', exact: true }).waitFor()
    await visit.press('f')
    await page.getByRole('dialog').getByLabel('Reseller').waitFor()
    // The form takes the focus a moment after it is there.
    await page.getByRole('dialog').locator(':focus').waitFor()
    const focused = page.getByLabel('Reseller').and(page.locator(':focus'))
    for (let tabs = 0; tabs < 5 && (await focused.count()) === 0; tabs++) await visit.press('Tab')
    await visit.type(other.username)
    await visit.press('Enter')
    await page.getByRole('button', { name: `Leave out Reseller: ${other.username}` }).waitFor()
    await page.getByText('3 things wait').waitFor()
    await opens(first?.input)
    await choose('1', /The supplier has it/)
    await visit.type('A-4712')
    await visit.press('Tab')
    await visit.press('Space')
    await visit.press('Control+Enter')
    await opens(second?.input)
    await choose('3', /Give the money back/)
    // The field of the reseller's words, the reasons that are offered, the reason.
    await visit.press('Tab')
    await visit.press('Tab')
    await visit.type('asked by phone')
    await visit.press('Control+Enter')
    await opens(third?.input)
    await visit.press('t')
    await page.getByRole('button', { name: 'Give it back' }).waitFor()
    await visit.press('z')
    await page.getByRole('menuitem', { name: 'In an hour' }).waitFor()
    await visit.press('ArrowDown')
    await visit.press('Enter')
    await page.getByText('Nothing that waits fits these filters.').waitFor()
    expect(new URL(page.url()).searchParams.get('reseller')).toBe(other.username)
    const decided = await sql<{ resolution: string | null; why: string | null }[]>`
      select resolution, why from reviews where account_id = ${other.accountId} order by opened_at`
    expect(decided.map(({ resolution, why }) => [resolution, why])).toEqual([
      ['found', 'Seen in our account there'],
      ['give_back', 'asked by phone'],
      [null, null],
    ])
    await visit.leave()
  })

  test('the reviews of an outage are chosen by keys and decided together, as it was shown', async () => {
    const { sql } = office.server
    const other = await office.server.shop({ deposit: '1000' })
    const made = await sent(3, other)
    for (const { order } of made) {
      await becomesUnknown(order)
      await review(order, 'unknown', 'no answer', { by: other })
    }
    const visit = await Visit.as(office, 'owner', { screen: WIDE })
    const { page } = visit
    await page.goto(`/console/inbox?reseller=${other.username}`)
    await page.getByText('3 things wait').waitFor()
    await visit.press('x')
    await page.getByText('1 chosen').waitFor()
    await visit.click('All of this supplier and kind')
    await page.getByText('3 chosen').waitFor()
    await visit.expectUsable('reviews that are chosen')
    await visit.click('Decide together…')
    await page.getByRole('radio', { name: 'Give the money back' }).check()
    await page.getByLabel('What the resellers read').fill('Their panel was out of order')
    await visit.expectUsable('deciding together')
    await visit.click('See what would become of them')
    await page.getByText('it fits 3 of 3.').waitFor()
    await page.getByText('The supplier had an outage').click()
    const outcomes = page.waitForResponse(/\/plans\/\d+\/rows/)
    await visit.click('Give back $3.00')
    await page.getByText('3 done, 0 left out, 0 failed.').waitFor()
    // The rows are read again: as they were before, none of them was done.
    await outcomes
    await expect.poll(() => page.getByRole('dialog').getByRole('listitem').count()).toBe(0)
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click()
    await page.getByText('Nothing that waits fits these filters.').waitFor()
    const given = await sql`
      select from items where account_id = ${other.accountId} and state = 'failed' and reason = 'Their panel was out of order'`
    expect(given.length).toBe(3)
    await visit.leave()
  })

  test('two people on one review: who works on it is shown, what the other decided is crossed out with the reason, and of two decisions one counts', async () => {
    const { sql } = office.server
    const other = await office.server.shop({ deposit: '1000' })
    const [first, second, third] = await sent(3, other)
    for (const { order } of [first, second, third].flatMap((one) => one ?? []))
      await review(order, 'expired', detailText('open_since', { time: '2026-01-02 12:04 UTC' }), {
        by: other,
      })
    const path = `/console/inbox?reseller=${other.username}`
    const { headers, id } = await office.person('support')
    await sql`update staff set name = 'Sari' where id = ${id}`
    const sari = await Visit.entered(office.server.url, headers)
    const boss = await Visit.as(office, 'owner')
    const { page } = sari
    const opens = (visit: Visit, input = '') => visit.page.getByRole('heading', { name: input }).waitFor()
    const reason = async (visit: Visit, words: RegExp, why: string) => {
      await visit.click(words)
      await visit.page.getByLabel('Reason').fill(why)
    }
    for (const visit of [sari, boss]) {
      await visit.page.goto(path)
      await opens(visit, first?.input)
    }

    await page
      .getByText(/^It is open for longer than its service may take: it was expected by .*2.*:04/)
      .waitFor()
    // A mark keeps nobody from deciding: who has taken it may be away.
    await sari.press('t')
    await page.getByRole('button', { name: 'Give it back' }).waitFor()
    await boss.page.getByRole('button', { name: 'Sari is on this', disabled: true }).waitFor()
    await reason(sari, /Let it take longer/, 'they are asleep')
    await reason(boss, /Let it take longer/, 'they work on it')
    await boss.press('Control+Enter')
    await opens(boss, second?.input)
    // What she types about it is not taken away from her.
    const left = page.getByRole('status').filter({ hasText: 'What you typed stays here until you go on.' })
    await left.getByText(/^Decided by Anna: Let it take longer: they work on it$/).waitFor()
    await expect
      .poll(() => page.getByRole('textbox', { name: 'Reason', exact: true }).inputValue())
      .toBe('they are asleep')
    const overLine = await page.evaluate<string>(
      "getComputedStyle(document.querySelector('h2[data-over]')).textDecorationLine",
    )
    expect(overLine).toBe('line-through')
    await expect
      .poll(() => page.getByRole('button', { name: 'Let it take longer', exact: true }).isDisabled())
      .toBe(true)
    await sari.expectUsable('decided by somebody else while it was open')
    await sari.click('Go on')
    await opens(sari, second?.input)
    const settled = page.getByRole('list', { name: 'Left the list meanwhile' })
    await settled.getByText('Let it take longer: they work on it').waitFor()
    const lineOver = (input = '') =>
      page.evaluate<string>(`getComputedStyle([...document.querySelectorAll('li .code')]
        .findLast((one) => one.textContent === '${input}')).textDecorationLine`)
    expect(await lineOver(first?.input)).toBe('line-through')
    await page.getByText('2 things wait').waitFor()
    await sari.expectUsable('what was settled meanwhile')

    // Both decide at once: hers is on its way while his is made.
    await opens(sari, second?.input)
    await reason(sari, /Let it take longer/, 'they asked for a day')
    const isSent = Promise.withResolvers<void>()
    const go = Promise.withResolvers<void>()
    await page.route('**/reviews/*/resolve', async (route) => {
      isSent.resolve()
      await go.promise
      await route.continue()
    })
    const answer = page.waitForResponse('**/reviews/*/resolve')
    await sari.press('Control+Enter')
    await isSent.promise
    await reason(boss, /Give the money back/, 'asked by phone')
    await boss.click('Give back $1.00')
    await opens(boss, third?.input)
    go.resolve()
    expect((await answer).status()).toBe(409)
    await left.getByText(/^Decided by Anna: Give the money back: asked by phone$/).waitFor()
    await sari.click('Go on')
    await settled.getByText('Give the money back: asked by phone').waitFor()
    const decided = await sql<{ resolution: string | null }[]>`
      select resolution from reviews where account_id = ${other.accountId} order by order_id`
    expect(decided.map(({ resolution }) => resolution)).toEqual(['wait', 'give_back', null])
    expect(await stateOf(second?.order ?? 0)).toBe('failed')
    await boss.leave()

    // What somebody takes waits on: it has only left a list of what nobody works on.
    await page.goto(`${path}&taken=free`)
    await page.getByText('1 thing waits').waitFor()
    await page.getByRole('button', { name: 'Take', exact: true }).waitFor()
    await sari.press('t')
    await left.getByText(/^It is no longer in this list/).waitFor()
    await expect.poll(() => page.locator('h2[data-over]').count()).toBe(0)
    await sari.leave()
  })

  test('who has decided what is said of work by hand and of applications, too, while they are open', async () => {
    const { sql } = office.server
    const other = await office.server.shop({ deposit: '1000' })
    const [work] = await sent(1, other, byHand)
    const [ana] = await sql<{ id: number }[]>`
      insert into applications (name, email, address, made_at, ends_at, verified_at)
      values ('Ana Shop', 'ana@example.com', '192.0.2.1', now(), now(), now()) returning id`
    const change = changer(office.server, (await office.person('support')).headers)
    const visit = await Visit.as(office, 'support', { screen: WIDE })
    const { page } = visit
    const left = page.getByLabel('What waits for you').getByRole('status')
    await page.goto('/console/inbox?kind=manual')
    await page.getByRole('button', { name: `Answer ${work?.input}` }).waitFor()
    await change('POST', '/manual/answer', { order: work?.order, result: 'unlocked' })
    await left.getByText('Decided by Anna: Answered').waitFor()
    await page.goto('/console/inbox?kind=application')
    await page.getByRole('button', { name: 'Accept…' }).waitFor()
    await change('POST', `/applications/${ana?.id}/refuse`, { why: 'shops only' })
    await left.getByText('Decided by Anna: Refused: shops only').waitFor()
    await page.getByRole('button', { name: 'Accept…' }).waitFor({ state: 'detached' })
    await visit.expectUsable('an application that somebody else has decided')
    await page.goto(`/console/orders/${work?.order}`)
    await page.getByText('Anna answered it for Unlock Bob').waitFor()
    await visit.leave()
  })

  test('the filters stand in the URL, in words, on a wide screen and on a phone', async () => {
    const other = await office.server.shop({ deposit: '1000' })
    const [old, young] = await sent(2, other)
    for (const { order } of [old, young].filter((one) => one !== undefined)) await becomesUnknown(order)
    await review(old?.order ?? 0, 'unknown', 'no answer', { by: other, at: new Date(Date.UTC(2026, 0, 1)) })
    await review(young?.order ?? 0, 'unknown', 'no answer', { by: other })
    for (const screen of [WIDE, PHONE]) {
      const visit = await Visit.as(office, 'owner', { screen })
      const { page } = visit
      const rows = page.getByRole('list', { name: 'What waits' }).getByRole('listitem')
      const waiting = (count: number) =>
        page.getByText(count === 1 ? '1 thing waits' : `${count} things wait`, { exact: true }).waitFor()
      await page.goto(`/console/inbox?reseller=${other.username}&supplier=Sandbox&taken=free&older_than=90`)
      await page.getByRole('button', { name: 'Leave out Waits longer than: 1.5 hr' }).waitFor()
      await page.getByRole('button', { name: 'Leave out Taken by: Nobody' }).waitFor()
      await waiting(1)
      await expect.poll(() => rows.count()).toBe(1)
      await visit.expectUsable('inbox filters')
      await visit.click('Leave out Waits longer than: 1.5 hr')
      await waiting(2)
      await visit.click('Filter')
      await page.getByRole('dialog').getByLabel('1 day').waitFor()
      expect(await visit.violations()).toEqual([])
      await visit.shot(`inbox filter form ${screen.width}`)
      await page.getByRole('dialog').getByLabel('Me', { exact: true }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Show' }).click()
      await page.getByText('Nothing that waits fits these filters.').waitFor()
      expect(Object.fromEntries(new URL(page.url()).searchParams)).toEqual({
        ...{ reseller: other.username, supplier: 'Sandbox', taken: 'me' },
      })
      await visit.expectUsable('inbox fits nothing')
      await page.goto(`/console/inbox?order=${young?.order}`)
      await waiting(1)
      await page.goto('/console/inbox?older_than=soon')
      await page.getByRole('alert').getByText('older_than').first().waitFor()
      await visit.leave()
    }
  })

  test('giving back names the amount, and is not there for who may not', async () => {
    const [{ order } = { order: 0 }] = await sent(1)
    await review(order, 'expired', 'open since yesterday: "Code 4711"')
    await office.server.sql`update services set secret_results = true where id = ${Number(service)}`
    const support = await Visit.as(office, 'support', { screen: PHONE })
    await support.page.goto('/console/inbox')
    // The kind above the list has the same words.
    await support.page
      .getByRole('list', { name: 'What waits' })
      .getByRole('button', { name: /Open for too long/ })
      .last()
      .click()
    await support.page.getByRole('button', { name: /Let it take longer/ }).waitFor()
    // What the supplier said may have a secret result in it, and is shown to who may look.
    await support.page.getByText('What the supplier answered is secret.').waitFor()
    await expect.poll(() => support.page.getByText('Code 4711').count()).toBe(0)
    await support.click('Show it')
    await support.page.getByText('Code 4711').waitFor()
    await expect.poll(() => support.page.getByRole('button', { name: /Give the money back/ }).count()).toBe(0)
    expect(await support.overflow()).toBeLessThanOrEqual(0)
    expect(await support.violations()).toEqual([])
    await shot(support, 'inbox-phone')
    await support.leave()
    await office.server.sql`update services set secret_results = false where id = ${Number(service)}`
    // Amounts in what a decision does are written as the reader writes them, which no text of the server is.
    const { headers: sarisHeaders, id: sari } = await office.person('owner')
    await office.server.sql`update staff set language = 'id' where id = ${sari}`
    const reader = await Visit.entered(office.server.url, sarisHeaders)
    await reader.page.goto(`/console/inbox?order=${order}`)
    await reader.page
      .getByRole('button', { name: /US\$\s?1,00/ })
      .first()
      .waitFor()
    await reader.leave()
    const owner = await Visit.as(office, 'owner', { scheme: 'dark' })
    const { page } = owner
    await page.goto(`/console/inbox?order=${order}`)
    await page.getByRole('button', { name: /Give the money back/ }).click()
    await page.getByText(`${shop.username} gets $1.00 back now.`).waitFor()
    await page.getByLabel('Reason').fill('asked by phone')
    expect(await owner.violations()).toEqual([])
    await shot(owner, 'inbox-dark')
    await page.getByRole('button', { name: 'Give back $1.00' }).click()
    await until('it is given back', async () => (await stateOf(order)) === 'failed')
    await owner.leave()
  })

  test('a manual sheet is pasted with refusals: shown line by line, then done as shown', async () => {
    const { sql } = office.server
    const inputs: string[] = []
    for (let n = 0; n < 5; n++) {
      const input = imei(++imeis)
      inputs.push(input)
      await office.server.place(shop, { ID: byHand, IMEI: input })
    }
    await until('all wait for a person', async () => {
      const rows =
        await sql`select from items where input = any(${inputs}::text[]) and state in ('processing', 'unknown')`
      return rows.length === 5
    })
    const visit = await Visit.as(office, 'support')
    const { page } = visit
    await page.goto('/console/inbox?kind=manual')
    await page.getByRole('button', { name: 'Paste results' }).waitFor()
    // All that one does with the list stands in one line.
    const topOf = async (name: string) => (await page.getByText(name, { exact: true }).boundingBox())?.y
    await expect
      .poll(async () => [await topOf('Paste results'), await topOf('Mark those shown as mine')])
      .toEqual([await topOf('Copy IMEIs'), await topOf('Copy IMEIs')])
    expect(await visit.violations()).toEqual([])
    await shot(visit, 'inbox-manual')
    await visit.click('Paste results')
    await page.getByLabel('Lines of an IMEI and its result').focus()
    await visit.paste(
      `1) ${inputs[0]} — Unlocked 8842\n"${inputs[1]}";"NOT FOUND"\n${inputs[2]}\tUnlocked 9931\n490154203237518 Clean`,
    )
    await visit.click('Preview')
    await page.getByText('1 Matches nothing').waitFor()
    await page.getByText('2 Answered').waitFor()
    expect(await visit.violations()).toEqual([])
    await shot(visit, 'inbox-paste')
    expect(
      await sql`select from items where input = any(${inputs}::text[]) and finished_at is not null`,
    ).toEqual([])
    await visit.click('Apply 3')
    await page.getByText('3 done, 1 left out.').waitFor()
    expect(visit.steps).toBeLessThanOrEqual(4)
    const done = await sql<{ input: string; state: string; result: string | null }[]>`
      select input, state, result from items where input = any(${inputs}::text[]) order by array_position(${inputs}::text[], input)`
    expect(done.map(({ state, result }) => [state, result])).toEqual([
      ['success', 'Unlocked 8842'],
      ['failed', null],
      ['success', 'Unlocked 9931'],
      ['processing', null],
      ['processing', null],
    ])
    await page.getByRole('dialog').getByText('Close', { exact: true }).click()
    // The fourth is answered alone; the words of the sheet are there for the next one.
    await page.getByRole('button', { name: `Answer ${inputs[3]}` }).waitFor()
    await visit.click('Paste results')
    await expect
      .poll(() => page.getByLabel('Words that mean refused').inputValue())
      .toBe('not found, rejected')
    // Every line of a long sheet can be seen before it is applied, and those of one kind alone.
    const strangers = Array.from({ length: 229 }, (_, n) => `${imei(5000 + n)} Clean`)
    await page
      .getByLabel('Lines of an IMEI and its result')
      .fill([`${inputs[3]} Unlocked 1`, ...strangers].join('\n'))
    await visit.click('Preview')
    const lines = page.getByRole('region', { name: 'Lines' }).getByRole('row')
    await page.getByText('229 Matches nothing').waitFor()
    await until('the first lines are shown', async () => (await lines.count()) === 201)
    await visit.click('Show more')
    await until('all lines are shown', async () => (await lines.count()) === 231)
    await page.getByText('1 Answered', { exact: true }).click()
    await until('one line is shown', async () => (await lines.count()) === 2)
    expect(await visit.violations()).toEqual([])
    await page.keyboard.press('Escape')
    await visit.click(`Refuse ${inputs[3]}`)
    await page.getByText('not found', { exact: true }).waitFor()
    expect(await visit.violations()).toEqual([])
    await shot(visit, 'inbox-refuse')
    await page.keyboard.press('Escape')
    await visit.click(`Answer ${inputs[3]}`)
    await page.getByRole('textbox', { name: 'Result' }).fill('Unlocked 1')
    await visit.click(/^Answer .+, and charge \$1\.00$/)
    await until('it is answered', async () => {
      const [row] = await sql<
        { state: string; result: string }[]
      >`select state, result from items where input = ${inputs[3] ?? ''}`
      return row?.state === 'success' && row.result === 'Unlocked 1'
    })
    // The table stays open for the next one, and ends with the last.
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: `Answer ${inputs[3]}` }).waitFor({ state: 'detached' })
    expect(new URL(page.url()).searchParams.get('open')).toMatch(/^manual-/)
    await visit.click(`Answer ${inputs[4]}`)
    await page.getByRole('textbox', { name: 'Result' }).fill('Unlocked 2')
    await visit.click(/^Answer .+, and charge \$1\.00$/)
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: `Answer ${inputs[4]}` }).waitFor({ state: 'detached' })
    await page.waitForURL((url) => !url.searchParams.has('open'))
    await visit.leave()
  })

  test('work by hand that has no IMEI is copied by order number, and found by it or by the reference', async () => {
    const { server } = office
    const firmware = await server.service({
      ...{ kind: 'server', name: 'Firmware by hand' },
      fields: [{ name: 'NOTES', label: 'What is needed', type: 'text', required: true, options: [] }],
    })
    await server.sql`
      update supplier_routes r set supplier_id = s.id from suppliers s
       where s.name = 'Unlock Bob' and r.service_id = ${Number(firmware)}`
    const orders: number[] = []
    for (const reference of ['cart-1', 'cart-2', 'cart-3']) {
      const answer = await server.place(shop, { ID: firmware, QNT: '1', NOTES: `for ${reference}` })
      const order = Number(answer.SUCCESS[0].REFERENCEID)
      await server.sql`update orders set reference = ${reference} where id = ${order}`
      orders.push(order)
    }
    await until('all wait for a person', async () => {
      const rows =
        await server.sql`select from items where order_id = any(${orders}::bigint[]) and state in ('processing', 'unknown')`
      return rows.length === 3
    })
    const visit = await Visit.as(office, 'support')
    const { page } = visit
    await page.goto('/console/inbox?kind=manual')
    await page.getByRole('button', { name: 'Copy order numbers' }).waitFor()
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await visit.click('Copy order numbers')
    await page.getByRole('button', { name: 'Copied' }).waitFor()
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(orders.join('\n'))
    await shot(visit, 'inbox-manual-orders')
    await visit.click('Paste results')
    await page
      .getByLabel('Lines of an order number and its result')
      .fill(`${orders[0]}\tdone, code 1234\ncart-2: patched\ncart-9: patched`)
    await visit.click('Preview')
    await page.getByText('found by the reference cart-2').waitFor()
    await page.getByText(`Order ${orders[0]}`, { exact: true }).waitFor()
    await page.getByText('nothing waits for cart-9').waitFor()
    await visit.expectUsable('inbox-paste-orders')
    await visit.click('Apply 2')
    await page.getByText('2 done, 1 left out.').waitFor()
    const done = await server.sql<{ result: string | null }[]>`
      select result from items where order_id = any(${orders}::bigint[]) order by order_id`
    expect(done.map(({ result }) => result)).toEqual(['done, code 1234', 'patched', null])
    await page.getByRole('dialog').getByText('Close', { exact: true }).click()
    // What is answered or refused is looked at where that is done, with what becomes of the money.
    await visit.click(`Refuse ${orders[2]}`)
    const refusing = page.getByRole('dialog', { name: `Refuse ${orders[2]}` })
    for (const fact of [`${orders[2]}/1`, 'Firmware by hand', 'for cart-3', 'cart-3'])
      await refusing.getByText(fact, { exact: true }).waitFor()
    await refusing
      .getByText(`No other supplier does it: $1.00 goes back to ${shop.username} at once.`)
      .waitFor()
    await refusing.getByRole('button', { name: `Refuse ${orders[2]}, and give back $1.00` }).waitFor()
    await visit.expectUsable('work by hand is refused')
    // What is missing is said where it is missing, in our words.
    await visit.click(`Refuse ${orders[2]}, and give back $1.00`)
    await refusing.getByText('Reason is missing.').waitFor()
    await refusing.getByRole('textbox', { name: 'Reason' }).and(page.locator(':focus')).waitFor()
    await visit.expectUsable('a reason is missing')
    await refusing.getByRole('textbox', { name: 'Reason' }).fill('no such device')
    await refusing.getByText('Reason is missing.').waitFor({ state: 'detached' })
    await page.keyboard.press('Escape')
    await server.sql`
      insert into supplier_routes (service_id, supplier_id, position, remote_service)
      select ${Number(firmware)}, id, 2, '7' from suppliers where name <> 'Unlock Bob' order by id limit 1`
    await visit.click(`Refuse ${orders[2]}`)
    await refusing.getByText(`gets it next. $1.00 stays held for ${shop.username}.`).waitFor()
    await refusing.getByRole('button', { name: `Refuse ${orders[2]}`, exact: true }).waitFor()
    await page.keyboard.press('Escape')
    await visit.click(`Answer ${orders[2]}`)
    await page.getByRole('dialog').getByText('for cart-3').waitFor()
    await page.getByRole('textbox', { name: 'Result' }).fill('patched')
    await visit.click(/^Answer .+, and charge \$1\.00$/)
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: `Answer ${orders[2]}` }).waitFor({ state: 'detached' })
    await visit.leave()
  })

  test('a doubted result is shown, and corrected or refunded from where it is doubted', async () => {
    const { server } = office
    const other = await server.shop({ deposit: '1000' })
    const orders: number[] = []
    for (const n of [1, 2]) {
      const answer = await server.place(other, { ID: service, IMEI: imei(++imeis) })
      const order = Number(answer.SUCCESS[0].REFERENCEID)
      await server.ended(other, String(order))
      await server.sql`update items set result = ${`Code ${n}`} where order_id = ${order}`
      await review(order, 'verify', 'wanted by the reseller', { by: other })
      orders.push(order)
    }
    const visit = await Visit.as(office, 'owner')
    const { page } = visit
    await page.goto(`/console/inbox?order=${orders[0]}`)
    await page.getByText('Code 1', { exact: true }).waitFor()
    await page.getByRole('button', { name: /Refund…/ }).waitFor()
    // The decisions of the review come first.
    await visit.press('2')
    const right = page.getByLabel('The right result')
    await until('the former result is there', async () => (await right.inputValue()) === 'Code 1')
    await right.fill('Code 7')
    await page.getByLabel('Reason').fill('they sent another one')
    await visit.click('Replace the result')
    await until(
      'it is corrected and settled',
      async () => {
        const [row] = await server.sql<{ result: string; resolution: string | null }[]>`
        select i.result, v.resolution from items i join reviews v on v.order_id = i.order_id where i.order_id = ${orders[0] ?? 0}`
        return row?.result === 'Code 7' && row.resolution === 'corrected'
      },
      () => page.getByRole('dialog').allInnerTexts(),
    )
    await page.goto(`/console/inbox?order=${orders[1]}`)
    await page.getByText('Code 2', { exact: true }).waitFor()
    expect(await visit.violations()).toEqual([])
    await visit.click(/Refund…/)
    await page.getByText('$1.00 goes back to').waitFor()
    // The key of this shop has no webhook.
    await expect.poll(() => page.getByText('told by webhook').count()).toBe(0)
    await page.getByText('Over Dhru it reads Rejected.').waitFor()
    await page.getByLabel('Reason').fill('it was wrong')
    await visit.click('Refund $1.00')
    await until('it is given back', async () => (await stateOf(orders[1] ?? 0)) === 'failed')
    await visit.leave()
  })

  test('a deposit is confirmed with its proof beside the reference, and the next one opens', async () => {
    const { sql } = office.server
    await sql`
      insert into deposit_providers (code, kind, name, currency, min_amount, created_at, updated_at)
      values ('bank', 'manual', 'Bank', 'USD', 1, now(), now())`
    const ids: number[] = []
    for (const reference of ['FT26329ABCD', 'FT26329EFGH']) {
      const [row] = await sql<{ id: bigint }[]>`
        insert into deposits (account_id, provider_id, state, currency, amount, fee, total_pay, proof, expires_at, created_at)
        select ${shop.accountId}, id, 'review', 'USD', 50000000, 0, 50000000, ${reference}, now() + interval '1 day', now()
          from deposit_providers where code = 'bank' returning id`
      ids.push(Number(row?.id))
    }
    // A picture of one point.
    const picture = Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==',
      'base64',
    )
    await sql`insert into deposit_proofs (deposit_id, media_type, content, created_at) values (${ids[0] ?? 0}, 'image/png', ${picture}, now())`
    const other = await office.server.shop()
    const [earlier] = await sql<{ id: bigint }[]>`
      insert into deposits (account_id, provider_id, state, currency, amount, fee, total_pay, settled_at, settled_by, expires_at, created_at)
      select ${other.accountId}, id, 'failed', 'USD', 50000000, 0, 50000000, now(), 'test', now(), now()
        from deposit_providers where code = 'bank' returning id`
    const seen = Number(earlier?.id)
    await sql`insert into deposit_proofs (deposit_id, media_type, content, created_at) values (${seen}, 'image/png', ${picture}, now())`
    const visit = await Visit.as(office, 'finance')
    const { page } = visit
    await page.goto('/console/inbox?kind=deposit')
    await page.getByRole('img', { name: 'The proof that the payer handed in' }).waitFor()
    await page.getByText('FT26329ABCD').last().waitFor()
    await page.getByText('Seen before').waitFor()
    await page.getByRole('link', { name: `deposit ${seen}` }).waitFor()
    expect(await visit.violations()).toEqual([])
    await shot(visit, 'inbox-deposit')
    await visit.press('Control+Enter')
    await page.getByText('The payer handed in no file.').waitFor()
    expect(visit.steps).toBe(1)
    const [row] = await sql<{ state: string }[]>`select state from deposits where id = ${ids[0] ?? 0}`
    expect(row?.state).toBe('succeeded')
    await page.getByRole('button', { name: 'Refuse…' }).click()
    await page.getByLabel('Why, as the reseller reads it').fill('The bank shows no such payment')
    await page.getByRole('button', { name: 'Refuse $50.00' }).click()
    await page.getByText('Nothing needs you.').waitFor()
    await visit.leave()
  })

  test('an unrecognised answer is taught once, and twelve waiting items are settled by it', async () => {
    const { sql } = office.server
    const made = await sent(11)
    const euros = await office.server.shop({ currency: 'EUR', deposit: '10' })
    made.push(...(await sent(1, euros, await office.server.service({ currency: 'EUR' }))))
    const orders = made.map(({ order }) => order)
    await sql`
      update attempts set state = 'unknown', unrecognised = 'kode hubungi sales', detail = 'Kode 77: hubungi sales', reference = null
       where order_id = any(${orders}::bigint[])`
    await sql`
      update items set state = 'unknown', due_at = now() + interval '1 hour' where order_id = any(${orders}::bigint[])`
    await sql`
      insert into unrecognised_answers (supplier_id, text, example, heard_at, heard)
      select id, 'kode hubungi sales', 'Kode 77: hubungi sales', now(), 12 from suppliers where name = 'sandbox'`
    await review(orders[0] ?? 0, 'unrecognised answer', 'Kode 77: hubungi sales')
    const visit = await Visit.as(office, 'manager')
    const { page } = visit
    // The review is of the first order, and stands for all.
    await page.goto(`/console/orders/${orders.at(-1)}`)
    await visit.click('Decide…', 'link')
    await page.getByText('12 items wait, and €1.00 and $11.00 is held.').waitFor()
    await visit.press('1')
    await page.getByText('Fits 12 of the last').waitFor()
    await page.getByText('where there is none, this goes back at once').waitFor()
    await page.getByText('$11.00 · 11 items').waitFor()
    await page.getByText('€1.00 · 1 item', { exact: true }).waitFor()
    expect(await visit.violations()).toEqual([])
    await shot(visit, 'inbox-answer')
    await page.getByLabel('Reason').fill('their support: code 77 is a refusal')
    await visit.click('Teach, and settle 12 items')
    await until('all are given back', async () => {
      const states = await Promise.all(orders.map(stateOf))
      return states.every((state) => state === 'failed')
    })
    const [rule] = await sql<{ meaning: string; words: string }[]>`select meaning, words from answer_rules`
    expect(rule).toMatchObject({ meaning: 'refused', words: 'kode hubungi sales' })
    await visit.leave()
  })
})
