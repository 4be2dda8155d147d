import { isCurrency } from '../../../lib/money.ts'
import { ALSO } from './currency-words.ts'

/**
 * `signs` has the currencies that a sign may mean, as `plain` writes it; made once, of what Unicode knows in English and where the
 * currency is at home. A sign that is one Latin letter means too much.
 */
let signs: Map<string, Set<string>> | undefined

function allSigns(): Map<string, Set<string>> {
  if (signs) return signs
  const made = new Map<string, Set<string>>()
  const add = (sign: string, ...currencies: string[]): void => {
    made.set(sign, new Set([...(made.get(sign) ?? []), ...currencies]))
  }
  for (const currency of Intl.supportedValuesOf('currency')) {
    add(currency, currency)
    for (const locale of ['en', homeOf(currency)]) {
      for (const currencyDisplay of ['symbol', 'narrowSymbol'] as const) {
        const format = new Intl.NumberFormat(locale, { style: 'currency', currency, currencyDisplay })
        const sign = plain(format.formatToParts(0).find(({ type }) => type === 'currency')?.value ?? '')
        if (!/^\p{Script=Latin}?$/u.test(sign)) add(sign, currency)
      }
    }
  }
  for (const [sign, currencies] of Object.entries(ALSO)) add(sign, ...currencies.split(' '))
  signs = made
  return made
}

/** `homeOf` gives the language that is spoken where a currency is at home: its code begins with that country's. */
function homeOf(currency: string): string {
  const { language, region } = new Intl.Locale(`und-${currency.slice(0, 2)}`).maximize()
  return `${language}-${region}`
}

/** `plain` writes a sign in one way: in upper case, without dots and what is not seen. */
const plain = (sign: string): string =>
  sign
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[.\s\p{Cf}]/gu, '')

/**
 * `namesOther` tells whether the words beside an amount name a currency, and not only the one that it is taken to be in: "Rp 15.000" of a
 * supplier in USD, "5 USD (EUR)". Words that name none, such as "credits", are no doubt.
 */
export function namesOther(said: string, currency: string): boolean {
  if (!isCurrency(currency)) return false
  const all = allSigns()
  const named = said
    .replace(/(?<=[\p{L}\p{M}/])\./gu, '')
    .split(/[\p{Nd}\s.,:'’+()-]+/u)
    .map(plain)
    .map((sign) => all.get(sign) ?? all.get(sign.replace(/\$$/, '')))
  return named.some((one) => one !== undefined && !one.has(currency))
}
