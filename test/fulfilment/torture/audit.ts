import type { Sql } from '../../../src/database/database.ts'
import { type Doubt, type Truth, tokensIn } from './truth.ts'

/** `unsettled` counts the items that have not ended, and that no person is asked about. */
export async function unsettled(sql: Sql): Promise<number> {
  const [row] = await sql<
    { count: number }[]
  >`select count(*)::int from (${openItems(sql)}) o where not o.shown`
  return row?.count ?? 0
}

const openItems = (sql: Sql) => sql`
  with shown as materialized (
    select account_id, order_id, position from reviews where resolved_at is null
  ), texts as materialized (
    select distinct a.supplier_id, a.unrecognised as text
      from reviews v
      join attempts a on a.account_id = v.account_id and a.order_id = v.order_id and a.position = v.position
                     and a.number = v.attempt
     where v.resolved_at is null and v.kind = 'unrecognised answer'
  )
  select i.input, i.state, i.due_at, a.asked, a.unrecognised, a.state as attempt,
         (i.account_id, i.order_id, i.position) in (select account_id, order_id, position from shown)
         or coalesce((a.supplier_id, a.unrecognised) in (select supplier_id, text from texts), false) as shown
    from items i left join lateral (
      select * from attempts a where a.account_id = i.account_id and a.order_id = i.order_id and a.position = i.position
       order by number desc limit 1) a on true
   where i.finished_at is null`

/** `violations` holds what is in the database against what really happened. */
export async function violations(sql: Sql, truth: Truth, items: number): Promise<string[]> {
  const found = [...truth.violations]
  for (const doubt of truth.doubts) if (await isCertain(sql, doubt)) found.push(doubt.violation)
  const ended = await sql<{ input: string; state: string; result: string | null; at: Date }[]>`
    select input, state, result, finished_at as at from items where finished_at is not null`
  for (const { input: about, state, result, at } of ended) {
    const own = truth.of(about)
    if (state === 'success') {
      const tokens = tokensIn(result ?? '')
      const [bought, other] = own.filter(({ no }) => tokens.includes(no))
      if (!bought || other || new Set(tokens).size > 1)
        found.push(`${about} has the result of another: ${result}`)
      else if (!bought.told.has('delivered')) found.push(`${about} is captured, and was not delivered`)
    } else if (own.some(({ told }) => !told.has('rejected')))
      found.push(`${about} is ${state}, and was bought`)
    else if (own.some(({ last }) => last?.end === 'delivered' && last.at < at.getTime()))
      found.push(`${about} is ${state}, and was heard to be delivered after all`)
  }
  const waiting = await sql<
    { input: string; state: string; dueAt: Date | null; asked: number | null; shown: boolean }[]
  >`${openItems(sql)}`.records()
  for (const { input: about, state, dueAt, asked, shown } of waiting) {
    if (dueAt === null) found.push(`${about} is ${state}, and forgotten`)
    else if (state === 'unknown' && !shown && !asked) found.push(`${about} is unknown, and nobody is asked`)
  }
  if (ended.length + waiting.length !== items) found.push(`${ended.length} + ${waiting.length} items`)
  // What nobody can know stays open: how much that is depends on which worker came first.
  if (ended.length < items * 0.7) found.push(`only ${ended.length} items have ended`)
  return await Promise.all(found.slice(0, 20).map((one) => explained(sql, truth, one)))
}

/** `isCertain`: the intent to buy was written after the shop heard that somebody else has delivered. */
async function isCertain(sql: Sql, { input: about, panel, toldAt, at }: Doubt): Promise<boolean> {
  const [intent] = await sql<{ at: Date | null }[]>`
    select max(a.created_at) as at
      from attempts a join items i using (account_id, order_id, position) join suppliers s on s.id = a.supplier_id
     where i.input = ${about} and s.name = ${panel} and a.created_at <= ${new Date(at)}`
  return (intent?.at?.getTime() ?? 0) > toldAt
}

/** `explained` adds to a violation what was said of its item, and what was written down. */
async function explained(sql: Sql, truth: Truth, violation: string): Promise<string> {
  const [about = ''] = violation.split(' ')
  const attempts = await sql<{ text: string }[]>`
    select concat_ws(' ', 'attempt', a.number, s.name, a.created_at, a.state, a.finished_at, a.reference, a.fault, a.detail) as text
      from attempts a join items i using (account_id, order_id, position) join suppliers s on s.id = a.supplier_id
     where i.input = ${about} order by a.number`
  const reviews = await sql<{ text: string }[]>`
    select concat_ws(' ', 'review', v.kind, v.opened_at, v.resolution, v.resolved_at, v.detail) as text
      from reviews v join items i using (account_id, order_id, position) where i.input = ${about} order by v.id`
  const written = [...attempts, ...reviews].map(({ text }) => text)
  return [violation, truth.historyOf(about), ...written].join('\n')
}
