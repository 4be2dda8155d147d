import { userInfo } from 'node:os'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SupplierOutcome } from '../../src/integrations/suppliers/supplier.ts'
import type { OrderId } from '../../src/lib/ids.ts'
import { FakeSupplier, until, Workshop } from '../fulfilment/fulfilment.fixtures.ts'
import { brokenPromises, input } from '../orders/orders.fixtures.ts'
import { imeigate, type Run } from '../support/command.ts'
import { settingsFor } from '../support/database-on.ts'
import { imei } from '../support/server.ts'

const LOST: SupplierOutcome = { kind: 'unknown', reason: 'HTTP 502 \u001b[2J', askable: false }

let shop: Workshop
let settings: Record<string, string>
/** `orders` all have an unknown outcome; the first has two items, the others have one. */
let orders: OrderId[]

beforeAll(async () => {
  shop = await Workshop.open()
  settings = settingsFor(shop.database.address)
  const two = [input(shop.service, imei(1)), input(shop.service, imei(2))]
  orders = [await shop.place(1, { items: two })]
  for (const n of [3, 4, 5, 6]) orders.push(await shop.place(n))
  // All are sent together: after five in a row the breaker would hold the sixth back.
  const workers = shop.workers(new FakeSupplier(async () => LOST))
  await until(async () => (await shop.sql`select from reviews`).length === 6)
  // From here on only the command line does something.
  await workers.stop(0)
})
afterAll(async () => {
  expect(await brokenPromises(shop.sql)).toEqual([])
  await shop.close()
})

const run = (...args: string[]): Promise<Run> => imeigate(args, settings)

// biome-ignore lint/suspicious/noExplicitAny: each test looks into what it asked for.
async function json(...args: string[]): Promise<any> {
  const ended = await run(...args, '--json')
  expect(ended).toMatchObject({ code: 0, stderr: '' })
  return ended.json()
}
/** `reviewOf` gives the number of the nth order's review. */
const reviewOf = async (n: number): Promise<string> => {
  const [row] = await shop.sql<{ id: number }[]>`
    select id from reviews where order_id = ${orders[n] ?? 0} and resolved_at is null order by id limit 1`
  return String(row?.id)
}
const itemOf = async (n: number) => (await shop.order(orders[n] as OrderId)).items[0]
const who = `cli:${userInfo().username}`

describe('imeigate inbox', () => {
  it('lists what waits, and says who works on it or has put it off', async () => {
    const thing = `review-${await reviewOf(1)}`
    const before = await json('inbox', 'list')
    expect(before).toHaveLength(6)
    expect(before.find((one: { thing: string }) => one.thing === thing)).toMatchObject({
      ...{
        kind: 'unknown',
        detail: LOST.reason,
        order: orders[1],
        input: imei(3),
        taken_by: null,
        later_by: null,
      },
    })
    expect(await json('inbox', 'take', thing)).toMatchObject({ thing, taken_until: expect.any(String) })
    expect((await json('inbox', 'list', '--taken', 'me')).map((one: { thing: string }) => one.thing)).toEqual(
      [thing],
    )
    expect((await run('inbox', 'list')).stdout).toContain(who)
    await json('inbox', 'later', thing, '--hours', '2')
    expect(await json('inbox', 'list', '--later')).toMatchObject([{ thing, later_by: who, taken_by: null }])
    expect(await json('inbox', 'list')).toHaveLength(5)
    await json('inbox', 'release', thing)
    expect(await json('inbox', 'list')).toHaveLength(6)
    expect(await run('inbox', 'take', 'review-999999')).toMatchObject({ code: 4 })
  })
})

describe('imeigate review', () => {
  it('lists what is open, the oldest first, and says in each case what it is about', async () => {
    const [order] = orders
    const listed = await json('review', 'list')
    expect(listed).toHaveLength(6)
    expect(listed.map((one: { id: number }) => one.id)).toEqual(
      listed.map((one: { id: number }) => one.id).toSorted((a: number, b: number) => a - b),
    )
    expect(await json('review', 'list', '--order', String(orders[1]), '--kind', 'unknown')).toEqual([
      {
        id: expect.any(Number),
        kind: 'unknown',
        detail: LOST.reason,
        order: orders[1],
        item: 1,
        account: shop.account,
        username: expect.any(String),
        service_code: shop.service.code,
        input: imei(3),
        state: 'unknown',
        attempt: 1,
        supplier: 'sandbox',
        reference: null,
        sent_at: '2030-01-01T12:00:00.000Z',
        opened_by: 'imeigate',
        opened_at: '2030-01-01T12:00:00.000Z',
        resolution: null,
        resolved_by: null,
        why: null,
        resolved_at: null,
        decisions: ['found', 'send_again', 'give_back', 'result'],
      },
    ])
    expect(await json('review', 'list', '--kind', 'margin')).toEqual([])
    expect((await run('review', 'list', '--kind', 'margin')).stdout).toBe('no open reviews\n')
    const { stdout } = await run('review', 'list', '--limit', '2')
    expect(stdout).toContain(`${order} item 2`)
    // A supplier's words do not steer the terminal.
    expect(stdout).not.toContain('\u001b')
  })

  it('shows one, and by what it is resolved', async () => {
    const id = await reviewOf(1)
    const { stdout } = await run('review', 'show', id)
    expect(stdout).toMatch(new RegExp(`^review +${id}\\n`))
    expect(stdout).toMatch(/item is +unknown\n/)
    expect(stdout).toContain(
      'To be resolved by one of --found, --send-again, --give-back, --result, with --why.',
    )
    expect((await run('review', 'show', '999999', '--json')).error()).toMatchObject({ code: 'not_found' })
  })

  it('resolves by exactly one decision, with its reason', async () => {
    const id = await reviewOf(1)
    for (const [args, field] of [
      [['--give-back'], 'why'],
      [['--why', 'x'], 'decision'],
      [['--give-back', '--send-again', '--why', 'x'], 'decision'],
      [['--send-again', '--words', 'sorry', '--why', 'x'], 'words'],
      [['--send-anyway', '--why', 'x'], 'decision'],
    ] as const) {
      const ended = await run('review', 'resolve', id, ...args, '--json')
      expect(ended).toMatchObject({ code: 2, stdout: '' })
      expect(ended.error()).toMatchObject({ code: 'invalid_input', field })
    }
    expect(await itemOf(1)).toMatchObject({ state: 'unknown' })
  })

  it('gives back, with words for the reseller, and records who decided and why', async () => {
    const id = await reviewOf(1)
    const words = ['--words', 'We could not do it', '--why', 'the panel is gone']
    expect(await json('review', 'resolve', id, '--give-back', ...words)).toEqual({
      id: Number(id),
      kind: 'unknown',
      order: orders[1],
      item: 1,
      resolution: 'give_back',
      resolved_by: who,
      why: 'the panel is gone',
      resolved_at: expect.any(String),
    })
    expect(await itemOf(1)).toMatchObject({ state: 'failed', reason: 'We could not do it' })
    const again = await run('review', 'resolve', id, '--give-back', '--why', 'x', '--json')
    expect(again.error()).toMatchObject({ code: 'conflict', field: 'id' })
    const { stdout } = await run('review', 'show', id)
    expect(stdout).toContain(`by ${who}: give_back, the panel is gone`)
    expect(stdout).not.toContain('To be resolved')
    expect(
      (await json('review', 'list', '--all', '--limit', '1000')).map((one: { id: number }) => one.id),
    ).toContain(Number(id))
  })

  it('takes the reference under which it was found, or its result, or has it sent again', async () => {
    const [found, again, done] = [await reviewOf(2), await reviewOf(3), await reviewOf(4)]
    await json('review', 'resolve', found, '--found', 'S-1', '--why', 'seen there')
    expect(await itemOf(2)).toMatchObject({ state: 'processing' })
    const taken = await run('review', 'resolve', again, '--found', 'S-1', '--why', 'x', '--json')
    expect(taken.error()).toMatchObject({ code: 'conflict', field: 'reference' })
    const sent = await run('review', 'resolve', again, '--send-again', '--why', 'not there')
    expect(sent.stdout).toBe(`review ${again} is resolved: send again\n`)
    expect(await itemOf(3)).toMatchObject({ state: 'pending' })
    await json('review', 'resolve', done, '--result', 'clean', '--why', 'they mailed it')
    expect(await itemOf(4)).toMatchObject({ state: 'success', result: 'clean' })
  })

  it('resolves several by the same decision', async () => {
    const ids = (await json('review', 'list', '--order', String(orders[0]))).map((one: { id: number }) =>
      String(one.id),
    )
    expect(ids).toHaveLength(2)
    const resolved = await json('review', 'resolve', ...ids, '--give-back', '--why', 'all of it')
    expect(resolved.map((one: { id: number }) => String(one.id))).toEqual(ids)
    expect((await shop.order(orders[0] as OrderId)).state).toBe('failed')
  })
})

describe('imeigate order', () => {
  it('asks for the cancellation of what is with a supplier, which a person grants', async () => {
    const order = String(orders[2])
    expect(await json('order', 'cancel', order)).toMatchObject({
      state: 'processing',
      cancelled: 0,
      asked: 1,
    })
    const id = await reviewOf(2)
    expect(await json('review', 'list', '--kind', 'cancel')).toMatchObject([
      { id: Number(id), opened_by: who, decisions: ['grant', 'decline'] },
    ])
    await json('review', 'resolve', id, '--grant', '--why', 'they agreed')
    expect(await itemOf(2)).toMatchObject({ state: 'cancelled', reason: 'Cancelled on request' })
    expect((await run('order', 'cancel', order, '--json')).error()).toMatchObject({ code: 'conflict' })
  })

  it('has what has ended verified', async () => {
    const order = String(orders[4])
    expect(await json('order', 'verify', order)).toEqual({ id: orders[4], asked: 1, open: 0 })
    const id = await reviewOf(4)
    await json('review', 'resolve', id, '--dismiss', '--why', 'it is right')
    const open = String(orders[3])
    expect((await run('order', 'verify', open, '--json')).error()).toMatchObject({ code: 'conflict' })
  })
})
