import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkDigit, imeiFault, isImei, normaliseImei } from '../../src/lib/imei.ts'

const digits = (length: number) =>
  fc
    .array(fc.integer({ min: 0, max: 9 }), { minLength: length, maxLength: length })
    .map((list) => list.join(''))

describe('the check digit of an IMEI', () => {
  it.each([
    ['49015420323751', 8],
    ['00101000000001', 6],
    ['00440100000001', 4],
    ['35209900176148', 1],
    ['00000000000000', 0],
  ])('of %s is %i', (first, digit) => {
    expect(checkDigit(first)).toBe(digit)
  })

  it('is right for exactly one of the ten last digits, and the fault names that one', () => {
    fc.assert(
      fc.property(digits(14), (first) => {
        const right = [...'0123456789'].filter((last) => isImei(first + last))
        expect(right).toEqual([String(checkDigit(first))])
        const wrong = first + ((checkDigit(first) + 1) % 10)
        expect(imeiFault(wrong, 'imei')?.message).toBe(`the check digit should be ${right[0]}`)
        expect(imeiFault(wrong, 'imei-digits')).toBeUndefined()
      }),
    )
  })

  it('is wrong after any one digit was mistyped', () => {
    fc.assert(
      fc.property(digits(14), fc.nat(14), fc.integer({ min: 1, max: 9 }), (first, at, by) => {
        const imei = first + checkDigit(first)
        const mistyped = [...imei]
          .map((digit, index) => (index === at ? (Number(digit) + by) % 10 : digit))
          .join('')
        expect(isImei(imei)).toBe(true)
        expect(isImei(mistyped)).toBe(false)
      }),
    )
  })
})

describe('normalising an IMEI', () => {
  it('takes out spaces, dashes, dots and slashes, wherever they are, and nothing else', () => {
    const between = fc.stringMatching(/^[ \-./\t\u00a0\u2013]{0,3}$/)
    fc.assert(
      fc.property(digits(15), fc.array(between, { minLength: 16, maxLength: 16 }), (imei, marks) => {
        const written = marks[15] + [...imei].map((digit, index) => digit + marks[index]).join('')
        expect(normaliseImei(written)).toBe(imei)
      }),
    )
    expect(normaliseImei('49-015420-323751-8')).toBe('490154203237518')
    expect(normaliseImei('4901x')).toBe('4901x')
  })
})

const IMEI = '490154203237518'

describe('an IMEI as programs and people write it', () => {
  it.each([
    `="${IMEI}"`,
    `<${IMEI}>`,
    `{${IMEI}}`,
    `\u00ab${IMEI}\u00bb`,
    `\u3010${IMEI}\u3011`,
    `\uff08${IMEI}\uff09`,
    `${IMEI}\u060c`,
    `${IMEI}\u3002`,
    `${IMEI} \u2705`,
    `+${IMEI}`,
    `~ ${IMEI} %`,
    [...IMEI].join('\ufe0f\u20e3'),
    `${IMEI}.0`,
    `${IMEI},00`,
    '4.90154203237518E+14',
    '4,90154203237518e14',
    `IMEI\uff1a${IMEI}`,
    `IMEI1: ${IMEI}`,
    `imei 2 - ${IMEI}`,
    `IMEI (slot 1): ${IMEI}`,
    `IMEI No. ${IMEI}`,
    `IMEI Number = ${IMEI}`,
    `IMEI1 ${IMEI}`,
    `* IMEI -> 49-015420-323751-8`,
    `\u0418\u041c\u0415\u0418: ${IMEI}`,
    `\u0627\u0644\u0627\u064a\u0645\u064a: \u0664\u0669\u0660\u0661\u0665\u0664\u0662\u0660\u0663\u0662\u0663\u0667\u0665\u0661\u0668`,
    `\u4e32\u53f7\uff1a${IMEI}`,
  ])('is read: %s', (text) => {
    expect(normaliseImei(text)).toBe(IMEI)
  })

  it.each([
    ['two of them', `${IMEI}, ${IMEI}`],
    ['two of them behind their names', `IMEI1: ${IMEI} IMEI2: ${IMEI}`],
    ['one behind another word', `SN: ${IMEI}`],
    ['one behind the name of a third slot', `IMEI 3: ${IMEI}`],
    ['one before a word', `${IMEI} locked`],
    ['one before decimals', `${IMEI}.5`],
    ['a number that was rounded', '4.9015420323752E+14'],
    ['a number of another size', '4.90154203237518E+15'],
    ['sixteen digits behind the name', `IMEI: ${IMEI}0`],
  ])('is not guessed from %s', (_words, text) => {
    expect(imeiFault(normaliseImei(text), 'imei-digits')).toBeDefined()
  })
})

describe('what is wrong with an IMEI', () => {
  it.each([
    [`${IMEI} / 01`, `this has 17: without its software version it is ${IMEI}`],
    ['490154203237519 / 01', 'this has 17'],
    ['4401000000014', 'this has 13: if it has lost its first 0, it is 004401000000014'],
    [
      '12345678901237',
      'this has 14: with its check digit it is 123456789012370; if it has lost its first 0, it is 012345678901237',
    ],
    ['00000000000000', 'no device has it'],
    ['0000000000000000', 'no device has it'],
    ['4.9015420323752E+14', 'a spreadsheet has rounded it'],
  ])('says what %s may be', (text, why) => {
    expect(imeiFault(normaliseImei(text), 'imei')?.message).toContain(why)
  })

  it('says how many digits there are', () => {
    expect(imeiFault('49015420323751', 'imei')?.message).toBe(
      'an IMEI has 15 digits, this has 14: with its check digit it is 490154203237518',
    )
    expect(imeiFault('4901542032375180', 'imei-digits')?.message).toBe(
      'an IMEI has 15 digits, this has 16: if it is an IMEISV, the IMEI is 490154203237518',
    )
  })

  it('says that letters do not belong', () => {
    expect(imeiFault('49015420323751X', 'imei')?.message).toBe('an IMEI has 15 digits and nothing else')
  })

  it('is nothing when it is right', () => {
    expect(imeiFault('490154203237518', 'imei')).toBeUndefined()
  })
})
