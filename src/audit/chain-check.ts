import type { Queryable, Sql } from '../database/database.ts'
import type { LedgerCheck } from '../ledger/check.ts'
import type { AccountId } from '../lib/ids.ts'
import { hashChanges, hashEntries, type Span, selectChainedFurther, selectLinks } from './chain.sql.ts'
import { hashOf, type Link, START } from './link.ts'

/** PAGE is how many links are looked at together. */
const PAGE = 200
/** MAX_ROWS is how many rows of each check are told. */
const MAX_ROWS = 100

/** Known is a hash of a link that was kept elsewhere. */
export interface Known {
  link: number
  hash: Buffer
}

type Row = LedgerCheck['rows'][number]

/**
 * `checkChain` follows the hash chain from its start and compares what it holds with the ledger and the trail as they are now: it finds what
 * was changed, removed or put in between since. `known` are hashes kept elsewhere, which also find a chain that was made anew.
 */
export const checkChain = (sql: Sql, known: readonly Known[] = []): Promise<LedgerCheck[]> =>
  sql.begin('isolation level repeatable read read only', (transaction) => followChain(transaction, known))

/** `followChain` checks the chain within a transaction, which sees all of it as of one moment. */
export async function followChain(
  transaction: Queryable,
  known: readonly Known[] = [],
): Promise<LedgerCheck[]> {
  const found = { chain: [] as Row[], entries: [] as Row[], changes: [] as Row[], known: [] as Row[] }
  const expected = new Map(known.map(({ link, hash }) => [link, hash]))
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
      if (link.id !== id + 1 || !hashOf(before, link).equals(link.hash))
        found.chain.push({ link_id: BigInt(link.id), at })
      if (!same(entries.get(link.id), link.entriesHash)) found.entries.push(...rowsOf(link, spans))
      if (!same(changes.get(link.id), link.changesHash)) {
        found.changes.push({ link_id: BigInt(link.id), at, changes: link.changes.join(', ') })
      }
      const kept = expected.get(link.id)
      if (kept && !kept.equals(link.hash)) found.known.push({ link_id: BigInt(link.id), at })
      expected.delete(link.id)
      before = link.hash
      id = link.id
    }
  }
  for (const link of expected.keys()) found.known.push({ link_id: BigInt(link), missing: 'link' })
  const ends = [...held].map(([accountId, last]) => ({ accountId, last }))
  for (const { accountId, last_id } of await selectChainedFurther(transaction, ends)) {
    found.chain.push({ account_id: accountId, last_id, missing: 'link' })
  }
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

const rowsOf = ({ id, at }: Link, spans: readonly Span[]): Row[] =>
  spans
    .filter(({ link }) => link === id)
    .map(({ accountId, first, last }) => ({
      link_id: BigInt(id),
      at,
      account_id: accountId,
      entries: `${first} to ${last}`,
    }))
