import fc from 'fast-check'
import { expect, test } from 'vitest'
import { feeOf, formatPercent, parsePercent } from '../../src/deposits/fees.ts'
import { fromStripe, smallestStep, toStripe } from '../../src/integrations/gateways/stripe/amounts.ts'
import { formatMicros, minorUnit } from '../../src/lib/money.ts'
import { money } from './deposits.fixtures.ts'

test.each([
  ['20', 250, '0.30', 'USD', '0.80'],
  ['10.01', 290, '0', 'USD', '0.30'],
  ['0.01', 1, '0', 'USD', '0.01'],
  ['1010', 150, '0', 'JPY', '16.00'],
  ['1', 100, '0.001', 'KWD', '0.011'],
  ['50', 0, '0', 'USD', '0.00'],
  ['50', 10_000, '1', 'USD', '51.00'],
])(
  'the fee of %s at %d hundredths of a percent and %s flat in %s is %s',
  (amount, feePercent, feeFlat, currency, fee) => {
    expect(
      formatMicros(feeOf(money(amount), { feePercent, feeFlat: money(feeFlat) }, minorUnit(currency))),
    ).toBe(fee)
  },
)

test('a fee is never less than it says, nor a minor unit more, and can be paid', () => {
  const any = fc.record({
    amount: fc.bigInt(1n, 10n ** 15n),
    feePercent: fc.integer({ min: 0, max: 10_000 }),
    feeFlat: fc.bigInt(0n, 10n ** 12n),
    step: fc.constantFrom(1_000n, 10_000n, 1_000_000n),
  })
  fc.assert(
    fc.property(any, ({ amount, step, ...fees }) => {
      const fee = feeOf(amount, fees, step)
      const exact = amount * BigInt(fees.feePercent) + fees.feeFlat * 10_000n
      expect(fee % step).toBe(0n)
      expect(fee * 10_000n).toBeGreaterThanOrEqual(exact)
      expect((fee - step) * 10_000n).toBeLessThan(exact)
    }),
  )
})

test.each([
  ['USD', '12.50', 1250],
  ['JPY', '1250', 1250],
  ['KWD', '1.25', 1250],
  ['ISK', '12', 1200],
  ['UGX', '12', 1200],
])('Stripe counts %s %s as %d', (currency, amount, units) => {
  expect(toStripe(money(amount), currency)).toBe(BigInt(units))
  expect(fromStripe(units, currency)).toBe(money(amount))
})

test('the smallest amounts are those that both the currency and Stripe have', () => {
  const steps = ['USD', 'JPY', 'KWD', 'ISK'].map((currency) => [
    formatMicros(minorUnit(currency)),
    formatMicros(smallestStep(currency)),
  ])
  expect(steps).toEqual([
    ['0.01', '0.01'],
    ['1.00', '1.00'],
    ['0.001', '0.01'],
    ['1.00', '1.00'],
  ])
  for (const currency of Intl.supportedValuesOf('currency')) {
    const step = smallestStep(currency)
    expect(fromStripe(Number(toStripe(step, currency)), currency), currency).toBe(step)
  }
})

test('what a gateway is asked for is to the micro what the deposit says, in every currency', () => {
  const any = fc.record({
    currency: fc.constantFrom(...Intl.supportedValuesOf('currency')),
    steps: fc.bigInt(1n, 10n ** 9n),
    feePercent: fc.integer({ min: 0, max: 10_000 }),
    feeFlat: fc.bigInt(0n, 10n ** 12n),
  })
  fc.assert(
    fc.property(any, ({ currency, steps, ...fees }) => {
      const step = smallestStep(currency)
      const total = steps * step + feeOf(steps * step, fees, step)
      expect(fromStripe(Number(toStripe(total, currency)), currency)).toBe(total)
    }),
  )
})

test('percentages have at most two decimals', () => {
  expect(['0', '2.5', '2.50', '100', '100.01', '2.555', '-1', ''].map(parsePercent)).toEqual([
    0,
    250,
    250,
    10_000,
    undefined,
    undefined,
    undefined,
    undefined,
  ])
  expect([0, 250, 5, 10_000].map(formatPercent)).toEqual(['0', '2.5', '0.05', '100'])
})
