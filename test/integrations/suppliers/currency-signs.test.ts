import { expect, test } from 'vitest'
import { namesOther } from '../../../src/integrations/suppliers/http-kit/currency-signs.ts'

test.each([
  ['5.00', 'USD'],
  ['$5.00', 'USD'],
  ['5 USD', 'USD'],
  ['US$ 5', 'USD'],
  ['USD$5', 'USD'],
  ['$ 1.016,41', 'ARS'],
  ['5 credits', 'USD'],
  ['5 cr.', 'USD'],
  ['Rp 15.000', 'IDR'],
  ['Rp. 15.000', 'IDR'],
  ['IDR15000', 'IDR'],
  ['1.234,50 €', 'EUR'],
  ['5 Euro', 'EUR'],
  ['R$ 5,00', 'BRL'],
  ['Rs. 1,00,000', 'INR'],
  ['Rs 500', 'PKR'],
  ['₹500', 'INR'],
  ['S/. 5', 'PEN'],
  ['5 kr.', 'SEK'],
  ['5 kr', 'NOK'],
  ['100 TL', 'TRY'],
  ['¥100', 'CNY'],
  ['¥100', 'JPY'],
  ['K 5', 'ZMW'],
  ['£5', 'GBP'],
  ['RM5', 'MYR'],
  ['', 'USD'],
])('%j may be an amount in %s', (said, currency) => {
  expect(namesOther(said, currency)).toBe(false)
})

test.each([
  ['Rp 15.000', 'USD'],
  ['Rp. 15.000', 'EUR'],
  ['€5.00', 'USD'],
  ['5.00 EUR', 'USD'],
  ['5 eur', 'USD'],
  ['$5', 'IDR'],
  ['US$ 5', 'EUR'],
  ['£5', 'USD'],
  ['₹500', 'USD'],
  ['R$ 5,00', 'USD'],
  ['500 ₽', 'USD'],
  ['500 руб.', 'USD'],
  ['100 TL', 'EUR'],
  ['15.000 VND', 'USD'],
  ['15.000 ₫', 'IDR'],
  ['¥100', 'USD'],
  ['100 元', 'USD'],
  ['RM5', 'USD'],
  ['5 kr', 'USD'],
])('%j is no amount in %s', (said, currency) => {
  expect(namesOther(said, currency)).toBe(true)
})
