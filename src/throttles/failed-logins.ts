import { hash } from 'node:crypto'
import type { Bucket } from './bucket.ts'
import type { SharedBuckets } from './shared-buckets.ts'

/** ADDRESS_FACTOR is how many times the number for one name an address may fail with all names together. */
const ADDRESS_FACTOR = 10
/** NAME_FACTOR is how many times that number all addresses together may fail with one name, before each of them may fail with it once. */
const NAME_FACTOR = 10
/** MAX_KEPT bounds the buckets in memory; past it those that are full go, and then the oldest. */
const MAX_KEPT = 50_000

/**
 * FailedLogins bounds how often credentials may fail: by name and address, by address, and by name. Only an address that has failed itself is
 * ever refused: strangers who guess at a name from elsewhere do not keep its owner out.
 */
export class FailedLogins {
  readonly #buckets: SharedBuckets
  readonly #perMinute: number
  readonly #kept = new Map<string, Bucket>()

  /** `perMinute` is how often one address may fail with one name in a minute; 0: as often as it likes. */
  constructor(buckets: SharedBuckets, { perMinute }: { perMinute: number }) {
    this.#buckets = buckets
    this.#perMinute = perMinute
  }

  /** `waitMs` gives in how many milliseconds credentials are looked at again; 0: they are now. `address` is as `addressGroup` gives it. */
  waitMs(name: string, address: string): number {
    if (this.#kept.size === 0) return 0
    const now = this.#buckets.now()
    const limit = this.#perMinute
    const ofAddress = this.#kept.get(addressSubject(address))
    // Whatever an address has failed with counts for the address, so that one without any has failed with no name.
    if (!ofAddress) return 0
    const pair = this.#kept.get(pairSubject(name, address))
    const isAttacked = (this.#kept.get(nameSubject(name))?.waitMs(limit * NAME_FACTOR, now) ?? 0) > 0
    return Math.max(
      ofAddress.waitMs(limit * ADDRESS_FACTOR, now),
      pair?.waitMs(limit, now) ?? 0,
      isAttacked ? (pair?.fullInMs(now) ?? 0) : 0,
    )
  }

  /** `count` counts a failure. */
  count(name: string, address: string): void {
    if (this.#perMinute === 0) return
    const now = this.#buckets.now()
    this.#of(addressSubject(address)).spend(this.#perMinute * ADDRESS_FACTOR, now)
    this.#of(pairSubject(name, address)).spend(this.#perMinute, now)
    this.#of(nameSubject(name)).spend(this.#perMinute * NAME_FACTOR, now)
  }

  #of(subject: string): Bucket {
    let bucket = this.#kept.get(subject)
    if (!bucket) {
      if (this.#kept.size >= MAX_KEPT) this.#forget()
      bucket = this.#buckets.open(subject)
      this.#kept.set(subject, bucket)
    }
    return bucket
  }

  #forget(): void {
    const now = this.#buckets.now()
    for (const [subject, bucket] of this.#kept) if (bucket.fullInMs(now) === 0) this.#kept.delete(subject)
    for (const subject of this.#kept.keys()) {
      if (this.#kept.size <= MAX_KEPT * 0.9) break
      this.#kept.delete(subject)
    }
  }
}

const addressSubject = (address: string): string => `failed from ${address}`
const nameSubject = (name: string): string => `failed as ${digest(name)}`
const pairSubject = (name: string, address: string): string => `failed as ${digest(name)} from ${address}`

/** `digest` stands for a name in the table: it may be long, and a secret that somebody put into the wrong field. */
const digest = (name: string): string => hash('sha256', name, 'base64url').slice(0, 22)
