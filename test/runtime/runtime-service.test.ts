import { pino } from 'pino'
import { expect, test } from 'vitest'
import { type RuntimeService, RuntimeServices, StartStopped } from '../../src/runtime/runtime-service.ts'

const log = pino({ level: 'silent' })
const GROUPS = [['database'], ['keys', 'log'], ['suppliers'], ['http', 'jobs', 'fulfilment']]
const NAMES = GROUPS.flat()

/** Services that write down what is done with them. `over` replaces what one of them does. */
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

/** Everything up to and with the group of a service, the last group first. */
const reverseUpTo = (name: string): Set<string>[] =>
  GROUPS.slice(0, groupOf(name) + 1)
    .toReversed()
    .map((group) => new Set(group))

/** Cuts a list of names into groups of these sizes, in which the order says nothing. */
function inGroups(names: string[], groups: Set<string>[]): Set<string>[] {
  const rest = [...names]
  return groups.map(({ size }) => new Set(rest.splice(0, size)))
}

test('services start in order and stop in reverse, each once, however often a stop is asked for', async () => {
  const { done, groups } = services()
  const all = new RuntimeServices(groups, log)
  await all.start()
  expect(done).toEqual(NAMES.map((name) => `start ${name}`))
  await Promise.all([all.stop(), all.stop()])
  await all.stop()
  expect(inGroups(stopped(done), reverseUpTo('http'))).toEqual(reverseUpTo('http'))
  expect(stopped(done)).toHaveLength(NAMES.length)
})

test.each(NAMES)(
  'when %s cannot be started, what had been started is stopped, and the start rejects',
  async (name) => {
    const failure = new Error(`${name} is broken`)
    const { done, groups } = services({ [name]: { start: () => Promise.reject(failure) } })
    await expect(new RuntimeServices(groups, log).start()).rejects.toBe(failure)
    const expected = reverseUpTo(name)
    expect(inGroups(stopped(done), expected)).toEqual(expected)
    expect(done).not.toContain('start nothing')
    for (const later of GROUPS.slice(groupOf(name) + 1).flat()) expect(done).not.toContain(`start ${later}`)
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
  await expect(new RuntimeServices(groups, log).start(stop.signal)).rejects.toBeInstanceOf(StartStopped)
  const expected = reverseUpTo(name)
  expect(inGroups(stopped(done), expected)).toEqual(expected)
})

test.each(NAMES)('when %s cannot be stopped, all others are', async (name) => {
  const { done, groups } = services({ [name]: { stop: () => Promise.reject(new Error('stuck')) } })
  const all = new RuntimeServices(groups, log)
  await all.start()
  await all.stop()
  expect(stopped(done).toSorted()).toEqual(NAMES.filter((one) => one !== name).toSorted())
})

test('a stop before the start stops nothing', async () => {
  const { done, groups } = services()
  await new RuntimeServices(groups, log).stop()
  expect(done).toEqual([])
})
