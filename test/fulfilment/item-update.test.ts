import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { updateService } from '../../src/catalogue/services.ts'
import type { ClaimedItem } from '../../src/fulfilment/claimed-item.ts'
import { pollAfter, type SupplierTraits, updateFor } from '../../src/fulfilment/outcome/item-update.ts'
import { listReviews } from '../../src/fulfilment/people/reviews.ts'
import type { SupplierOutcome } from '../../src/integrations/suppliers/supplier.ts'
import { LedgerReader } from '../../src/ledger/ledger-reader.ts'
import type { AccountId, OrderId, SupplierId } from '../../src/lib/ids.ts'
import { localTime } from '../../src/lib/time.ts'
import { brokenPromises, newService } from '../orders/orders.fixtures.ts'
import { SANDBOX } from './fixed-directory.ts'
import { FakeSupplier, REFUSED, SUCCESS, until, Workshop } from './fulfilment.fixtures.ts'

const SECOND = 1_000
const MINUTE = 60_000
const HOUR = 3_600_000
const DAY = 86_400_000

describe('an answer means', () => {
  const now = new Date('2030-01-01T12:00:00Z')
  const ago = (ms: number): Date => new Date(now.getTime() - ms)
  const item = (over: Partial<ClaimedItem> = {}): ClaimedItem => ({
    accountId: 1 as AccountId,
    orderId: 1001 as OrderId,
    position: 1,
    fence: 1,
    supplierId: 1 as SupplierId,
    remoteService: '',
    attempt: 1,
    keyNumber: 1,
    attemptState: 'sent',
    asked: 0,
    reference: null,
    unrecognised: null,
    sentAt: now,
    input: '',
    fields: null,
    quantity: 1,
    cost: null,
    terms: {
      minPollSeconds: 2,
      maxPollSeconds: 600,
      expiresAt: new Date(now.getTime() + DAY),
      secretResults: false,
    },
    ...over,
  })
  const plain: SupplierTraits = { recheck: [], hadItBefore: false, ordersHoldMany: false }
  const report = (
    outcome: SupplierOutcome,
    {
      call = 'send',
      manners = plain,
      ...over
    }: Partial<ClaimedItem> & { call?: 'send' | 'ask'; manners?: SupplierTraits } = {},
  ) => {
    const { itemState, attempt, dueAt, review, result } = updateFor(item(over), call, outcome, manners, now)
    return { item: itemState, attempt, dueIn: dueAt && dueAt.getTime() - now.getTime(), review, result }
  }
  const silent: SupplierOutcome = { kind: 'unknown', reason: 'silence', askable: true }

  test('asking is soon at first and rare later, within the bounds of the service', () => {
    const after = (age: number) => pollAfter(item({ sentAt: ago(age) }), now)
    expect([0, 8 * SECOND, 40 * SECOND, 40 * MINUTE, DAY].map(after)).toEqual([
      2 * SECOND,
      2 * SECOND,
      10 * SECOND,
      10 * MINUTE,
      10 * MINUTE,
    ])
    const accepted = { kind: 'accepted', reference: 'R1' } as const
    expect(report(accepted, { sentAt: ago(40 * SECOND) })).toMatchObject({ dueIn: 10 * SECOND })
    expect(report({ ...accepted, askAgainAfterMs: 77 })).toMatchObject({ dueIn: 77 })
  })

  test('no clear answer: unknown, asked after 30 s, 2 min, 10 min, 1 h, and then a person is told, too', () => {
    const asked = [0, 1, 2, 3, 4, 5].map((times) => report(silent, { call: 'ask', asked: times }))
    expect(asked.map(({ dueIn }) => dueIn)).toEqual([30 * SECOND, 2 * MINUTE, 10 * MINUTE, HOUR, HOUR, HOUR])
    const unknown = { kind: 'unknown', detail: 'silence' }
    expect(asked.map(({ review }) => review)).toEqual([null, null, null, null, unknown, unknown])
    expect(asked.every((one) => one.item === 'unknown' && one.attempt?.state === 'unknown')).toBe(true)
  })

  test('an accepted one stays so while the supplier is silent for a while, and is then unknown', () => {
    const at = (asked: number) =>
      report(silent, { call: 'ask', attemptState: 'accepted', reference: 'R1', asked })
    expect(at(3)).toMatchObject({
      item: 'processing',
      attempt: { state: 'accepted', asked: 4 },
      review: null,
    })
    expect(at(4)).toMatchObject({
      item: 'unknown',
      attempt: { state: 'unknown' },
      review: { kind: 'unknown' },
    })
    const again: SupplierOutcome = { kind: 'accepted', reference: null }
    expect(report(again, { call: 'ask', attemptState: 'unknown', asked: 5 })).toMatchObject({
      item: 'processing',
      attempt: { state: 'accepted', asked: 0, reference: null },
    })
  })

  test('a supplier that cannot be asked: a person is told at once', () => {
    const lost: SupplierOutcome = { kind: 'unknown', reason: 'no way to ask', askable: false }
    expect(report(lost)).toMatchObject({ item: 'unknown', dueIn: HOUR, review: { kind: 'unknown' } })
    expect(report(lost, { call: 'ask', asked: 4 })).toMatchObject({ item: 'unknown', dueIn: DAY })
  })

  test('a refusal closes the route, a supplier’s own fault does not, and only a question leaves it open', () => {
    const busy: SupplierOutcome = { kind: 'unavailable', why: 'busy', reason: 'later' }
    const pending = { item: 'pending', dueIn: 0 }
    expect(report(REFUSED)).toMatchObject({ ...pending, attempt: { state: 'refused', fault: 'item' } })
    expect(report(busy)).toMatchObject({ ...pending, attempt: { state: 'refused', fault: 'supplier' } })
    expect(report(busy, { call: 'ask' })).toMatchObject({ item: 'unknown', attempt: { fault: null } })
    expect(report(busy, { call: 'ask', attemptState: 'accepted' })).toMatchObject({ item: 'processing' })
  })

  test('a duplicate: of somebody else’s where it was sent for the first time, else of its own', () => {
    const duplicate = (reference: string | null): SupplierOutcome => ({
      kind: 'duplicate',
      reason: 'twice',
      reference,
    })
    const hadIt = { ...plain, hadItBefore: true, ordersHoldMany: false }
    const refused = { item: 'pending', attempt: { state: 'refused', fault: 'item', detail: 'twice' } }
    const own = { item: 'processing', attempt: { state: 'accepted', reference: 'R9' }, dueIn: 2 * SECOND }
    const whose = { item: 'unknown', review: { kind: 'unknown', detail: 'twice' } }
    expect(report(duplicate('R9'))).toMatchObject(refused)
    expect(report(duplicate(null))).toMatchObject(refused)
    expect(report(duplicate('R9'), { manners: hadIt })).toMatchObject(own)
    expect(report(duplicate('R9'), { call: 'ask' })).toMatchObject(own)
    expect(report(duplicate(null), { manners: hadIt })).toMatchObject(whose)
    expect(report(duplicate(null), { call: 'ask' })).toMatchObject(whose)
  })

  test('it is asked about once more after the end, where there is a number to ask about', () => {
    const manners = { ...plain, recheck: [3600, 86_400] }
    const recheck = (outcome: SupplierOutcome, reference: string | null = null) =>
      report(outcome, { manners, reference }).attempt?.recheckAt?.getTime()
    const inAnHour = now.getTime() + HOUR
    expect(recheck(SUCCESS)).toBe(inAnHour)
    expect(recheck({ ...SUCCESS, reference: null } as SupplierOutcome)).toBeUndefined()
    expect(recheck({ ...SUCCESS, reference: null } as SupplierOutcome, 'R1')).toBe(inAnHour)
    expect(recheck(REFUSED)).toBeUndefined()
    expect(recheck(REFUSED, 'R1')).toBe(inAnHour)
    expect(report(SUCCESS).attempt?.recheckAt).toBeNull()
  })

  test('open for too long: a person is told; not where it has ended, and not twice', () => {
    const terms = { ...item().terms, expiresAt: ago(1) }
    const accepted: SupplierOutcome = { kind: 'accepted', reference: 'R1' }
    expect(report(accepted, { terms }).review).toEqual({
      kind: 'expired',
      detail: `open since before ${localTime(ago(1))}`,
    })
    expect(report(accepted, { terms: { ...terms, expiresAt: now } }).review).toBeNull()
    expect(report(SUCCESS, { terms }).review).toBeNull()
    expect(report(silent, { terms, call: 'ask', asked: 4 }).review?.kind).toBe('unknown')
  })
})

describe('an item', () => {
  let shop: Workshop
  beforeEach(async () => {
    shop = await Workshop.open()
  })
  afterEach(async () => {
    expect(await brokenPromises(shop.sql)).toEqual([])
    await shop.close()
  })

  const dueAt = async (id: OrderId): Promise<number | undefined> =>
    (await shop.order(id)).items[0]?.dueAt?.getTime()
  const ended = (id: OrderId): Promise<void> => until(async () => (await shop.order(id)).finishedAt !== null)
  /** `putOff` waits until an item is put off for so long. */
  const putOff = (id: OrderId, ms: number): Promise<void> => {
    const next = shop.clock.now().getTime() + ms
    return until(async () => (await dueAt(id)) === next)
  }
  /** `passes` waits until an item is put off for so long, and lets that time pass. */
  async function passes(id: OrderId, ms: number): Promise<void> {
    await putOff(id, ms)
    shop.clock.advance(ms)
  }
  const reviews = async (all = true) =>
    (await listReviews(shop.sql, { all })).map(({ kind, resolution, resolvedBy }) => ({
      kind,
      resolution,
      by: resolvedBy,
    }))
  const held = async () => (await new LedgerReader(shop.sql).wallet(shop.account)).held

  test('of unknown outcome is shown to a person after it was asked about four times, asked on, and settled by the supplier', async () => {
    let answer: SupplierOutcome | undefined
    const supplier = new FakeSupplier(async ({ call }) => {
      if (call === 'send' || !answer) throw new Error('reply lost')
      return answer
    })
    // Another supplier must not get it.
    const other = new FakeSupplier(async () => SUCCESS)
    const b = await shop.addSupplier('b')
    shop.workers(
      new Map([
        [SANDBOX, supplier],
        [b, other],
      ]),
    )
    const id = await shop.place(1)
    for (const wait of [30 * SECOND, 2 * MINUTE, 10 * MINUTE, HOUR]) {
      expect(await reviews()).toEqual([])
      await passes(id, wait)
    }
    await passes(id, HOUR)
    expect(await listReviews(shop.sql)).toMatchObject([
      {
        kind: 'unknown',
        orderId: id,
        attempt: 1,
        detail: 'reply lost',
        openedBy: 'imeigate',
        supplier: 'sandbox',
      },
    ])
    await passes(id, HOUR)
    await passes(id, HOUR)
    expect(await reviews()).toHaveLength(1)
    expect(await held()).toBe(10n)
    await putOff(id, HOUR)
    answer = { kind: 'accepted', reference: 'R1', askAgainAfterMs: 5 * SECOND }
    shop.clock.advance(HOUR)
    await putOff(id, 5 * SECOND)
    expect(await reviews()).toEqual([{ kind: 'unknown', resolution: 'settled', by: 'imeigate' }])
    answer = SUCCESS
    shop.clock.advance(5 * SECOND)
    await ended(id)
    expect((await shop.order(id)).state).toBe('success')
    expect(supplier.history.filter((call) => call === 'send')).toHaveLength(1)
    expect(other.calls).toEqual([])
  })

  test('that the supplier cannot be asked about is shown to a person at once', async () => {
    shop.workers(new FakeSupplier(async () => ({ kind: 'unknown', reason: 'HTTP 502', askable: false })))
    const id = await shop.place(1)
    await passes(id, HOUR)
    expect(await reviews(false)).toMatchObject([{ kind: 'unknown' }])
    expect((await shop.order(id)).items[0]?.state).toBe('unknown')
    expect(await held()).toBe(10n)
  })

  test('that is open for too long is shown to a person; and settled once it ends', async () => {
    await updateService(shop.sql, String(shop.service.id), { expirySeconds: 3600 })
    const supplier = new FakeSupplier(async ({ call }) =>
      call === 'send' || shop.clock.now() < new Date('2030-01-01T15:30:00Z')
        ? { kind: 'accepted', reference: 'R1', askAgainAfterMs: HOUR }
        : SUCCESS,
    )
    shop.workers(supplier)
    const id = await shop.place(1)
    await passes(id, HOUR)
    await putOff(id, HOUR)
    expect(await reviews()).toEqual([])
    shop.clock.advance(HOUR)
    await passes(id, HOUR)
    expect(await reviews(false)).toMatchObject([{ kind: 'expired' }])
    await passes(id, HOUR)
    await ended(id)
    expect(await reviews()).toEqual([{ kind: 'expired', resolution: 'settled', by: 'imeigate' }])
  })

  test('that was never sent expires, too', async () => {
    const unrouted = await newService(shop.sql, { supplier: undefined, expirySeconds: 60 })
    shop.workers(new FakeSupplier(async () => SUCCESS))
    const id = await shop.place(1, { service: unrouted })
    for (let looks = 0; looks < 3; looks++) {
      await putOff(id, 30 * SECOND)
      expect(await reviews()).toEqual([])
      shop.clock.advance(30 * SECOND)
    }
    await until(async () => (await reviews()).length === 1)
    expect(await listReviews(shop.sql)).toMatchObject([
      { kind: 'expired', attempt: null, detail: 'not sent to any supplier yet' },
    ])
    expect((await shop.order(id)).state).toBe('pending')
  })

  test('that the supplier says it has already is refused when it was sent for the first time', async () => {
    const supplier = new FakeSupplier(async () => ({ kind: 'duplicate', reason: 'already', reference: 'R7' }))
    shop.workers(supplier)
    const id = await shop.place(1)
    await ended(id)
    expect(await shop.order(id)).toMatchObject({ state: 'failed', items: [{ reason: 'already' }] })
    expect(await held()).toBe(0n)
    await shop.idle()
    expect(supplier.history).toEqual(['send'])
  })

  test('that the supplier says it has already, when asked about a lost reply, is its own', async () => {
    const supplier = new FakeSupplier(async ({ call, work }) => {
      if (call === 'send') throw new Error('reply lost')
      return work.reference === 'R7' ? SUCCESS : { kind: 'duplicate', reason: 'already', reference: 'R7' }
    })
    shop.workers(supplier)
    const id = await shop.place(1)
    await passes(id, 30 * SECOND)
    await until(async () => (await shop.order(id)).items[0]?.state === 'processing')
    shop.clock.advance(10 * MINUTE)
    await ended(id)
    expect((await shop.order(id)).state).toBe('success')
    expect(supplier.history).toEqual(['send', 'ask', 'ask'])
  })
})
