import { describe, expect, it, vi } from 'vitest'
import { openPool } from '../../src/database/database.ts'
import { pools } from '../../src/database/pools.ts'
import type { ListedSupplier } from '../../src/sync/remote-list.ts'
import { scheduleSync } from '../../src/sync/schedule.ts'
import { list, many, remote, useStore } from './sync.fixtures.ts'

const used = useStore()

describe('a preview', () => {
  it('says what is new, costs otherwise, is otherwise, is gone and is as it was, and changes nothing', async () => {
    const { store } = used
    const supplier = await store.supplier()
    const before = [...many(5), { id: '9', group: 'Checks', cost: '0.05' }]
    await store.apply(supplier, before)
    const known = await store.everything()
    const found = await store.preview(supplier, [
      { id: '1' },
      { id: '2', cost: '1.25', name: 'Dearer' },
      {
        id: '3',
        deliveryTime: '2 days',
        fields: [{ name: 'PIN', label: 'PIN', type: 'text', required: true, options: [] }],
      },
      { id: '4', group: 'Other' },
      { id: '9', group: 'Checks', cost: '0.05' },
      { id: '10', group: 'Checks', cost: '0.10' },
    ])
    expect(found).toMatchObject({
      listed: 6,
      known: 6,
      suspicion: null,
      counts: { new: 1, cost: 1, details: 2, gone: 1, unchanged: 2 },
    })
    expect(found.groups).toEqual([
      { group: 'Unlocks', counts: { new: 0, cost: 1, details: 1, gone: 1, unchanged: 1 } },
      { group: 'Other', counts: { new: 0, cost: 0, details: 1, gone: 0, unchanged: 0 } },
      { group: 'Checks', counts: { new: 1, cost: 0, details: 0, gone: 0, unchanged: 1 } },
    ])
    expect(found.changes.map((one) => [one.remoteId, one.change, one.changed.join()])).toEqual([
      ['2', 'cost', 'cost,name'],
      ['3', 'details', 'delivery time,fields'],
      ['4', 'details', 'group'],
      ['10', 'new', ''],
      ['5', 'gone', ''],
    ])
    expect(found.changes[0]).toMatchObject({ oldCost: 1_000_000n, newCost: 1_250_000n, oldCurrency: 'USD' })
    expect(await store.everything()).toEqual(known)
    const some = await store.preview(supplier, [{ id: '10', group: 'Checks' }], ['CHECKS'])
    expect(some.changes.map((one) => one.remoteId)).toEqual(['10', '9'])
  })

  it('takes text as suppliers send it, and of a service that is there twice the first', async () => {
    const { store } = used
    const supplier = await store.supplier()
    const { counts, changes } = await store.preview(supplier, [
      {
        id: ' 7 ',
        name: 'A\u0000 \n name \ud800',
        description: '<b>two</b>\r\nlines\u0007',
        maxQuantity: 1e300,
      },
      { id: '7', name: 'Second' },
      { id: '"\\{}', name: '"\\{}', kind: 'server', minQuantity: Number.NaN },
    ])
    expect(counts.new).toBe(2)
    expect(changes.map((one) => one.name)).toEqual(['A name \ufffd', '"\\{}'])
  })
})

describe('a list that is applied', () => {
  it('gives its costs to routes, opens and closes them, and leaves everything else', async () => {
    const { store } = used
    const supplier = await store.supplier()
    const other = await store.supplier()
    const [one, two] = [
      await store.routed(supplier, 'route-1', '1'),
      await store.routed(supplier, 'route-2', '2'),
    ]
    await store.routed(other, 'route-3', '1')
    const { outcome, changes } = await store.apply(supplier, many(3, { cost: '0.77' }))
    expect(outcome).toBe('ok')
    expect(changes).toMatchObject({ routes: 2, imported: 0, deactivated: 0 })
    expect(await store.routes(supplier)).toEqual([
      { service_id: one, remote_service: '1', cost: 770_000n, available: true },
      { service_id: two, remote_service: '2', cost: 770_000n, available: true },
    ])
    expect(await store.routes(other)).toMatchObject([{ cost: null, available: null }])

    const later = await store.apply(
      supplier,
      [
        { id: '1', cost: '0.80' },
        { id: '3', cost: '0.77' },
      ],
      { acceptLoss: true },
    )
    expect(later.changes).toMatchObject({ routes: 2 })
    expect(await store.routes(supplier)).toEqual([
      { service_id: one, remote_service: '1', cost: 800_000n, available: true },
      { service_id: two, remote_service: '2', cost: 770_000n, available: false },
    ])
    // It was not imported: what becomes of the service, its operator says.
    expect(await store.sql`select active from services where id = ${two}`).toMatchObject([{ active: true }])
    const back = await store.apply(supplier, many(3, { cost: '0.80' }))
    expect(back.comparison?.counts).toEqual({ new: 1, cost: 1, details: 0, gone: 0, unchanged: 1 })
    expect((await store.routes(supplier)).map((route) => route.available)).toEqual([true, true])
  })

  it('is in the history where its costs changed, and its run is recorded', async () => {
    const { store } = used
    const supplier = await store.supplier()
    await store.apply(supplier, many(2))
    await store.apply(supplier, [
      { id: '1', cost: '1' },
      { id: '2', cost: '1.50' },
    ])
    const euros: ListedSupplier = { ...supplier, currency: 'EUR' }
    await store.apply(euros, [
      { id: '1', cost: '1' },
      { id: '2', cost: '1.50' },
    ])
    const history = await store.sql`
      select remote_id, currency, old_cost, new_cost, actor from cost_history
       where supplier_id = ${supplier.id} order by id`
    expect([...history]).toEqual([
      { remote_id: '2', currency: 'USD', old_cost: 1_000_000n, new_cost: 1_500_000n, actor: 'test:ada' },
      { remote_id: '1', currency: 'EUR', old_cost: null, new_cost: 1_000_000n, actor: 'test:ada' },
      { remote_id: '2', currency: 'EUR', old_cost: null, new_cost: 1_500_000n, actor: 'test:ada' },
    ])
    expect(await store.runs(supplier)).toMatchObject([
      {
        outcome: 'ok',
        trigger: 'manual',
        actor: 'test:ada',
        counts: { listed: 2, known: 0, new: 2 },
        error: null,
      },
      { outcome: 'ok', counts: { listed: 2, known: 2, cost: 1, unchanged: 1 } },
      { outcome: 'ok', counts: { cost: 2 } },
    ])
    expect([...(await store.sql`select * from staged_services`)]).toEqual([])
  })

  it('tells no process of a change when there is none', async () => {
    const { store } = used
    const supplier = await store.supplier()
    await store.routed(supplier, 'quiet-1', '1')
    await store.apply(supplier, many(1))
    const heard: string[] = []
    const listener = openPool(store.address, { max: 1, told: { onNotify: (_, topic) => heard.push(topic) } })
    await listener.unsafe('listen imeigate_changes')
    await store.apply(supplier, many(1))
    await store.sql`select pg_notify('imeigate_changes', 'end')`
    await expect.poll(() => heard.at(-1)).toBe('end')
    expect(heard).toEqual(['end'])
    await store.apply(supplier, many(1, { cost: '2' }), { acceptJumps: 'all' })
    await expect.poll(() => heard).toContain('catalogue')
    await listener.end()
  })
})

describe('a list that is not whole', () => {
  it.each([
    ['breaks off', () => list(many(900), new Error('the answer broke off')), 'the answer broke off'],
    ['is refused', () => list([], new Error('Authentication Failed')), 'Authentication Failed'],
    [
      'has a negative cost',
      () => list([{ id: '1', cost: '-0.01' }]),
      'service 1 of the list costs less than nothing',
    ],
  ])('changes nothing when it %s, and its run says so', async (_, services, error) => {
    const { store } = used
    const supplier = await store.supplier()
    await store.routed(supplier, `half-${supplier.id}`, '1000')
    await store.apply(supplier, many(1000))
    const before = await store.everything()
    expect(await store.apply(supplier, services(), { acceptLoss: true })).toMatchObject({
      outcome: 'failed',
      error,
    })
    expect(await store.everything()).toEqual(before)
    expect((await store.runs(supplier)).at(-1)).toMatchObject({ outcome: 'failed', error })
    await expect(store.preview(supplier, services())).rejects.toThrow(error)
    // What was read of it is in nobody's way.
    expect((await store.apply(supplier, many(1000))).comparison?.counts.unchanged).toBe(1000)
  })

  it('lets the connection go when our own database fails on the way', async () => {
    const { store } = used
    const supplier = await store.supplier()
    let closed = false
    const services = (async function* () {
      try {
        for (const one of many(2000)) {
          if (one.id === '1001') await store.owner`alter table staged_services rename to staged_away`
          yield remote(one)
        }
      } finally {
        closed = true
      }
    })()
    await expect(store.apply(supplier, services)).rejects.toMatchObject({ code: '42P01' })
    await store.owner`alter table staged_away rename to staged_services`
    expect(closed).toBe(true)
    expect(await store.runs(supplier)).toMatchObject([{ outcome: 'failed' }])
  })
})

describe('a list that has lost much', () => {
  it('is suspicious and changes nothing, unless a person accepts the loss', async () => {
    const { store } = used
    const supplier = await store.supplier()
    await store.routed(supplier, 'lost-1', '1')
    await store.apply(supplier, many(10))
    const before = await store.everything()
    const less = many(7, { cost: '9' }, 4)
    const report = await store.apply(supplier, less)
    const error =
      'the list has 7 of 10 services: nothing was changed; run with --accept-loss if that is right'
    expect(report).toMatchObject({ outcome: 'suspicious', error, changes: null })
    expect(await store.everything()).toEqual(before)
    expect((await store.preview(supplier, less)).suspicion).toBe('the list has 7 of 10 services')
    expect((await store.runs(supplier)).at(-1)).toMatchObject({
      outcome: 'suspicious',
      error,
      counts: { gone: 3 },
    })

    expect(await store.apply(supplier, less, { acceptLoss: true })).toMatchObject({ outcome: 'ok' })
    expect((await store.routes(supplier))[0]).toMatchObject({ cost: 1_000_000n, available: false })
    // That is the list now.
    expect(await store.apply(supplier, less)).toMatchObject({ outcome: 'ok' })
  })

  it('may lose as much as its supplier is allowed, twenty percent at first', async () => {
    const { store } = used
    const supplier = await store.supplier()
    await store.apply(supplier, many(10))
    expect(await store.apply(supplier, many(8))).toMatchObject({ outcome: 'ok' })
    await scheduleSync(store.sql, supplier.id, { maxLoss: 0, now: new Date() })
    expect(await store.apply(supplier, many(7))).toMatchObject({ outcome: 'suspicious' })
    await scheduleSync(store.sql, supplier.id, { maxLoss: 100, now: new Date() })
    expect(await store.apply(supplier, many(1))).toMatchObject({ outcome: 'ok' })
    expect(await store.apply(supplier, [])).toMatchObject({ outcome: 'suspicious' })
  })

  it('is one that lacks what routes lead to, also when no list was read before', async () => {
    const { store } = used
    const supplier = await store.supplier()
    expect(await store.apply(supplier, [])).toMatchObject({ outcome: 'ok' })
    await store.routed(supplier, 'unseen-1', '1')
    expect(await store.apply(supplier, [])).toMatchObject({ outcome: 'suspicious' })
    expect(await store.apply(supplier, many(5, {}, 2))).toMatchObject({ outcome: 'suspicious' })
    expect(await store.routes(supplier)).toMatchObject([{ available: null }])
  })
})

describe('one list', () => {
  it('is read by one at a time; another is told so, and other suppliers are not in the way', async () => {
    const { store } = used
    const [supplier, other] = [await store.supplier(), await store.supplier()]
    const { promise: goOn, resolve } = Promise.withResolvers<void>()
    const { promise: begun, resolve: began } = Promise.withResolvers<void>()
    const slow = (async function* () {
      began()
      await goOn
      yield* list(many(3))
    })()
    const first = store.apply(supplier, slow)
    await begun
    await expect(store.apply(supplier, many(1))).rejects.toMatchObject({ code: 'conflict' })
    await expect(store.preview(supplier, many(1))).rejects.toMatchObject({ code: 'conflict' })
    expect(await store.apply(other, many(2))).toMatchObject({ outcome: 'ok' })
    resolve()
    expect(await first).toMatchObject({ outcome: 'ok', comparison: { listed: 3 } })
    expect(await store.runs(supplier)).toHaveLength(1)
  })

  it('is free again when its reader has died, and the run it left open is closed', async () => {
    const { store } = used
    const supplier = await store.supplier()
    const pool = openPool(store.address, { max: 2 })
    const { promise: begun, resolve: began } = Promise.withResolvers<void>()
    const endless = (async function* () {
      yield* list(many(600))
      began()
      await new Promise(() => {})
    })()
    const { applySync } = await import('../../src/sync/sync.ts')
    const { systemClock } = await import('../../src/lib/time.ts')
    const dying = applySync(pool, supplier, endless, { trigger: 'manual', actor: 'x', clock: systemClock })
    dying.catch(() => {})
    await begun
    await pool.end({ timeout: 0 })
    await expect
      .poll(() => store.apply(supplier, many(2)).catch((error: { code: string }) => error.code))
      .toMatchObject({ outcome: 'ok', comparison: { listed: 2 } })
    expect(await store.runs(supplier)).toMatchObject([
      { outcome: 'failed', error: 'the process ended in the middle of it' },
      { outcome: 'ok' },
    ])
  })
})

describe('a list that comes slowly', () => {
  it('keeps its transaction awake, which PostgreSQL would end when it says nothing for a minute', async () => {
    const { store } = used
    const supplier = await store.supplier()
    const saidAt = async (): Promise<Date> => {
      const [session] = await store.sql<{ at: Date }[]>`
        select state_change as at from pg_stat_activity join pg_locks l using (pid)
         where locktype = 'advisory' and objid = ${supplier.id}::oid and l.database = datid and state = 'idle in transaction'`
      return session?.at ?? new Date(0)
    }
    async function* slowly() {
      await expect.poll(saidAt).not.toEqual(new Date(0))
      const before = await saidAt()
      vi.advanceTimersByTime(Number(pools.long.session.idle_in_transaction_session_timeout) / 2)
      await expect.poll(async () => (await saidAt()) > before).toBe(true)
      yield remote({ id: '1' })
    }
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    try {
      expect(await store.apply(supplier, slowly())).toMatchObject({ outcome: 'ok' })
    } finally {
      vi.useRealTimers()
    }
  })
})
