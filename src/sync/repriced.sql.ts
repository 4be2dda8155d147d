import type { Queryable } from '../database/database.ts'
import type { SupplierId } from '../lib/ids.ts'

export interface Repriced {
  /** `repriced` counts the prices of known services that were changed, or made by a rule, in this transaction. */
  repriced: number
  /** `kept` counts fixed prices that stand before the rule of their service, and are not what it would give. */
  kept: number
  /** `unpriced` counts rules that give no new price, because there is no exchange rate from the cost's currency. */
  unpriced: number
}

/** `countRepriced` says what became of prices since the trail's line `since`. It is called before the staged list is cleared. */
export async function countRepriced(
  sql: Queryable,
  supplier: SupplierId,
  { since, currency }: { since: bigint; currency: string },
): Promise<Repriced> {
  const [counts] = await sql<Repriced[]>`
    with writers as materialized (
      select writer from (select distinct xmin as writer from trail where id > ${since}) w where is_ours(writer)
    ), ours as (
      select y.service_id from synced_services y join staged_services s using (supplier_id, remote_id) where supplier_id = ${supplier}
    ), moved as (
      select distinct t.subject, t.account_id, coalesce(t.after, t.before) ->> 'price_group_id', coalesce(t.after, t.before) ->> 'currency'
        from trail t join services v on v.id = t.subject::int and v.created_at < now()
       where t.id > ${since} and t.what = 'prices' and t.xmin in (select writer from writers) and t.after ? 'unit_price'
    ), ruled as (
      select c.*, f.unit_price as fixed from price_candidates(array(select service_id from ours)) c
        left join prices f on f.service_id = c.service_id and f.currency = c.currency and f.rule_id is null
         and f.account_id is not distinct from c.account_id and f.price_group_id is not distinct from c.price_group_id
       where c.breadth = 1 and c.basis = 'cost'
    )
    select (select count(*)::int from moved) as repriced,
           count(*) filter (where fixed <> amount)::int as kept,
           count(*) filter (where base is null and fixed is null and currency <> ${currency})::int as unpriced
      from ruled`
  return counts ?? { repriced: 0, kept: 0, unpriced: 0 }
}
