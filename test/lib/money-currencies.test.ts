import { afterEach, describe, expect, it } from 'vitest'
import { readConfig } from '../../src/config.ts'
import {
  formatCoins,
  formatMicros,
  formatMoney,
  minorUnit,
  setDecimals,
  thousandsFault,
} from '../../src/lib/money.ts'

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

  it.each<[currency: string, micros: bigint, forPeople: string]>([
    ['USD', 58_167_880n, '$58.17'],
    ['USD', -58_165_000n, '-$58.17'],
    ['USD', -4_999n, '$0.00'],
    ['EUR', 828_148n, '€0.83'],
    ['IDR', 138_990_450_000n, 'Rp138,990'],
    ['KWD', 12_345_678n, 'KWD 12.346'],
  ])('of %s %s is %s in a sentence', (currency, micros, forPeople) => {
    expect(formatCoins(micros, currency).replaceAll('\u00a0', ' ')).toBe(forPeople)
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

describe('a decimal that may be meant in thousands', () => {
  it.each([
    ['IDR', '15.000', 'may be 15 or 15000 IDR: write it without a point'],
    ['IDR', ' 250.000 ', 'may be 250 or 250000 IDR: write it without a point'],
    ['IDR', '-1.500', 'may be -1 or -1500 IDR: write it without a point'],
    ['VND', '1.000', 'may be 1 or 1000 VND: write it without a point'],
    ['JPY', '999.999', 'may be 999 or 999999 JPY: write it without a point'],
    ['KRW', '12.500', 'may be 12 or 12500 KRW: write it without a point'],
    ['CLP', '9.990', 'may be 9 or 9990 CLP: write it without a point'],
    ['IDR', '15000', undefined],
    ['IDR', '15.5', undefined],
    ['IDR', '0.125', undefined],
    ['IDR', '1500.000', undefined],
    ['IDR', '15.0000', undefined],
    ['USD', '15.000', undefined],
    ['KWD', '1.500', undefined],
    ['ZZZ', '15.000', undefined],
  ])('in %s: %j', (currency, text, fault) => expect(thousandsFault(text, currency)).toBe(fault))

  it('goes by the decimals that the operator says', () => {
    setDecimals(new Map([['HUF', 2]]))
    expect(thousandsFault('15.000', 'HUF')).toBeUndefined()
    setDecimals(new Map([['USD', 0]]))
    expect(thousandsFault('15.000', 'USD')).toMatch(/15000 USD/)
    expect(thousandsFault('15.000', 'USD', 2)).toBeUndefined()
  })

  it('is refused as a setting', () => {
    const read = (minimums: string, decimals?: string) =>
      readConfig({ TRANSFER_MINIMUMS: minimums, CURRENCY_DECIMALS: decimals }).transferMinimums
    expect(() => read('USD=1,IDR=10.000')).toThrow('TRANSFER_MINIMUMS: 10.000 may be 10 or 10000 IDR')
    expect(() => read('USD=10.000', 'USD=0')).toThrow('USD')
    expect(read('USD=10.000,IDR=10.000', 'IDR=2').get('IDR')).toBe(10_000_000n)
  })
})
