import type { Queryable } from '../../database/database.ts'
import { COSTING_STATES } from './order-costs.ts'

/**
 * `costingAttempts` are the attempts of an order `o` that cost something, `t` with their suppliers `p` and items `n`: those that a supplier has, or
 * has done, and those whose result was charged before a person gave it back. An item that waits to be sent costs nothing yet, so that its price must be
 * left out of what its cost is taken from. `isCosting` of order-costs.ts says the same of attempts that were read.
 */
export const costingAttempts = (sql: Queryable) => sql`
  attempts t
  join suppliers p on p.id = t.supplier_id
  join items n on n.account_id = o.account_id and n.order_id = o.id and n.position = t.position
 where t.account_id = o.account_id and t.order_id = o.id and n.state <> 'pending'
   and (t.state = any(${COSTING_STATES}::text[]::attempt_state[])
        or t.state = 'given_up' and t.fault is distinct from 'chosen' and n.refunded > 0)`
