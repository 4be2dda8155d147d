/** `durationOf` writes a time with two digits, which is what is known of it: 0.05 s, 1.2 s, 2.5 min. */
export function durationOf(seconds: number | null): string | null {
  if (seconds === null) return null
  const [unit, size] = UNITS.find(([, one]) => seconds >= 2 * one) ?? (['s', 1] as const)
  const amount = seconds / size
  return `${amount >= 10 ? Math.round(amount) : Number(amount.toPrecision(2))} ${unit}`
}

const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
] as const
