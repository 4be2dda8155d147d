import { expect, test } from 'vitest'
import { orThrow } from '../../src/lib/fault.ts'
import { allowedIps, readAllowedIp } from '../../src/lib/ip.ts'

test.each([
  ['10.0.0.5', '10.0.0.5'],
  ['10.0.0.5/32', '10.0.0.5'],
  ['10.1.2.3/8', '10.0.0.0/8'],
  [' 192.168.1.0/24 ', '192.168.1.0/24'],
  ['0.0.0.0/0', '0.0.0.0/0'],
  ['2001:DB8::1', '2001:db8::1'],
  ['2001:db8:1::/32', '2001:db8::/32'],
  ['::ffff:10.0.0.0/104', '10.0.0.0/8'],
])('%s is kept as %s', (given, kept) => {
  expect(orThrow(readAllowedIp(given))).toBe(kept)
})

test.each([
  '',
  '1',
  '10.0.0',
  '010.0.0.1',
  '10.0.0.1/33',
  '10.0.0.1/',
  '10.0.0.1/-1',
  '10.0.0.1/8/8',
  '2001:db8::/129',
  'fe80::1%eth0',
  '::ffff:10.0.0.0/64',
  'localhost',
  '10.0.0.1\0',
])('%j is no address or block', (given) => {
  expect(readAllowedIp(given)).toMatchObject({ ok: false, code: 'invalid_input' })
})

test.each([
  [['10.0.0.0/8'], '10.255.0.1', true],
  [['10.0.0.0/8'], '11.0.0.1', false],
  [['10.0.0.0/8'], '::ffff:10.1.1.1', true],
  [['10.0.0.5'], '::ffff:a00:5', true],
  [['2001:db8::/32'], '2001:db8::99', true],
  [['2001:db8::/32'], '10.0.0.1', false],
  [['10.0.0.1', '::1'], '::1', true],
  [['0.0.0.0/0'], '::1', false],
  [['10.0.0.0/8'], 'nonsense', false],
  [[], '203.0.113.9', true],
])('blocks %j let %s pass: %s', (blocks, ip, passes) => {
  expect(allowedIps(blocks)(ip)).toBe(passes)
})
