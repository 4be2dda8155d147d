import { hash } from 'node:crypto'
import type { Account } from '../../accounts/account.ts'
import type { Offer, Snapshot } from '../../catalogue/snapshot.ts'
import { jsonInTurns } from '../../runtime/json-in-turns.ts'

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
  #offers = new Map<string, Promise<Offer[]>>()
  #texts = new Map<string, Promise<Text>>()
  #kept = 0

  /** `offers` gives what the account is offered, by id. */
  offers(snapshot: Snapshot, account: Account): Promise<Offer[]> {
    this.#keepOnly(snapshot)
    const audience = snapshot.audience(account)
    let offers = this.#offers.get(audience)
    if (!offers) {
      offers = sortedById(snapshot.listed(account, 'programs'))
      this.#offers.set(audience, offers)
    }
    return offers
  }

  /** `text` gives an answer. Two answers of one `name` to one audience must be the same. */
  text(snapshot: Snapshot, account: Account, name: string, make: () => unknown): Promise<Text> {
    this.#keepOnly(snapshot)
    const key = `${name} ${snapshot.audience(account)}`
    let text = this.#texts.get(key)
    if (!text) {
      text = Promise.resolve(make()).then(textOf)
      this.#keep(key, text)
    }
    return text
  }

  #keep(key: string, text: Promise<Text>): void {
    const texts = this.#texts.set(key, text)
    text.then(
      ({ json }) => {
        if (texts !== this.#texts) return
        this.#kept += key.length + json.length
        if (this.#kept > MAX_KEPT) this.#forget()
      },
      () => texts.delete(key),
    )
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
export async function textOf(value: unknown): Promise<Text> {
  const json = await jsonInTurns(value)
  return { json, etag: `"${hash('sha256', json, 'base64url').slice(0, 22)}"` }
}

async function sortedById(offers: Promise<Offer[]>): Promise<Offer[]> {
  return (await offers).sort((a, b) => a.service.id - b.service.id)
}

/** `isKnown` tells whether the client has the text already, by its `If-None-Match`. */
export const isKnown = (header: string | undefined, { etag }: Text): boolean =>
  (header ?? '').split(',').some((one) => ['*', etag, `W/${etag}`].includes(one.trim()))
