import type { Fault } from '../errors.ts'

/** Why is what is wrong with a value, without the place where it stands. */
export type Why = Omit<Fault, 'path'>

const why =
  (keyword: string, message: string) =>
  (params: Readonly<Record<string, unknown>> = {}): Why => ({ message, keyword, params })

const hint = (keyword: string, message: string, imei: string): Why => ({
  message,
  keyword,
  params: { imei },
})

/** `whys` are what is often wrong with a value that somebody writes in a form, each with a keyword by which pages say it in their own words. */
export const whys = {
  currency: why('currency', 'must be a currency code such as USD'),
  amount: why('amount', 'must be an amount such as 0.77, with at most 6 decimals'),
  flag: why('flag', 'must be yes or no'),
  time: why('time', 'must be a time'),
  timeOfDay: why('time_of_day', 'must be a time such as 09:00'),
  seconds: why('seconds', 'must be a whole number of seconds, or a duration such as 10m, 6h, 7d'),
  whole: why('whole', 'must be a whole number'),
  empty: why('required', 'must not be empty'),
  month: why('month', 'must be a month such as 2026-11'),
  range: (min: number, max: number): Why => ({
    message: `must be a whole number from ${min} to ${max.toLocaleString('en')}`,
    keyword: 'range',
    params: { min, max },
  }),
  choice: (choices: readonly string[]): Why => ({
    message: `must be one of ${choices.join(', ')}`,
    keyword: 'enum',
    params: { allowedValues: choices },
  }),
  /** `example` is for a text that has a form. */
  example: (example: string): Why => ({
    message: `must be such as ${example}`,
    keyword: 'example',
    params: { example },
  }),
  /** `noNumber` is for a text that is no number within some bounds, or none that is kept exactly. */
  noNumber: (text: string, bounds: { from?: number; above?: number; to?: number }): Why => {
    const { from, above, to } = bounds
    const within = [
      ...(from === undefined ? [] : [` from ${from}`]),
      ...(above === undefined ? [] : [` above ${above},`]),
      ...(to === undefined
        ? from === undefined
          ? []
          : [' on']
        : [above === undefined ? ` to ${to}` : ` up to ${to}`]),
    ]
    return {
      message: `${JSON.stringify(text)} is no number${within.join('')}, with at most 6 decimals`,
      keyword:
        above !== undefined
          ? 'number_above'
          : to !== undefined
            ? 'number_between'
            : from !== undefined
              ? 'number_from'
              : 'number',
      params: bounds,
    }
  },
  imeiRounded: why('imei_rounded', 'a spreadsheet has rounded it: make its column one of text'),
  imeiDigits: why('imei_digits', 'an IMEI has 15 digits and nothing else'),
  imeiOfNone: why('imei_of_none', 'no device has it'),
  imeiCheckDigit: (digit: number): Why => ({
    message: `the check digit should be ${digit}`,
    keyword: 'imei_check_digit',
    params: { digit },
  }),
  /** `hints` say which IMEI may be meant: the keyword is that of the first. */
  imeiLength: (digits: number, hints: readonly Why[] = []): Why => ({
    message: [`an IMEI has 15 digits, this has ${digits}`, hints.map(({ message }) => message).join('; ')]
      .filter((part) => part !== '')
      .join(': '),
    keyword: hints[0]?.keyword ?? 'imei_length',
    params: { ...hints[0]?.params, digits },
  }),
  imeiShort: (imei: string): Why => hint('imei_short', `with its check digit it is ${imei}`, imei),
  imeiSv: (imei: string): Why => hint('imei_sv', `if it is an IMEISV, the IMEI is ${imei}`, imei),
  imeiVersion: (imei: string): Why =>
    hint('imei_version', `without its software version it is ${imei}`, imei),
  imeiZero: (imei: string): Why => hint('imei_zero', `if it has lost its first 0, it is ${imei}`, imei),
  /** `inputLength` is for a serial number or the like; `name` is what its service calls it. */
  inputLength: (name: string, min: number, max: number): Why => ({
    message: `${name ? `${name} has ` : ''}${min === max ? min : `${min} to ${max}`} printable characters`,
    keyword: min === max ? 'input_length' : 'input_lengths',
    params: { min, max },
  }),
  /** `wrongOption` is for a text that is none of those that there are. */
  wrongOption: (written: string, options: readonly string[]): Why => ({
    message: `${written} is not one of ${options.join(', ')}`,
    keyword: 'enum',
    params: { allowedValues: options },
  }),
  twice: why('twice', 'is there twice'),
  noAddress: (text: string): Why => ({
    message: `${JSON.stringify(text)} is no IP address or CIDR block`,
    keyword: 'ip_address',
    params: { text },
  }),
  noRate: (text: string): Why => ({
    message: `${JSON.stringify(text)} is no rate such as 16250 or 0.92, with at most 12 decimals`,
    keyword: 'rate',
    params: { text },
  }),
} as const
