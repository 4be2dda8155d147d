import { Refusal } from '../errors.ts'
import { type Micros, parseMicros, thousandsFault } from './money.ts'

/** `amountOf` reads a decimal such as 12.50. Throws invalid_input, also for one that may be meant in thousands. */
export function amountOf(text: string, field: string, currency: string): Micros {
  const amount = parseMicros(text)
  if (amount === undefined) {
    const message = `${JSON.stringify(text)} is no amount such as 12.50, with at most 6 decimals`
    throw new Refusal('invalid_input', message, field, [{ path: [field], message, keyword: 'amount' }])
  }
  const doubt = thousandsFault(text, currency)
  if (doubt !== undefined) throw new Refusal('invalid_input', doubt, field)
  return amount
}
