import { expect, it } from 'vitest'
import { nearServices } from '../../src/supplier-routes/near-services.ts'

const list = [
  ['654', 'IMEI', 'iPhone Carrier Check'],
  ['654:SERVER', 'SERVER', 'Server Credits'],
  ['6541', 'IMEI', 'Samsung Info'],
  ['9654', 'IMEI', 'Xiaomi Lock'],
  ['1382', 'IMEI', 'Blacklist'],
  ['7', 'IMEI', 'SimLock'],
  ['bl-01', '', 'Blacklist Pro'],
  ['BL-02', '', 'Check Перу'],
].map(([remoteId = '', type = '', name = '']) => ({ remoteId, type, name }))

it.each([
  ['654:REMOTE', '654 654:SERVER'],
  ['SERVER:654', '654 654:SERVER'],
  ['654:server', '654:SERVER 654'],
  ['#654', '654 654:SERVER 6541 9654'],
  ['0654', '654 654:SERVER 6541 9654'],
  [' 654 ', '654 654:SERVER 6541 9654'],
  ['655', '654'],
  ['564', '654'],
  ['65', '654 654:SERVER 6541'],
  ['1383', '1382'],
  ['13820', '1382'],
  ['138', '1382'],
  ['Blacklist', '1382 bl-01'],
  ['blacklist pro', 'bl-01'],
  ['BL01', 'bl-01 BL-02'],
  ['bl_02', 'BL-02 bl-01'],
  ['перу', 'BL-02'],
  ['8', ''],
  ['99999', ''],
  ['(', ''],
  ['', ''],
])('who writes %j may have meant %j', (wanted, near) => {
  expect(nearServices(wanted, list).map(({ remoteId }) => remoteId)).toEqual(near.split(' ').filter(Boolean))
})

it('of many five are named', () => {
  const many = Array.from({ length: 99 }, (_, n) => ({ remoteId: `${n}:SERVER`, type: 'SERVER', name: '' }))
  expect(nearServices('1', many).map(({ remoteId }) => remoteId)[0]).toBe('1:SERVER')
  expect(nearServices('none', many)).toHaveLength(0)
  expect(nearServices('9', [...many, ...many])).toHaveLength(5)
})
