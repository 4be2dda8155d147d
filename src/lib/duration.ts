const UNITS = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const

/**
 * `durationText` writes how long something took in the largest unit that fits, with at most one digit behind the point: `40 ms`, `4.2 sec`, `2.5 hr`. The pages of
 * the console and the portal write it alike (web/src/kit/duration.ts).
 */
export function durationText(seconds: number, locale = 'en'): string {
  const [unit, size] =
    seconds > 0 && seconds < 1
      ? (['millisecond', 0.001] as const)
      : (UNITS.find(([, length]) => seconds >= length) ?? (['second', 1] as const))
  const count = seconds / size
  return new Intl.NumberFormat(locale, {
    ...{ style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: count < 10 ? 1 : 0 },
  }).format(count)
}
