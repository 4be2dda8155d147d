import { expect, it } from 'vitest'
import { amountOf, microsOf } from '../../src/client/index.ts'

it('amounts are reckoned with in millionths, exactly', () => {
  expect(microsOf(0.1) + microsOf('0.2')).toBe(300_000n)
  expect(
    ['0', '12.5', '-0.000001', '999999999.999999', '1500'].map((text) => amountOf(microsOf(text))),
  ).toEqual(['0', '12.5', '-0.000001', '999999999.999999', '1500'])
  expect(microsOf(999999999.999999)).toBe(999_999_999_999_999n)
  expect(microsOf(0.000001)).toBe(1n)
})

it('what is no amount is refused', () => {
  for (const wrong of ['', '1,5', '1e3', '.5', '5.', '0.0000001', ' 1', 1e-7, 1e21, Number.NaN]) {
    expect(() => microsOf(wrong), String(wrong)).toThrow(RangeError)
  }
})
