import { describe, expect, it } from 'vitest'
import { periodBefore, periodOf } from '../../src/sales/period.ts'
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

describe('the parts of a period are whole months, and the days before and behind them', () => {
  const said = (from: string, to: string) =>
    stretchesOf({ from, to }, false).map(
      ({ wholeMonths, first, last }) => `${wholeMonths ? 'months ' : ''}${first} ${last}`,
    )
  it.each([
    ['2026-01-01', '2026-12-31', ['months 2026-01-01 2026-12-31']],
    ['2026-01-02', '2026-02-27', ['2026-01-02 2026-02-27']],
    ['2026-01-02', '2026-02-28', ['2026-01-02 2026-01-31', 'months 2026-02-01 2026-02-28']],
    [
      '2026-01-31',
      '2026-04-01',
      ['2026-01-31 2026-01-31', 'months 2026-02-01 2026-03-31', '2026-04-01 2026-04-01'],
    ],
    ['2026-02-01', '2026-02-28', ['months 2026-02-01 2026-02-28']],
    ['2026-02-05', '2026-02-06', ['2026-02-05 2026-02-06']],
  ])('%s to %s', (from, to, parts) => {
    expect(said(from, to)).toEqual(parts)
  })
})

it('a month in which a rate changes is read by days, one that begins with the change is not', () => {
  const year = stretchesOf({ from: '2026-01-01', to: '2026-04-30' }, false)
  expect(
    apart(year, ['2026-02-01', '2026-03-31']).map(({ wholeMonths, first }) => [first, wholeMonths]),
  ).toEqual([
    ['2026-01-01', true],
    ['2026-02-01', true],
    ['2026-03-01', false],
    ['2026-04-01', true],
  ])
})
