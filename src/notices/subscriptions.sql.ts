import type { Queryable } from '../database/database.ts'
import type { AccountId, SubscriptionId } from '../lib/ids.ts'
import type { EventName } from './events.ts'
import type { Channel } from './message.ts'

/** Somebody who wants to be told. */
export interface Subscription {
  id: SubscriptionId
  /** null: the operator. */
  accountId: AccountId | null
  username: string | null
  channel: Channel
  address: string
  /** null: all of its side, later ones too. */
  events: EventName[] | null
  actor: string
  createdAt: Date
}

const subscriptions = (sql: Queryable) => sql`
  select s.id, s.account_id as "accountId", a.username, s.channel, s.address, s.events, s.actor,
         s.created_at as "createdAt"
    from notice_subscriptions s left join accounts a on a.id = s.account_id`

export async function selectSubscriptions(sql: Queryable): Promise<Subscription[]> {
  return await sql<Subscription[]>`${subscriptions(sql)} order by s.id`
}

export async function selectSubscription(
  sql: Queryable,
  id: SubscriptionId,
): Promise<Subscription | undefined> {
  const [row] = await sql<Subscription[]>`${subscriptions(sql)} where s.id = ${id}`
  return row
}

/** Of one account, or (null) of the operator. */
export async function selectSubscribed(
  sql: Queryable,
  event: EventName,
  accountId: AccountId | null,
): Promise<SubscriptionId[]> {
  const rows = await sql<{ id: SubscriptionId }[]>`
    select id from notice_subscriptions
     where account_id is not distinct from ${accountId} and (events is null or ${event} = any(events))
     order by id`
  return rows.map(({ id }) => id)
}

/** Gives undefined when this address is told already. */
export async function insertSubscription(
  sql: Queryable,
  one: Omit<Subscription, 'id' | 'username'>,
): Promise<SubscriptionId | undefined> {
  const [row] = await sql<{ id: SubscriptionId }[]>`
    insert into notice_subscriptions (account_id, channel, address, events, actor, created_at)
    values (${one.accountId}, ${one.channel}, ${one.address}, ${one.events}::text[], ${one.actor}, ${one.createdAt})
    on conflict do nothing
    returning id`
  return row?.id
}

/** False: there is none. */
export async function deleteSubscription(sql: Queryable, id: SubscriptionId): Promise<boolean> {
  return (await sql`delete from notice_subscriptions where id = ${id}`).count > 0
}
