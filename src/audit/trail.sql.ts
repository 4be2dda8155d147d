import { build, literal } from '../database/build.ts'
import type { Queryable } from '../database/database.ts'
import type { Stop } from '../database/walk.ts'
import type { OrderId, SupplierId } from '../lib/ids.ts'
import type { Change, ChangeFilter } from './change.ts'

/** Said is a text that is looked for, in lower case, with the tables of the nouns that have it and with what those are called whose names have it. */
export interface Said {
  part: string
  tables: readonly string[]
  actors: readonly string[]
}

/** LineFilter is a ChangeFilter whose `what` is the table. */
type LineFilter = Omit<ChangeFilter, 'what' | 'text' | 'limit'> & {
  what?: string | undefined
  said?: Said | undefined
}

/** `walked` is a part of the trail by all columns of one index: that of one thing, of an account, of an order, of a kind of thing, of an actor, or of all lines. */
function walked({ what, subject, accountId, order, actor, before }: LineFilter, downTo: number | undefined) {
  const [first, below] = [downTo ?? 0, before ?? Number.MAX_SAFE_INTEGER]
  if (what !== undefined && subject !== undefined) {
    return {
      part: literal<boolean>`(what, subject, id) >= (${what}, ${subject}, ${first}::bigint)
                             and (what, subject, id) < (${what}, ${subject}, ${below}::bigint)`,
      newestFirst: literal`what desc, subject desc, id desc`,
    }
  }
  if (accountId !== undefined) {
    return {
      part: literal<boolean>`account_id is not null and (account_id, id) >= (${accountId}::int, ${first}::bigint)
                             and (account_id, id) < (${accountId}::int, ${below}::bigint)`,
      newestFirst: literal`account_id desc, id desc`,
    }
  }
  const newestFirst = literal`id desc`
  const between = literal<boolean>`id >= ${first}::bigint and id < ${below}::bigint`
  // The conditions of the indexes stand here as they do in the schema: an index is not used without its own.
  if (order !== undefined) {
    return { part: literal<boolean>`${ofOrder(order)} and ${between}`, newestFirst }
  }
  if (what !== undefined && what !== 'prices') {
    return { part: literal<boolean>`what = ${what} and what <> 'prices' and ${between}`, newestFirst }
  }
  if (actor !== undefined && actor !== 'imeigate') {
    return { part: literal<boolean>`actor = ${actor} and actor <> 'imeigate' and ${between}`, newestFirst }
  }
  return { part: between, newestFirst }
}

const ofOrder = (order: OrderId) => literal<boolean>`
  what in ('items', 'order_notes', 'shared_results') and split_part(subject, '/', 1) = ${String(order)}`

/** `ofSupplier` are lines of a supplier and of what belongs to it. Where a route was changed the line does not say whose it is. */
const ofSupplier = (id: SupplierId) => literal<boolean>`
  ((what in ('suppliers', 'supplier_pauses', 'supplier_syncs') and subject = ${String(id)})
   or coalesce(after ->> 'supplier_id', before ->> 'supplier_id') = ${String(id)}
   or (what in ('supplier_routes', 'supplier_route_fields')
       and split_part(subject, '/', 1) in (select r.id::text from supplier_routes r where r.supplier_id = ${id}::int)))`

const ofText = ({ part, tables, actors }: Said) => literal<boolean>`
  (what = any(${tables}::text[]) or actor = any(${actors}::text[]) or position(${part} in lower(actor)) > 0
   or position(${part} in lower(subject)) > 0 or position(${part} in lower(why)) > 0)`

/** `selectStop` gives the line at which `maxRows` have been looked at, newest first. */
export async function selectStop(
  sql: Queryable,
  filter: LineFilter,
  maxRows: number,
): Promise<Required<Stop<number>> | undefined> {
  const { part, newestFirst } = walked(filter, undefined)
  const lines = build.selectFrom('trail').select(['id', 'at']).where(part)
  const [stop] = await sql.run(
    lines
      .orderBy(newestFirst)
      .offset(maxRows - 1)
      .limit(1),
  )
  return stop
}

/** `ofCurrency` is the currency of a line's amounts: of the values themselves, else of whom they belong to. */
const ofCurrency = literal<string | null>`
  coalesce(after ->> 'currency', before ->> 'currency',
    case when account_id is not null then (select w.currency from wallets w where w.account_id = trail.account_id)
         when what = 'suppliers' then (select s.currency from suppliers s where s.id = subject::int)
         when what = 'supplier_routes' then (select s.currency from supplier_routes r join suppliers s on s.id = r.supplier_id where r.id = subject::int)
         when what = 'deposit_providers' then (select p.currency from deposit_providers p where p.id = subject::int) end)`

/** `selectTrail` gives lines of the trail as they are kept, the newest first. */
export async function selectTrail(
  sql: Queryable,
  { downTo, limit, ...filter }: LineFilter & { downTo: number | undefined; limit: number },
): Promise<Change[]> {
  const { what, subject, accountId, actor, action, order, supplierId, said, from, to } = filter
  const { part, newestFirst } = walked(filter, downTo)
  let lines = build
    .selectFrom('trail')
    .selectAll()
    .select(ofCurrency.as('currency'))
    .where(part)
    .orderBy(newestFirst)
    .limit(limit)
  if (what !== undefined) lines = lines.where('what', '=', what)
  if (subject !== undefined) lines = lines.where('subject', '=', subject)
  if (accountId !== undefined) lines = lines.where('accountId', '=', accountId)
  if (actor !== undefined) lines = lines.where('actor', '=', actor)
  if (action !== undefined) {
    lines = lines.where('before', action === 'made' ? 'is' : 'is not', null)
    lines = lines.where('after', action === 'removed' ? 'is' : 'is not', null)
  }
  if (order !== undefined) lines = lines.where(ofOrder(order))
  if (supplierId !== undefined) lines = lines.where(ofSupplier(supplierId))
  if (said !== undefined) lines = lines.where(ofText(said))
  if (from !== undefined) lines = lines.where('at', '>=', from)
  if (to !== undefined) lines = lines.where('at', '<', to)
  return (await sql.run(lines)) as Change[]
}

/** `hasChangesByOthers` tells whether anybody but an actor stands in the trail. */
export async function hasChangesByOthers(sql: Queryable, actor: string): Promise<boolean> {
  const [row] = await sql<{ found: boolean }[]>`
    select exists (select from trail where actor <> ${actor}) as found`
  return row?.found === true
}
