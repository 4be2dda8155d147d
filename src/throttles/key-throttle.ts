import type { ApiKey } from '../accounts/account.ts'
import { Throttled } from '../errors.ts'
import type { KeyId } from '../lib/ids.ts'
import type { Bucket } from './bucket.ts'
import type { SharedBuckets } from './shared-buckets.ts'

/** Allowance is what a key may still ask for, as the rate limit headers say it. */
export interface Allowance {
  limit: number
  remaining: number
  /** `resetSeconds` is in how many seconds all of the limit is there again. */
  resetSeconds: number
}

/** KeyThrottle bounds the requests of each key to one protocol. */
export class KeyThrottle {
  readonly #buckets: SharedBuckets
  readonly #protocol: string
  readonly #perMinute: number
  /** `#ofKeys` has as many as there are keys at most: a bucket is opened for a key that was found. */
  readonly #ofKeys = new Map<KeyId, Bucket>()

  /** `perMinute` is for keys without a limit of their own; 0: as many as they like. */
  constructor(buckets: SharedBuckets, { protocol, perMinute }: { protocol: string; perMinute: number }) {
    this.#buckets = buckets
    this.#protocol = protocol
    this.#perMinute = perMinute
  }

  /** `count` counts a request of the key. Throws Throttled when it is one too many. */
  count(key: ApiKey): void {
    const limit = key.requestsPerMinute ?? this.#perMinute
    if (limit === 0) return
    const wait = this.#of(key).take(limit, this.#buckets.now())
    if (wait > 0) throw new Throttled('too_many_requests', wait)
  }

  /** `allowance` is undefined for a key that may ask as often as it likes. */
  allowance(key: ApiKey): Allowance | undefined {
    const limit = key.requestsPerMinute ?? this.#perMinute
    if (limit === 0) return undefined
    const bucket = this.#of(key)
    const now = this.#buckets.now()
    return {
      limit,
      remaining: bucket.left(limit, now),
      resetSeconds: Math.ceil(bucket.fullInMs(now) / 1000),
    }
  }

  #of({ id }: ApiKey): Bucket {
    let bucket = this.#ofKeys.get(id)
    if (!bucket) {
      bucket = this.#buckets.open(`${this.#protocol} key ${id}`)
      this.#ofKeys.set(id, bucket)
    }
    return bucket
  }
}
