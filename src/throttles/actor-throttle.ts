import { Throttled } from '../errors.ts'
import type { Bucket } from './bucket.ts'
import type { SharedBuckets } from './shared-buckets.ts'

/** MAX_PER_MINUTE is how often a person who is signed in, or a program of the operator, may ask for something. */
const MAX_PER_MINUTE = 600

/** MAX_EXPORTS_PER_HOUR is how many files of lists a person, or a program, may have. */
const MAX_EXPORTS_PER_HOUR = 60

/** ActorThrottle bounds the requests of each person and program to the APIs of people. */
export class ActorThrottle {
  readonly #buckets: SharedBuckets
  /** `#ofActors` has as many as there are people and tokens at most. */
  readonly #ofActors = new Map<string, Bucket>()

  constructor(buckets: SharedBuckets) {
    this.#buckets = buckets
  }

  /** `count` counts a request. Throws Throttled. */
  count(actor: string): void {
    let bucket = this.#ofActors.get(actor)
    if (!bucket) {
      bucket = this.#buckets.open(`operator ${actor}`)
      this.#ofActors.set(actor, bucket)
    }
    const wait = bucket.take(MAX_PER_MINUTE, this.#buckets.now())
    if (wait > 0) throw new Throttled('too_many_requests', wait)
  }

  /** `countExport` counts a file of a list, in the database at once: all processes count together, also after a start. Throws Throttled. */
  async countExport(actor: string): Promise<void> {
    const wait = await this.#buckets.takeDurably(`exports ${actor}`, MAX_EXPORTS_PER_HOUR)
    if (wait > 0) throw new Throttled('too_many_requests', wait)
  }
}
