import { expect, it } from 'vitest'
import { type Detail, details, detailsIn } from '../../src/fulfilment/review-details.ts'

/** `filled` writes a text with a value such as the program gives for each name. */
const filled = (text: string): string =>
  text
    .replace('{time}', '2026-11-29 12:39 +07:00')
    .replace(/\{(?:cost|price|floor)\}/g, '1.25')
    .replace(/\{(?:times|count|ms)\}/g, '30000')
    .replace(/\{(\w+)\}/g, 'Big Panel (2)')

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
