import type { Sql } from '../../database/database.ts'
import { Reasons } from '../../integrations/suppliers/http-kit/reasons.ts'
import { withoutSecrets } from '../../integrations/suppliers/http-kit/shown-exchange.ts'
import type { SupplierConfig } from '../../integrations/suppliers/supplier.ts'
import { everyMinute, type JobTask } from '../../jobs/jobs.ts'
import { sanitize } from '../../lib/text.ts'
import { type Clock, DAY_MS } from '../../lib/time.ts'
import { SECRET } from '../../orders/read/secret-results.ts'
import type { Exchanged } from '../../outbound/recorded.ts'
import type { ClaimedItem } from '../claimed-item.ts'
import { deleteExchanges, type ItemExchange, insertExchanges } from './exchanges.sql.ts'

/** MAX_LENGTH is how many characters are kept of a request and of an answer, where nothing else is set; MAX_LENGTH_OF_MANY where one call was about many items. */
const MAX_LENGTH = 16_384
const MAX_LENGTH_OF_MANY = 2_048
const MANY = 10
/** MAX_EACH is how many exchanges of one call are kept of an item: the last ones. */
const MAX_EACH = 4

/** HeardCall is what was heard during one call to a supplier. */
export interface HeardCall {
  call: 'send' | 'ask'
  heard: Exchanged[]
  config: SupplierConfig
  /** `isMixed`: the call was about several items, of which some have secret results. */
  isMixed: boolean
}

/** `keepExchanges` keeps what was sent and received about items. */
export async function keepExchanges(
  sql: Sql,
  items: ClaimedItem[],
  of: HeardCall,
  now: Date,
  most = MAX_LENGTH,
): Promise<void> {
  const kept = exchangesOf(items, of, now, most)
  if (kept.length > 0) await insertExchanges(sql, kept)
}

/** `exchangesOf` gives what is kept of a call about items: without our secrets, and cut. */
export function exchangesOf(
  items: ClaimedItem[],
  { call, heard, config, isMixed }: HeardCall,
  at: Date,
  most = MAX_LENGTH,
): ItemExchange[] {
  if (items.length === 0 || heard.length === 0) return []
  const reasons = new Reasons(Object.values(config.secrets))
  const length = items.length > MANY ? Math.min(MAX_LENGTH_OF_MANY, most) : most
  const shown = heard.map((one) => cut(withoutSecrets(one, reasons), length))
  return items.flatMap((item) =>
    about(item, shown)
      .slice(-MAX_EACH)
      .map((one) => ({
        ...{ item, attempt: item.attempt, call, at },
        // One answer has the results of all its items. Who reads it of an item with a secret one is not shown it at all.
        exchanged: isMixed && !item.terms.secretResults && one.answer ? withSecret(one, one.answer) : one,
      })),
  )
}

const withSecret = (one: Exchanged, answer: NonNullable<Exchanged['answer']>): Exchanged => ({
  ...one,
  answer: { ...answer, body: SECRET },
})

/** `about` gives the exchanges that name the item; where none does, all of them. */
function about({ input }: ClaimedItem, heard: Exchanged[]): Exchanged[] {
  const naming =
    input === ''
      ? []
      : heard.filter(({ url, body, answer }) =>
          [url, body, answer?.body].some((text) => text?.includes(input)),
        )
  return naming.length > 0 ? naming : heard
}

const cut = (one: Exchanged, length: number): Exchanged => ({
  ...one,
  url: short(one.url, length),
  body: short(one.body, length),
  answer: one.answer && { ...one.answer, body: short(one.answer.body, length) },
  error: one.error && short(one.error, length),
})

const short = (text: string, length: number): string =>
  sanitize(text.length > length ? `${text.slice(0, length).toWellFormed()}...` : text)

const SWEEP_EXCHANGES = 'exchanges_sweep'
const PER_ROUND = 10_000
const MAX_ROUNDS = 100

/** `exchangeJobs` has the task of the job that removes what is older than some days. */
export function exchangeJobs({
  sql,
  clock,
  days,
}: {
  sql: Sql
  clock: Clock
  days: number
}): Record<string, JobTask> {
  const sweep: JobTask = async (_payload, stopping) => {
    const before = new Date(clock.now().getTime() - days * DAY_MS)
    for (let rounds = 0; rounds < MAX_ROUNDS && !stopping.aborted; rounds++)
      if ((await deleteExchanges(sql, before, PER_ROUND)) < PER_ROUND) break
  }
  return { [SWEEP_EXCHANGES]: everyMinute(sweep) }
}
