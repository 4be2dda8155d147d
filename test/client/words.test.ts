import { describe, expect, it } from 'vitest'
import { readAmount } from '../../src/client/dhru/amount.ts'
import { decodeEntities } from '../../src/client/dhru/entities.ts'
import { readRefusal } from '../../src/client/dhru/refusal.ts'

const meaning = (MESSAGE: string, FULL_DESCRIPTION = ''): string | undefined =>
  readRefusal([{ MESSAGE, FULL_DESCRIPTION }])?.meaning

describe("a refusal's words", () => {
  it.each<[wanted: string, message: string, description?: string]>([
    ['credit', 'CreditprocessError'],
    ['credit', 'Error', 'You have not enough credit to place this order'],
    ['credit', 'Insufficient balance'],
    ['credit', 'INSUFFICIENT FUNDS'],
    ['credit', 'Your credit is too low'],
    ['credit', 'Not enough credit: the order costs 1.00', 'insufficient_balance: the order costs 1.00'],
    ['login', 'Authentication Failed'],
    ['login', 'Invalid credentials'],
    ['login', 'Invalid API key'],
    ['login', 'Invalid IP Request'],
    ['login', 'IP address not allowed'],
    ['login', 'Your account has been suspended'],
    ['login', 'API key revoked', 'key_revoked'],
    ['busy', 'Too many requests'],
    ['busy', 'Rate limit exceeded'],
    ['busy', 'Under maintenance'],
    ['busy', 'Please try again later'],
    ['busy', 'Shutting down, try again', 'shutting_down'],
    ['busy', 'Temporarily unavailable, try again', 'temporarily_unavailable'],
    ['duplicate', 'ValidationError123', 'This IMEI is already pending'],
    ['duplicate', 'IMEI already exists in order 12'],
    ['duplicate', 'Duplicate order'],
    ['duplicate', 'This IMEI is pending'],
    ['unsupported', 'Invalid Action'],
    ['unsupported', 'Unsupported action: getimeiorderbulk', 'unsupported_action: getimeiorderbulk'],
    ['unsupported', 'Action not found'],
    ['not found', 'Order not found', 'order_not_found: 7'],
    ['not found', 'Invalid order id'],
    ['malformed', 'Too many rows: 101 rows, at most 100', 'too_many_rows: 101 rows'],
    ['unclear', 'Internal error: request req-7', 'internal_error: request req-7'],
    ['unclear', 'Internal Server Error', 'Something went wrong'],
    ['unclear', 'Connection timed out'],
    ['unclear', 'SQLSTATE[23000]: Duplicate entry'],
    ['refused', 'Invalid IMEI: 12: an IMEI has 15 digits', 'invalid_imei: 12: an IMEI has 15 digits'],
    ['refused', 'IMEI not found in the database'],
    ['refused', 'Invalid username'],
    ['refused', 'Service not active'],
    ['refused', 'This service is temporarily unavailable'],
    ['refused', 'Service closed: open from 09:00 to 17:00', 'service_closed: open from 09:00 to 17:00'],
    ['refused', 'constructor', 'constructor'],
  ])('mean %s: %s', (wanted, message, description) => {
    expect(meaning(message, description)).toBe(wanted)
  })

  it('are read in any case and behind any blanks', () => {
    expect(meaning('NOT  ENOUGH\n CREDIT')).toBe('credit')
  })

  it.each([
    ['This IMEI is already pending in order 1234', '1234'],
    ['Duplicate order: order 1234 is for the same input', '1234'],
    ['Already exists, Order ID: 98765.', '98765'],
    ['Already exists (#4321)', '4321'],
    ['already pending, reference id 55', '55'],
    ['already pending: order #12, order 12', '12'],
    ['IMEI 490154203237518 is already pending', null],
    ['order 490154203237518 is already pending', null],
    ['already ordered: the same order 5 minutes ago', null],
    ['already pending in order 12 or order 13', null],
    ['already pending, order 1.50 USD', null],
    ['already pending, error #1062', null],
    ['already pending, order 12-b', null],
  ])('name an order only where they clearly do: %s', (words, reference) => {
    expect(readRefusal([{ MESSAGE: 'ValidationError123', FULL_DESCRIPTION: words }])?.reference).toBe(
      reference,
    )
  })

  it('name an order in a field of its own', () => {
    expect(readRefusal([{ MESSAGE: 'Duplicate order 5', REFERENCEID: 77 }])?.reference).toBe('77')
  })
})

describe('an amount', () => {
  it.each([
    ['0.77', '0.77'],
    ['$1,016.41', '1016.41'],
    ['USD 1,234,567.891', '1234567.891'],
    ['1016.41 €', '1016.41'],
    ['1.016,41', '1016.41'],
    ['0,77', '0.77'],
    ['1,234', '1234'],
    ['1.234', '1.234'],
    ['0,123', '0.123'],
    ['Rs. 12.50', '12.50'],
    ['-$5.25', '-5.25'],
    ['$-5.25', '-5.25'],
    ["1'000.50", '1000.50'],
    ['1 000,50', '1000.50'],
    ['.5', '0.5'],
    ['0.12345678901234567890', '0.12345678901234567890'],
    [12, '12'],
    [0.1, '0.1'],
    [1e-7, '0.0000001'],
    [-0.5, '-0.5'],
    ['', undefined],
    ['free', undefined],
    ['1.2.3', undefined],
    ['1,23,4', undefined],
    ['1-2', undefined],
    [1e30, undefined],
    [Number.NaN, undefined],
    [null, undefined],
    [{}, undefined],
  ])('%j is %j', (value, amount) => {
    expect(readAmount(value)).toBe(amount)
  })
})

/** How suppliers write amounts: "doubt" is what nobody can tell without asking them. */
describe('an amount of a currency', () => {
  it.each<[currency: string, text: string, amount: string | 'doubt']>([
    ['IDR', '15.000', '15000'],
    ['IDR', 'Rp 15.000', '15000'],
    ['IDR', 'Rp15.000,-', '15000.00'],
    ['IDR', 'Rp. 1.250.000,--', '1250000.00'],
    ['IDR', 'Rp 15rb', 'doubt'],
    ['USD', '15%', 'doubt'],
    ['USD', '~15', 'doubt'],
    ['EUR', '≥ 15,00 €', 'doubt'],
    ['IDR', '15 ribu', 'doubt'],
    ['IDR', '2jt', 'doubt'],
    ['IDR', 'Rp. 15.000', '15000'],
    ['IDR', '1.250.000', '1250000'],
    ['IDR', '1,250,000', '1250000'],
    ['IDR', '15000.00', '15000.00'],
    ['IDR', '15,000', '15000'],
    ['IDR', '15.000,00', '15000.00'],
    ['IDR', '15,000.00', '15000.00'],
    ['IDR', '500', '500'],
    ['VND', '5.000.000 đ', '5000000'],
    ['VND', '50.000₫', '50000'],
    ['JPY', '1,200', '1200'],
    ['JPY', '¥1,200', '1200'],
    ['KRW', '₩12,500', '12500'],
    ['CLP', '$ 9.990', '9990'],
    ['PYG', '₲ 150.000', '150000'],
    ['USD', '0.125', '0.125'],
    ['USD', '1,234.50', '1234.50'],
    ['USD', '12,50', '12.50'],
    ['USD', '$1,000', '1000'],
    ['USD', '1.000', '1.000'],
    ['USD', '85.50', '85.50'],
    ['USD', '-$1,234.5', '-1234.5'],
    ['USD', '1.2.3', 'doubt'],
    ['USD', '12,34,567.00', 'doubt'],
    ['INR', '₹ 1,250.00', '1250.00'],
    ['PHP', '₱1,250', '1250'],
    ['NGN', '₦ 12,000', '12000'],
    ['MXN', '$1,234', '1234'],
    ['CHF', "1'234.50", '1234.50'],
    ['CHF', '1’234.50', '1234.50'],
    ['EUR', '1.234,50', '1234.50'],
    ['EUR', '1 234,50 €', '1234.50'],
    ['EUR', '1.234', 'doubt'],
    ['EUR', '1,234', 'doubt'],
    ['EUR', '0.234', '0.234'],
    ['EUR', '1234.567', '1234.567'],
    ['BRL', 'R$ 7,99', '7.99'],
    ['BRL', 'R$ 1.234,5', '1234.5'],
    ['BRL', 'R$ 1.234', 'doubt'],
    ['TRY', '1.250,75 ₺', '1250.75'],
    ['RUB', '1 250,75 ₽', '1250.75'],
    ['PLN', '12.345', 'doubt'],
    ['KWD', '1.500', '1.500'],
    ['KWD', 'KD 12,500.250', '12500.250'],
    ['KWD', '\u200f0.800 د.ك.\u200f', '0.800'],
    ['EGP', '١٬٢٣٤٫٥٠', '1234.50'],
    ['IRR', '۱۵٬۰۰۰', '15000'],
    ['INR', '₹12,34,567.00', '1234567.00'],
    ['INR', 'Rs. 1,250/-', '1250'],
    ['BDT', '500 Tk.', '500'],
    ['PEN', 'S/. 12.50', '12.50'],
    ['SEK', '12,50 kr.', '12.50'],
    ['RUB', '15 000 руб.', '15000'],
    ['CHF', '5.-', '5.00'],
    ['EUR', '1.234,-', '1234.00'],
    ['USD', '\u22125.00', '-5.00'],
    ['USD', '1.2k', 'doubt'],
    ['USD', '(5.00)', 'doubt'],
    ['USD', '5.00 (USD)', '5.00'],
    ['USD', '5.00-', 'doubt'],
    ['USD', '5 10', 'doubt'],
    ['USD', `${'$'.repeat(99)}10`, 'doubt'],
    // Thousands, millions and parts, in the words of many languages.
    ['KRW', '1.2만', 'doubt'],
    ['KRW', '1.2만원', 'doubt'],
    ['JPY', '1.2万円', 'doubt'],
    ['CNY', '5千', 'doubt'],
    ['VND', '15 nghìn', 'doubt'],
    ['VND', '15 ngàn', 'doubt'],
    ['VND', '1,5 triệu', 'doubt'],
    ['IRR', '۱۵ هزار ریال', 'doubt'],
    ['EGP', '٥ آلاف', 'doubt'],
    ['INR', '5 lakh', 'doubt'],
    ['INR', '५ हज़ार', 'doubt'],
    ['THB', '5พันบาท', 'doubt'],
    ['RUB', '1.5 тыс. руб', 'doubt'],
    ['TRY', '5 bin', 'doubt'],
    ['USD', '5 thousand', 'doubt'],
    ['USD', '50¢', 'doubt'],
    ['USD', '50 cents', 'doubt'],
    ['BRL', '50 centavos', 'doubt'],
    ['INR', '50 paise', 'doubt'],
    ['RUB', '50 коп.', 'doubt'],
    ['TRY', '50 kuruş', 'doubt'],
    ['GBP', '50p', 'doubt'],
    ['RUB', '500p', '500'],
    ['CNY', '5角', 'doubt'],
    // Bounds and guesses.
    ['USD', 'from 5', 'doubt'],
    ['USD', 'up to 5', 'doubt'],
    ['EUR', 'ab 5,00', 'doubt'],
    ['EUR', 'desde 5,00', 'doubt'],
    ['RUB', 'от 500', 'doubt'],
    ['IDR', 'mulai Rp 15.000', 'doubt'],
    ['EUR', 'ca. 5,00 €', 'doubt'],
    ['USD', '5.00?', 'doubt'],
    ['USD', '<s>10</s> 5', 'doubt'],
    ['USD', '5-7', 'doubt'],
    ['USD', '1/2', 'doubt'],
    ['USD', '1e3', 'doubt'],
    // Three decimals are in use, and a comma may stand for thousands.
    ['KWD', '1,250 KWD', 'doubt'],
    ['KWD', '1,250.500', '1250.500'],
    ['BHD', '0.500 BD', '0.500'],
    ['TND', '12,500 DT', 'doubt'],
    ['KRW', '₩12,000', '12000'],
    ['KRW', '￦12,000', '12000'],
    ['JPY', '１２００円', '1200'],
    ['BRL', 'R$ 1.234,56', '1234.56'],
    ['VND', '15.000 ₫', '15000'],
    ['CHF', "1'234.50 CHF", '1234.50'],
    ['CHF', 'Fr. 12.–', '12.00'],
    ['SEK', '1 250:-', '1250'],
    ['CZK', '125,- Kč', '125.00'],
    ['SAR', 'ر.س.\u200f ٥٠٫٢٥', '50.25'],
    ['IRR', '۱۵۰٬۰۰۰ ریال', '150000'],
    ['THB', '๑๒๓ บาท', '123'],
    ['BDT', '৳১২৩', '123'],
    ['COP', 'COL$ 15.000', '15000'],
    ['XOF', '15 000 FCFA', '15000'],
    ['HUF', '1 250 Ft', '1250'],
    ['NOK', 'kr 1.250,-', '1250.00'],
    ['UAH', '100 грн.', '100'],
    ['ZAR', 'R1 250,00', '1250.00'],
  ])('%s %s is %s', (currency, text, amount) => {
    expect(readAmount(text, currency)).toBe(amount === 'doubt' ? undefined : amount)
  })

  it('that came as a number is what it is', () => {
    expect(readAmount(1.234, 'EUR')).toBe('1.234')
    expect(readAmount(15_000, 'IDR')).toBe('15000')
  })
})

describe('character references', () => {
  it.each([
    ['&amp;lt;', '&lt;'],
    ['&lt;b&gt;&quot;&apos;&#39;', "<b>\"''"],
    ['caf&eacute; &euro;5 &ndash; &#8364; &#x20AC;', 'café €5 – € €'],
    ['&#150;&#146;', '–’'],
    [
      '&nothing; &; &#; &#x; &#0; &#xD800; &#1114112; AT&T',
      '&nothing; &; &#; &#x; &#0; &#xD800; &#1114112; AT&T',
    ],
    ['&constructor;', '&constructor;'],
  ])('%s are decoded once', (text, decoded) => {
    expect(decodeEntities(text)).toBe(decoded)
  })
})
