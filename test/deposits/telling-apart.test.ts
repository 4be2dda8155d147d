import fc from 'fast-check'
import { expect, test } from 'vitest'
import { freeTail, mayPay } from '../../src/deposits/telling-apart.ts'
import { qrisFault, withAmount } from '../../src/integrations/gateways/unique-amount/qris.ts'
import { money } from './deposits.fixtures.ts'
import { QRIS } from './telling-apart.fixtures.ts'

const step = money('1')

test('what is added is within its bounds, and no amount that is taken comes again', () => {
  const any = fc.record({
    total: fc.bigInt(1n, 10n ** 12n).map((units) => units * step),
    most: fc.integer({ min: 1, max: 50 }),
    taken: fc.array(fc.integer({ min: -3, max: 53 })),
    random: fc.double({ min: 0, max: 0.999, noNaN: true }),
  })
  fc.assert(
    fc.property(any, ({ total, most, taken, random }) => {
      const gone = taken.map((count) => total + BigInt(count) * step)
      const tail = freeTail(total, { step, most }, gone, (below) => Math.floor(random * below))
      const free = Array.from({ length: most }, (_, at) => at + 1).filter((one) => !taken.includes(one))
      if (free.length === 0) expect(tail).toBeUndefined()
      else expect(free).toContain(Number((tail as bigint) / step))
    }),
  )
})

const began = { createdAt: new Date('2026-11-29T01:30:00Z'), settledAt: null }
const ended = { ...began, settledAt: new Date('2026-11-29T10:00:00Z') }
const jakarta = { timeZone: 'Asia/Jakarta', keepDays: 2 }
test.each([
  ['the day on which it began', began, '2026-11-29', true],
  ['the day before', began, '2026-11-28', false],
  ['a later day', began, '2027-03-01', true],
  ['a minute before, by a clock that is behind', began, '2026-11-29 08:29:00', true],
  ['ten minutes before', began, '2026-11-29 08:20:00', false],
  ['a time without seconds', began, '2026-11-29 08:31', true],
  ['the last day on which it is known', ended, '2026-12-01', true],
  ['the day after that', ended, '2026-12-02', false],
])('a transfer of %s may be its payment, or not', (_name, deposit, at, may) => {
  expect(mayPay(deposit, { at }, jakarta)).toBe(may)
})

test('the day is that of the bank, not of the server', () => {
  const late = { createdAt: new Date('2026-11-28T20:00:00Z'), settledAt: null }
  expect(mayPay(late, { at: '2026-11-28' }, { timeZone: 'UTC', keepDays: 1 })).toBe(true)
  expect(mayPay(late, { at: '2026-11-28' }, jakarta)).toBe(false)
})

test('a static QRIS becomes a dynamic one with the amount', () => {
  const whole = withAmount(QRIS, '50037')
  expect(whole).toContain('010212')
  expect(whole).toContain('5303360540550037' + '5802ID')
  expect(qrisFault(whole)).toBeUndefined()
  expect(withAmount(whole, '1')).toContain('54011')
})

test.each([
  ['other text', 'https://example.com/qr', 'must be the text'],
  ['one letter less', QRIS.slice(0, -1), 'must be the text'],
  ['a letter that was changed', QRIS.replace('TOKO', 'TOKA'), 'checksum'],
])('%s is no QRIS', (_name, text, fault) => {
  expect(qrisFault(text)).toContain(fault)
})
