import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ExchangeRates, Rates } from '../../src/ledger/rates.ts'
import { micros, parseMicros } from '../../src/lib/money.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'

const day = (date: string): Date => new Date(`${date}T00:00Z`)
const rate = (base: string, quote: string, value: string, from = '2031-01-01') => ({
  base,
  quote,
  rate: value,
  validFrom: day(from),
})
const amount = (text: string) => parseMicros(text) ?? micros(-1n)

describe('an amount in another currency', () => {
  it('is exact by the rate of the pair, rounded up to the next micro', () => {
    const rates = new ExchangeRates([rate('USD', 'IDR', '16250'), rate('USD', 'EUR', '0.333333333333')])
    expect(rates.convert(amount('0.77'), 'USD', 'IDR')).toBe(amount('12512.5'))
    expect(rates.convert(amount('3'), 'USD', 'EUR')).toBe(amount('1'))
    expect(rates.convert(micros(1n), 'USD', 'EUR')).toBe(1n)
    expect(rates.convert(micros(0n), 'USD', 'EUR')).toBe(0n)
    expect(rates.convert(micros(-1n), 'USD', 'EUR')).toBe(0n)
  })

  it('goes against the rate of the other direction where the pair has none of its own', () => {
    const rates = new ExchangeRates([rate('USD', 'IDR', '16250')])
    expect(rates.convert(amount('16250'), 'IDR', 'USD')).toBe(amount('1'))
    expect(rates.convert(amount('16250.000001'), 'IDR', 'USD')).toBe(amount('1.000001'))
    const both = new ExchangeRates([rate('USD', 'IDR', '16250'), rate('IDR', 'USD', '0.00007')])
    expect(both.convert(amount('16250'), 'IDR', 'USD')).toBe(amount('1.1375'))
  })

  it('goes through one currency that both have a rate with, and is rounded once', () => {
    const rates = new ExchangeRates([rate('USD', 'IDR', '16250'), rate('EUR', 'USD', '1.1')])
    expect(rates.convert(amount('2'), 'EUR', 'IDR')).toBe(amount('35750'))
    expect(rates.convert(amount('17875'), 'IDR', 'EUR')).toBe(amount('1'))
    const thirds = new ExchangeRates([rate('XOF', 'USD', '0.000001'), rate('EUR', 'USD', '0.000001')])
    expect(thirds.convert(micros(1n), 'XOF', 'EUR')).toBe(1n)
    expect(thirds.convert(micros(7n), 'XOF', 'EUR')).toBe(7n)
  })

  it('is nowhere to be had without a rate, and is itself in its own currency', () => {
    const rates = new ExchangeRates([rate('USD', 'IDR', '16250'), rate('EUR', 'GBP', '0.8')])
    expect(rates.convert(amount('1'), 'USD', 'GBP')).toBeUndefined()
    expect(rates.convert(amount('1'), 'USD', 'JPY')).toBeUndefined()
    expect(rates.convert(amount('1.5'), 'JPY', 'JPY')).toBe(amount('1.5'))
  })
})

describe('rates that are set', () => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await testDatabase()
  })
  afterAll(() => database.drop())

  it('are kept with all their decimals, and a second one for the same moment takes the place', async () => {
    const kept = new Rates(database.sql)
    const made = { ...rate('USD', 'IDR', '16250.123456789012'), actor: 'cli:ada' }
    expect(await kept.set(made)).toEqual(made)
    await kept.set({ ...made, rate: '999999999999' })
    await kept.set({ ...made, validFrom: day('2031-02-01'), rate: '0.000000000001' })
    expect((await kept.list()).map((one) => [one.rate, one.validFrom])).toEqual([
      ['0.000000000001', day('2031-02-01')],
      ['999999999999', day('2031-01-01')],
    ])
    const rates = await kept.load(day('2031-01-15'))
    expect(rates.convert(amount('1'), 'USD', 'IDR')).toBe(999_999_999_999_000_000n)
  })

  it('hold from their day on, until a newer one does, and none holds before the first', async () => {
    const kept = new Rates(database.sql)
    for (const [value, from] of [
      ['16000', '2031-01-01'],
      ['18000', '2031-09-01'],
      ['17000', '2031-06-01'],
    ] as const) {
      await kept.set({ ...rate('EUR', 'IDR', value, from), actor: 'x' })
    }
    const on = async (date: string) => (await kept.load(day(date))).convert(amount('1'), 'EUR', 'IDR')
    expect(await on('2031-05-31')).toBe(amount('16000'))
    expect(await on('2031-06-01')).toBe(amount('17000'))
    expect(await on('2032-01-01')).toBe(amount('18000'))
    expect(await on('2030-12-31')).toBeUndefined()
  })

  it.each([
    ['a currency that is none', { base: 'usd' }, 'base'],
    ['the same currency twice', { quote: 'USD' }, 'quote'],
    ['nothing', { rate: '0.000' }, 'rate'],
    ['less than nothing', { rate: '-1' }, 'rate'],
    ['an exponent', { rate: '1e3' }, 'rate'],
    ['too many decimals', { rate: '1.0000000000001' }, 'rate'],
  ])('are refused when they are %s', async (_, wrong, field) => {
    const given = { base: 'USD', quote: 'IDR', rate: '1', actor: 'x', ...wrong }
    await expect(new Rates(database.sql).set(given)).rejects.toMatchObject({ code: 'invalid_input', field })
  })
})
