import type { Queryable } from '../../database/database.ts'
import type { ReviewId, ServiceId } from '../../lib/ids.ts'
import type { ItemName } from '../claimed-item.ts'

/** `selectSecret` gives the result of an item, and whether those of its service are secret. */
export async function selectSecret(
  sql: Queryable,
  { accountId, orderId, position }: ItemName,
): Promise<{ result: string | null; secretResults: boolean } | undefined> {
  const [row] = await sql<{ result: string | null; secretResults: boolean }[]>`
    select i.result, s.secret_results
      from items i join services s on s.id = i.service_id
     where i.account_id = ${accountId} and i.order_id = ${orderId} and i.position = ${position}`.records()
  return row
}

/** `selectReviewWords` gives what reviews of an item say, the oldest first. */
export async function selectReviewWords(
  sql: Queryable,
  { accountId, orderId, position }: ItemName,
): Promise<{ id: ReviewId; detail: string }[]> {
  return await sql<{ id: ReviewId; detail: string }[]>`
    select id, detail from reviews
     where account_id = ${accountId} and order_id = ${orderId} and position = ${position}
     order by id`.records()
}

/** `hasSecretResults` tells whether the results of a service are secret. */
export async function hasSecretResults(sql: Queryable, id: ServiceId): Promise<boolean> {
  const [row] = await sql<{ secretResults: boolean }[]>`
    select secret_results from services where id = ${id}`.records()
  return row?.secretResults ?? true
}
