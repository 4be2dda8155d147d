import type { Queryable, Transaction } from '../database/database.ts'
import type { AccountId, AccountPersonId, PriceGroupId } from '../lib/ids.ts'
import type { Language } from '../lib/languages.ts'

/** Said is what an announcement says in one language: plain text, in which web addresses become links. */
export interface Said {
  title: string
  body: string
}

/** Audience is whom an announcement is for; both null: all accounts. */
export interface Audience {
  priceGroupId: PriceGroupId | null
  accountIds: AccountId[] | null
}

/** AnnouncementRow is an announcement as its table has it. */
export interface AnnouncementRow extends Said, Audience {
  id: number
  translations: Partial<Record<Language, Said>>
  shownFrom: Date
  /** `shownUntil`, null: until somebody takes it away. */
  shownUntil: Date | null
  pinned: boolean
  /** `told`: people are told of it, too, once it is shown. */
  told: boolean
  toldAt: Date | null
  actor: string
  createdAt: Date
}

/** AnnouncementView is an announcement with what operators see beside: whom it names, and how many people have read it. */
export interface AnnouncementView extends AnnouncementRow {
  group: string | null
  accounts: { id: AccountId; username: string; name: string }[] | null
  reads: number
}

/** `selectAnnouncements` gives the newest first, behind the one with the id `before`; or the one with an id. */
export const selectAnnouncements = (
  sql: Queryable,
  { limit, before = null, id = null }: { limit: number; before?: number | null; id?: number | null },
): Promise<AnnouncementView[]> =>
  sql<AnnouncementView[]>`
    select n.id, n.title, n.body, n.translations, n.price_group_id, n.account_ids, n.shown_from, n.shown_until, n.pinned,
           n.told, n.told_at, n.actor, n.created_at, g.name as group,
           (select jsonb_agg(jsonb_build_object('id', a.id, 'username', a.username, 'name', a.name) order by a.id)
              from accounts a where a.id = any(n.account_ids)) as accounts,
           (select count(*)::int from announcement_reads r where r.announcement_id = n.id) as reads
      from announcements n left join price_groups g on g.id = n.price_group_id
     where (${before}::int is null or n.id < ${before}::int) and (${id}::int is null or n.id = ${id}::int)
     order by n.id desc limit ${limit}::int`.records()

/** `lockAnnouncement` keeps other transactions from changing it until this one ends. */
export async function lockAnnouncement(sql: Transaction, id: number): Promise<void> {
  await sql`select id from announcements where id = ${id}::int for update`
}

export async function insertAnnouncement(
  sql: Queryable,
  row: Omit<AnnouncementRow, 'id' | 'toldAt'>,
): Promise<number> {
  const [made] = await sql<{ id: number }[]>`
    insert into announcements (title, body, translations, price_group_id, account_ids, shown_from, shown_until, pinned, told,
                               actor, created_at)
    values (${row.title}, ${row.body}, ${JSON.stringify(row.translations)}::jsonb, ${row.priceGroupId}::int,
            ${row.accountIds}::int[], ${row.shownFrom}, ${row.shownUntil}, ${row.pinned}, ${row.told}, ${row.actor},
            ${row.createdAt})
    returning id`
  return made?.id as number
}

export async function updateAnnouncement(
  sql: Queryable,
  { id, ...row }: Omit<AnnouncementRow, 'toldAt' | 'actor' | 'createdAt'>,
): Promise<void> {
  await sql`
    update announcements
       set title = ${row.title}, body = ${row.body}, translations = ${JSON.stringify(row.translations)}::jsonb,
           price_group_id = ${row.priceGroupId}::int, account_ids = ${row.accountIds}::int[], shown_from = ${row.shownFrom},
           shown_until = ${row.shownUntil}, pinned = ${row.pinned}, told = ${row.told}
     where id = ${id}::int`
}

/** `deleteAnnouncement` gives false where there is none. */
export async function deleteAnnouncement(sql: Queryable, id: number): Promise<boolean> {
  const removed = await sql<{ id: number }[]>`delete from announcements where id = ${id}::int returning id`
  return removed.length > 0
}

/** `selectNamedAccounts` gives the accounts of some ids and user names, each with the name that it was called by. */
export const selectNamedAccounts = (
  sql: Queryable,
  names: readonly string[],
): Promise<{ id: AccountId; called: string }[]> =>
  sql<{ id: AccountId; called: string }[]>`
    select a.id, n.called
      from unnest(${[...names]}::text[]) as n (called)
      join accounts a on a.id::text = n.called or lower(a.username) = lower(n.called)
     order by a.id`.records()

/** `selectReach` counts the active accounts that an audience has, and their people who sign in. */
export async function selectReach(
  sql: Queryable,
  { priceGroupId, accountIds }: Audience,
): Promise<{ accounts: number; people: number }> {
  const [row] = await sql<{ accounts: number; people: number }[]>`
    select count(distinct a.id)::int as accounts, count(p.id)::int as people
      from accounts a
      left join account_people p on p.account_id = a.id and p.password is not null and p.suspended_at is null
     where a.status = 'active'
       and (${priceGroupId}::int is null or a.price_group_id = ${priceGroupId}::int)
       and (${accountIds}::int[] is null or a.id = any(${accountIds}::int[]))`.records()
  return row ?? { accounts: 0, people: 0 }
}

/** ReadAnnouncement is an announcement as somebody in the portal reads it. */
export interface ReadAnnouncement extends Said {
  id: number
  shownFrom: Date
  pinned: boolean
  isRead: boolean
}

/** `selectShown` gives what is shown to an account now, in the language of a person (null: that of the account), what is pinned first. */
export const selectShown = (
  sql: Queryable,
  {
    accountId,
    personId,
    now,
    limit,
  }: { accountId: AccountId; personId: AccountPersonId | null; now: Date; limit: number },
): Promise<ReadAnnouncement[]> =>
  sql<ReadAnnouncement[]>`
    select n.id, coalesce(n.translations -> l.language ->> 'title', n.title) as title,
           coalesce(n.translations -> l.language ->> 'body', n.body) as body, n.shown_from, n.pinned,
           exists (select from announcement_reads r where r.announcement_id = n.id and r.person_id = ${personId}::int) as is_read
      from accounts a
      cross join lateral (
        select coalesce((select p.language::text from account_people p where p.id = ${personId}::int), a.language::text) as language
      ) l
      join announcements n on (n.price_group_id is null or n.price_group_id = a.price_group_id)
                          and (n.account_ids is null or a.id = any(n.account_ids))
     where a.id = ${accountId}::int and n.shown_from <= ${now} and (n.shown_until is null or n.shown_until > ${now})
     order by n.pinned desc, n.shown_from desc, n.id desc limit ${limit}::int`.records()

/** `insertReads` notes that a person has read some of them. */
export async function insertReads(
  sql: Queryable,
  { personId, ids, now }: { personId: AccountPersonId; ids: readonly number[]; now: Date },
): Promise<void> {
  await sql`
    insert into announcement_reads (announcement_id, person_id, read_at)
    select n.id, ${personId}::int, ${now} from announcements n where n.id = any(${[...ids]}::int[])
    on conflict do nothing`
}

/** `lockUntold` gives the oldest that people are to be told of, which no other process tells meanwhile. */
export async function lockUntold(transaction: Transaction, now: Date): Promise<AnnouncementRow | undefined> {
  const [row] = await transaction<AnnouncementRow[]>`
    select id, title, body, translations, price_group_id, account_ids, shown_from, shown_until, pinned, told, told_at, actor,
           created_at
      from announcements
     where told and told_at is null and shown_from <= ${now} and (shown_until is null or shown_until > ${now})
     order by shown_from, id limit 1 for update skip locked`.records()
  return row
}

/** `noteTold` writes down that people were told. */
export async function noteTold(sql: Queryable, id: number, now: Date): Promise<void> {
  await sql`update announcements set told_at = ${now} where id = ${id}::int`
}

/** `selectAddressed` gives the next active accounts of an audience of which somebody could be told, by id, behind the account `after`. */
export async function selectAddressed(
  sql: Queryable,
  { priceGroupId, accountIds }: Audience,
  { after = 0 as AccountId, limit }: { after?: AccountId | undefined; limit: number },
): Promise<AccountId[]> {
  const rows = await sql<{ id: AccountId }[]>`
    select a.id from accounts a
     where a.status = 'active' and a.id > ${after}
       and (${priceGroupId}::int is null or a.price_group_id = ${priceGroupId}::int)
       and (${accountIds}::int[] is null or a.id = any(${accountIds}::int[]))
       and (exists (select from account_people p where p.account_id = a.id and p.password is not null)
            or exists (select from notice_subscriptions s where s.account_id = a.id))
     order by a.id limit ${limit}`.records()
  return rows.map(({ id }) => id)
}
