import { hash } from 'node:crypto'
import type { Account } from '../../accounts/account.ts'
import type { Offer, Snapshot } from '../../catalogue/snapshot.ts'
import { jsonWithAmounts } from '../../lib/money-json.ts'

/** Text is JSON as it is sent, with its ETag. */
export interface Text {
  json: string
  etag: string
}

/** MAX_KEPT bounds the characters that are kept. Beyond it all texts are forgotten, and made again as they are asked for. */
const MAX_KEPT = 50_000_000

/**
 * ServiceTexts keeps the answers about services, made once for each audience (accounts that are offered the same services at the same
 * prices), until the catalogue's next snapshot.
 */
export class ServiceTexts {
  #snapshot: Snapshot | undefined
  #offers = new Map<string, Offer[]>()
  #texts = new Map<string, Text>()
  #kept = 0

  /** `offers` gives what the account is offered, by id. */
  offers(snapshot: Snapshot, account: Account): Offer[] {
    this.#keepOnly(snapshot)
    const audience = snapshot.audience(account)
    let offers = this.#offers.get(audience)
    if (!offers) {
      offers = snapshot.eligible(account).sort((a, b) => a.service.id - b.service.id)
      this.#offers.set(audience, offers)
    }
    return offers
  }

  /** `text` gives an answer. Two answers of one `name` to one audience must be the same. */
  text(snapshot: Snapshot, account: Account, name: string, make: () => unknown): Text {
    this.#keepOnly(snapshot)
    const key = `${name} ${snapshot.audience(account)}`
    let text = this.#texts.get(key)
    if (!text) {
      text = textOf(make())
      if (this.#kept > MAX_KEPT) this.#forget()
      this.#texts.set(key, text)
      this.#kept += key.length + text.json.length
    }
    return text
  }

  #keepOnly(snapshot: Snapshot): void {
    if (snapshot === this.#snapshot) return
    this.#snapshot = snapshot
    this.#offers = new Map()
    this.#forget()
  }

  #forget(): void {
    this.#texts = new Map()
    this.#kept = 0
  }
}

/** `textOf` gives an answer that is kept nowhere. */
export function textOf(value: unknown): Text {
  const json = jsonWithAmounts(value)
  return { json, etag: `"${hash('sha256', json, 'base64url').slice(0, 22)}"` }
}

/** `isKnown` tells whether the client has the text already, by its `If-None-Match`. */
export const isKnown = (header: string | undefined, { etag }: Text): boolean =>
  (header ?? '').split(',').some((one) => ['*', etag, `W/${etag}`].includes(one.trim()))
