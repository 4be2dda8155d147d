import type { Queryable } from '../database/database.ts'
import { MAX_SCANNED_ROWS } from '../database/walk.ts'
import type { ReviewKind } from '../fulfilment/people/review.ts'
import { kindsDoneByPeople } from '../integrations/suppliers/index.ts'
import type { AccountId, DepositId, OrderId, ReviewId, ServiceId, SupplierId } from '../lib/ids.ts'

/** Marks say who works on something, and until when somebody has put it off; null: nobody, or not any more. */
export interface Marks {
  /** `takenBy` and `laterBy` are names of the trail; `takenName` and `laterName` those of people. */
  takenBy: string | null
  takenName: string | null
  takenUntil: Date | null
  laterBy: string | null
  laterName: string | null
  laterUntil: Date | null
}

/** Narrowed is how a list of the inbox is narrowed; `supplier`, `account` and `service` are names or ids. */
export interface Narrowed {
  supplier?: string | undefined
  account?: string | undefined
  service?: string | undefined
  order?: OrderId | undefined
  /** `taken`: by the one who asks, or by nobody. */
  taken?: 'me' | 'free' | undefined
  /** `later`: only what was put off; left out: only what was not. */
  later?: boolean | undefined
  /** `before`: only what has waited since before then. */
  before?: Date | undefined
  me: string
  now: Date
}

/** Behind is where a page begins: after the thing of this number that has waited since then. */
export interface Behind {
  since: Date
  id: number
}

const marks = (sql: Queryable, now: Date) => sql`
  case when m.taken_until > ${now} then m.taken_by end as taken_by,
  case when m.taken_until > ${now} then (select name from staff where 'staff:' || id = m.taken_by) end as taken_name,
  case when m.taken_until > ${now} then m.taken_until end as taken_until,
  case when m.later_until > ${now} then m.later_by end as later_by,
  case when m.later_until > ${now} then (select name from staff where 'staff:' || id = m.later_by) end as later_name,
  case when m.later_until > ${now} then m.later_until end as later_until`

const byMarks = (sql: Queryable, { taken, later = false, me, now }: Narrowed) => sql`
  and coalesce(m.later_until > ${now}, false) = ${later}
  ${taken === 'me' ? sql`and m.taken_by = ${me} and m.taken_until > ${now}` : sql``}
  ${taken === 'free' ? sql`and coalesce(m.taken_until <= ${now}, true)` : sql``}`

const bySupplier = (sql: Queryable, { supplier }: Narrowed) => sql`
  ${supplier === undefined ? sql`` : sql`and (lower(s.name) = lower(${supplier}) or s.id::text = ${supplier})`}`

const byItem = (sql: Queryable, { account, service, order }: Narrowed) => sql`
  ${account === undefined ? sql`` : sql`and (lower(ac.username) = lower(${account}) or ac.id::text = ${account})`}
  ${service === undefined ? sql`` : sql`and (lower(sv.code) = lower(${service}) or sv.id::text = ${service})`}
  ${order === undefined ? sql`` : sql`and i.order_id = ${order}`}`

const namesItems = ({ account, service, order }: Narrowed): boolean =>
  account !== undefined || service !== undefined || order !== undefined

/** `isAboutAny`: what a person says of an unrecognised answer is for all items that wait for it, so that one of them is enough. */
const isAboutAny = (sql: Queryable, narrowed: Narrowed) => sql`
  v.kind = 'unrecognised answer' and exists (
    select from attempts x
      join items i on i.account_id = x.account_id and i.order_id = x.order_id and i.position = x.position
      join accounts ac on ac.id = i.account_id
      join services sv on sv.id = i.service_id
     where x.supplier_id = a.supplier_id and x.unrecognised = a.unrecognised
       and x.state = 'unknown' and x.finished_at is null ${byItem(sql, narrowed)})`

/** WaitingReview is an open review; of an unrecognised answer with all items that wait for its words. */
export interface WaitingReview extends Marks {
  id: ReviewId
  kind: ReviewKind
  since: Date
  detail: string
  accountId: AccountId
  username: string
  orderId: OrderId
  position: number
  serviceCode: string
  serviceName: string
  secretResults: boolean
  input: string
  supplierId: SupplierId | null
  supplier: string | null
  price: bigint
  currency: string
  alike: number | null
  alikePrice: bigint | null
}

/** `selectReviewsWaiting` gives open reviews of some kinds, those that have waited the longest first. */
export async function selectReviewsWaiting(
  sql: Queryable,
  kinds: readonly ReviewKind[],
  narrowed: Narrowed,
  behind: Behind,
  limit: number,
): Promise<WaitingReview[]> {
  return await sql<WaitingReview[]>`
    select v.id, v.kind, v.opened_at as since, v.detail, v.account_id, ac.username, v.order_id, v.position,
           sv.code as service_code, sv.name as service_name, sv.secret_results, i.input, s.id as supplier_id, s.name as supplier, i.price, w.currency,
           alike.items as alike, alike.price as alike_price, ${marks(sql, narrowed.now)}
      from reviews v
      join items i on i.account_id = v.account_id and i.order_id = v.order_id and i.position = v.position
      join accounts ac on ac.id = v.account_id
      join wallets w on w.account_id = v.account_id
      join services sv on sv.id = i.service_id
      left join attempts a on a.account_id = v.account_id and a.order_id = v.order_id and a.position = v.position
                          and a.number = v.attempt
      left join suppliers s on s.id = a.supplier_id
      left join inbox_marks m on m.thing = 'review-' || v.id
      left join lateral (
        select count(*)::int as items, case when count(distinct b.currency) = 1 then sum(y.price)::bigint end as price
          from attempts x
          join items y on y.account_id = x.account_id and y.order_id = x.order_id and y.position = x.position
          join wallets b on b.account_id = x.account_id
         where x.supplier_id = a.supplier_id and x.unrecognised = a.unrecognised and x.finished_at is null
           and x.state = 'unknown') alike on v.kind = 'unrecognised answer'
     where v.resolved_at is null and v.kind = any(${kinds}::text[]::review_kind[])
       and (v.opened_at, v.id) > (${behind.since}::timestamptz, ${behind.id}::bigint)
       ${narrowed.before === undefined ? sql`` : sql`and v.opened_at < ${narrowed.before}`}
       ${namesItems(narrowed) ? sql`and (true ${byItem(sql, narrowed)} or ${isAboutAny(sql, narrowed)})` : sql``}
       ${bySupplier(sql, narrowed)} ${byMarks(sql, narrowed)}
     order by v.opened_at, v.id limit ${limit}`.records()
}

/** WaitingDeposit is a deposit that a person decides about. */
export interface WaitingDeposit extends Marks {
  id: DepositId
  since: Date
  accountId: AccountId
  username: string
  provider: string
  currency: string
  totalPay: bigint
  proof: string | null
  hasFile: boolean
}

export async function selectDepositsWaiting(
  sql: Queryable,
  narrowed: Narrowed,
  behind: Behind,
  limit: number,
): Promise<WaitingDeposit[]> {
  return await sql<WaitingDeposit[]>`
    select d.id, d.created_at as since, d.account_id, ac.username, p.name as provider, d.currency, d.total_pay, d.proof,
           exists (select from deposit_proofs f where f.deposit_id = d.id) as has_file, ${marks(sql, narrowed.now)}
      from deposits d
      join accounts ac on ac.id = d.account_id
      join deposit_providers p on p.id = d.provider_id
      left join inbox_marks m on m.thing = 'deposit-' || d.id
     where d.state = 'review' and (d.created_at, d.id) > (${behind.since}::timestamptz, ${behind.id}::bigint)
       ${narrowed.before === undefined ? sql`` : sql`and d.created_at < ${narrowed.before}`}
       ${narrowed.account === undefined ? sql`` : sql`and (lower(ac.username) = lower(${narrowed.account}) or ac.id::text = ${narrowed.account})`}
       ${byMarks(sql, narrowed)}
     order by d.created_at, d.id limit ${limit}`.records()
}

/** WaitingWork is what people do by hand of one service for one supplier. */
export interface WaitingWork extends Marks {
  supplierId: SupplierId
  supplier: string
  serviceId: ServiceId
  serviceCode: string
  serviceName: string
  since: Date
  items: number
  /** `price`, null: their prices are in several currencies. */
  price: bigint | null
  currency: string | null
}

/** `selectWorkWaiting` gives all of it, of so many items of each supplier as an operator's list looks at. */
export async function selectWorkWaiting(sql: Queryable, narrowed: Narrowed): Promise<WaitingWork[]> {
  return await sql<WaitingWork[]>`
    select g.*, s.name as supplier, sv.code as service_code, sv.name as service_name, ${marks(sql, narrowed.now)}
      from (select s.id as supplier_id, i.service_id, min(a.created_at) as since, count(*)::int as items,
                   case when count(distinct w.currency) = 1 then sum(i.price)::bigint end as price,
                   case when count(distinct w.currency) = 1 then min(w.currency) end as currency
              from suppliers s
              join lateral (
                select * from items where supplier_id = s.id and state in ('processing', 'unknown')
                 limit ${MAX_SCANNED_ROWS.operator}) i on true
              join wallets w on w.account_id = i.account_id
              join accounts ac on ac.id = i.account_id
              join services sv on sv.id = i.service_id
              join lateral (
                select a.created_at from attempts a
                 where a.account_id = i.account_id and a.order_id = i.order_id and a.position = i.position
                 order by a.number desc limit 1) a on true
             where s.kind = any(${kindsDoneByPeople}::text[]) ${bySupplier(sql, narrowed)} ${byItem(sql, narrowed)}
             group by s.id, i.service_id) g
      join suppliers s on s.id = g.supplier_id
      join services sv on sv.id = g.service_id
      left join inbox_marks m on m.thing = 'manual-' || g.supplier_id || '-' || g.service_id
     where true ${narrowed.before === undefined ? sql`` : sql`and g.since < ${narrowed.before}`} ${byMarks(sql, narrowed)}`.records()
}

/** `selectMarks` gives the marks of things, by their names. */
export async function selectMarks(sql: Queryable, things: string[], now: Date): Promise<Map<string, Marks>> {
  const rows = await sql<(Marks & { thing: string })[]>`
    select m.thing, ${marks(sql, now)} from inbox_marks m where m.thing = any(${things}::text[])`.records()
  return new Map(rows.map(({ thing, ...rest }) => [thing, rest]))
}

/** KindCount counts what waits of a kind, and has since when the oldest does. `later` counts what was put off, which is not in `count`. */
export interface KindCount {
  kind: string
  count: number
  later: number
  oldest: Date | null
}

export async function countReviewsWaiting(sql: Queryable, now: Date): Promise<KindCount[]> {
  return await sql<KindCount[]>`
    select v.kind::text as kind, count(*) filter (where coalesce(m.later_until <= ${now}, true))::int as count,
           count(*) filter (where m.later_until > ${now})::int as later,
           min(v.opened_at) filter (where coalesce(m.later_until <= ${now}, true)) as oldest
      from reviews v left join inbox_marks m on m.thing = 'review-' || v.id
     where v.resolved_at is null group by v.kind`.records()
}

export async function countDepositsWaiting(sql: Queryable, now: Date): Promise<KindCount[]> {
  return await sql<KindCount[]>`
    select 'deposit' as kind, count(*) filter (where coalesce(m.later_until <= ${now}, true))::int as count,
           count(*) filter (where m.later_until > ${now})::int as later,
           min(d.created_at) filter (where coalesce(m.later_until <= ${now}, true)) as oldest
      from deposits d left join inbox_marks m on m.thing = 'deposit-' || d.id
     where d.state = 'review'`.records()
}

/** `take` marks a thing as worked on, unless somebody else works on it; gives who does. Marks that are long over go. */
export async function take(
  sql: Queryable,
  thing: string,
  by: string,
  until: Date,
  now: Date,
): Promise<string> {
  await forgetOld(sql, now)
  const [row] = await sql<{ takenBy: string }[]>`
    insert into inbox_marks as m (thing, taken_by, taken_until) values (${thing}, ${by}, ${until})
    on conflict (thing) do update
       set taken_by = case when m.taken_until > ${now} then m.taken_by else excluded.taken_by end,
           taken_until = case when m.taken_until > ${now} and m.taken_by <> ${by} then m.taken_until else excluded.taken_until end,
           later_by = null, later_until = null
    returning coalesce(m.taken_by, '') as taken_by`.records()
  return row?.takenBy ?? by
}

/** `putOff` hides a thing until a time; whoever works on it does no longer. */
export async function putOff(
  sql: Queryable,
  thing: string,
  by: string,
  until: Date,
  now: Date,
): Promise<void> {
  await forgetOld(sql, now)
  await sql`
    insert into inbox_marks (thing, later_by, later_until) values (${thing}, ${by}, ${until})
    on conflict (thing) do update
       set taken_by = null, taken_until = null, later_by = excluded.later_by, later_until = excluded.later_until`
}

/** `release` takes both marks of a thing away. */
export async function release(sql: Queryable, thing: string): Promise<void> {
  await sql`delete from inbox_marks where thing = ${thing}`
}

const forgetOld = (sql: Queryable, now: Date) => sql`
  delete from inbox_marks
   where coalesce(taken_until, later_until) < ${now}::timestamptz - interval '1 day'
     and coalesce(later_until, taken_until) < ${now}::timestamptz - interval '1 day'`

/** WaitingApplication is somebody who asks for an account, and has proved the e-mail address. */
interface WaitingApplication extends Marks {
  id: number
  since: Date
  name: string
  email: string
}

/** `selectApplicationsWaiting` gives them, those that have waited the longest first. */
export async function selectApplicationsWaiting(
  sql: Queryable,
  narrowed: Narrowed,
  behind: Behind,
  limit: number,
): Promise<WaitingApplication[]> {
  return await sql<WaitingApplication[]>`
    select a.id, a.verified_at as since, a.name, a.email, ${marks(sql, narrowed.now)}
      from applications a
      left join inbox_marks m on m.thing = 'application-' || a.id
     where a.verified_at is not null and a.decided_at is null
       and (a.verified_at, a.id) > (${behind.since}::timestamptz, ${behind.id}::bigint)
       ${narrowed.before === undefined ? sql`` : sql`and a.verified_at < ${narrowed.before}`}
       ${byMarks(sql, narrowed)}
     order by a.verified_at, a.id limit ${limit}`.records()
}

export async function countApplicationsWaiting(sql: Queryable, now: Date): Promise<KindCount[]> {
  return await sql<KindCount[]>`
    select 'application' as kind, count(*) filter (where coalesce(m.later_until <= ${now}, true))::int as count,
           count(*) filter (where m.later_until > ${now})::int as later,
           min(a.verified_at) filter (where coalesce(m.later_until <= ${now}, true)) as oldest
      from applications a left join inbox_marks m on m.thing = 'application-' || a.id
     where a.verified_at is not null and a.decided_at is null`.records()
}

export async function applicationWaits(sql: Queryable, id: number): Promise<boolean> {
  const rows =
    await sql`select from applications where id = ${id} and verified_at is not null and decided_at is null`
  return rows.length > 0
}

/** `reviewWaits`, `depositWaits` and `workWaits` tell whether a thing still waits for a person. */
export async function reviewWaits(sql: Queryable, id: number): Promise<boolean> {
  const rows = await sql`select from reviews where id = ${id} and resolved_at is null`
  return rows.length > 0
}

export async function kindOfReviewNumbered(sql: Queryable, id: number): Promise<ReviewKind | undefined> {
  const [row] = await sql<{ kind: ReviewKind }[]>`select kind from reviews where id = ${id}`.records()
  return row?.kind
}

export async function depositWaits(sql: Queryable, id: number): Promise<boolean> {
  const rows = await sql`select from deposits where id = ${id} and state = 'review'`
  return rows.length > 0
}

export async function workWaits(sql: Queryable, supplierId: number, serviceId: number): Promise<boolean> {
  const rows = await sql`
    select from items where supplier_id = ${supplierId} and service_id = ${serviceId} and state in ('processing', 'unknown') limit 1`
  return rows.length > 0
}
