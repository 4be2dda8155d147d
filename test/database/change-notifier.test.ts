import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { ChangeNotifier } from '../../src/database/change-notifier.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { Relay } from '../support/relay.ts'
import { WAIT } from '../support/until.ts'

let database: TestDatabase
let relay: Relay
const started: ChangeNotifier[] = []

beforeAll(async () => {
  database = await testDatabase()
  relay = await Relay.open(database.address)
})
afterEach(async () => {
  vi.restoreAllMocks()
  await Promise.all(started.splice(0).map((notifier) => notifier.stop()))
})
afterAll(async () => {
  await relay.close()
  await database.drop()
})

async function start(
  address = database.address,
): Promise<{ notifier: ChangeNotifier; forget: () => number }> {
  const notifier = new ChangeNotifier(address)
  started.push(notifier)
  const forget = vi.fn()
  notifier.onInvalidate('accounts', forget)
  await notifier.start()
  await vi.waitFor(() => expect(notifier.isConnected()).toBe(true), WAIT)
  return { notifier, forget: () => forget.mock.calls.length }
}

test('what one process publishes reaches the others, and a row that is written reaches all', async () => {
  // The clock stands still, so that a pause of this machine is no lost connection, after which all is forgotten too.
  vi.spyOn(performance, 'now').mockReturnValue(1_000_000)
  const one = await start()
  const other = await start()
  const before = [one.forget(), other.forget()] as const
  one.notifier.publish('accounts')
  await vi.waitFor(() => expect(other.forget()).toBe(before[1] + 1), WAIT)
  await vi.waitFor(() => expect(one.forget()).toBe(before[0] + 1), WAIT)
  await database.sql`update accounts set name = name`
  await vi.waitFor(() => expect(other.forget()).toBe(before[1] + 2), WAIT)
})

test('what is published again and again is sent at once, and once more for all that came behind', async () => {
  vi.spyOn(performance, 'now').mockReturnValue(1_000_000)
  const { notifier } = await start()
  const other = await start()
  const brand = vi.fn()
  other.notifier.onInvalidate('brand', brand)
  const before = other.forget()
  for (let n = 0; n < 50; n++) notifier.publish('accounts')
  await vi.waitFor(() => expect(other.forget()).toBe(before + 2), WAIT)
  // Sent behind anything that was still to come of the fifty.
  notifier.publish('brand')
  notifier.publish('brand')
  await vi.waitFor(() => expect(brand).toHaveBeenCalledTimes(2), WAIT)
  expect(other.forget()).toBe(before + 2)
})

test('a new session invalidates everything, because what was published between the two was lost', async () => {
  const { notifier, forget } = await start()
  const before = forget()
  // Quicker than a heartbeat is missed, so that nothing but the new session can tell.
  await database.sql`
    select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and query like '%listen imeigate_changes%' and pid <> pg_backend_pid()`
  await vi.waitFor(() => expect(forget()).toBeGreaterThan(before), WAIT)
  await vi.waitFor(() => expect(notifier.isConnected()).toBe(true), WAIT)
})

test('no cache is trusted while the process is cut off, and every cache is forgotten', async () => {
  const { notifier, forget } = await start(relay.address)
  const before = forget()
  relay.cut()
  // No error tells of it: the connection stays open, and nothing arrives.
  await database.sql`select pg_notify('imeigate_changes', 'accounts')`
  await vi.waitFor(() => expect(notifier.isConnected()).toBe(false), WAIT)
  await vi.waitFor(() => expect(forget()).toBeGreaterThan(before), WAIT)
})
