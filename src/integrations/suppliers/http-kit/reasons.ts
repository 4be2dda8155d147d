import type { SupplierOutcome } from '../supplier.ts'

/** Servers print whole pages where a sentence is expected. */
const MAX_REASON_LENGTH = 500
/** What is shorter would be found in innocent words, and hides nothing. */
const SHORTEST_SECRET = 4

/** A supplier's words as they may be kept: short, and without our secrets, which it may quote from what it was sent. */
export class Reasons {
  readonly #hidden: string[]

  constructor(secrets: string[]) {
    const long = secrets.filter((secret) => secret.length >= SHORTEST_SECRET)
    const spellings = long.flatMap((secret) => [
      secret,
      encodeURIComponent(secret.toWellFormed()),
      new URLSearchParams({ '': secret }).toString().slice(1),
      JSON.stringify(secret).slice(1, -1),
    ])
    // The longest first: one may be a part of another.
    this.#hidden = [...new Set(spellings)].sort((a, b) => b.length - a.length)
  }

  of(words: string): string {
    const hidden = this.#hidden.reduce((text, secret) => text.replaceAll(secret, '***'), words).trim()
    return hidden.length > MAX_REASON_LENGTH
      ? `${hidden.slice(0, MAX_REASON_LENGTH).toWellFormed()}...`
      : hidden
  }

  unknown(words: string, askable: boolean): SupplierOutcome {
    return { kind: 'unknown', reason: this.of(words), askable }
  }

  refused(words: string): SupplierOutcome {
    return { kind: 'refused', reason: this.of(words) || 'Refused by the supplier' }
  }

  notSent(words: string): SupplierOutcome {
    return { kind: 'unavailable', why: 'transport', reason: this.of(words) }
  }
}
