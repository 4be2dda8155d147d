import { expect, test } from 'vitest'
import { countUpTo } from '../../src/lib/counted.ts'

async function* parts(...sizes: number[]): AsyncGenerator<number> {
  yield* sizes
}

/** LATE is a time that is over before anything was counted. */
const LATE = -1
const AMPLE = 60_000

test.each([
  [[], LATE, 10, 0, false],
  [[3], LATE, 10, 3, false],
  [[10], LATE, 10, 10, false],
  [[3, 4], LATE, 10, 7, true],
  [[3, 4], AMPLE, 10, 7, false],
  [[3, 7], AMPLE, 10, 10, false],
  [[3, 8], AMPLE, 10, 10, true],
  [[3, 0], LATE, 10, 3, true],
] as const)(
  'parts of %j, within %i ms, up to %i: %i, and maybe more: %s',
  async (sizes, ms, max, value, capped) => {
    expect(await countUpTo(parts(...sizes), (size) => size, { max, ms })).toEqual({ value, capped })
  },
)
