import type { Sql } from '../database/database.ts'
import { isGiven, MAX_SCANNED_ROWS, type WalkedPage, walkPage } from '../database/walk.ts'
import { Refusal } from '../errors.ts'
import { formatMicros } from '../lib/money.ts'
import type { Change, ChangeFilter, Values } from './change.ts'
import { amounts, nounOf, tableOf } from './nouns.ts'
import { hasChangesByOthers, selectStop, selectTrail } from './trail.sql.ts'

/** MAX_CHANGES bounds a page. */
const MAX_CHANGES = 1000

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

/** `isChangedByOthers` tells whether anybody but an actor has changed anything here. */
export const isChangedByOthers = (sql: Sql, actor: string): Promise<boolean> => hasChangesByOthers(sql, actor)

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
