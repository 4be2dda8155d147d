import type { Queryable } from '../database/database.ts'
import type { AccountId, AccountPersonId, NoticeChannelId, SubscriptionId } from '../lib/ids.ts'
import type { Language } from '../lib/languages.ts'
import { type EventName, mailedByDefault } from './events.ts'

/** PersonalKind is a kind of channel by which the people of accounts are told, of what they choose. */
export type PersonalKind = 'email' | 'telegram'

/** Reader is who is told: a subscription, or a person of an account by one kind of channel. */
export type Reader = { subscription: SubscriptionId } | { person: AccountPersonId; kind: PersonalKind }

interface ReaderRow {
  subscription: SubscriptionId | null
  person: AccountPersonId | null
  kind: PersonalKind | null
  /** `language`, null: nobody said. */
  language: Language | null
  channel: string
  address: string
}

/**
 * `selectReaders` gives who is told of an event of one account, or (null) of the operator. An address that a person of the account has is told
 * once, and as the person has chosen, whoever has subscribed it; of people who are kept out it is told nothing. `channel` is the kind of each.
 */
export async function selectReaders(
  sql: Queryable,
  event: EventName,
  accountId: AccountId | null,
): Promise<{ to: Reader; language: Language | null; channel: string; address: string }[]> {
  const rows = await sql<ReaderRow[]>`
    with subscribed as (
      select s.id, c.kind, s.address as shown, lower(s.address) as address
        from notice_subscriptions s join notice_channels c on c.id = s.channel_id
       where s.account_id is not distinct from ${accountId}::int
         and (s.events is null or ${event}::text = any(s.events))
    )
    select s.id as subscription, null::int as person, null::text as kind,
           (select language::text from accounts where id = ${accountId}::int) as language, s.kind as channel, s.shown as address
      from subscribed s
     where not exists (select from account_people p
                        where s.kind = 'email' and p.account_id = ${accountId}::int and lower(p.email) = s.address
                          and (p.suspended_at is not null or p.mailed is not null))
    union all
    select null, p.id, w.kind, p.language::text, w.kind, w.shown
      from account_people p
      cross join lateral (values ('email', p.email, lower(p.email), coalesce(p.mailed, ${mailedByDefault}::text[])),
                                 ('telegram', p.chat, lower(p.chat), p.chatted)) as w (kind, shown, address, events)
     where p.account_id = ${accountId}::int and p.password is not null and p.suspended_at is null
       and w.address is not null and ${event}::text = any(w.events)
       and exists (select from notice_channels c where c.kind = w.kind)
       and not exists (select from subscribed s where s.kind = w.kind and s.address = w.address
                                                  and (w.kind <> 'email' or p.mailed is null))
     order by 1, 2, 3`.records()
  return rows.map(({ subscription, person, kind, ...rest }) => ({
    to:
      person !== null && kind !== null ? { person, kind } : { subscription: subscription as SubscriptionId },
    ...rest,
  }))
}

/** `selectReader` gives where a person is told now, by the oldest channel of the kind; undefined: nowhere. */
export async function selectReader(
  sql: Queryable,
  { person, kind }: { person: AccountPersonId; kind: PersonalKind },
): Promise<{ channelId: NoticeChannelId; address: string; language: Language } | undefined> {
  const [row] = await sql<{ channelId: NoticeChannelId; address: string; language: Language }[]>`
    select c.id as channel_id, case c.kind when 'email' then p.email else p.chat end as address, p.language
      from account_people p join notice_channels c on c.kind = ${kind}
     where p.id = ${person}::int and p.suspended_at is null and (c.kind = 'email' or p.chat is not null)
     order by c.id limit 1`.records()
  return row
}

/** OwnChoice is what a person has chosen to be told of. */
export interface OwnChoice {
  accountId: AccountId
  email: string
  /** `mailed`, null: nothing was chosen. */
  mailed: EventName[] | null
  chat: string | null
  chatted: EventName[]
  /** `subscribed` are the events by which others have subscribed the address; null: to none. */
  subscribed: EventName[] | null
  isSubscribedToAll: boolean
  /** `kinds` are those of the channels that there are. */
  kinds: string[]
}

export async function selectOwnChoice(
  sql: Queryable,
  person: AccountPersonId,
): Promise<OwnChoice | undefined> {
  const [row] = await sql<OwnChoice[]>`
    select p.account_id, p.email, p.mailed, p.chat, p.chatted, s.events as subscribed,
           s.id is not null and s.events is null as is_subscribed_to_all,
           array(select distinct kind from notice_channels order by 1) as kinds
      from account_people p
      left join lateral (
        select s.id, s.events
          from notice_subscriptions s join notice_channels c on c.id = s.channel_id and c.kind = 'email'
         where s.account_id = p.account_id and lower(s.address) = lower(p.email) order by s.id limit 1
      ) s on true
     where p.id = ${person}::int`.records()
  return row
}

/** `updateOwnChoice` writes what is given. */
export async function updateOwnChoice(
  sql: Queryable,
  person: AccountPersonId,
  { mailed, chat, chatted }: Partial<Pick<OwnChoice, 'mailed' | 'chat' | 'chatted'>>,
): Promise<void> {
  await sql`
    update account_people
       set mailed = case when ${mailed !== undefined}::boolean then ${mailed ?? null}::text[] else mailed end,
           chat = case when ${chat !== undefined}::boolean then ${chat ?? null}::text else chat end,
           chatted = coalesce(${chatted ?? null}::text[], chatted)
     where id = ${person}::int`
}
