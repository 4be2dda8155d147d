import type { Queryable } from '../database/database.ts'
import type { AccountId, PriceGroupId, PriceRuleId, ServiceId } from '../lib/ids.ts'
import type { Micros } from '../lib/money.ts'

/** Move is what a transaction made of one price. Amounts: null where there was, or is, none. */
export interface Move {
  serviceId: ServiceId
  serviceCode: string
  serviceName: string
  accountId: AccountId | null
  username: string | null
  priceGroupId: PriceGroupId | null
  group: string | null
  currency: string
  old: Micros | null
  new: Micros | null
  /** `ruleId` is the rule that gives the new price; null: it is fixed. */
  ruleId: PriceRuleId | null
  /** `wasRuled`: a rule gave the old price. */
  wasRuled: boolean
  /** The fewest and most items of an order at the old price and at the new one; null where there was, or is, none. */
  oldMinItems: number | null
  oldMaxItems: number | null
  minItems: number | null
  maxItems: number | null
  /** `cost` is that of the cheapest working route, in the price's currency; null: it is not known. */
  cost: Micros | null
}

/** `planForMany` forbids plans for few rows in this transaction: such a plan would compare each price with each. */
export async function planForMany(sql: Queryable): Promise<void> {
  await sql`select set_config('enable_nestloop', 'off', true), set_config('jit', 'off', true)`
}

/** `lastOfTrail` gives the last line of the trail. */
export async function lastOfTrail(sql: Queryable): Promise<bigint> {
  const [last] = await sql<{ id: bigint }[]>`select coalesce(max(id), 0) as id from trail`
  return last?.id ?? 0n
}

/** `selectMoves` gives what this transaction has made of prices since a line of the trail, by service; and each price once. */
export const selectMoves = (sql: Queryable, since: bigint): Promise<Move[]> =>
  sql<Move[]>`
    with ours as materialized (
      select writer from (select distinct xmin as writer from trail where id > ${since}) w where is_ours(writer)
    ), lines as (
      select id, coalesce(after, before) ? 'unit_price' as is_priced, subject::int as service_id, account_id, (coalesce(after, before) ->> 'price_group_id')::int as price_group_id,
             coalesce(after, before) ->> 'currency' as currency, (before ->> 'unit_price')::bigint as old,
             (after ->> 'unit_price')::bigint as new,
             -- What a change leaves as it is stands in no line.
             case when before ? 'rule_id' then before ->> 'rule_id' is not null end as was_ruled,
             (before ->> 'min_items')::int as min_items, (before ->> 'max_items')::int as max_items
        from trail
       where id > ${since} and what = 'prices' and xmin in (select writer from ours)
    ), moved as materialized (
      select service_id, account_id, price_group_id, currency, (array_agg(old order by id) filter (where is_priced))[1] as old,
             (array_agg(new order by id desc) filter (where is_priced))[1] as new,
             (array_agg(was_ruled order by id) filter (where was_ruled is not null))[1] as was_ruled,
             (array_agg(min_items order by id) filter (where min_items is not null))[1] as min_items,
             (array_agg(max_items order by id) filter (where max_items is not null))[1] as max_items
        from lines group by 1, 2, 3, 4 having bool_or(is_priced)
    ), costs as (
      select service_id, currency, as_micros(min(counted)) as cost
        from route_costs(array(select distinct service_id from moved), array(select distinct currency from moved))
       where works group by 1, 2
    )
    select m.service_id, m.account_id, m.price_group_id, m.currency, m.old, m.new,
           m.old is not null and coalesce(m.was_ruled, p.rule_id is not null) as was_ruled,
           case when m.old is not null then coalesce(m.min_items, p.min_items) end as old_min_items,
           case when m.old is not null then coalesce(m.max_items, p.max_items) end as old_max_items,
           p.min_items, p.max_items, v.code as service_code, v.name as service_name, a.username, g.name as "group", p.rule_id, c.cost
      from moved m
      join services v on v.id = m.service_id
      left join accounts a on a.id = m.account_id
      left join price_groups g on g.id = m.price_group_id
      left join costs c on c.service_id = m.service_id and c.currency = m.currency
      left join prices p on p.service_id = m.service_id and p.currency = m.currency
       and coalesce(p.account_id, 0) = coalesce(m.account_id, 0) and coalesce(p.price_group_id, 0) = coalesce(m.price_group_id, 0)
     where m.old is distinct from m.new
     order by m.service_id, m.account_id nulls first, m.price_group_id nulls first, m.currency`.records()

/** `countReached` counts the accounts in use that some audiences' prices may be for. */
export async function countReached(
  sql: Queryable,
  audiences: readonly Pick<Move, 'accountId' | 'priceGroupId' | 'currency'>[],
): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select count(*)::int as count from accounts a
     where a.status = 'active'
       and exists (select from jsonb_to_recordset(${JSON.stringify(audiences)}::text::jsonb)
                          as m ("accountId" integer, "priceGroupId" integer, currency text)
                    where m.currency = a.currency
                      and (m."accountId" = a.id
                           or (m."accountId" is null and (m."priceGroupId" is null or m."priceGroupId" = a.price_group_id))))`
  return row?.count ?? 0
}
