import { Throttled } from '../errors.ts'
import type { Bucket } from './bucket.ts'
import type { SharedBuckets } from './shared-buckets.ts'

/** MISSES_PER_MINUTE is many times what typing errors come to. */
const MISSES_PER_MINUTE = 20

/** MissThrottle bounds how often somebody may ask for what is not there, so that nobody finds out by guessing what is. */
export class MissThrottle {
  readonly #buckets: SharedBuckets
  /** `#ofSubjects` has as many as there are accounts at most. */
  readonly #ofSubjects = new Map<string, Bucket>()

  constructor(buckets: SharedBuckets) {
    this.#buckets = buckets
  }

  /** `refuse` throws Throttled where there were too many misses. */
  refuse(subject: string): void {
    const wait = this.#ofSubjects.get(subject)?.waitMs(MISSES_PER_MINUTE, this.#buckets.now()) ?? 0
    if (wait > 0) throw new Throttled('too_many_requests', wait)
  }

  count(subject: string): void {
    let bucket = this.#ofSubjects.get(subject)
    if (!bucket) {
      bucket = this.#buckets.open(subject)
      this.#ofSubjects.set(subject, bucket)
    }
    bucket.spend(MISSES_PER_MINUTE, this.#buckets.now())
  }
}
