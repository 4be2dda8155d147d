import { expect, it } from 'vitest'
import { NewCodes } from '../../src/sync/codes.ts'

it.each([
  ['iPhone 14 Pro Max - Carrier + SimLock', 'iphone-14-pro-max-carrier-simlock'],
  ['Galaxy S10', 'galaxy-s10'],
  ['Galaxy S10+', 'galaxy-s10-plus'],
  ['Desbloqueo rápido (Perú) ⚡', 'desbloqueo-rapido-peru'],
  ['Câmbio de IMEI: não incluso', 'cambio-de-imei-nao-incluso'],
  ['ＦＭＩ ＯＮ／ＯＦＦ', 'fmi-on-off'],
  ['  --Xiaomi--  ', 'xiaomi'],
  ['Проверка iPhone', 'iphone'],
  ['Проверка', 'service'],
  ['查询 14', 'service-14'],
  ['1382', 'service-1382'],
  ['🔥🔥', 'service'],
  ['', 'service'],
  ['../../etc', 'etc'],
  ['Việt Nam mở khóa', 'viet-nam-mo-khoa'],
  ['a'.repeat(200), 'a'.repeat(48)],
  [`${'word '.repeat(10)}end`, `${'word-'.repeat(9)}wor`],
])('a service called %j gets the code %s', (name, code) => {
  expect(new NewCodes([]).codeOf(name)).toBe(code)
  expect(code).toMatch(/^[a-z0-9][a-z0-9._-]{0,63}$/)
})

it('no code is given twice, or is one that is there', () => {
  const codes = new NewCodes(['check', 'check-3', 'service-2'])
  const given = ['Check', 'check', 'CHECK!', 'Проверка', '查询', 'Check 2'].map((name) => codes.codeOf(name))
  expect(given).toEqual(['check-2', 'check-4', 'check-5', 'service', 'service-3', 'check-2-2'])
})

it('a list of ten thousand services of one name gets its codes', () => {
  const codes = new NewCodes([])
  const given = new Set(Array.from({ length: 10_000 }, () => codes.codeOf('Проверка')))
  expect(given.size).toBe(10_000)
})
