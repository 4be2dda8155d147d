import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AccountId, OrderId } from '../../src/lib/ids.ts'
import { micros } from '../../src/lib/money.ts'
import type { OrderState } from '../../src/lib/states.ts'
import {
  decidePlacements,
  type Funds,
  type KeyHolder,
  type PlacementCandidate,
} from '../../src/orders/place/decide.ts'

const now = new Date('2026-01-02T03:04:05Z')
const account = 1 as AccountId
const minutesAgo = (minutes: number): Date => new Date(now.getTime() - minutes * 60_000)

const candidate = (over: Partial<PlacementCandidate> = {}): PlacementCandidate => ({
  accountId: account,
  total: micros(1_000_000n),
  naturalKey: 'n1',
  duplicatePolicy: 'replay',
  replayWindowSeconds: 600,
  idempotency: null,
  ...over,
})
const funds = (available: bigint, creditLimit = 0n): Map<AccountId, Funds> =>
  new Map([[account, { currency: 'USD', available, creditLimit }]])
const holder = (state: OrderState, createdAt: Date, body: string | null = null): KeyHolder => ({
  orderId: 7 as OrderId,
  body,
  state,
  createdAt,
})
const ids = (count: number): OrderId[] =>
  Array.from({ length: count }, (_, index) => (100 + index) as OrderId)
const kinds = (
  rows: PlacementCandidate[],
  available = 10_000_000n,
  holders = new Map<string, KeyHolder>(),
): string[] =>
  decidePlacements(rows, ids(rows.length), funds(available), holders, now).map((verdict) =>
    verdict.kind === 'refused' ? verdict.refusal.code : verdict.kind,
  )

describe('a repeated purchase', () => {
  const cases: [string, OrderState, Date, string][] = [
    ['replays while the earlier order is pending', 'pending', minutesAgo(600), 'replayed'],
    ['replays while the earlier order is processing', 'processing', minutesAgo(600), 'replayed'],
    ['replays after success within the window', 'success', minutesAgo(9), 'replayed'],
    ['buys anew after success past the window', 'success', minutesAgo(10), 'placed'],
    ['replays after partial success within the window', 'partial', minutesAgo(9), 'replayed'],
    ['buys anew after a failure', 'failed', minutesAgo(1), 'placed'],
    ['buys anew after a cancellation', 'cancelled', minutesAgo(1), 'placed'],
  ]
  it.each(cases)('%s', (_name, state, createdAt, expected) => {
    expect(kinds([candidate()], 10_000_000n, new Map([['n1', holder(state, createdAt)]]))).toEqual([expected])
    const policy = { duplicatePolicy: 'refuse' } as const
    expect(kinds([candidate(policy)], 10_000_000n, new Map([['n1', holder(state, createdAt)]]))).toEqual([
      expected === 'replayed' ? 'duplicate_order' : 'placed',
    ])
  })

  it('in the same batch gets the order that was just placed', () => {
    const verdicts = decidePlacements([candidate(), candidate()], ids(2), funds(1_000_000n), new Map(), now)
    expect(verdicts).toMatchObject([
      { kind: 'placed', orderId: 100 },
      { kind: 'replayed', orderId: 100 },
    ])
  })

  it('names the earlier order when duplicates are refused', () => {
    const [verdict] = decidePlacements(
      [candidate({ duplicatePolicy: 'refuse' })],
      ids(1),
      funds(10_000_000n),
      new Map([['n1', holder('pending', now)]]),
      now,
    )
    expect(verdict).toMatchObject({
      kind: 'refused',
      refusal: { code: 'duplicate_order', detail: expect.stringContaining('7') },
    })
  })
})

describe('an idempotency key', () => {
  const keyed = (body: string, over: Partial<PlacementCandidate> = {}): PlacementCandidate =>
    candidate({ naturalKey: null, duplicatePolicy: 'allow', idempotency: { key: 'k1', body }, ...over })

  it('replays the same body, also where duplicates are allowed, and refuses another', () => {
    expect(kinds([keyed('a'), keyed('a'), keyed('b')])).toEqual([
      'placed',
      'replayed',
      'idempotency_conflict',
    ])
  })

  it('that found the order by its input stands for that order from then on', () => {
    const holders = new Map([['n1', holder('pending', now)]])
    decidePlacements([candidate({ idempotency: { key: 'k2', body: 'a' } })], ids(1), funds(0n), holders, now)
    expect(holders.get('k2')).toMatchObject({ orderId: 7, body: 'a' })
  })
})

describe('the balance', () => {
  it('is spent in order of arrival, and a row it does not cover leaves it to the next', () => {
    const row = (naturalKey: string, total: bigint): PlacementCandidate =>
      candidate({ naturalKey, total: micros(total) })
    expect(kinds([row('a', 6n), row('b', 5n), row('c', 4n)], 10n)).toEqual([
      'placed',
      'insufficient_balance',
      'placed',
    ])
  })

  it('may go down to the credit limit and no further', () => {
    const verdicts = decidePlacements(
      [candidate(), candidate({ naturalKey: 'n2' })],
      ids(2),
      funds(0n, 1_500_000n),
      new Map(),
      now,
    )
    expect(verdicts.map(({ kind }) => kind)).toEqual(['placed', 'refused'])
  })

  it('is never overdrawn, and every amount taken belongs to a placed row', () => {
    const row = fc.record({ total: fc.bigInt(0n, 50n), key: fc.constantFrom('a', 'b', 'c', null) })
    fc.assert(
      fc.property(
        fc.array(row, { maxLength: 40 }),
        fc.bigInt(0n, 200n),
        fc.bigInt(0n, 50n),
        (rows, available, limit) => {
          const wallet = { currency: 'USD', available, creditLimit: limit }
          const candidates = rows.map(({ total, key }) =>
            candidate({ total: micros(total), naturalKey: key }),
          )
          const verdicts = decidePlacements(
            candidates,
            ids(rows.length),
            new Map([[account, wallet]]),
            new Map(),
            now,
          )
          const taken = verdicts.reduce(
            (sum, verdict, index) =>
              sum + (verdict.kind === 'placed' ? (candidates[index]?.total ?? 0n) : 0n),
            0n,
          )
          expect(wallet.available).toBe(available - taken)
          expect(wallet.available >= -limit).toBe(true)
          const placedKeys = verdicts.flatMap((verdict, index) =>
            verdict.kind === 'placed' ? (rows[index]?.key ?? []) : [],
          )
          expect(new Set(placedKeys).size).toBe(placedKeys.length)
        },
      ),
    )
  })
})
