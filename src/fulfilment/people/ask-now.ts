import type { Sql } from '../../database/database.ts'
import { kindsDoneByPeople } from '../../integrations/suppliers/index.ts'
import type { OrderId } from '../../lib/ids.ts'
import { type Clock, systemClock } from '../../lib/time.ts'
import { insertNote } from '../../orders/desk/notes.ts'
import { mustNameOrder } from '../../orders/desk/order-name.ts'
import { because } from '../../reasons.ts'
import { askAtOnce } from './ask-now.sql.ts'

/** Asked says of how many items suppliers are asked at once. */
export interface Asked {
  items: number
  suppliers: string[]
}

/**
 * `askNow` has the suppliers that have items of an order asked about them at once, by whichever process asks next: it moves no money, and sends nothing
 * again. Throws order_not_found, or conflict where no supplier has anything.
 */
export async function askNow(
  sql: Sql,
  id: OrderId,
  actor: string,
  clock: Clock = systemClock,
): Promise<Asked> {
  const { accountId } = await mustNameOrder(sql, id)
  const name = { accountId, orderId: id }
  return await sql.begin(async (transaction) => {
    const now = clock.now()
    const asked = await askAtOnce(transaction, name, { people: kindsDoneByPeople, now })
    const suppliers = asked.map(({ supplier }) => supplier)
    if (asked.length === 0) throw because('conflict', 'nothing_to_ask', { order: id }, 'id')
    await insertNote(transaction, name, { at: now, actor, kind: 'ask', text: suppliers.join(', ') })
    return { items: asked.reduce((sum, { items }) => sum + items, 0), suppliers }
  })
}
