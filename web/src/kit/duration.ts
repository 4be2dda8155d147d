import { i18n } from '@lingui/core'

const steps = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const

/** `duration` writes seconds in the largest unit that fits, with at most one digit behind the point: `40 ms`, `40 sec`, `2.5 hr`. */
export function duration(seconds: number): string {
  if (seconds > 0 && seconds < 1) return millis(seconds * 1000)
  const [unit, size] = steps.find(([, length]) => seconds >= length) ?? ['second', 1]
  const digits = seconds / size < 10 ? 1 : 0
  return new Intl.NumberFormat(i18n.locale, {
    ...{ style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: digits },
  }).format(seconds / size)
}

/** `millis` writes milliseconds: `0.4 ms`, and from a second on as `duration` does. */
export const millis = (value: number): string =>
  value >= 1000
    ? duration(value / 1000)
    : new Intl.NumberFormat(i18n.locale, {
        ...{ style: 'unit', unit: 'millisecond', unitDisplay: 'short' },
        maximumFractionDigits: value < 10 ? 1 : 0,
      }).format(value)

/** `percent` writes a share from 0 to 1, with one digit behind the point, so that those that stand beside each other line up: `98.6%`, `94.0%`. */
export const percent = (share: number): string =>
  new Intl.NumberFormat(i18n.locale, {
    ...{ style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 },
  }).format(share)
