import { isCurrency } from '../../../lib/money.ts'

/** ALSO are signs in use that Unicode gives to others only, or to none. */
const ALSO: Record<string, string[]> = {
  US$: ['USD'],
  RS: ['INR'],
  BS: ['VES', 'VED'],
  RMB: ['CNY'],
  元: ['CNY', 'TWD', 'HKD'],
  円: ['JPY'],
  TL: ['TRY'],
  РУБ: ['RUB'],
  EURO: ['EUR'],
}

/**
 * `signs` has the currencies that a sign may mean, in upper case and without dots; made once, of what Unicode knows. A sign that is one
 * Latin letter means too much.
 */
let signs: Map<string, Set<string>> | undefined

function allSigns(): Map<string, Set<string>> {
  if (signs) return signs
  const made = new Map<string, Set<string>>()
  const add = (sign: string, currency: string): void => {
    if (/^\p{Script=Latin}?$/u.test(sign)) return
    made.set(sign, (made.get(sign) ?? new Set()).add(currency))
  }
  for (const currency of Intl.supportedValuesOf('currency')) {
    add(currency, currency)
    for (const currencyDisplay of ['symbol', 'narrowSymbol'] as const) {
      const format = new Intl.NumberFormat('en', { style: 'currency', currency, currencyDisplay })
      const sign = format.formatToParts(0).find(({ type }) => type === 'currency')?.value ?? ''
      add(plain(sign), currency)
    }
  }
  for (const [sign, currencies] of Object.entries(ALSO)) for (const one of currencies) add(sign, one)
  signs = made
  return made
}

const plain = (sign: string): string => sign.toUpperCase().replace(/[.\s\u00a0]/g, '')

/**
 * `namesOther` tells whether the words beside an amount name a currency, and none of them the one that it is taken to be in: "Rp 15.000" of a
 * supplier in USD. Words that name none, such as "credits", are no doubt.
 */
export function namesOther(said: string, currency: string): boolean {
  const words = said
    .split(/[\p{Nd}\s.,'’+()-]+/u)
    .map(plain)
    .filter((word) => word !== '')
  const named = words.map((word) => allSigns().get(word)).filter((one) => one !== undefined)
  return isCurrency(currency) && named.length > 0 && !named.some((one) => one.has(currency))
}
