/**
 * `readAmount` makes a plain decimal such as "1016.41" or "-0.5" of a number, or of a text with a currency's sign and thousands
 * separators. Undefined when it is no amount. What came as text is never held by a float.
 */
export function readAmount(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? plain(value) : undefined
  if (typeof value !== 'string') return undefined
  const match =
    /^(?:\p{L}+\.|[^\d.,+-])*([+-]?)(?:\p{L}+\.|[^\d.,+-])*([\d.,' \u00a0\u202f]*\d)[^\d.,]*$/u.exec(
      value.trim(),
    )
  if (!match) return undefined
  const digits = withoutSeparators((match[2] ?? '').replace(/[' \u00a0\u202f]/g, ''))
  if (digits === undefined) return undefined
  return match[1] === '-' ? `-${digits}` : digits
}

/** `withoutSeparators` takes the last separator for the decimal point, unless it is repeated or three digits follow it. */
function withoutSeparators(text: string): string | undefined {
  const decimal = /^(.*?)([.,])(\d*)$/.exec(text)
  if (!decimal) return /^\d+$/.test(text) ? text : undefined
  const [, before = '', separator = '', after = ''] = decimal
  const other = separator === '.' ? ',' : '.'
  const repeated = before.includes(separator)
  // "1,234" has thousands, as this wire writes them; "1.234", "0,234" and "1.234,5" have decimals.
  const isThousands =
    repeated ||
    (separator === ',' && !before.includes(other) && /^[1-9]\d{0,2}$/.test(before) && after.length === 3)
  const whole = isThousands ? text : before
  const groups = whole.split(/[.,]/)
  const wellGrouped = groups.length === 1 || groups.slice(1).every((group) => group.length === 3)
  if (!wellGrouped || groups.some((group) => !/^\d*$/.test(group))) return undefined
  const units = groups.join('') || '0'
  return isThousands || after === '' ? units : `${units}.${after}`
}

/** `plain` writes a small number without the exponent that JSON may give it. */
function plain(value: number): string | undefined {
  const text = String(value)
  if (!text.includes('e')) return text
  return Math.abs(value) < 1 ? value.toFixed(20).replace(/0+$/, '') : undefined
}
