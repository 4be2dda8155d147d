import type { Sql } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import { SharedPoller } from '../runtime/shared-poller.ts'
import { type Marks, selectStand, selectWritten, type Written } from './operator-feed.sql.ts'
import { type LiveTopic, topicNames, topicOf } from './topics.ts'

/** Place is how far somebody who looks on has been told: up to a link of the hash chain, and how small things stood then. */
export interface Place extends Marks {
  link: number
}

/** Happened is something that has changed; `id`, null: it is not said which, and all of the topic is to be read again. */
export interface Happened {
  topic: LiveTopic
  id: number | null
}

/** News is what happened since a place, each thing once, and the place that it leads to. */
export interface News {
  happened: Happened[]
  place: Place
}

const EVERY_MS = 500
/** MAX_STREAMS bounds the event streams that one person, or one program, may have open in one process. */
const MAX_STREAMS = 10

/**
 * OperatorFeed tells people who look on what has changed, and adds nothing to what is written: the hash chain has all that ledgers and trail were
 * written to, in one order and a second behind; the few things that stand in neither are compared by their marks.
 */
export class OperatorFeed {
  readonly #sql: Sql
  readonly #news: SharedPoller<Place, News>
  readonly #streams = new Map<string, number>()

  constructor(sql: Sql) {
    this.#sql = sql
    this.#news = new SharedPoller((places) => pollTogether(sql, places), EVERY_MS)
  }

  /** `here` gives the place to go on from for who has read everything. */
  here(): Promise<Place> {
    return selectStand(this.#sql)
  }

  /** `after` waits for what happens after a place; undefined: nothing within `ms`. */
  after(place: Place, ms: number, signal: AbortSignal): Promise<News | undefined> {
    return this.#news.wait(place, ms, signal)
  }

  /** `openStream` counts a stream of somebody; gives what ends it. Throws too_many_requests. */
  openStream(actor: string): () => void {
    const open = this.#streams.get(actor) ?? 0
    if (open >= MAX_STREAMS) {
      throw new Refusal('too_many_requests', `at most ${MAX_STREAMS} event streams at once`)
    }
    this.#streams.set(actor, open + 1)
    return () => {
      const left = (this.#streams.get(actor) ?? 1) - 1
      if (left === 0) this.#streams.delete(actor)
      else this.#streams.set(actor, left)
    }
  }
}

/** `pollTogether` asks once for all who have seen the same. */
async function pollTogether(sql: Sql, places: Place[]): Promise<(News | undefined)[]> {
  const stand = await selectStand(sql)
  const links = [...new Set(places.map(({ link }) => link))].filter((link) => link !== stand.link)
  const written = new Map(
    await Promise.all(links.map(async (link) => [link, await selectWritten(sql, link)] as const)),
  )
  return places.map((place) => {
    const found = written.get(place.link)
    const happened = unique([...(found ? namedIn(found.written) : []), ...otherMarks(place, stand)])
    if (happened.length === 0 && !found) return undefined
    return { happened, place: { ...stand, link: found?.upTo ?? place.link } }
  })
}

const MARKS = ['reviews', 'deposits', 'suppliers', 'plans'] as const

const otherMarks = (before: Marks, now: Marks): Happened[] =>
  MARKS.filter((topic) => before[topic] !== now[topic]).map((topic) => ({ topic, id: null }))

function namedIn(written: Written[] | undefined): Happened[] {
  if (!written) return topicNames.map((topic) => ({ topic, id: null }))
  return written.flatMap(({ what, subject, accountId }): Happened[] => {
    const named = Number(subject)
    if (what === 'order') return [{ topic: 'orders', id: named }]
    if (what === 'account') return [{ topic: 'balances', id: named }]
    if (what === 'deposit') return [{ topic: 'deposits', id: named }]
    const topic = topicOf[what]
    return topic === undefined ? [] : [{ topic, id: idOf(what, subject, accountId) }]
  })
}

/** `idOf` gives the id of the thing that a line of the trail is about; null: it has none. */
function idOf(what: string, subject: string, accountId: number | null): number | null {
  if (['api_keys', 'wallets', 'account_people', 'account_notes'].includes(what)) return accountId
  // Subjects of items and notes begin with their order, which is what has changed; those of reviews end with the review's own id.
  const part = ['items', 'order_notes'].includes(what) ? subject.split('/')[0] : subject.split('/').at(-1)
  return part !== undefined && /^\d{1,15}$/.test(part) && hasOwnId(what) ? Number(part) : null
}

/** `hasOwnId` tells whether the subjects of a table are ids of its topic. */
const hasOwnId = (what: string): boolean =>
  ![
    ...['price_groups', 'price_rules', 'exchange_rates', 'answer_rules', 'operator_tokens'],
    'supplier_top_ups',
  ].includes(what)

function unique(happened: Happened[]): Happened[] {
  return [...new Map(happened.map((one) => [`${one.topic} ${one.id}`, one])).values()]
}
