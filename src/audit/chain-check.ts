import type { Queryable, Sql } from '../database/database.ts'
import type { LedgerCheck } from '../ledger/check.ts'
import type { AccountId } from '../lib/ids.ts'
import { hashChanges, hashEntries, type Span, selectLinks } from './chain.sql.ts'
import {
  selectMissingChanges,
  selectMissingEntries,
  selectOtherEnds,
  selectUnheldChanges,
} from './chain-check.sql.ts'
import { hashOf, type Link, START } from './link.ts'

/** PAGE is how many links are looked at together. */
const PAGE = 200
/** MAX_ROWS is how many rows of each check are told. */
const MAX_ROWS = 100

/** Known is what a checkpoint that was kept elsewhere says: a link, when it was made, and its hash. */
export interface Known {
  link: number
  at: Date
  hash: Buffer
}

type Row = LedgerCheck['rows'][number]

/**
 * `checkChain` follows the hash chain from its start and compares what it holds with the ledger and the trail as they are now: it finds what
 * was changed, removed or put in between since. `known` are checkpoints kept elsewhere, which also find a chain that was made anew, that lost its
 * end, or that is of an old backup.
 */
export const checkChain = (sql: Sql, known: readonly Known[] = []): Promise<LedgerCheck[]> =>
  sql.begin('isolation level repeatable read read only', (transaction) => followChain(transaction, known))

/** `followChain` checks the chain within a transaction, which sees all of it as of one moment. */
export async function followChain(
  transaction: Queryable,
  known: readonly Known[] = [],
): Promise<LedgerCheck[]> {
  const found = { chain: [] as Row[], entries: [] as Row[], changes: [] as Row[], known: [] as Row[] }
  const expected = Map.groupBy(known, ({ link }) => link)
  const held = new Map<AccountId, number>()
  let before: Buffer = START
  let id = 0
  for (;;) {
    const links = await selectLinks(transaction, id, PAGE)
    if (links.length === 0) break
    const spans = links.flatMap((link) => spansOf(link, held))
    const [entries, changes] = await hashesNow(transaction, links, spans)
    for (const link of links) {
      const { at } = link
      const link_id = BigInt(link.id)
      if (link.id !== id + 1) found.chain.push({ link_id, at, found: `link ${id + 1} is missing before it` })
      else if (!hashOf(before, link).equals(link.hash))
        found.chain.push({ link_id, at, found: 'was changed, or the one before' })
      if (!same(entries.get(link.id), link.entriesHash))
        found.entries.push(...(await entriesOf(transaction, link, spans)))
      if (!same(changes.get(link.id), link.changesHash))
        found.changes.push(...(await changesOf(transaction, link)))
      for (const kept of expected.get(link.id) ?? [])
        if (!kept.hash.equals(link.hash))
          found.known.push({ link_id, at: kept.at, found: 'another link was chained in its place' })
      expected.delete(link.id)
      before = link.hash
      id = link.id
    }
  }
  for (const kept of [...expected.values()].flat())
    found.known.push({ link_id: BigInt(kept.link), at: kept.at, found: `the chain ends with link ${id}` })
  const ends = [...held].map(([accountId, last]) => ({ accountId, last }))
  for (const { accountId } of await selectOtherEnds(transaction, ends, MAX_ROWS))
    found.chain.push({ link_id: null, at: null, found: `a link is missing that holds account ${accountId}` })
  const unheld = id === 0 ? [] : await selectUnheldChanges(transaction, MAX_ROWS)
  for (const { change, at } of unheld)
    found.changes.push({ link_id: null, at, changes: String(change), found: 'in no link' })
  return [
    check('every link of the hash chain follows from the one before', found.chain),
    check('the chained ledger entries are as they were chained', found.entries),
    check('the chained trail is as it was chained', found.changes),
    ...(known.length > 0 ? [check('the hash chain goes through the checkpoints', found.known)] : []),
  ]
}

const check = (name: string, rows: Row[]): LedgerCheck => ({
  name,
  ok: rows.length === 0,
  rows: rows.slice(0, MAX_ROWS),
})

/** `spansOf` gives what a link holds of ledgers; `held` is the last entry of each account that was held before, and is moved on. */
function spansOf(link: Link, held: Map<AccountId, number>): Span[] {
  return link.accounts.map((accountId, index) => {
    const before = held.get(accountId) ?? 0
    const last = before + (link.counts[index] ?? 0)
    held.set(accountId, last)
    return { link: link.id, accountId, first: before + 1, last }
  })
}

async function hashesNow(sql: Queryable, links: readonly Link[], spans: readonly Span[]) {
  const changes = links.flatMap((link) => link.changes.map((id) => ({ link: link.id, id })))
  return await Promise.all([hashEntries(sql, spans), hashChanges(sql, changes)])
}

const same = (now: Buffer | undefined, chained: Buffer): boolean => (now ?? Buffer.alloc(0)).equals(chained)

/** `entriesOf` names the entries of a link that are missing; where none is, all of it, of which some were changed. */
async function entriesOf(sql: Queryable, { id, at }: Link, all: readonly Span[]): Promise<Row[]> {
  const spans = all.filter(({ link }) => link === id)
  const row = (account_id: AccountId, entries: string, found: string): Row => ({
    ...{ link_id: BigInt(id), at, account_id, entries, found },
  })
  const missing = await selectMissingEntries(sql, spans, MAX_ROWS)
  if (missing.length > 0) return missing.map(({ accountId, entry }) => row(accountId, `${entry}`, 'missing'))
  return spans.map(({ accountId, first, last }) =>
    row(accountId, `${first} to ${last}`, 'changed among these'),
  )
}

/** `changesOf` does the same for the lines of the trail. */
async function changesOf(sql: Queryable, { id, at, changes }: Link): Promise<Row[]> {
  const row = (named: readonly bigint[], found: string): Row => ({
    ...{ link_id: BigInt(id), at, changes: named.join(', '), found },
  })
  const missing = await selectMissingChanges(sql, changes)
  return missing.length > 0 ? [row(missing, 'missing')] : [row(changes, 'changed among these')]
}
