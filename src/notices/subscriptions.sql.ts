import { build } from '../database/build.ts'
import type { Queryable } from '../database/database.ts'
import type { AccountId, NoticeChannelId, SubscriptionId } from '../lib/ids.ts'
import type { Language } from '../lib/languages.ts'
import type { EventName } from './events.ts'

/** Subscription is an address that wants to be told of events. */
export interface Subscription {
  id: SubscriptionId
  /** `accountId`, null: the operator's. */
  accountId: AccountId | null
  username: string | null
  /** `language` is the account's. */
  language: Language | null
  channelId: NoticeChannelId
  /** `channel` is the kind of the channel. */
  channel: string
  channelName: string
  address: string
  /** `events`, null: all of its side, later ones too. */
  events: EventName[] | null
  actor: string
  createdAt: Date
}

const subscriptions = () =>
  build
    .selectFrom('noticeSubscriptions as s')
    .innerJoin('noticeChannels as c', 'c.id', 's.channelId')
    .leftJoin('accounts as a', 'a.id', 's.accountId')
    .select([
      's.id',
      's.accountId',
      'a.username',
      'a.language',
      's.channelId',
      'c.kind as channel',
      'c.name as channelName',
    ])
    .select(['s.address', 's.events', 's.actor', 's.createdAt'])
    .$narrowType<Pick<Subscription, 'events' | 'language'>>()

/** `listSubscriptions` lists subscriptions by id, behind the one with the id `after`. */
export const listSubscriptions = (
  sql: Queryable,
  limit: number,
  after: SubscriptionId = 0 as SubscriptionId,
): Promise<Subscription[]> => sql.run(subscriptions().where('s.id', '>', after).orderBy('s.id').limit(limit))

export async function selectSubscription(
  sql: Queryable,
  id: SubscriptionId,
): Promise<Subscription | undefined> {
  const [subscription] = await sql.run(subscriptions().where('s.id', '=', id))
  return subscription
}

/** `lockSubscription` keeps other transactions from changing the subscription until this one ends. */
export async function lockSubscription(sql: Queryable, id: SubscriptionId): Promise<void> {
  await sql.run(build.selectFrom('noticeSubscriptions').select('id').where('id', '=', id).forNoKeyUpdate())
}

/** `updateEvents` changes of what a subscription is told. */
export async function updateEvents(
  sql: Queryable,
  id: SubscriptionId,
  events: EventName[] | null,
): Promise<void> {
  await sql.run(build.updateTable('noticeSubscriptions').set({ events }).where('id', '=', id))
}

/** `insertSubscription` gives undefined when this address is told already. */
export async function insertSubscription(
  sql: Queryable,
  subscription: Omit<Subscription, 'id' | 'username' | 'language' | 'channel' | 'channelName'>,
): Promise<SubscriptionId | undefined> {
  const [row] = await sql.run(
    build
      .insertInto('noticeSubscriptions')
      .values(subscription)
      .onConflict((taken) => taken.doNothing())
      .returning('id'),
  )
  return row?.id
}

/** `deleteSubscription` gives false when there is none. */
export async function deleteSubscription(sql: Queryable, id: SubscriptionId): Promise<boolean> {
  return (await sql.run(build.deleteFrom('noticeSubscriptions').where('id', '=', id))).count > 0
}
