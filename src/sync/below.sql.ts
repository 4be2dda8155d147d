import type { Queryable } from '../database/database.ts'
import type { SupplierId } from '../lib/ids.ts'

/**
 * `wouldBeBelow` selects the fixed prices that staged costs which have risen would put below the cost, and that are not below it now: no other working
 * route of the service is as cheap.
 */
export const wouldBeBelow = (sql: Queryable, supplier: SupplierId, currency: string) => sql`
  select s.remote_id, p.service_id, p.currency
    from staged_services s
    join supplier_services k on k.supplier_id = s.supplier_id and k.remote_id = s.remote_id and k.currency = ${currency}
                            and k.cost < coalesce(s.waiting_cost, s.cost)
    join supplier_routes r on r.supplier_id = s.supplier_id and r.remote_service = s.remote_id and r.available is not false
    join services v on v.id = r.service_id and v.active
    join prices p on p.service_id = r.service_id and p.rule_id is null
    join exchanges(array(select distinct currency from prices)) x on x.cost_currency = ${currency} and x.currency = p.currency
   where s.supplier_id = ${supplier}
     and p.unit_price < div(coalesce(s.waiting_cost, s.cost) * x.times + x.by - 1, x.by)
     and p.unit_price >= div(k.cost * x.times + x.by - 1, x.by)
     and not exists (select from supplier_routes o join suppliers u on u.id = o.supplier_id and u.enabled
                       join exchanges(array(select distinct currency from prices)) y on y.cost_currency = u.currency and y.currency = p.currency
                      where o.service_id = r.service_id and o.id <> r.id and o.available is not false and o.cost is not null
                        and div(o.cost * y.times + y.by - 1, y.by) <= p.unit_price)`
