import type { Queryable } from '../database/database.ts'
import type { AccountId, PriceGroupId, PriceRuleId, ServiceId } from '../lib/ids.ts'
import type { Micros } from '../lib/money.ts'
import type { PriceRuleValues } from './price-rule.ts'

/** RuleKey says which rule: whose prices it makes, of which services, in which currency. */
export interface RuleKey {
  accountId: AccountId | null
  priceGroupId: PriceGroupId | null
  serviceId: ServiceId | null
  /** `serviceGroup` is a group of services. */
  serviceGroup: string | null
  currency: string
}

/** KeptRule is a rule as it is kept, with the names of what it is for. */
export interface KeptRule extends RuleKey, PriceRuleValues {
  id: PriceRuleId
  username: string | null
  /** `group` is the price group's name. */
  group: string | null
  serviceCode: string | null
  /** `prices` counts those that it gives at present. */
  prices: number
}

/** `selectRules` gives rules, those of everyone first, then by whom they are for, the widest first. */
export const selectRules = (
  sql: Queryable,
  { id, service, limit = null }: { id?: PriceRuleId; service?: ServiceId; limit?: number | null } = {},
): Promise<KeptRule[]> =>
  sql<KeptRule[]>`
    select r.id, r.account_id, r.price_group_id, r.service_id, r.service_group, r.currency, r.basis, trim_scale(r.percent)::text as percent,
           r.fixed, r.min_price, r.step, a.username, g.name as "group", v.code as service_code,
           (select count(*)::int from prices p where p.rule_id = r.id) as prices
      from price_rules r
      left join accounts a on a.id = r.account_id
      left join price_groups g on g.id = r.price_group_id
      left join services v on v.id = r.service_id
     where (${id ?? null}::int is null or r.id = ${id ?? null})
       and (${service ?? null}::int is null or r.service_id = ${service ?? null})
     order by r.account_id nulls first, r.price_group_id nulls first, r.currency, r.service_id nulls first, r.service_group nulls first
     limit ${limit}::bigint`.records()

/** `upsertRule` makes a rule, or changes the one that there is for the same. Triggers make its prices. */
export async function upsertRule(
  sql: Queryable,
  { accountId, priceGroupId, serviceId, serviceGroup, currency }: RuleKey,
  { basis, percent, fixed, minPrice, step }: PriceRuleValues,
): Promise<PriceRuleId> {
  const [made] = await sql<{ id: PriceRuleId }[]>`
    insert into price_rules (account_id, price_group_id, service_id, service_group, currency, basis, percent, fixed, min_price, step)
    values (${accountId}, ${priceGroupId}, ${serviceId}, ${serviceGroup}, ${currency}, ${basis}::text::price_basis,
            ${percent}::text::numeric, ${fixed}, ${minPrice}, ${step})
    on conflict (account_id, price_group_id, service_id, service_group, currency)
    do update set basis = excluded.basis, percent = excluded.percent, fixed = excluded.fixed, min_price = excluded.min_price, step = excluded.step
    returning id`
  if (!made) throw new Error('a price rule was not written')
  return made.id
}

/** `deleteRule` tells whether there was such a rule. */
export async function deleteRule(sql: Queryable, id: PriceRuleId): Promise<boolean> {
  const { count } = await sql`delete from price_rules where id = ${id}`
  return count > 0
}

/** RuleStanding says of a rule what it gives. */
export interface RuleStanding {
  /** `covered` counts fixed prices that stand before it. */
  covered: number
  /** `unknown` counts services whose cost, or whose price for everyone, is not known in its currency. */
  unknown: number
  /** `impossible` is a service whose price would be no price, less than nothing or too much, and `base` what it follows from. */
  impossible: string | null
  base: Micros | null
}

export async function selectStanding(sql: Queryable, rule: KeptRule): Promise<RuleStanding> {
  const [standing] = await sql<RuleStanding[]>`
    with given as materialized (
      select c.*, f.id as fixed
        from price_candidates(case when ${rule.serviceId}::int is not null then array[${rule.serviceId}::int] end) c
        left join prices f on f.service_id = c.service_id and f.currency = c.currency and f.rule_id is null
         and coalesce(f.account_id, 0) = coalesce(c.account_id, 0) and coalesce(f.price_group_id, 0) = coalesce(c.price_group_id, 0)
       where c.rule_id = ${rule.id}
    ), impossible as (
      select v.code, g.base from given g join services v on v.id = g.service_id
       where g.base is not null and g.amount is null order by v.id limit 1
    )
    select (select count(*)::int from given where fixed is not null) as covered,
           (select count(*)::int from given where base is null) as unknown,
           (select code from impossible) as impossible, (select base from impossible) as base`.records()
  if (!standing) throw new Error('a price rule is not there')
  return standing
}

/** `selectServiceGroup` gives a group of services as it is written there. */
export async function selectServiceGroup(sql: Queryable, name: string): Promise<string | undefined> {
  const [row] = await sql<{ name: string }[]>`
    select group_name as name from services where lower(group_name) = lower(${name}::text)
     order by group_name = ${name} desc, group_name limit 1`
  return row?.name
}
