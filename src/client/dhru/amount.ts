/**
 * `readAmount` makes a plain decimal such as "1016.41" or "-0.5" of a number, or of a text with a currency's sign and separators. What came
 * as text is never held by a float. How a text is read depends on its `currency`: "15.000" is 15000 IDR and 15.000 USD.
 *
 * Undefined when it is no amount, and when it is in doubt: "1.234" EUR may be either, and a guess would be wrong a thousandfold.
 */
export function readAmount(value: unknown, currency?: string): string | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? plain(value) : undefined
  if (typeof value !== 'string') return undefined
  const match =
    /^(?:\p{L}+\.|[^\d.,+-])*([+-]?)(?:\p{L}+\.|[^\d.,+-])*([\d.,'\u2019 \u00a0\u202f]*\d)[^\d.,]*$/u.exec(
      value.trim(),
    )
  if (!match) return undefined
  const digits = withoutSeparators((match[2] ?? '').replace(/['\u2019 \u00a0\u202f]/g, ''), currency)
  if (digits === undefined) return undefined
  return match[1] === '-' ? `-${digits}` : digits
}

function withoutSeparators(text: string, currency: string | undefined): string | undefined {
  const [, before = '', separator, after = ''] = /^(.*?)([.,])(\d*)$/.exec(text) ?? []
  if (separator === undefined) return /^\d+$/.test(text) ? text : undefined
  const isDecimal = separatesDecimals(before, separator, after, currency)
  if (isDecimal === undefined) return undefined
  const whole = isDecimal ? before : text
  // Thousands have separators of one kind, and three digits behind each.
  if (!/^(?:\d*|\d{1,3}(?:\.\d{3})+|\d{1,3}(?:,\d{3})+)$/.test(whole)) return undefined
  const units = whole.replace(/[.,]/g, '') || '0'
  return isDecimal && after !== '' ? `${units}.${after}` : units
}

/** `separatesDecimals` tells whether the last separator of an amount is its decimal point; undefined: nobody can tell. */
function separatesDecimals(
  before: string,
  separator: string,
  after: string,
  currency: string | undefined,
): boolean | undefined {
  if (before.includes(separator)) return false
  if (/[.,]/.test(before) || after.length !== 3 || !/^[1-9]\d{0,2}$/.test(before)) return true
  // One separator and three digits behind it, as in "1,234".
  const usual = usageOf(currency)
  if (usual.decimals === 0) return false
  return usual.point === '.' ? separator === '.' : undefined
}

interface Usage {
  /** `decimals` are those in use. */
  decimals: number
  point: '.' | ','
}

const usages = new Map<string, Usage>()

/** `usageOf` says how amounts of a currency are written where it is at home: its code begins with that country's. */
function usageOf(currency: string | undefined): Usage {
  // The wire writes a point, and so do most panels.
  const known = currency === undefined ? { decimals: 2, point: '.' as const } : usages.get(currency)
  if (known) return known
  const country = currency === 'EUR' ? 'DE' : (currency as string).slice(0, 2)
  const format = { style: 'currency', currency: currency as string } as const
  const { language, region } = new Intl.Locale(`und-${country}`).maximize()
  const point = new Intl.NumberFormat(`${language}-${region}`, { numberingSystem: 'latn' })
    .formatToParts(0.5)
    .find(({ type }) => type === 'decimal')?.value
  const usage: Usage = {
    decimals: new Intl.NumberFormat('en', format).resolvedOptions().maximumFractionDigits ?? 2,
    point: point === ',' ? ',' : '.',
  }
  usages.set(currency as string, usage)
  return usage
}

/** `plain` writes a small number without the exponent that JSON may give it. */
function plain(value: number): string | undefined {
  const text = String(value)
  if (!text.includes('e')) return text
  return Math.abs(value) < 1 ? value.toFixed(20).replace(/0+$/, '') : undefined
}
