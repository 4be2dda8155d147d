import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { isConnectionLoss, isTemporary, NotConnected } from '../../src/database/connection-loss.ts'
import { HOLD_MS, Presence } from '../../src/runtime/presence.ts'

const away = () => new NotConnected({ code: 'ECONNREFUSED', message: 'connect ECONNREFUSED' })

let presence: Presence
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  presence = new Presence({ isLost: isConnectionLoss, isTemporary })
})
afterEach(() => {
  vi.useRealTimers()
})

const settled = async (work: Promise<unknown>): Promise<unknown> =>
  await Promise.race([work, new Promise((resolve) => setImmediate(() => resolve('not yet')))])

test('what is in memory is read at once, and work is done while the database is there', async () => {
  expect(presence.reading(() => 7)).toBe(7)
  expect(await presence.reading(async () => 8)).toBe(8)
  expect(await presence.through(async () => 9, { isRepeatable: false })).toBe(9)
})

test('work waits for a database that is away, and begins when it is back', async () => {
  presence.lost()
  const work = vi.fn(async () => 'done')
  const through = presence.through(work, { isRepeatable: false })
  await vi.advanceTimersByTimeAsync(HOLD_MS - 1)
  expect(await settled(through)).toBe('not yet')
  expect(work).not.toHaveBeenCalled()
  presence.found()
  expect(await through).toBe('done')
})

test('each request waits as long, whenever it comes; then nothing of it was done', async () => {
  presence.lost()
  const work = vi.fn()
  const caught = (error: { code: string }): string => error.code
  const first = presence.through(work, { isRepeatable: false }).catch(caught)
  await vi.advanceTimersByTimeAsync(HOLD_MS / 2)
  const second = presence.through(work, { isRepeatable: true }).catch(caught)
  await vi.advanceTimersByTimeAsync(HOLD_MS / 2)
  expect(await first).toBe('temporarily_unavailable')
  expect(await settled(second)).toBe('not yet')
  await vi.advanceTimersByTimeAsync(HOLD_MS / 2)
  expect(await second).toBe('temporarily_unavailable')
  expect(work).not.toHaveBeenCalled()
})

test('what only reads is done again after its connection was lost, and nothing else is', async () => {
  const failing = () => vi.fn(async () => 'done').mockRejectedValueOnce(away())
  const [reads, writes] = [failing(), failing()]
  const read = presence.through(reads, { isRepeatable: true })
  const written = presence.through(writes, { isRepeatable: false }).catch((error: Error) => error)
  await vi.advanceTimersByTimeAsync(1000)
  expect(await read).toBe('done')
  expect(await written).toBeInstanceOf(NotConnected)
  expect(writes).toHaveBeenCalledTimes(1)
})

test('a request in hand is given up when the database stays away, without a word about what became of it', async () => {
  const { promise: never } = Promise.withResolvers<void>()
  const work = presence.through(() => never, { isRepeatable: false }).catch((error: unknown) => error)
  presence.lost()
  presence.found()
  presence.lost()
  await vi.advanceTimersByTimeAsync(HOLD_MS)
  const error = await work
  expect(presence.isTemporary(error)).toBe(true)
  expect(error).not.toHaveProperty('detail')
})

test.each([
  ['takes no changes', '25006', true],
  ['has no room on its disk', '53100', true],
  ['has no connection left', '53300', true],
  ['has taken rights from the role', '42501', true],
  ['has no tables, since a backup is being restored', '42P01', true],
  ['has no functions, since a backup is being restored', '42883', true],
  ['has no number left in a sequence', '2200H', true],
  ['recovers', '57P03', true],
  ['finds a lock taken', '55P03', true],
  ['refuses a value', '22P02', false],
  ['finds a key taken', '23505', false],
])('a database that %s may do the same later, or not', (_, code, isLater) => {
  expect(presence.isTemporary(Object.assign(new Error('no'), { code }))).toBe(isLater)
})
