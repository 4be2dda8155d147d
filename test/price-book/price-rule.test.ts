import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { orThrow } from '../../src/lib/fault.ts'
import { formatMicros, micros, parseMicros } from '../../src/lib/money.ts'
import { PriceRule } from '../../src/price-book/price-rule.ts'

const priceOf = (rule: Omit<Parameters<typeof PriceRule.read>[0], 'currency'>, base: string): string =>
  formatMicros(
    orThrow(PriceRule.read({ ...rule, currency: 'USD' })).priceOf(parseMicros(base) ?? micros(0n)) ?? -1n,
  )

describe('a sale price', () => {
  it('is the cost with its percent and its fixed amount', () => {
    expect(priceOf({ percent: '25' }, '0.80')).toBe('1.00')
    expect(priceOf({ fixed: '0.10' }, '0.80')).toBe('0.90')
    expect(priceOf({ percent: '12.5', fixed: '0.10' }, '0.80')).toBe('1.00')
    expect(priceOf({ percent: '0' }, '0.80')).toBe('0.80')
    expect(priceOf({ percent: '33.333333', round: '0.000001' }, '0.000001')).toBe('0.000002')
  })

  it.each([
    ['EUR', '17.5', '4.437288', '5.22'],
    ['USD', '25', '0.05', '0.07'],
    ['IDR', '12.5', '15000.4', '16876'],
    ['JPY', '10', '125', '138'],
    ['KWD', '10', '1.2345', '1.358'],
  ])('in %s is rounded up to the unit that is in use', (currency, percent, cost, price) => {
    const rule = orThrow(PriceRule.read({ percent, currency }))
    expect(formatMicros(rule.priceOf(parseMicros(cost) ?? micros(0n)) ?? -1n, currency)).toBe(price)
  })

  it.each(['fixed', 'round', 'minPrice'])('is not made where %s may be meant in thousands', (name) => {
    const read = PriceRule.read({ percent: '5', [name]: '5.000', currency: 'IDR' })
    expect(read).toMatchObject({
      ok: false,
      faults: [{ path: [name], message: 'may be 5 or 5000 IDR: write it without a point' }],
    })
    expect(PriceRule.read({ percent: '5.000', [name]: '5000', currency: 'IDR' }).ok).toBe(true)
  })

  it('is rounded up to a multiple, after the least price', () => {
    expect(priceOf({ percent: '25', round: '0.05' }, '0.81')).toBe('1.05')
    expect(priceOf({ percent: '25', round: '0.05' }, '0.80')).toBe('1.00')
    expect(priceOf({ percent: '25', minPrice: '2' }, '0.80')).toBe('2.00')
    expect(priceOf({ percent: '25', minPrice: '2.01', round: '0.5' }, '0.80')).toBe('2.50')
  })

  it('may follow everyone’s price, and be less than that, but not less than nothing', () => {
    const basis = 'everyone'
    expect(priceOf({ basis, percent: '-5' }, '2.00')).toBe('1.90')
    expect(priceOf({ basis, percent: '-5' }, '1.01')).toBe('0.96')
    expect(priceOf({ basis, percent: '-5', round: '0.001' }, '0.12')).toBe('0.114')
    expect(priceOf({ basis, fixed: '-0.50' }, '2.00')).toBe('1.50')
    expect(priceOf({ basis, fixed: '-0.50' }, '0.50')).toBe('0.00')
    expect(
      orThrow(PriceRule.read({ basis, fixed: '-0.50', currency: 'USD' })).priceOf(micros(499_999n)),
    ).toBeUndefined()
    expect(priceOf({ basis, fixed: '-0.50', minPrice: '0.10' }, '0.20')).toBe('0.10')
  })

  it('never earns less than the rule says', () => {
    const amounts = fc.bigInt(0n, 10n ** 12n)
    fc.assert(
      fc.property(
        ...[amounts, fc.bigInt(0n, 10n ** 9n), amounts, amounts, amounts],
        (cost, percent, fixed, round, min) => {
          const read = PriceRule.read({
            percent: formatMicros(percent),
            fixed: formatMicros(fixed),
            round: formatMicros(round),
            minPrice: formatMicros(min),
            currency: 'USD',
          })
          const rule = orThrow(read)
          const price = rule.priceOf(micros(cost)) ?? -1n
          expect((price - fixed) * 100_000_000n).toBeGreaterThanOrEqual(cost * (100_000_000n + percent))
          expect(price).toBeGreaterThanOrEqual(min)
          if (round > 0n) expect(price % round).toBe(0n)
          expect(new PriceRule(rule.values, 'USD').priceOf(micros(cost))).toBe(price)
        },
      ),
    )
  })

  it.each([
    ['nothing that is earned', { currency: 'USD' }, 'percent'],
    ['a loss', { percent: '-5', currency: 'USD' }, 'percent'],
    ['a fixed loss', { percent: '5', fixed: '-1', currency: 'USD' }, 'fixed'],
    ['a gift', { basis: 'everyone', percent: '-100', currency: 'USD' }, 'percent'],
    ['more than a hundred times as much', { percent: '10000.000001', currency: 'USD' }, 'percent'],
    ['more than a price can be', { fixed: '100000000.01', currency: 'USD' }, 'fixed'],
    ['a rounding downwards', { percent: '5', round: '-0.01', currency: 'USD' }, 'round'],
    ['no number', { fixed: '1,5', currency: 'USD' }, 'fixed'],
    ['no currency', { fixed: '1', currency: 'XYZ1' }, 'currency'],
  ] as [string, Parameters<typeof PriceRule.read>[0], string][])(
    'has no rule that says %s',
    (_, rule, field) => {
      expect(PriceRule.read(rule)).toMatchObject({ code: 'invalid_input', faults: [{ path: [field] }] })
    },
  )
})
