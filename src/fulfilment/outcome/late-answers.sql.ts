import type { Queryable, Transaction } from '../../database/database.ts'
import type { AttemptState } from '../../lib/states.ts'
import { sanitize } from '../../lib/text.ts'
import type { ItemName } from '../claimed-item.ts'
import type { AttemptFault } from '../dispatch/routing.ts'
import type { ReviewKind } from '../people/review.ts'

/** LateItem is an item as it is by now, with the attempt that a late answer is about. */
export interface LateItem {
  fence: number
  isFinished: boolean
  /** `isWaiting`: it is with nobody, and waits for another supplier. */
  isWaiting: boolean
  /** `isHeld`: somebody is asking about it at this moment. */
  isHeld: boolean
  result: string | null
  /** `fault` of a refused one is null where a person said that it was not taken. */
  attempt: { latest: number; state: AttemptState; reference: string | null; fault: AttemptFault | null }
}

/** `lockLateItem` locks an item, and reads the attempt. Wallets must be locked before, as everywhere. */
export async function lockLateItem(
  sql: Transaction,
  { accountId, orderId, position, attempt }: ItemName & { attempt: number },
  now: Date,
): Promise<LateItem | undefined> {
  const [row] = await sql<
    {
      fence: number
      finished: boolean
      waiting: boolean
      held: boolean
      result: string | null
      latest: number
      state: AttemptState
      reference: string | null
      fault: AttemptFault | null
    }[]
  >`
    select i.fence, i.finished_at is not null as finished, i.state = 'pending' as waiting,
           i.leased_until is not null and i.leased_until > ${now} as held, i.result, a.state, a.reference, a.fault,
           (select max(n.number) from attempts n
             where n.account_id = i.account_id and n.order_id = i.order_id and n.position = i.position)::int as latest
      from items i
      join attempts a on a.account_id = i.account_id and a.order_id = i.order_id and a.position = i.position
                     and a.number = ${attempt}
     where i.account_id = ${accountId} and i.order_id = ${orderId} and i.position = ${position}
       for update of i, a`.records()
  if (!row) return undefined
  const { fence, finished, waiting, held, result, ...of } = row
  return { fence, isFinished: finished, isWaiting: waiting, isHeld: held, result, attempt: of }
}

/** `addToOpenReviews` adds what a supplier said late to the open reviews of these kinds of an item; gives how many there are. */
export async function addToOpenReviews(
  sql: Queryable,
  { accountId, orderId, position }: ItemName,
  kinds: readonly ReviewKind[],
  detail: string,
): Promise<number> {
  const { count } = await sql`
    update reviews set detail = left(detail || E'\n' || ${sanitize(detail)}, 4000)
     where account_id = ${accountId} and order_id = ${orderId} and position = ${position} and resolved_at is null
       and kind = any(${kinds}::text[]::review_kind[])`
  return count
}

/** `holdWaiting` has an item that waits not sent by a dispatcher that looked at it before what was just written. */
export async function holdWaiting(
  sql: Queryable,
  { accountId, orderId, position }: ItemName,
  until: Date,
): Promise<void> {
  await sql`
    update items set due_at = greatest(due_at, ${until})
     where account_id = ${accountId} and order_id = ${orderId} and position = ${position} and state = 'pending'`
}
