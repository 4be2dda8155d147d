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
        expect(imeiFault(wrong, 'imei')).toBe(`the check digit should be ${right[0]}`)
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

describe('what is wrong with an IMEI', () => {
  it('says how many digits there are', () => {
    expect(imeiFault('49015420323751', 'imei')).toBe(
      'an IMEI has 15 digits, this has 14: with its check digit it is 490154203237518',
    )
    expect(imeiFault('4901542032375180', 'imei-digits')).toBe(
      'an IMEI has 15 digits, this has 16: if it is an IMEISV, the IMEI is 490154203237518',
    )
  })

  it('says that letters do not belong', () => {
    expect(imeiFault('49015420323751X', 'imei')).toBe('an IMEI has 15 digits and nothing else')
  })

  it('is nothing when it is right', () => {
    expect(imeiFault('490154203237518', 'imei')).toBeUndefined()
  })
})
