import type { Sql } from '../database/database.ts'

/** MAX_SPENT_MS bounds what a bucket owes, so that nobody waits for longer than a minute. */
const MAX_SPENT_MS = 120_000

/** Spent is what is spent of a bucket: the milliseconds that it takes to fill. */
interface Spent {
  subject: string
  ms: number
}

/** `upsertSpent` adds what was spent here to what all have spent, and gives the sum. */
export async function upsertSpent(sql: Sql, spent: readonly Spent[]): Promise<Spent[]> {
  // In one order, so that two processes never wait for each other; and each subject once, as an upsert takes it.
  const sums = new Map<string, number>()
  for (const { subject, ms } of spent) sums.set(subject, (sums.get(subject) ?? 0) + ms)
  const sorted = [...sums].sort(([a], [b]) => (a < b ? -1 : 1))
  return await sql<Spent[]>`
    insert into throttles as t (subject, full_at)
    select subject, now() + ms * interval '1 ms'
      from unnest(${sorted.map(([subject]) => subject)}::text[], ${sorted.map(([, ms]) => Math.round(ms))}::int[])
           as spent (subject, ms)
    on conflict (subject) do update
       set full_at = least(greatest(t.full_at, now()) + (excluded.full_at - now()), now() + ${MAX_SPENT_MS}::int * interval '1 ms')
    returning subject, (extract(epoch from full_at - now()) * 1000)::float8 as ms`.records()
}

/**
 * `spendDurably` spends one of what may be done so often an hour, for all processes together. Gives the seconds to wait for the next one where there is
 * none left, and then spends nothing; 0: it is spent.
 */
export async function spendDurably(sql: Sql, subject: string, perHour: number): Promise<number> {
  const each = 3600 / perHour
  const [row] = await sql<{ wait: number }[]>`
    with spent as (
      insert into throttles as t (subject, full_at) values (${subject}, now() + ${each}::float8 * interval '1 s')
      on conflict (subject) do update set full_at = greatest(t.full_at, now()) + ${each}::float8 * interval '1 s'
       where greatest(t.full_at, now()) + ${each}::float8 * interval '1 s' <= now() + interval '1 hour'
      returning subject)
    select case when exists (select from spent) then 0
                else greatest(1, ceil(extract(epoch from full_at - now()) + ${each}::float8 - 3600))::int end as wait
      from (select null) one left join throttles on subject = ${subject}`
  return row?.wait ?? 0
}

/** `deleteFull` removes the buckets that are full again: they say nothing. */
export async function deleteFull(sql: Sql): Promise<void> {
  await sql`
    delete from throttles where subject = any(array(
      select subject from throttles where full_at < now() limit 10000 for update skip locked))`
}
