import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ReviewKind } from '../../src/fulfilment/people/review.ts'
import { openReviews } from '../../src/fulfilment/people/reviews.sql.ts'
import type { AccountId, OrderId } from '../../src/lib/ids.ts'
import type { Role } from '../../src/staff/roles.ts'
import { brokenPromises } from '../orders/orders.fixtures.ts'
import { ask, OperatorOffice } from '../protocols/operator/office.fixtures.ts'
import { imei, type Shop } from '../support/server.ts'
import { until } from '../support/until.ts'

/** Plans of what people decide: pasted results of work by hand, and one decision about several reviews. */
// biome-ignore lint/suspicious/noExplicitAny: each test looks into what it asked for.
type Json = any

let office: OperatorOffice
let shop: Shop
let byHand: string
let service: string
const people = new Map<Role, Record<string, string>>()
let imeis = 0

beforeAll(async () => {
  office = await OperatorOffice.open()
  const { server } = office
  shop = await server.shop({ deposit: '1000' })
  service = await server.service()
  byHand = await server.service()
  const [hand] = await server.sql<{ id: number }[]>`
    insert into suppliers (kind, name, currency) values ('manual', 'By hand', 'USD') returning id`
  await server.sql`update supplier_routes set supplier_id = ${hand?.id ?? 0} where service_id = ${Number(byHand)}`
  for (const role of ['owner', 'support', 'catalogue'] as const)
    people.set(role, (await office.person(role)).headers)
})
afterAll(async () => {
  expect(await brokenPromises(office.server.sql)).toEqual([])
  await office.stop()
})

const as = async (role: Role, method: string, path: string, body?: object) => {
  const headers = { ...people.get(role), 'idempotency-key': randomUUID() }
  const { status, json } = await ask(office.server, method, path, { body, headers })
  return { status, ...json } as Json
}
const read = async (path: string): Promise<Json> => (await as('owner', 'GET', path)).data
const make = async (role: Role, kind: string, input: object): Promise<Json> => {
  const { status, data, ...refusal } = await as(role, 'POST', '/plans', { kind, input })
  expect([status, refusal]).toEqual([200, {}])
  return data
}
const rowsOf = async (id: number): Promise<Json[]> => (await read(`/plans/${id}/rows?limit=200`)).page.items
const applied = async (role: Role, id: number, body: object = {}): Promise<Json> => {
  const answer = await as(role, 'POST', `/plans/${id}/apply`, body)
  expect([answer.status, answer.message]).toEqual([200, undefined])
  await until('the plan is applied', async () => (await read(`/plans/${id}`)).state === 'applied')
  return await read(`/plans/${id}`)
}
const available = async (): Promise<number> => Number((await read(`/accounts/${shop.accountId}`)).available)

/** `handed` places orders that wait for a person, and gives their IMEIs. */
async function handed(count: number): Promise<{ order: number; input: string }[]> {
  const made: { order: number; input: string }[] = []
  for (let n = 0; n < count; n++) {
    const input = imei(++imeis)
    const answer = await office.server.place(shop, { ID: byHand, IMEI: input })
    made.push({ order: Number(answer.SUCCESS[0].REFERENCEID), input })
  }
  await until('all wait for a person', async () => {
    const waiting = (await read('/manual?limit=1000')).items.map((one: Json) => one.order)
    return made.every(({ order }) => waiting.includes(order))
  })
  return made
}

it('a pasted sheet is shown line by line, and then done as shown, once', async () => {
  const made = await handed(4)
  const [a, b, c, d] = made.map(({ input }) => input)
  const before = await available()
  const text = [
    `1. ${a} - Clean`,
    `${b};"NOT FOUND"`,
    `${a} Clean`,
    '490154203237518 Clean',
    `${c}\tclean, 2024`,
    'thanks',
  ].join('\n')
  const plan = await make('support', 'manual.paste', { text, refused: ['not found'] })
  expect(plan).toMatchObject({
    ...{ state: 'ready', rows: 6, summary: { lines: 6, words: ['not found'] } },
    verdicts: { answered: 2, refused: 1, twice: 1, no_fit: 1, unreadable: 1 },
  })
  const rows = await rowsOf(plan.id)
  expect(rows.map(({ subject, verdict }) => [subject.line, verdict])).toEqual([
    [1, 'answered'],
    [2, 'refused'],
    [3, 'twice'],
    [4, 'no_fit'],
    [5, 'answered'],
    [6, 'unreadable'],
  ])
  expect(rows[0]).toMatchObject({
    ...{ subject: { order: made[0]?.order, input: a, supplier: 'By hand' }, after: { result: 'Clean' } },
    money: { currency: 'USD', charged: '1.00' },
  })
  expect(rows[1]).toMatchObject({ after: { refusal: 'NOT FOUND' }, money: { back: '1.00' } })
  expect(await available()).toBe(before)
  // Somebody answers one of them meanwhile: it is not answered again.
  await as('support', 'POST', '/manual/answer', { order: made[2]?.order, result: 'by Ann' })
  const done = await applied('support', plan.id, { why: 'their sheet' })
  expect(done.outcomes).toEqual({ done: 2, skipped: 4, failed: 0 })
  // An item that has no other route has failed once the worker has looked at it.
  await until(
    'what was refused has failed',
    async () => (await read(`/orders/${made[1]?.order}`)).items[0].state === 'failed',
  )
  const results = await Promise.all(made.map(async ({ order }) => (await read(`/orders/${order}`)).items[0]))
  expect(results.map(({ state, result }) => [state, result])).toEqual([
    ['success', 'Clean'],
    ['failed', null],
    ['success', 'by Ann'],
    ['processing', null],
  ])
  expect(await available()).toBe(before + 1)
  // What was answered before is told apart; the words that mean refused are remembered of the supplier.
  const again = await make('support', 'manual.paste', { text: `${a} Clean\n${d} not found: wrong` })
  expect(again).toMatchObject({
    verdicts: { answered_before: 1, refused: 1 },
    summary: { words: ['not found'] },
  })
  expect(
    (await as('catalogue', 'POST', '/plans', { kind: 'manual.paste', input: { text: 'x y' } })).status,
  ).toBe(403)
})

/** `reviewed` gives reviews of items that are with their supplier. */
async function reviewed(
  count: number,
  kind: ReviewKind,
): Promise<{ order: number; review: number; input: string }[]> {
  const made: { order: number; review: number; input: string }[] = []
  for (let n = 0; n < count; n++) {
    const input = imei(++imeis, '00100105')
    const order = Number(
      (await office.server.place(shop, { ID: service, IMEI: input })).SUCCESS[0].REFERENCEID,
    )
    await until(
      'it is with its supplier',
      async () => (await read(`/orders/${order}`)).items[0].attempts[0]?.state === 'accepted',
    )
    const item = { accountId: shop.accountId as AccountId, orderId: order as OrderId, position: 1 }
    await openReviews(office.server.sql, [{ item, attempt: 1, kind, detail: 'made by a test' }], new Date())
    const [{ id: review }] = (await read(`/reviews?order=${order}`)).page.items
    made.push({ order, review, input })
  }
  return made
}

it('reviews of an outage are decided together: what was decided meanwhile is left, and giving back takes its permission', async () => {
  const made = await reviewed(3, 'expired')
  const reviews = made.map(({ review }) => review)
  const before = await available()
  const plan = await make('support', 'reviews.bulk', {
    reviews,
    decision: 'give_back',
    message: 'It took too long',
  })
  expect(plan).toMatchObject({ rows: 3, verdicts: { decided: 3 }, needs: ['moves'], may_apply: false })
  expect(plan.summary).toEqual({ decision: 'give_back', gives_back: { USD: '3.00' } })
  expect((await rowsOf(plan.id))[0]).toMatchObject({ money: { currency: 'USD', back: '1.00' } })
  const refused = await as('support', 'POST', `/plans/${plan.id}/apply`, { why: 'x', confirm: ['moves'] })
  expect(refused.status).toBe(403)
  await as('owner', 'POST', `/reviews/${reviews[0]}/resolve`, { decision: 'wait', why: 'soon' })
  const done = await applied('owner', plan.id, { why: 'an outage', confirm: ['moves'] })
  expect(done.outcomes).toEqual({ done: 2, skipped: 1, failed: 0 })
  expect(await available()).toBe(before + 2)
  expect(await read(`/reviews/${reviews[1]}`)).toMatchObject({
    review: { resolution: 'give_back', why: 'an outage' },
  })
})

it('found ones take their numbers from a pasted list, and what it lacks is left', async () => {
  const made = await reviewed(2, 'expired')
  const [first, second] = made
  const input = {
    reviews: [first?.review, second?.review],
    decision: 'found',
    references: `${first?.input} - A/77`,
  }
  const plan = await make('support', 'reviews.bulk', input)
  expect(plan).toMatchObject({ verdicts: { decided: 1, does_not_fit: 1 }, needs: [] })
  expect((await rowsOf(plan.id)).map(({ after, warnings }) => [after?.reference, ...warnings])).toEqual([
    ['A/77'],
    [undefined, `the list has no number for ${second?.input}`],
  ])
  expect((await applied('support', plan.id, { why: 'their list' })).outcomes).toEqual({
    done: 1,
    skipped: 1,
    failed: 0,
  })
  expect(await read(`/reviews/${first?.review}`)).toMatchObject({ review: { resolution: 'found' } })
  for (const [bad, field] of [
    [{ ...input, references: undefined }, 'input.references'],
    [{ ...input, message: 'x' }, 'input.message'],
    [{ ...input, reviews: [] }, 'input.reviews'],
  ] as const) {
    const { status, errors } = await as('support', 'POST', '/plans', { kind: 'reviews.bulk', input: bad })
    expect([status, Object.keys(errors)]).toEqual([422, [field]])
  }
})
