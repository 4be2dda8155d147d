import type { Queryable } from '../database/database.ts'
import type { AccountId } from '../lib/ids.ts'
import type { Span } from './chain.sql.ts'

/** `selectOtherEnds` gives accounts whose ledger was chained to another end than the links hold, `last` of each: a link is missing. */
export async function selectOtherEnds(
  sql: Queryable,
  held: readonly { accountId: AccountId; last: number }[],
  limit: number,
): Promise<{ accountId: AccountId }[]> {
  return await sql<{ accountId: AccountId }[]>`
    select coalesce(c.account_id, h.account_id) as account_id
      from chained_ledgers c
      full join unnest(${held.map(({ accountId }) => accountId)}::int[], ${held.map(({ last }) => last)}::bigint[]) as h (account_id, last)
             on h.account_id = c.account_id
     where coalesce(c.last_id, 0) <> coalesce(h.last, 0) order by 1 limit ${limit}`.records()
}

/**
 * `selectUnheldChanges` gives lines of the trail that no link holds, and that do not wait to be chained: they were put in, or a link is
 * missing.
 */
export async function selectUnheldChanges(
  sql: Queryable,
  limit: number,
): Promise<{ change: bigint; at: Date }[]> {
  return await sql<{ change: bigint; at: Date }[]>`
    select t.id as change, t.at
      from trail t left join (select unnest(changes) as id from chain_links) c on c.id = t.id
     where c.id is null and not exists (select from unchained_changes u where t.id between u.first_id and u.last_id)
     order by t.id limit ${limit}`
}

/** `selectMissingEntries` gives what is no more of the ledger entries in some spans. */
export async function selectMissingEntries(
  sql: Queryable,
  spans: readonly Span[],
  limit: number,
): Promise<{ accountId: AccountId; entry: bigint }[]> {
  return await sql<{ accountId: AccountId; entry: bigint }[]>`
    select s.account_id as "accountId", n as entry
      from unnest(${spans.map(({ accountId }) => accountId)}::int[], ${spans.map(({ first }) => first)}::bigint[],
                  ${spans.map(({ last }) => last)}::bigint[]) as s (account_id, first, last)
     cross join generate_series(s.first, s.last) n
     where not exists (select from ledger_entries e where e.account_id = s.account_id and e.id = n)
     order by 1, 2 limit ${limit}`
}

/** `selectMissingChanges` gives those of some lines of the trail that are no more. */
export async function selectMissingChanges(sql: Queryable, changes: readonly bigint[]): Promise<bigint[]> {
  const rows = await sql<{ change: bigint }[]>`
    select c.id as change from unnest(${changes}::bigint[]) as c (id)
     where not exists (select from trail t where t.id = c.id) order by 1`
  return rows.map(({ change }) => change)
}
