import type { Sql } from '../../database/database.ts'
import { Reasons } from '../../integrations/suppliers/http-kit/reasons.ts'
import { withoutSecrets } from '../../integrations/suppliers/http-kit/shown-exchange.ts'
import type { SupplierConfig } from '../../integrations/suppliers/supplier.ts'
import { everyMinute, type JobTask } from '../../jobs/jobs.ts'
import { sanitize } from '../../lib/text.ts'
import { type Clock, DAY_MS } from '../../lib/time.ts'
import type { Exchanged } from '../../outbound/recorded.ts'
import type { ClaimedItem } from '../claimed-item.ts'
import { deleteExchanges, insertExchanges } from './exchanges.sql.ts'

export { type KeptExchange, selectExchanges } from './exchanges.sql.ts'

const KEPT_MS = 30 * DAY_MS
/** MAX_LENGTH bounds what is kept of a request and of an answer, and MAX_LENGTH_OF_MANY that where one call was about many items. */
const MAX_LENGTH = 16_384
const MAX_LENGTH_OF_MANY = 2_048
const MANY = 10
/** MAX_EACH is how many exchanges of one call are kept of an item: the last ones. */
const MAX_EACH = 4

/** `keepExchanges` keeps what was sent and received about items of which nobody can say what became of them. */
export async function keepExchanges(
  sql: Sql,
  items: ClaimedItem[],
  { call, heard, config }: { call: 'send' | 'ask'; heard: Exchanged[]; config: SupplierConfig },
  now: Date,
): Promise<void> {
  if (items.length === 0 || heard.length === 0) return
  const reasons = new Reasons(Object.values(config.secrets))
  const length = items.length > MANY ? MAX_LENGTH_OF_MANY : MAX_LENGTH
  const shown = heard.map((one) => cut(withoutSecrets(one, reasons), length))
  const kept = items.flatMap((item) =>
    about(item, shown)
      .slice(-MAX_EACH)
      .map((exchanged) => ({ item, attempt: item.attempt, call, exchanged })),
  )
  await insertExchanges(sql, kept, now)
}

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

/** `exchangeJobs` has the task of the job that removes what is older than 30 days. */
export function exchangeJobs({ sql, clock }: { sql: Sql; clock: Clock }): Record<string, JobTask> {
  const sweep: JobTask = async (_payload, stopping) => {
    const before = new Date(clock.now().getTime() - KEPT_MS)
    for (let rounds = 0; rounds < MAX_ROUNDS && !stopping.aborted; rounds++)
      if ((await deleteExchanges(sql, before, PER_ROUND)) < PER_ROUND) break
  }
  return { [SWEEP_EXCHANGES]: everyMinute(sweep) }
}
