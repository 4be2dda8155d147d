import type { Sql } from '../database/database.ts'
import { isGiven, MAX_SCANNED_ROWS, type WalkedPage, walkPage } from '../database/walk.ts'
import { Refusal } from '../errors.ts'
import { formatMicros } from '../lib/money.ts'
import { selectActorsNamed } from './actors.sql.ts'
import type { Change, ChangeFilter, Values } from './change.ts'
import { amounts, nounOf, nouns, tableOf } from './nouns.ts'
import { hasChangesByOthers, type Said, selectStop, selectTrail } from './trail.sql.ts'

/** MAX_CHANGES bounds a page. */
const MAX_CHANGES = 1000

/** `readTrail` gives changes, the newest first. */
export async function readTrail(
  sql: Sql,
  { what, limit, text, ...rest }: ChangeFilter,
  maxRows: number = MAX_SCANNED_ROWS.operator,
): Promise<WalkedPage<Change, number>> {
  if (limit > MAX_CHANGES) throw new Refusal('invalid_input', `is at most ${MAX_CHANGES}`, 'limit')
  const { before: _, ...narrowing } = rest
  const said = text === undefined ? undefined : await saidBy(sql, text)
  const filter = { ...rest, what: what && tableOf[what], said }
  const page = await walkPage({
    limit,
    isNarrowed: isGiven(what, text, ...Object.values(narrowing)),
    from: rest.from,
    selectStop: () => selectStop(sql, filter, maxRows),
    select: (part) => selectTrail(sql, { ...filter, ...part }),
  })
  return { ...page, items: page.items.map(readable) }
}

/** `saidBy` gives the lines that a text may be in: those of some tables, of some actors, and those that have it in themselves. */
async function saidBy(sql: Sql, text: string): Promise<Said> {
  const part = text.trim().toLowerCase()
  const tables = nouns.filter((noun) => noun.includes(part)).map((noun) => tableOf[noun])
  return { part, tables, actors: await selectActorsNamed(sql, part) }
}

/** `isChangedByOthers` tells whether anybody but an actor has changed anything here. */
export const isChangedByOthers = (sql: Sql, actor: string): Promise<boolean> => hasChangesByOthers(sql, actor)

const readable = (line: Change): Change => ({
  ...line,
  what: nounOf(line.what),
  before: withAmounts(line.before, line.currency),
  after: withAmounts(line.after, line.currency),
})

/** `amountsOf` names the values of a change that are amounts. */
export const amountsOf = ({ before, after }: Pick<Change, 'before' | 'after'>): string[] =>
  [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])].filter((name) =>
    amounts.has(name),
  )

function withAmounts(values: Values | null, currency: string | null): Values | null {
  if (values === null) return null
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      const isAmount = amounts.has(name) && value !== null
      return [name, isAmount ? formatMicros(BigInt(String(value)), currency ?? undefined) : value]
    }),
  )
}
