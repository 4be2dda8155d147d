import { expect, inject, it } from 'vitest'
import { jsonWithAmounts } from '../../src/lib/money-json.ts'
import { jsonInTurns } from '../../src/runtime/json-in-turns.ts'
import { randomNumbers } from '../support/random.ts'

const random = randomNumbers(inject('seed'))
const some = (max: number): number => Math.floor(random() * max)

/** `anyValue` makes anything that an answer may hold. */
function anyValue(depth: number): unknown {
  const kind = some(depth === 0 ? 6 : 8)
  if (kind === 0) return BigInt(some(1_000_000_000)) - 500_000_000n
  if (kind === 1) return ['', 'a "quote"', '\u2028', '\ud800', 'é'][some(5)]
  if (kind === 2) return random()
  if (kind === 3) return null
  if (kind === 4) return new Date(some(2_000_000_000))
  if (kind === 5) return random() < 0.5
  if (kind === 6) return Array.from({ length: some(60) }, () => anyValue(depth - 1))
  return Object.fromEntries(
    Array.from({ length: some(6) }, (_, n) => [`n"${n}`, random() < 0.1 ? undefined : anyValue(depth - 1)]),
  )
}

it('writes what jsonWithAmounts writes', async () => {
  for (let run = 0; run < 100; run++) {
    const value = {
      run,
      inner: anyValue(3),
      list: Array.from({ length: some(40) }, () => anyValue(2) ?? null),
    }
    expect(await jsonInTurns(value)).toBe(jsonWithAmounts(value))
  }
})
