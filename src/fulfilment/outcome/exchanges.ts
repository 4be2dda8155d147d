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

const lengthFor = (items: readonly ClaimedItem[], most: number): number =>
  items.length > MANY ? Math.min(MAX_LENGTH_OF_MANY, most) : most

/** ROW_CHARACTERS is what a row takes beside its texts. */
const ROW_CHARACTERS = 100

/** `charactersOf` says how many characters `exchangesOf` gives of a call at most: what was heard is written once for each item. */
export function charactersOf(
  items: readonly ClaimedItem[],
  heard: readonly Exchanged[],
  most = MAX_LENGTH,
): number {
  const length = lengthFor(items, most)
  const each = heard
    .map(({ url, body, answer, error }) =>
      [url, body, answer?.body, error].reduce(
        (sum, text) => sum + Math.min(text?.length ?? 0, length),
        ROW_CHARACTERS,
      ),
    )
    .sort((a, b) => b - a)
  return items.length * each.slice(0, MAX_EACH).reduce((sum, characters) => sum + characters, 0)
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
  const length = lengthFor(items, most)
  const shown = heard.map((one) => cut(one, length, reasons))
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

/** `cut` gives an exchange without secrets, each text of it with at most `length` characters. */
function cut(one: Exchanged, length: number, reasons: Reasons): Exchanged {
  // Secrets are looked for in what may be kept alone: in whole bodies of many calls that would hold the process up.
  const near = (text: string): string => text.slice(0, length + reasons.longest)
  const { url, body, answer, ...shown } = withoutSecrets(
    {
      ...{ ...one, url: near(one.url), body: near(one.body) },
      answer: one.answer && { ...one.answer, body: near(one.answer.body) },
    },
    reasons,
  )
  const kept = (hidden: string, whole: string): string =>
    short(hidden, { length, margin: whole.length > length + reasons.longest ? reasons.longest : 0 })
  return {
    ...{ ...shown, url: kept(url, one.url), body: kept(body, one.body) },
    answer: answer && { ...answer, body: kept(answer.body, one.answer?.body ?? '') },
    error: one.error && short(one.error, { length, margin: 0 }),
  }
}

/** `short` takes the last `margin` characters away, where half a secret may stand, and what is beyond `length`. */
function short(text: string, { length, margin }: { length: number; margin: number }): string {
  const isCut = margin > 0 || text.length > length
  const end = Math.max(0, Math.min(length, text.length - margin))
  return sanitize(isCut ? `${text.slice(0, end).toWellFormed()}...` : text)
}

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
