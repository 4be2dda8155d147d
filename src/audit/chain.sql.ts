import type { Queryable, Transaction } from '../database/database.ts'
import type { AccountId } from '../lib/ids.ts'
import type { Link } from './link.ts'
import { END, type Range } from './unchained.ts'

/** CHAIN_LOCK lets one process write the chain at a time. It may be any constant. */
const CHAIN_LOCK = 7_164_004

/** Span is what a link holds of one account's ledger: the entries from `first` to `last`. */
export interface Span {
  link: number
  accountId: AccountId
  first: number
  last: number
}

/** `lockChain` gives whether this transaction may write the chain: one at a time may. */
export async function lockChain(sql: Transaction): Promise<boolean> {
  const [row] = await sql<{ locked: boolean }[]>`select pg_try_advisory_xact_lock(${CHAIN_LOCK}) as locked`
  return row?.locked === true
}

export async function selectLastLink(sql: Queryable): Promise<Pick<Link, 'id' | 'at' | 'hash'> | undefined> {
  const [link] = await sql<
    Pick<Link, 'id' | 'at' | 'hash'>[]
  >`select id, at, hash from chain_links order by id desc limit 1`.records()
  return link
}

/** `selectLinks` gives links in their order, behind the one with the id `after`. */
export async function selectLinks(sql: Queryable, after: number, limit: number): Promise<Link[]> {
  return await sql<Link[]>`
    select id, at, accounts, counts, changes, entries_hash, changes_hash, hash
      from chain_links where id > ${after} order by id limit ${limit}`.records()
}

/** `takeNotes` takes notes of whose ledgers were written to: so many, none of them for another link. Gives how many it took, and each account once. */
export async function takeNotes(
  sql: Transaction,
  limit: number,
): Promise<{ taken: number; accounts: AccountId[] }> {
  const notes = await sql<{ accounts: AccountId[] }[]>`
    delete from unchained_ledgers where ctid = any(array(select ctid from unchained_ledgers limit ${limit}::int))
    returning accounts`
  return { taken: notes.length, accounts: [...new Set(notes.flatMap(({ accounts }) => accounts))] }
}

/** `noteAccounts` notes accounts for a later link. */
export async function noteAccounts(sql: Transaction, accounts: readonly AccountId[]): Promise<void> {
  if (accounts.length > 0) await sql`insert into unchained_ledgers (accounts) values (${accounts}::int[])`
}

/**
 * `noteAllAccounts` notes every account with entries that no link holds. It reads all wallets, for what nobody has noted: entries of before there
 * were notes, and those whose notes somebody has removed.
 */
export async function noteAllAccounts(sql: Queryable): Promise<void> {
  await sql`
    insert into unchained_ledgers (accounts)
    select array_agg(w.account_id)
      from wallets w left join chained_ledgers c on c.account_id = w.account_id
     where w.last_entry > coalesce(c.last_id, 0)
    having count(*) > 0`
}

/** `selectUnchainedEntries` gives what is to be chained of some accounts' ledgers, so many entries of each. */
export async function selectUnchainedEntries(
  sql: Queryable,
  accounts: readonly AccountId[],
  entries: number,
): Promise<Omit<Span, 'link'>[]> {
  if (accounts.length === 0) return []
  return await sql<{ accountId: AccountId; firstId: number; lastId: number }[]>`
    select w.account_id, coalesce(c.last_id, 0) + 1 as first_id,
           least(w.last_entry, coalesce(c.last_id, 0) + ${entries}::int) as last_id
      from unnest(${accounts}::int[]) as noted (account_id)
      join wallets w on w.account_id = noted.account_id
      left join chained_ledgers c on c.account_id = w.account_id
     where w.last_entry > coalesce(c.last_id, 0)
     order by w.account_id`
    .records()
    .then((rows) => rows.map(({ accountId, firstId: first, lastId: last }) => ({ accountId, first, last })))
}

/** `selectRanges` gives the parts of the trail that no link holds, in their order. */
export async function selectRanges(sql: Queryable): Promise<Range[]> {
  const ranges = await sql<{ first: bigint; last: bigint; since: Date | null }[]>`
    select first_id as first, last_id as last, since from unchained_changes order by first_id`
  return ranges.some(({ last }) => last === END) ? ranges : [...ranges, { first: 1n, last: END, since: null }]
}

/** `replaceRanges` writes what has become of ranges. */
export async function replaceRanges(
  sql: Transaction,
  before: readonly Range[],
  after: readonly Range[],
): Promise<void> {
  const kept = new Set(after)
  const known = new Set(before)
  const gone = before.filter((range) => !kept.has(range))
  const fresh = after.filter((range) => !known.has(range))
  if (gone.length > 0) {
    await sql`delete from unchained_changes where first_id = any(${gone.map(({ first }) => first)}::bigint[])`
  }
  if (fresh.length === 0) return
  await sql`
    insert into unchained_changes (first_id, last_id, since)
    select first, last, timestamptz 'epoch' + since * interval '1 ms'
      from unnest(${fresh.map(({ first }) => first)}::bigint[], ${fresh.map(({ last }) => last)}::bigint[],
                  ${fresh.map(({ since }) => since?.getTime() ?? null)}::bigint[]) as r (first, last, since)`
}

/** `selectUnchainedChanges` gives the first lines of the trail in some ranges. */
export async function selectUnchainedChanges(
  sql: Queryable,
  ranges: readonly Range[],
  limit: number,
): Promise<bigint[]> {
  const rows = await sql<{ change: bigint }[]>`
    select t.id as change
      from unnest(${ranges.map(({ first }) => first)}::bigint[], ${ranges.map(({ last }) => last)}::bigint[]) as r (first, last)
     cross join lateral (
       select id from trail where id between r.first and r.last order by id limit ${limit}) t
     order by t.id limit ${limit}`
  return rows.map(({ change }) => change)
}

/** `hashEntries` gives the hash of each link's ledger entries, as they are now, in the order of the spans. */
export async function hashEntries(sql: Queryable, spans: readonly Span[]): Promise<Map<number, Buffer>> {
  const rows = await sql<{ link: number; hash: Buffer }[]>`
    select s.link, sha256(convert_to(string_agg(
             row(e.account_id, e.id, e.kind, e.amount, e.available_after, e.order_id, e.position, e.actor, e.note,
                 (extract(epoch from e.created_at) * 1000000)::bigint, e.deposit_id, e.transfer_id, e.reference)::text,
             E'\n' order by s.ord, e.id), 'UTF8')) as hash
      from unnest(${spans.map(({ link }) => link)}::int[], ${spans.map(({ accountId }) => accountId)}::int[],
                  ${spans.map(({ first }) => first)}::bigint[], ${spans.map(({ last }) => last)}::bigint[])
             with ordinality as s (link, account_id, first, last, ord)
      join ledger_entries e on e.account_id = s.account_id and e.id between s.first and s.last
     group by s.link`
  return new Map(rows.map(({ link, hash }) => [link, hash]))
}

/** `hashChanges` gives the hash of each link's lines of the trail, as they are now. */
export async function hashChanges(
  sql: Queryable,
  changes: readonly { link: number; id: bigint }[],
): Promise<Map<number, Buffer>> {
  const rows = await sql<{ link: number; hash: Buffer }[]>`
    select c.link, sha256(convert_to(string_agg(
             row(t.id, (extract(epoch from t.at) * 1000000)::bigint, t.actor, t.what, t.subject, t.account_id,
                               t.before, t.after, t.role, t.sign_in_id, t.address, t.trace_id, t.why, t.plan_id)::text,
             E'\n' order by c.ord), 'UTF8')) as hash
      from unnest(${changes.map(({ link }) => link)}::int[], ${changes.map(({ id }) => id)}::bigint[])
             with ordinality as c (link, id, ord)
      join trail t on t.id = c.id
     group by c.link`
  return new Map(rows.map(({ link, hash }) => [link, hash]))
}

/** `insertLink` writes a link, and notes how far the chain has come with each ledger. */
export async function insertLink(sql: Transaction, link: Link, spans: readonly Span[]): Promise<void> {
  const { id, at, accounts, counts, changes, entriesHash, changesHash, hash } = link
  await sql`
    insert into chain_links (id, at, accounts, counts, changes, entries_hash, changes_hash, hash)
    values (${id}, ${at}, ${accounts}::int[], ${counts}::int[], ${changes}::bigint[], ${entriesHash}, ${changesHash}, ${hash})`
  await sql`
    insert into chained_ledgers (account_id, last_id)
    select * from unnest(${spans.map(({ accountId }) => accountId)}::int[], ${spans.map(({ last }) => last)}::bigint[])
    on conflict (account_id) do update set last_id = excluded.last_id`
}
