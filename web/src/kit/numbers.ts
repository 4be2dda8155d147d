import { i18n } from '@lingui/core'

/** `whole` writes a number as the person's language does: `1.250.000`. */
export const whole = (value: number): string => new Intl.NumberFormat(i18n.locale).format(value)

/** `percentOf` writes a number of percent, as the API gives it (`38.2`): `38.2%`, `38,2 %`. No digit is lost. */
export const percentOf = (percent: string | number, options: Intl.NumberFormatOptions = {}): string =>
  new Intl.NumberFormat(i18n.locale, {
    style: 'unit',
    unit: 'percent',
    maximumFractionDigits: 6,
    ...options,
  })
    .format(percent as number)
    .replace('-', '−')

/** `percentText` writes what the API gives with its sign (`-13.4%`), in as many digits, so that those of a column line up; what is no such number stands as it is. */
export const percentText = (text: string): string =>
  /^-?[\d.]+%$/.test(text)
    ? percentOf(text.slice(0, -1), { minimumFractionDigits: text.split('.')[1] === undefined ? 0 : 1 })
    : text

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const
const STEP = 1024

/** `sizeText` writes how much room something takes: `12.4 MB`. */
export function sizeText(bytes: number): string {
  const power = bytes < STEP ? 0 : Math.min(Math.floor(Math.log(bytes) / Math.log(STEP)), UNITS.length - 1)
  return new Intl.NumberFormat(i18n.locale, {
    style: 'unit',
    unit: UNITS[power] ?? 'byte',
    unitDisplay: 'short',
    maximumFractionDigits: 1,
  }).format(bytes / STEP ** power)
}
