import { pino } from 'pino'
import { afterEach, expect, it } from 'vitest'
import type { Supplier, SupplierService } from '../../src/integrations/suppliers/supplier.ts'
import { addJob, Jobs } from '../../src/jobs/jobs.ts'
import type { SupplierId } from '../../src/lib/ids.ts'
import type { SupplierConnection } from '../../src/suppliers/suppliers.ts'
import type { ListedSupplier } from '../../src/sync/remote-list.ts'
import { selectSchedule } from '../../src/sync/runs.sql.ts'
import { FIND_DUE_LISTS, scheduleSync, syncJobs } from '../../src/sync/schedule.ts'
import { list, many, useStore } from './sync.fixtures.ts'

const used = useStore()

const log = pino({ level: 'silent' })
const clock = { time: Date.parse('2031-01-01T00:00Z'), now: () => new Date(clock.time) }
const MINUTE = 60_000

const lists = new Map<SupplierId, (signal: AbortSignal) => AsyncIterable<SupplierService>>()
const read: SupplierId[] = []
let closed = 0

/** `open` connects a supplier that has nothing but its list. */
const open = async (id: SupplierId): Promise<SupplierConnection> => {
  const services = lists.get(id)
  if (!services) throw new Error('its secrets do not open')
  const supplier: Pick<Supplier, 'services' | 'close'> = {
    services: async function* (signal) {
      read.push(id)
      yield* services(signal)
    },
    close: async () => void closed++,
  }
  const config = { id, name: `Panel ${id}`, currency: 'USD' }
  return { config, supplier } as unknown as SupplierConnection
}

const running: Jobs[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((jobs) => jobs.stop()))
  read.length = 0
})

async function start(): Promise<Jobs> {
  const { address, sql } = used.store
  const jobs = new Jobs({ address, log, tasks: syncJobs({ sql, open, clock, log }) })
  running.push(jobs)
  await jobs.start()
  return jobs
}

/** `look` does what happens every minute. */
const look = () => addJob(used.store.sql, FIND_DUE_LISTS, {}, { key: FIND_DUE_LISTS })
const idle = () =>
  expect
    .poll(async () => [...(await used.store.sql`select key, last_error from graphile_worker.jobs`)])
    .toEqual([])

async function scheduled(
  services: (signal: AbortSignal) => AsyncIterable<SupplierService>,
): Promise<ListedSupplier> {
  const supplier = await used.store.supplier()
  lists.set(supplier.id, services)
  await scheduleSync(used.store.sql, supplier.id, { everyMinutes: 60, now: clock.now() })
  return supplier
}

it('a list is applied when its time has come, once however many runs were missed, and then at its next time', async () => {
  const supplier = await scheduled(() => list(many(3)))
  await Promise.all([start(), start()])
  await look()
  await idle()
  expect(read).toEqual([])
  clock.time += 600 * MINUTE
  await look()
  await look()
  await expect
    .poll(() => used.store.runs(supplier))
    .toMatchObject([{ outcome: 'ok', trigger: 'scheduled', actor: 'schedule' }])
  await idle()
  await look()
  await idle()
  expect(read).toEqual([supplier.id])
  expect(await selectSchedule(used.store.sql, supplier.id)).toEqual({
    everyMinutes: 60,
    nextAt: new Date(clock.time + 60 * MINUTE),
    maxLoss: 20,
    maxJump: 30,
  })
  clock.time += 61 * MINUTE
  await look()
  await expect.poll(() => used.store.runs(supplier)).toMatchObject([{ outcome: 'ok' }, { outcome: 'ok' }])
  await scheduleSync(used.store.sql, supplier.id, { everyMinutes: null, now: clock.now() })
})

it('a list that fails, and a supplier that cannot be opened, hold up no other, and come again at their next time', async () => {
  const broken = await scheduled(() => list(many(3), new Error('half a list')))
  const sealed = await scheduled(() => list([]))
  lists.delete(sealed.id)
  const whole = await scheduled(() => list(many(3)))
  clock.time += 61 * MINUTE
  await start()
  await look()
  await expect.poll(() => used.store.runs(whole)).toMatchObject([{ outcome: 'ok' }])
  await expect
    .poll(() => used.store.runs(broken))
    .toMatchObject([{ outcome: 'failed', error: 'half a list' }])
  await idle()
  for (const { id } of [broken, sealed, whole]) {
    expect((await selectSchedule(used.store.sql, id)).nextAt).toEqual(new Date(clock.time + 60 * MINUTE))
    await scheduleSync(used.store.sql, id, { everyMinutes: null, now: clock.now() })
  }
})

it('what a stop has broken off is read again at the next start, and a disabled supplier is not', async () => {
  const begun = Promise.withResolvers<void>()
  const supplier = await scheduled(async function* (signal) {
    yield* list(many(2))
    begun.resolve()
    await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
  })
  clock.time += 61 * MINUTE
  const before = closed
  const jobs = await start()
  await look()
  await begun.promise
  await jobs.stop()
  await expect.poll(() => closed).toBe(before + 1)
  expect(await used.store.runs(supplier)).toMatchObject([
    { outcome: 'failed', error: 'the process is stopping' },
  ])
  lists.set(supplier.id, () => list(many(2)))
  await used.store.sql`update suppliers set enabled = false where id = ${supplier.id}`
  await start()
  await look()
  await expect
    .poll(async () => [
      ...(await used.store.sql`select from graphile_worker.jobs where key = ${FIND_DUE_LISTS}`),
    ])
    .toEqual([])
  expect(await used.store.runs(supplier)).toHaveLength(1)
  await used.store.sql`update suppliers set enabled = true where id = ${supplier.id}`
  await look()
  await expect.poll(() => used.store.runs(supplier)).toMatchObject([{ outcome: 'failed' }, { outcome: 'ok' }])
})

it.each([
  [{ everyMinutes: 0 }, 'schedule'],
  [{ everyMinutes: 1.5 }, 'schedule'],
  [{ maxLoss: 101 }, 'maxLoss'],
  [{ maxJump: -1 }, 'maxJump'],
  [{ maxJump: 1001 }, 'maxJump'],
])('no list is read by %j', async (given, field) => {
  const supplier = await used.store.supplier()
  const tried = scheduleSync(used.store.sql, supplier.id, { ...given, now: clock.now() })
  await expect(tried).rejects.toMatchObject({ code: 'invalid_input', field })
})
