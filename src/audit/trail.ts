import type { Sql } from '../database/database.ts'
import { isGiven, MAX_SCANNED_ROWS, type WalkedPage, walkPage } from '../database/walk.ts'
import { Refusal } from '../errors.ts'
import type { AccountId } from '../lib/ids.ts'
import { formatMicros } from '../lib/money.ts'
import type { Period } from '../lib/period.ts'
import { amounts, type Noun, nounOf, tableOf } from './nouns.ts'
import { selectStop, selectTrail } from './trail.sql.ts'

/** MAX_CHANGES bounds a page. */
const MAX_CHANGES = 1000

/** Values are columns of a row by their names; amounts are decimal strings. */
type Values = Record<string, unknown>

/** Change is a line of the trail: who changed what, and how it was before. Triggers of the schema write it, so that no path is left out. */
export interface Change {
  id: number
  at: Date
  /** `actor` is who changed it: a person of the command line, an API key, `imeigate` itself, or a role of PostgreSQL. */
  actor: string
  /** `what` is the noun, and `subject` names the thing: by its id, where it has one. */
  what: string
  subject: string
  accountId: AccountId | null
  /** `before` and `after` have what differs; null: the thing was made, or removed. */
  before: Values | null
  after: Values | null
}

/** ChangeFilter says which changes are wanted; what is left out does not matter. `before` is the id behind which a page begins. */
export interface ChangeFilter extends Period {
  what?: Noun | undefined
  subject?: string | undefined
  accountId?: AccountId | undefined
  actor?: string | undefined
  before?: number | undefined
  limit: number
}

/** `readTrail` gives changes, the newest first. */
export async function readTrail(
  sql: Sql,
  { what, limit, ...rest }: ChangeFilter,
  maxRows: number = MAX_SCANNED_ROWS.operator,
): Promise<WalkedPage<Change, number>> {
  if (limit > MAX_CHANGES) throw new Refusal('invalid_input', `is at most ${MAX_CHANGES}`, 'limit')
  const filter = { ...rest, what: what && tableOf[what] }
  const page = await walkPage({
    limit,
    isNarrowed: isGiven(what, rest.subject, rest.accountId, rest.actor, rest.from, rest.to),
    from: rest.from,
    selectStop: () => selectStop(sql, filter, maxRows),
    select: (part) => selectTrail(sql, { ...filter, ...part }),
  })
  return { ...page, items: page.items.map(readable) }
}

const readable = (line: Change): Change => ({
  ...line,
  what: nounOf(line.what),
  before: withAmounts(line.before),
  after: withAmounts(line.after),
})

function withAmounts(values: Values | null): Values | null {
  if (values === null) return null
  const currency = typeof values['currency'] === 'string' ? values['currency'] : undefined
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      const isAmount = amounts.has(name) && value !== null
      return [name, isAmount ? formatMicros(BigInt(String(value)), currency) : value]
    }),
  )
}
