import { expect, test } from 'vitest'
import { durationText } from '../../src/lib/duration.ts'

test.each([
  [0, '0 sec'],
  [0.05, '50 ms'],
  [0.0004, '0.4 ms'],
  [1.23, '1.2 sec'],
  [12.6, '13 sec'],
  [59.9, '60 sec'],
  [150, '2.5 min'],
  [5_400, '1.5 hr'],
  [172_800, '2 days'],
])('%d seconds are written as %s', (seconds, text) => {
  expect(durationText(seconds)).toBe(text)
})

test('it is written in the reader’s language', () => {
  expect(durationText(90, 'id')).toBe('1,5 mnt')
  expect(durationText(4_500, 'es')).toBe('1,3 h')
})
