import type { Queryable } from '../database/database.ts'
import type { PriceGroupId, ServiceId } from '../lib/ids.ts'
import type { Micros } from '../lib/money.ts'
import type { StoredMarkupRule } from './markup-rule.ts'

/** RuleOfPrice is the markup rule that a price was made by. */
export interface RuleOfPrice {
  priceGroupId: PriceGroupId | null
  currency: string
  rule: StoredMarkupRule
  /** `supplier` is the name of the one whose cost the price follows. */
  supplier: string
  follows: boolean
  /** `written` is the price that the rule made last; null: none. */
  written: Micros | null
}

export async function selectRulesOfService(sql: Queryable, service: ServiceId): Promise<RuleOfPrice[]> {
  return sql<RuleOfPrice[]>`
    select m.price_group_id, m.currency, m.rule, s.name as supplier, m.follows, m.price as written
      from markup_rules m join synced_services y using (service_id) join suppliers s on s.id = y.supplier_id
     where m.service_id = ${service}`.records()
}
