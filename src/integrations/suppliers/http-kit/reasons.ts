import type { SupplierOutcome } from '../supplier.ts'
import type { NothingSent } from './call.ts'

/** MAX_REASON_LENGTH cuts the whole pages that servers print where a sentence is expected. */
const MAX_REASON_LENGTH = 500
/** MIN_SECRET_LENGTH leaves shorter secrets in, because they would be found in innocent text. */
const MIN_SECRET_LENGTH = 4
const MIN_SECRET_LENGTH_IN_RESULTS = 12

/** Reasons keeps what a supplier says short, and takes out our secrets, which it may quote from what it was sent. */
export class Reasons {
  readonly #hidden: string[]

  constructor(secrets: string[]) {
    const long = secrets.filter((secret) => secret.length >= MIN_SECRET_LENGTH)
    const spellings = long.flatMap((secret) => [
      secret,
      encodeURIComponent(secret.toWellFormed()),
      new URLSearchParams({ '': secret }).toString().slice(1),
      JSON.stringify(secret).slice(1, -1),
    ])
    // The longest comes first, because one may be a part of another.
    this.#hidden = [...new Set(spellings)].sort((a, b) => b.length - a.length)
  }

  /** `longest` is how many characters the longest of our secrets has, as it may be spelt; 0: there is none. */
  get longest(): number {
    return this.#hidden[0]?.length ?? 0
  }

  /** `result` is a result without our secrets. Short ones are left in: a code may have one by chance. */
  result(text: string): string {
    return this.#hidden
      .filter((secret) => secret.length >= MIN_SECRET_LENGTH_IN_RESULTS)
      .reduce((rest, secret) => rest.replaceAll(secret, '***'), text)
  }

  /** `hidden` is a text without our secrets, of whatever length. */
  hidden(text: string): string {
    return this.#hidden.reduce((rest, secret) => rest.replaceAll(secret, '***'), text)
  }

  of(message: string): string {
    const hidden = this.hidden(message).trim()
    return hidden.length > MAX_REASON_LENGTH
      ? `${hidden.slice(0, MAX_REASON_LENGTH).toWellFormed()}...`
      : hidden
  }

  unknown(message: string, askable: boolean): SupplierOutcome {
    return { kind: 'unknown', reason: this.of(message), askable }
  }

  /** `contradicted`: what the supplier says is about something else than what it was asked. */
  contradicted(message: string, askable: boolean): SupplierOutcome {
    return { kind: 'unknown', reason: this.of(message), askable, contradicts: true }
  }

  refused(message: string): SupplierOutcome {
    return { kind: 'refused', reason: this.of(message) || 'Refused by the supplier' }
  }

  notSent({ why, turnedAway }: NothingSent): SupplierOutcome {
    const reason = this.of(why)
    if (!turnedAway) return { kind: 'unavailable', why: 'transport', reason }
    const { retryAfterMs } = turnedAway
    return { kind: 'unavailable', why: 'busy', reason, ...(retryAfterMs !== null && { retryAfterMs }) }
  }
}
