import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type Detail, details, detailsIn, detailText } from '../../src/fulfilment/review-details.ts'
import { formatMicros } from '../../src/lib/money.ts'
import { itemStates } from '../../src/lib/states.ts'
import { localTime } from '../../src/lib/time.ts'

/** `filled` writes a text with a value such as the program gives for each name. */
const filled = (text: string): string =>
  text
    .replace('{time}', '2026-11-29 12:39 +07:00')
    .replace(/\{(?:cost|price)\}/g, '1.25')
    .replace(/\{(?:times|count|ms)\}/g, '30000')
    .replace('{floor}', '-2.5')
    .replace(/\{(?:from|to|currency)\}/g, 'USD')
    .replace('{state}', 'success')
    .replace('{place}', '[2001:db8::1]:443')
    .replace(/\{(?:supplier|why)\}/g, 'Big Panel: costs (2)')

it('reads every text that the program keeps as what it says', () => {
  for (const [detail, text] of Object.entries(details) as [Detail, string][])
    expect(detailsIn(filled(text))?.map((one) => one.detail)).toEqual([detail])
})

it('reads several routes, and leaves the words of others alone', () => {
  expect(
    detailsIn('A: costs 1.10, sold for 1.00 USD, margin floor 2.5%; no exchange rate from XXX to USD'),
  ).toEqual([
    {
      detail: 'below_floor',
      values: { supplier: 'A', cost: '1.10', price: '1.00', currency: 'USD', floor: '2.5' },
    },
    { detail: 'no_rate', values: { from: 'XXX', to: 'USD' } },
  ])
  expect(detailsIn('A: costs 1.10, sold for 1.00 USD; ask the sales team')).toBeUndefined()
  expect(detailsIn('Kode 77: hubungi sales')).toBeUndefined()
})

it('does not match long texts, and takes no text for its own whose values are none', () => {
  const own = 'A: costs 1.10, sold for 1.00 USD'
  expect(detailsIn(Array.from({ length: 20 }, () => own).join('; '))).toHaveLength(20)
  expect(detailsIn(Array.from({ length: 3000 }, () => own).join('; '))).toBeUndefined()
  expect(detailsIn(`${'A'.repeat(100_000)}: costs 1.10, sold for 1.00 USD`)).toBeUndefined()
  for (const text of [
    'the item is not eligible',
    'A: costs a lot, sold for 1.00 USD',
    'A: costs 1.10, sold for 1.00 of them',
    'failed with this item many times',
    'open since before the war',
    'no exchange rate from us to you',
  ])
    expect(detailsIn(text), text).toBeUndefined()
})

it('finds every detail with every value again', () => {
  const digits = fc.nat(10 ** 9 - 1).map(String)
  const amount = fc.bigInt(0n, 10n ** 15n).map((micros) => formatMicros(micros, 'USD'))
  const code = fc.stringMatching(/^[A-Z]{3}$/)
  const name = fc.stringMatching(/^[ -:<-~]{1,100}$/)
  const values = fc.record({
    ...{ time: fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('2100') }).map(localTime) },
    ...{ supplier: name, why: name, place: fc.stringMatching(/^[a-z0-9.-]{1,100}:\d{1,5}$/) },
    ...{ times: digits, count: digits, ms: digits, from: code, to: code, currency: code },
    ...{ cost: amount, price: amount, floor: fc.integer({ min: -10_000, max: 10_000 }).map((n) => n / 100) },
    state: fc.constantFrom(...itemStates),
  })
  fc.assert(
    fc.property(fc.constantFrom(...(Object.keys(details) as Detail[])), values, (detail, all) => {
      const text = detailText(detail, all)
      const [found, ...rest] = detailsIn(text) ?? []
      expect(rest).toEqual([])
      expect(found && detailText(found.detail, { ...all, ...found.values })).toBe(text)
    }),
  )
})
