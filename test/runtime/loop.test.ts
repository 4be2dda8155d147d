import { pino } from 'pino'
import { expect, test, vi } from 'vitest'
import { Loop } from '../../src/runtime/loop.ts'

const log = pino({ level: 'silent' })
/** NEVER_MS is longer than any test: what runs was woken. */
const NEVER_MS = 3_600_000

/** `counting` makes a loop whose runs give these results, then false. */
function counting(results: (boolean | Error)[], intervalMs = NEVER_MS): { loop: Loop; runs: () => number } {
  let runs = 0
  const loop = new Loop({
    name: 'test',
    log,
    intervalMs,
    run: async () => {
      const result = results[runs++] ?? false
      if (result instanceof Error) throw result
      return result
    },
  })
  return { loop, runs: () => runs }
}

test('a loop runs again at once while there is more, then waits until it is woken', async () => {
  const { loop, runs } = counting([true, true, false])
  const idle = loop.idle()
  loop.start()
  await idle
  expect(runs()).toBe(3)
  expect(await loop.nextRun()).toBe(false)
  expect(runs()).toBe(4)
  await loop.stop()
})

test('a loop runs every interval, also after a run that failed', async () => {
  const { loop, runs } = counting([new Error('broken')], 1)
  const next = loop.nextRun()
  loop.start()
  expect(await next).toBe(false)
  expect(runs()).toBe(2)
  await loop.stop()
})

test('runs that fail again and again are one line of the log a minute, with their number', async () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  const lines: { loop: string; runs: number; err: { message: string } }[] = []
  let runs = 0
  const loop = new Loop({
    name: 'test',
    log: pino({ level: 'warn' }, { write: (line: string) => void lines.push(JSON.parse(line)) }),
    intervalMs: 1,
    run: () => {
      runs++
      if (runs === 20) vi.advanceTimersByTime(60_000)
      if (runs <= 20) throw new Error(`broken ${runs}`)
    },
  })
  const healed = loop.nextRun()
  loop.start()
  await healed
  await loop.stop()
  vi.useRealTimers()
  expect(lines.map(({ runs, err }) => [runs, err.message])).toEqual([
    [1, 'broken 1'],
    [19, 'broken 20'],
  ])
})

test('nextRun tells of no run that had begun before', async () => {
  const first = Promise.withResolvers<boolean>()
  let runs = 0
  const loop = new Loop({
    name: 'test',
    log,
    intervalMs: NEVER_MS,
    run: () => (++runs === 1 ? first.promise : Promise.resolve(false)),
  })
  loop.start()
  const next = loop.nextRun()
  first.resolve(true)
  expect(await next).toBe(false)
  expect(runs).toBe(2)
  await loop.stop()
})

test('a loop that is stopped runs no more; it may be stopped twice, and before it was started', async () => {
  const { loop, runs } = counting([])
  await loop.stop()
  loop.start()
  loop.wake()
  await Promise.all([loop.stop(), loop.stop()])
  expect(runs()).toBe(0)
})

test('a stop waits for the run under way', async () => {
  const work = Promise.withResolvers<boolean>()
  const loop = new Loop({ name: 'test', log, run: () => work.promise })
  loop.start()
  let stopped = false
  const stop = loop.stop().then(() => {
    stopped = true
  })
  await new Promise(setImmediate)
  expect(stopped).toBe(false)
  work.resolve(true)
  await stop
})
