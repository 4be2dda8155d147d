/**
 * Micros is an amount of money in millionths of its currency's unit: 1.00 = 1_000_000n. No float ever holds one.
 * Amounts are bounded by bigint columns: at most 9,223,372,036,854 units.
 */
export type Micros = bigint & { readonly __unit: 'micros' }

export const micros = (value: bigint): Micros => value as Micros
export const ZERO = micros(0n)

/** MAX_AMOUNT is the largest amount taken as one input: far above any real deposit, far below a bigint column's end. */
export const MAX_AMOUNT = micros(1_000_000_000_000_000_000n)

/**
 * `parseMicros` reads a decimal such as "12", "12.5" or "-0.000001".
 * Returns undefined for anything else: more than six decimals, an exponent, a separator, an amount too large.
 */
export function parseMicros(text: string): Micros | undefined {
  const match = /^(-?)(\d{1,13})(?:\.(\d{1,6}))?$/.exec(text.trim())
  if (!match) return undefined
  const value = BigInt(match[2] ?? '0') * 1_000_000n + BigInt((match[3] ?? '').padEnd(6, '0') || '0')
  if (value > MAX_AMOUNT) return undefined
  return micros(match[1] === '-' ? -value : value)
}

/**
 * `formatMicros` writes a decimal without separators, with the decimals that the currency has in use and as many more as the amount needs:
 * "0.77" and "1.2345" USD, "15000" IDR, "1.500" KWD. Where there is no currency (a percentage) there are at least two.
 */
export function formatMicros(amount: bigint, currency?: string): string {
  const least = currency === undefined ? 2 : decimalsOf(currency)
  const sign = amount < 0n ? '-' : ''
  const digits = (amount < 0n ? -amount : amount).toString().padStart(7, '0')
  const decimals = digits.slice(-6).replace(/0+$/, '').padEnd(least, '0')
  return `${sign}${digits.slice(0, -6)}${decimals && '.'}${decimals}`
}

/** `formatUnmistakably` writes a decimal that is not read as thousands where people's spelling is read: "1.2340" IDR, and not "1.234". */
export function formatUnmistakably(amount: bigint, currency: string): string {
  const text = formatMicros(amount, currency)
  return thousandsFault(text, currency) === undefined ? text : `${text}0`
}

const decimals = new Map<string, number>()

let own: ReadonlyMap<string, number> = new Map()

/** `ownDecimals` gives the currencies whose decimals were set, for the pages, which know those of ICU themselves. */
export const ownDecimals = (): ReadonlyMap<string, number> => own

/** `setDecimals` has amounts of these currencies written with so many decimals, in the place of what ICU says. */
export function setDecimals(overrides: ReadonlyMap<string, number>): void {
  own = overrides
  decimals.clear()
  for (const [currency, count] of overrides) decimals.set(currency, count)
}

/** `decimalsOf` gives the decimals that a currency has in use: 2 for USD, 3 for KWD, 0 for JPY, and for IDR, whose sen nobody has any more. */
export function decimalsOf(currency: string): number {
  let count = decimals.get(currency)
  if (count === undefined) {
    const format = new Intl.NumberFormat('en', { style: 'currency', currency })
    count = format.resolvedOptions().maximumFractionDigits ?? 2
    decimals.set(currency, count)
  }
  return count
}

const symbols = new Map<string, string>()

/** `formatMoney` writes an amount for people, with the currency's symbol and thousands separators: "$1,016.41", "-IDR 1,500". */
export function formatMoney(amount: bigint, currency: string): string {
  let symbol = symbols.get(currency)
  if (symbol === undefined) {
    const parts = new Intl.NumberFormat('en-US', {
      style: 'currency',
      currency,
      currencyDisplay: 'narrowSymbol',
    }).formatToParts(1)
    symbol = parts.find((part) => part.type === 'currency')?.value ?? currency
    if (/^[A-Z]{3}$/.test(symbol)) symbol = `${symbol} `
    symbols.set(currency, symbol)
  }
  return `${amount < 0n ? '-' : ''}${symbol}${grouped(amount < 0n ? -amount : amount, currency)}`
}

/**
 * `formatCoins` is `formatMoney` of an amount rounded to the smallest coin in use: for figures within sentences, such as profits, which costs make
 * smaller than any coin. Prices, costs and balances are written whole.
 */
export function formatCoins(amount: bigint, currency: string): string {
  const coin = minorUnit(currency)
  const coins = ((amount < 0n ? -amount : amount) + coin / 2n) / coin
  return formatMoney(amount < 0n ? -coins * coin : coins * coin, currency)
}

/** `grouped` writes an amount with thousands separators: "1,016.41". */
export function grouped(amount: bigint, currency: string): string {
  const [units = '0', ...rest] = formatMicros(amount, currency).split('.')
  return [units.replace(/\B(?=(\d{3})+$)/g, ','), ...rest].join('.')
}

/** `isCurrency` tells whether a text is a currency code that money can be shown in (ISO 4217, upper case). */
export function isCurrency(text: string): boolean {
  return currencies.has(text)
}

const currencies = new Set(Intl.supportedValuesOf('currency'))

/** `hasDecimals` tells whether amounts of a currency have decimals in use. */
export const hasDecimals = (currency: string): boolean => decimalsOf(currency) > 0

/**
 * `thousandsFault` says what is in doubt about a decimal that may be meant in thousands: 15.000 of a currency without decimals. `decimals` are
 * those that the currency has in use, where they are not set yet.
 */
export function thousandsFault(decimal: unknown, currency: string, decimals?: number): string | undefined {
  const isDoubt =
    typeof decimal === 'string' &&
    /^-?[1-9]\d{0,2}\.\d{3}$/.test(decimal.trim()) &&
    isCurrency(currency) &&
    (decimals ?? decimalsOf(currency)) === 0
  if (!isDoubt) return undefined
  const [whole = '', thousands = ''] = decimal.trim().split('.')
  return `may be ${whole} or ${whole}${thousands} ${currency}: write it without a point`
}

/** `minorUnit` gives the smallest amount of a currency in use, in micros: 10000 for USD, 1000000 for JPY, 1000 for KWD. */
export const minorUnit = (currency: string): bigint => 10n ** BigInt(6 - decimalsOf(currency))
