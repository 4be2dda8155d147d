import { afterEach, describe, expect, it } from 'vitest'
import { formatMicros, formatMoney, minorUnit, setDecimals } from '../../src/lib/money.ts'

afterEach(() => setDecimals(new Map()))

describe('an amount', () => {
  it.each<[currency: string, micros: bigint, decimal: string, forPeople: string]>([
    ['USD', 770_000n, '0.77', '$0.77'],
    ['USD', 1_016_410_000n, '1016.41', '$1,016.41'],
    ['USD', 1_234_500n, '1.2345', '$1.2345'],
    ['USD', 5_000_000n, '5.00', '$5.00'],
    ['EUR', -12_500_000n, '-12.50', '-€12.50'],
    ['IDR', 1_500_000_000n, '1500', 'Rp1,500'],
    ['IDR', 1_250_000_000_000n, '1250000', 'Rp1,250,000'],
    ['IDR', 1_500_500_000n, '1500.5', 'Rp1,500.5'],
    ['VND', 50_000_000_000n, '50000', '₫50,000'],
    ['JPY', 1_200_000_000n, '1200', '¥1,200'],
    ['KRW', 12_500_000_000n, '12500', '₩12,500'],
    ['CLP', 9_990_000_000n, '9990', '$9,990'],
    ['PYG', 150_000_000_000n, '150000', '₲150,000'],
    ['JPY', 0n, '0', '¥0'],
    ['KWD', 1_500_000n, '1.500', 'KWD 1.500'],
    ['KWD', 12_345_678n, '12.345678', 'KWD 12.345678'],
  ])('of %s %s has the decimals that are in use: %s, %s', (currency, micros, decimal, forPeople) => {
    expect(formatMicros(micros, currency)).toBe(decimal)
    expect(formatMoney(micros, currency).replaceAll('\u00a0', ' ')).toBe(forPeople)
  })

  it('has the decimals that the operator says', () => {
    setDecimals(new Map([['HUF', 2]]))
    expect(formatMicros(1_500_000_000n, 'HUF')).toBe('1500.00')
    expect(minorUnit('HUF')).toBe(10_000n)
    setDecimals(new Map())
    expect(formatMicros(1_500_000_000n, 'HUF')).toBe('1500')
    expect(minorUnit('HUF')).toBe(1_000_000n)
  })
})
