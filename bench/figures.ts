/** `nthImei` is an IMEI of a real allocation range, with its check digit. */
export const nthImei = (n: number): string => withCheckDigit(String(35_000_000_000_000 + n).padStart(14, '0'))

function withCheckDigit(digits: string): string {
  let sum = 0
  for (let i = 0; i < 14; i++) {
    const digit = Number(digits[i]) * (i % 2 === 0 ? 1 : 2)
    sum += digit > 9 ? digit - 9 : digit
  }
  return `${digits}${(10 - (sum % 10)) % 10}`
}

export function median(numbers: number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
}

/** `percentile` is the number that `share` of the numbers do not exceed. */
export function percentile(numbers: number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}
