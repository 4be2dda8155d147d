import { expect, test } from 'vitest'
import { SharedPoller } from '../../src/runtime/shared-poller.ts'

/** NEVER_MS is longer than any test: what is asked again was not asked by the clock. */
const NEVER_MS = 3_600_000
const nobody = new AbortController().signal

test('those who come together ask together, and nothing is asked while nobody waits', async () => {
  const asked: string[][] = []
  const poller = new SharedPoller<string, string>(async (questions) => {
    asked.push(questions)
    return questions.map((question) => `${question}!`)
  }, NEVER_MS)
  expect(await Promise.all(['a', 'b'].map((one) => poller.wait(one, NEVER_MS, nobody)))).toEqual(['a!', 'b!'])
  expect(await poller.wait('c', NEVER_MS, nobody)).toBe('c!')
  expect(asked).toEqual([['a', 'b'], ['c']])
})

test('who waits is asked for again until there is an answer, and gets undefined when its time is over', async () => {
  let asked = 0
  const poller = new SharedPoller<string, number>(async () => [++asked < 3 ? undefined : asked], 1)
  expect(await poller.wait('a', NEVER_MS, nobody)).toBe(3)
  const none = new SharedPoller<string, number>(async () => [undefined], 1)
  expect(await none.wait('a', 0, nobody)).toBeUndefined()
})

test('who leaves gets undefined, and a failure is that of all who wait', async () => {
  const left = new AbortController()
  const silent = new SharedPoller<string, number>(async () => [undefined], NEVER_MS)
  const waiting = silent.wait('a', NEVER_MS, left.signal)
  left.abort()
  expect(await waiting).toBeUndefined()
  const broken = new SharedPoller<string, number>(() => Promise.reject(new Error('it is broken')), NEVER_MS)
  await expect(broken.wait('a', NEVER_MS, nobody)).rejects.toThrow('it is broken')
})
