import { pino } from 'pino'
import { expect, test } from 'vitest'
import { type RuntimeService, RuntimeServices, StartStopped } from '../../src/runtime/runtime-service.ts'

const log = pino({ level: 'silent' })
const GROUPS = [['database'], ['keys', 'log'], ['suppliers'], ['http', 'jobs', 'fulfilment']]
const NAMES = GROUPS.flat()

/** `services` makes services that write down what is done with them. `over` replaces what one of them does. */
function services(over: Record<string, Partial<RuntimeService>> = {}): {
  done: string[]
  groups: RuntimeService[][]
} {
  const done: string[] = []
  const groups = GROUPS.map((group) =>
    group.map((name) => ({
      name,
      start: async () => {
        await Promise.resolve()
        done.push(`start ${name}`)
      },
      stop: async () => {
        done.push(`stop ${name}`)
      },
      ...over[name],
    })),
  )
  return { done, groups }
}

const groupOf = (name: string): number => GROUPS.findIndex((group) => group.includes(name))
const stopped = (done: string[]): string[] =>
  done.filter((one) => one.startsWith('stop ')).map((one) => one.slice(5))

/** `reverseUpTo` gives what is stopped when this service was the last to begin: the last group first. */
const reverseUpTo = (name: string): Set<string>[] =>
  GROUPS.slice(0, groupOf(name) + 1)
    .toReversed()
    .map((group) => new Set(group.filter((one) => NAMES.indexOf(one) <= NAMES.indexOf(name))))

/** `inGroups` cuts a list of names into groups of these sizes, in which the order says nothing. */
function inGroups(names: string[], groups: Set<string>[]): Set<string>[] {
  const rest = [...names]
  return groups.map(({ size }) => new Set(rest.splice(0, size)))
}

test('services start in order and stop in reverse, each once, however often a stop is asked for', async () => {
  const { done, groups } = services()
  const all = new RuntimeServices(log)
  await all.start(groups)
  expect(done).toEqual(NAMES.map((name) => `start ${name}`))
  await Promise.all([all.stop(), all.stop()])
  await all.stop()
  expect(inGroups(stopped(done), reverseUpTo('fulfilment'))).toEqual(reverseUpTo('fulfilment'))
  expect(stopped(done)).toHaveLength(NAMES.length)
})

test.each(NAMES)(
  'when %s cannot be started, what had been started is stopped, and the start rejects',
  async (name) => {
    const failure = new Error(`${name} is broken`)
    const { done, groups } = services({ [name]: { start: () => Promise.reject(failure) } })
    await expect(new RuntimeServices(log).start(groups)).rejects.toBe(failure)
    const expected = reverseUpTo(name)
    expect(inGroups(stopped(done), expected)).toEqual(expected)
    for (const later of NAMES.slice(NAMES.indexOf(name))) expect(done).not.toContain(`start ${later}`)
  },
)

test.each(NAMES)('a stop that is asked for while %s starts, and never ends to, is obeyed', async (name) => {
  const stop = new AbortController()
  const { done, groups } = services({
    [name]: {
      start: () => {
        stop.abort()
        return new Promise(() => {})
      },
    },
  })
  await expect(new RuntimeServices(log, stop.signal).start(groups)).rejects.toBeInstanceOf(StartStopped)
  const expected = reverseUpTo(name)
  expect(inGroups(stopped(done), expected)).toEqual(expected)
})

test.each(NAMES)('when %s cannot be stopped, all others are', async (name) => {
  const { done, groups } = services({ [name]: { stop: () => Promise.reject(new Error('stuck')) } })
  const all = new RuntimeServices(log)
  await all.start(groups)
  await all.stop()
  expect(stopped(done).toSorted()).toEqual(NAMES.filter((one) => one !== name).toSorted())
})

test('a later failure stops what an earlier call started', async () => {
  const { done, groups } = services({ http: { start: () => Promise.reject(new Error('broken')) } })
  const all = new RuntimeServices(log)
  await all.start(groups.slice(0, 2))
  await expect(all.start(groups.slice(2))).rejects.toThrow('broken')
  expect(inGroups(stopped(done), reverseUpTo('http'))).toEqual(reverseUpTo('http'))
})

test('nothing is started once a stop was asked for', async () => {
  const { done, groups } = services()
  const start = new RuntimeServices(log, AbortSignal.abort()).start(groups)
  await expect(start).rejects.toBeInstanceOf(StartStopped)
  expect(done).toEqual([])
})

test('what starts while the stop is asked for is the last to start', async () => {
  const stop = new AbortController()
  let finish = (): void => {}
  const { done, groups } = services({
    jobs: { start: () => new Promise<void>((resolve) => (finish = resolve)) },
    http: { start: () => setImmediate(() => stop.abort()) },
  })
  await expect(new RuntimeServices(log, stop.signal).start(groups)).rejects.toBeInstanceOf(StartStopped)
  finish()
  await new Promise(setImmediate)
  expect(done).not.toContain('start fulfilment')
})
