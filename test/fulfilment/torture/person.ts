import type { Sql } from '../../../src/database/database.ts'
import { Refusal } from '../../../src/errors.ts'
import { type Decision, resolveReview } from '../../../src/fulfilment/people/decisions.ts'
import type { ReviewKind } from '../../../src/fulfilment/people/review.ts'
import type { ReviewId } from '../../../src/lib/ids.ts'
import type { Clock } from '../../../src/lib/time.ts'
import { Draw } from './random.ts'
import { type Purchase, type Truth, tokenOf } from './truth.ts'
import { oddityOf } from './words.ts'

interface OpenReview {
  id: ReviewId
  kind: ReviewKind
  detail: string
  input: string
  supplier: string | null
  /** `isOpen`: the item has not ended. */
  isOpen: boolean
}

/** `Person` decides reviews by what really happened at the panels, as a person does who asks their support. Some reviews are left alone. */
export class Person {
  decided = 0
  readonly #seen = new Set<ReviewId>()
  readonly #deps: { sql: Sql; truth: Truth; clock: Clock; seed: number }

  constructor(deps: { sql: Sql; truth: Truth; clock: Clock; seed: number }) {
    this.#deps = deps
  }

  /** `decide` looks at each open review that is new. An item that is asked about at this moment has its turn the next time. */
  async decide(): Promise<void> {
    const { sql, clock } = this.#deps
    const reviews = await sql<OpenReview[]>`
      select v.id, v.kind, v.detail, i.input, s.name as supplier, i.finished_at is null as is_open
        from reviews v
        join items i on i.account_id = v.account_id and i.order_id = v.order_id and i.position = v.position
        left join attempts a on a.account_id = v.account_id and a.order_id = v.order_id and a.position = v.position
                            and a.number = v.attempt
        left join suppliers s on s.id = a.supplier_id
       where v.resolved_at is null and (i.leased_until is null or i.leased_until <= ${clock.now()}) order by v.id`.records()
    for (const review of reviews) if (!this.#seen.has(review.id)) await this.#look(review)
  }

  async #look(review: OpenReview): Promise<void> {
    const { sql, truth, clock, seed } = this.#deps
    this.#seen.add(review.id)
    const draw = new Draw(seed, 'review', review.input, review.kind, truth.of(review.input).length)
    const decision = this.#decisionOn(review, draw)
    if (!decision) return
    try {
      await resolveReview(
        sql,
        review.id,
        decision,
        { actor: 'ann', why: 'their support says so', keep: isKept(review, decision) },
        clock,
      )
      this.decided++
      truth.count(`person: ${review.kind}, ${decision.kind}`)
    } catch (error) {
      // The item has moved on meanwhile, or somebody else's has that number.
      if (!(error instanceof Refusal)) throw error
      if (error.message.includes('being asked')) this.#seen.delete(review.id)
      truth.count(`person: ${review.kind}, too late`)
    }
  }

  #decisionOn(review: OpenReview, draw: Draw): Decision | undefined {
    if (draw.chance(0.1)) return undefined
    switch (review.kind) {
      case 'unknown':
      case 'unrecognised answer':
        return this.#onLost(review, draw)
      case 'expired':
        return { kind: 'wait' }
      case 'changed':
        return review.isOpen
          ? this.#onDoubted(review, draw)
          : draw.chance(0.5)
            ? { kind: 'dismiss' }
            : undefined
      default:
        return undefined
    }
  }

  /** `#onDoubted`: the item has not ended, and a former supplier says that it has it. */
  #onDoubted(review: OpenReview, draw: Draw): Decision | undefined {
    const bought = review.supplier === null ? undefined : this.#deps.truth.at(review.supplier, review.input)
    if (!bought || bought.end === 'rejected') return { kind: 'dismiss' }
    return this.#told(bought, draw)
  }

  #onLost(review: OpenReview, draw: Draw): Decision {
    const { truth } = this.#deps
    if (review.kind === 'unrecognised answer' && oddityOf(review.detail) !== 'odd') {
      return oddityOf(review.detail) === 'refusal' ? { kind: 'give_back' } : { kind: 'send_again' }
    }
    const bought = review.supplier === null ? undefined : truth.at(review.supplier, review.input)
    if (!bought || (bought.told.has('rejected') && bought.end === 'rejected'))
      return draw.chance(0.5) ? { kind: 'send_again' } : { kind: 'give_back' }
    return this.#told(bought, draw)
  }

  /** `#told` has support tell how the order ended, or its number. */
  #told(bought: Purchase, draw: Draw): Decision {
    const { truth } = this.#deps
    if (bought.end === 'rejected') {
      truth.tell(bought, 'rejected')
      return { kind: 'give_back' }
    }
    if (draw.chance(0.5)) return { kind: 'found', reference: bought.reference }
    truth.tell(bought, 'delivered')
    return { kind: 'result', text: `Code: ${tokenOf(bought)}` }
  }
}

const isKept = ({ kind, detail }: OpenReview, decision: Decision): boolean =>
  kind === 'unrecognised answer' &&
  oddityOf(detail) !== 'odd' &&
  (decision.kind === 'give_back' || decision.kind === 'send_again')
