import type { Sql } from '../database/database.ts'
import type { AccountId } from '../lib/ids.ts'
import type { OrderFeed } from '../orders/follow/order-feed.ts'
import { SharedPoller } from '../runtime/shared-poller.ts'
import { type AccountMarks, selectMarks } from './account-feed.sql.ts'

/** `accountTopics` is everything that people of an account are told of. */
export const accountTopics = {
  orders: 'orders that were placed, or of which items have ended',
  money: 'the balance, the credit limit, and deposits',
  requests: 'what the keys of the account ask for',
} as const

export type AccountTopic = keyof typeof accountTopics

/** AccountPlace is how far somebody of an account has been told: up to a ledger entry of it, and how small things stood then. */
export interface AccountPlace extends AccountMarks {
  entry: number
}

/** AccountHappened is something that has changed; `id`, null: all of the topic is to be read again. */
interface AccountHappened {
  topic: AccountTopic
  id: number | null
}

export interface AccountNews {
  happened: AccountHappened[]
  place: AccountPlace
}

interface Seen extends AccountMarks {
  accountId: AccountId
}

/** EVERY_MS is how often marks are compared: the request log is written once a second. */
const EVERY_MS = 1000

/** AccountFeed tells people of an account what has changed: its ledger says it of orders and the balance, marks say it of the rest. */
export class AccountFeed {
  readonly #sql: Sql
  readonly #orders: Pick<OrderFeed, 'last' | 'after' | 'openStream'>
  readonly #marks: SharedPoller<Seen, AccountMarks>

  constructor(sql: Sql, orders: Pick<OrderFeed, 'last' | 'after' | 'openStream'>) {
    this.#sql = sql
    this.#orders = orders
    this.#marks = new SharedPoller((seen) => compareTogether(sql, seen), EVERY_MS)
  }

  /** `here` gives the place to go on from for who has read everything. */
  async here(accountId: AccountId): Promise<AccountPlace> {
    const [entry, marks] = await Promise.all([
      this.#orders.last(accountId),
      selectMarks(this.#sql, [accountId]),
    ])
    return { entry, ...(marks[0] as AccountMarks) }
  }

  /** `after` waits for what happens in an account after a place; undefined: nothing within `ms`. */
  async after(
    accountId: AccountId,
    place: AccountPlace,
    ms: number,
    signal: AbortSignal,
  ): Promise<AccountNews | undefined> {
    const isTold = new AbortController()
    const until = AbortSignal.any([signal, isTold.signal])
    const ofLedger = async (): Promise<AccountNews | undefined> => {
      const updates = await this.#orders.after({ accountId, since: place.entry }, ms, until)
      if (!updates) return undefined
      // Each entry moves the balance, also one that is of no order.
      const orders = updates.orders.map(({ id }) => ({ topic: 'orders' as const, id: Number(id) }))
      return {
        happened: [...orders, { topic: 'money', id: null }],
        place: { ...place, entry: updates.upTo },
      }
    }
    const ofMarks = async (): Promise<AccountNews | undefined> => {
      const marks = await this.#marks.wait({ accountId, ...marksOf(place) }, ms, until)
      if (!marks) return undefined
      const changed = MARKS.filter((topic) => marks[topic] !== place[topic])
      return { happened: changed.map((topic) => ({ topic, id: null })), place: { ...place, ...marks } }
    }
    try {
      return await Promise.race([ofLedger(), ofMarks()])
    } finally {
      isTold.abort()
    }
  }

  /** `openStream` counts a stream of a person among those of its orders; gives what ends it. Throws too_many_requests. */
  openStream(actor: string): () => void {
    return this.#orders.openStream(actor)
  }
}

const MARKS = ['requests', 'money'] as const

const marksOf = ({ requests, money }: AccountPlace): AccountMarks => ({ requests, money })

/** `compareTogether` asks once for each account that somebody looks at. */
async function compareTogether(sql: Sql, seen: readonly Seen[]): Promise<(AccountMarks | undefined)[]> {
  const ids = [...new Set(seen.map(({ accountId }) => accountId))]
  const found = await selectMarks(sql, ids)
  const now = new Map(ids.map((id, at) => [id, found[at]]))
  return seen.map(({ accountId, ...before }) => {
    const marks = now.get(accountId)
    return marks && MARKS.some((name) => marks[name] !== before[name]) ? marks : undefined
  })
}
