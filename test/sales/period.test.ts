import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dayBehind, firstOf, periodBefore, periodOf, type Unit } from '../../src/sales/period.ts'
import { apart, stretchesOf } from '../../src/sales/report.ts'

const TODAY = '2026-03-01'

describe('a period', () => {
  it.each([
    [{}, '2026-01-31', '2026-03-01'],
    [{ period: 'today' }, '2026-03-01', '2026-03-01'],
    [{ period: 'yesterday' }, '2026-02-28', '2026-02-28'],
    [{ period: '1d' }, '2026-03-01', '2026-03-01'],
    [{ period: '7d' }, '2026-02-23', '2026-03-01'],
    [{ period: 'month' }, '2026-03-01', '2026-03-01'],
    [{ period: 'last-month' }, '2026-02-01', '2026-02-28'],
    [{ period: 'year' }, '2026-01-01', '2026-03-01'],
    [{ period: '2024-02' }, '2024-02-01', '2024-02-29'],
    [{ period: '2025' }, '2025-01-01', '2025-12-31'],
    [{ from: '2026-02-27' }, '2026-02-27', '2026-03-01'],
    [{ to: '2026-01-30' }, '2026-01-01', '2026-01-30'],
    [{ from: '2026-01-01', to: '2026-01-01' }, '2026-01-01', '2026-01-01'],
  ])('%j', (given, from, to) => {
    expect(periodOf(given, TODAY)).toEqual({ ok: true, value: { from, to } })
  })

  it.each([
    [{ period: 'week' }, 'period'],
    [{ period: '0d' }, 'period'],
    [{ period: '2026-13' }, 'period'],
    [{ period: 'constructor' }, 'period'],
    [{ period: 'today', to: '2026-01-01' }, 'period'],
    [{ from: '2026-02-30' }, 'from'],
    [{ to: '1.2.2026' }, 'to'],
    [{ from: '2026-03-02' }, 'from'],
    [{ from: '2026-02-02', to: '2026-02-01' }, 'to'],
    [{ from: '2001-01-01' }, 'from'],
  ])('%j is refused, naming %s', (given, field) => {
    expect(periodOf(given, TODAY)).toMatchObject({ ok: false, faults: [{ path: [field] }] })
  })
})

it.each([
  ['2026-03-01', '2026-03-31', '2026-02-01', '2026-02-28'],
  ['2026-01-01', '2026-12-31', '2025-01-01', '2025-12-31'],
  ['2026-03-01', '2026-03-30', '2026-01-30', '2026-02-28'],
  ['2026-03-05', '2026-03-05', '2026-03-04', '2026-03-04'],
  ['2026-02-02', '2026-03-01', '2026-01-05', '2026-02-01'],
])('the period before %s to %s is %s to %s', (from, to, first, last) => {
  expect(periodBefore({ from, to })).toEqual({ from: first, to: last })
})

const MONTHS: readonly Unit[] = ['month', 'day']
const QUARTERS: readonly Unit[] = ['quarter', 'month', 'day']

describe('the parts of a period are whole months, or quarters of the year too, and the days before and behind them', () => {
  it.each([
    ['2026-01-01', '2026-12-31', MONTHS, ['month 2026-01-01 2026-12-31']],
    ['2026-01-02', '2026-02-27', MONTHS, ['day 2026-01-02 2026-02-27']],
    ['2026-01-02', '2026-02-28', MONTHS, ['day 2026-01-02 2026-01-31', 'month 2026-02-01 2026-02-28']],
    [
      ...['2026-01-31', '2026-04-01'],
      MONTHS,
      ['day 2026-01-31 2026-01-31', 'month 2026-02-01 2026-03-31', 'day 2026-04-01 2026-04-01'],
    ],
    ['2026-02-01', '2026-02-28', MONTHS, ['month 2026-02-01 2026-02-28']],
    ['2026-02-05', '2026-02-06', QUARTERS, ['day 2026-02-05 2026-02-06']],
    ['2026-01-01', '2026-12-31', QUARTERS, ['quarter 2026-01-01 2026-12-31']],
    ['2026-02-01', '2026-05-31', QUARTERS, ['month 2026-02-01 2026-05-31']],
    [
      ...['2025-11-28', '2026-05-01'],
      QUARTERS,
      [
        ...['day 2025-11-28 2025-11-30', 'month 2025-12-01 2025-12-31', 'quarter 2026-01-01 2026-03-31'],
        ...['month 2026-04-01 2026-04-30', 'day 2026-05-01 2026-05-01'],
      ],
    ],
    ['2026-02-05', '2026-02-06', ['day'], ['day 2026-02-05 2026-02-06']],
  ] as [string, string, readonly Unit[], string[]][])('%s to %s, %j', (from, to, units, parts) => {
    expect(stretchesOf({ from, to }, units).map(said)).toEqual(parts)
  })
})

const said = ({ unit, first, last }: { unit: Unit; first: string; last: string }): string =>
  `${unit} ${first} ${last}`

it('a month in which a rate changes is read by days, one that begins with the change is not; a quarter by what is left of it', () => {
  const changes = ['2026-02-01', '2026-03-31']
  expect(apart(stretchesOf({ from: '2026-01-01', to: '2026-04-30' }, MONTHS), changes).map(said)).toEqual([
    ...['month 2026-01-01 2026-01-31', 'month 2026-02-01 2026-02-28', 'day 2026-03-01 2026-03-31'],
    'month 2026-04-01 2026-04-30',
  ])
  expect(apart(stretchesOf({ from: '2026-01-01', to: '2026-06-30' }, QUARTERS), changes).map(said)).toEqual([
    ...['month 2026-01-01 2026-01-31', 'month 2026-02-01 2026-02-28', 'day 2026-03-01 2026-03-31'],
    'quarter 2026-04-01 2026-06-30',
  ])
})

it('the parts of whichever period have each of its days once, whole months and quarters, and no change of a rate within one', () => {
  const day = fc.integer({ min: 0, max: 1_200 }).map((days) => dayBehind('2023-06-15', days))
  fc.assert(
    fc.property(day, day, fc.array(day, { maxLength: 4 }), fc.constantFrom(MONTHS, QUARTERS), (...given) => {
      const [one, other, changes, units] = given
      const [from, to] = [one, other].sort() as [string, string]
      const parts = apart(stretchesOf({ from, to }, units), changes)
      expect(parts[0]?.first).toBe(from)
      expect(parts.at(-1)?.last).toBe(to)
      for (const [index, { unit, first, last }] of parts.entries()) {
        expect(units).toContain(unit)
        expect(first <= last).toBe(true)
        expect(firstOf(unit, first)).toBe(first)
        expect(firstOf(unit, dayBehind(last, 1))).toBe(dayBehind(last, 1))
        const before = parts[index - 1]
        if (before) expect(dayBehind(before.last, 1)).toBe(first)
        for (const change of changes)
          expect(firstOf(unit, change) < change && first <= change && change <= last).toBe(false)
      }
    }),
  )
})
