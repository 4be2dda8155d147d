import { findPriceGroup } from '../accounts/accounts.ts'
import type { Queryable, Sql } from '../database/database.ts'
import { type Fault, Refusal } from '../errors.ts'
import { fault, orThrow, resultOf } from '../lib/fault.ts'
import type { AccountId, AccountPersonId } from '../lib/ids.ts'
import type { Language } from '../lib/languages.ts'
import { isBlank, plainLineFault, sanitize } from '../lib/text.ts'
import type { Clock } from '../lib/time.ts'
import { checkVersion, versionOf } from '../lib/version.ts'
import { because } from '../reasons.ts'
import {
  type AnnouncementView,
  type Audience,
  deleteAnnouncement,
  insertAnnouncement,
  insertReads,
  lockAnnouncement,
  type ReadAnnouncement,
  type Said,
  selectAnnouncements,
  selectNamedAccounts,
  selectReach,
  selectShown,
  updateAnnouncement,
} from './announcements.sql.ts'

export type { AnnouncementView, ReadAnnouncement } from './announcements.sql.ts'
// Whoever tells of news by other ways asks for these.
export { lockUntold, noteTold, selectAddressed } from './announcements.sql.ts'

/** MAX_TITLE and MAX_BODY bound what an announcement says, in characters. */
export const MAX_TITLE = 120
export const MAX_BODY = 4000
/** SHOWN is how many announcements the portal shows. */
const SHOWN = 100

/** AudienceForm says whom an announcement is for: a price group by name, accounts by id or user name, or neither: all. */
export interface AudienceForm {
  group?: string | null | undefined
  accounts?: readonly string[] | null | undefined
}

/** AnnouncementForm is an announcement as an operator writes it. */
export interface AnnouncementForm extends Said, AudienceForm {
  translations?: Partial<Record<Language, Said>> | undefined
  /** `from`, undefined: now, or as it was. */
  from?: Date | undefined
  until?: Date | null | undefined
  pinned?: boolean | undefined
  told?: boolean | undefined
}

/** `addAnnouncement` throws invalid_input that names the value at fault, or not_found for a group that is none. */
export async function addAnnouncement(
  sql: Sql,
  form: AnnouncementForm,
  actor: string,
  clock: Clock,
): Promise<AnnouncementView> {
  const now = clock.now()
  return await sql.begin(async (transaction) => {
    const id = await insertAnnouncement(transaction, {
      ...readSaid(form),
      ...(await audienceOf(transaction, form)),
      ...readTimes(form, now),
      ...{ pinned: form.pinned ?? false, told: form.told ?? false, actor, createdAt: now },
    })
    return await findAnnouncement(transaction, id)
  })
}

/** `changeAnnouncement` writes all of it anew. People who were told are not told again. Throws as `addAnnouncement`, not_found and version_conflict. */
export async function changeAnnouncement(
  sql: Sql,
  id: number,
  form: AnnouncementForm,
  seen: string | undefined,
): Promise<AnnouncementView> {
  return await sql.begin(async (transaction) => {
    await lockAnnouncement(transaction, id)
    const before = await findAnnouncement(transaction, id)
    checkVersion(seen, announcementVersion(before))
    await updateAnnouncement(transaction, {
      id,
      ...readSaid(form),
      ...(await audienceOf(transaction, form)),
      ...readTimes(form, before.shownFrom),
      ...{ pinned: form.pinned ?? false, told: before.toldAt !== null || (form.told ?? false) },
    })
    return await findAnnouncement(transaction, id)
  })
}

/** `removeAnnouncement` throws not_found. */
export async function removeAnnouncement(sql: Queryable, id: number): Promise<void> {
  if (!(await deleteAnnouncement(sql, id))) refuseUnknown(id)
}

/** `findAnnouncement` throws not_found. */
export async function findAnnouncement(sql: Queryable, id: number): Promise<AnnouncementView> {
  const [view] = await selectAnnouncements(sql, { limit: 1, id })
  return view ?? refuseUnknown(id)
}

/** `listAnnouncements` gives the newest first, behind the one with the id `before`. */
export const listAnnouncements = (
  sql: Queryable,
  limit: number,
  before?: number,
): Promise<AnnouncementView[]> => selectAnnouncements(sql, { limit, before: before ?? null })

/** `reachOf` counts the accounts, and their people, whom an announcement is for. Throws as `addAnnouncement`. */
export async function reachOf(
  sql: Queryable,
  form: AudienceForm,
): Promise<{ accounts: number; people: number }> {
  return await selectReach(sql, await audienceOf(sql, form))
}

/** `announcementState` tells whether an announcement is shown. */
export const announcementState = (
  { shownFrom, shownUntil }: Pick<AnnouncementView, 'shownFrom' | 'shownUntil'>,
  now: Date,
): 'planned' | 'shown' | 'over' =>
  shownFrom > now ? 'planned' : shownUntil !== null && shownUntil <= now ? 'over' : 'shown'

/** `announcementVersion` names how an announcement stands. */
export const announcementVersion = (view: AnnouncementView): string =>
  versionOf([
    ...[view.title, view.body, view.translations, view.priceGroupId, view.accountIds],
    ...[view.shownFrom, view.shownUntil, view.pinned, view.told],
  ])

/** Reader is somebody in the portal of an account. `personId`, null: somebody of the staff who looks on. */
interface Reader {
  accountId: AccountId
  personId: AccountPersonId | null
}

/** `announcementsFor` gives what is shown to an account now: what is pinned first, then the newest. */
export const announcementsFor = (sql: Queryable, reader: Reader, clock: Clock): Promise<ReadAnnouncement[]> =>
  selectShown(sql, { ...reader, now: clock.now(), limit: SHOWN })

/** `readAnnouncements` notes that a person has read those of these that are shown to it. */
export async function readAnnouncements(
  sql: Queryable,
  { accountId, personId, ids }: { accountId: AccountId; personId: AccountPersonId; ids: readonly number[] },
  clock: Clock,
): Promise<void> {
  const shown = await announcementsFor(sql, { accountId, personId }, clock)
  const read = shown.map(({ id }) => id).filter((id) => ids.includes(id))
  await insertReads(sql, { personId, ids: read, now: clock.now() })
}

function readSaid({ title, body, translations = {} }: AnnouncementForm): Said & {
  translations: Partial<Record<Language, Said>>
} {
  const said = cleaned({ title, body })
  const others = Object.entries(translations).map(([language, one]) => [language, cleaned(one)] as const)
  const faults = [
    ...faultsOf(said, []),
    ...others.flatMap(([language, one]) => faultsOf(one, ['translations', language])),
  ]
  return orThrow(resultOf({ ...said, translations: Object.fromEntries(others) }, faults))
}

const cleaned = ({ title, body }: Said): Said => ({
  title: title.trim(),
  body: sanitize(body.replaceAll('\r\n', '\n').trim()),
})

const faultsOf = ({ title, body }: Said, path: string[]): (Fault | undefined)[] => {
  const ofTitle = isBlank(title) ? fault('title', 'is missing') : plainLineFault('title', title, MAX_TITLE)
  const ofBody = isBlank(body) ? fault('body', 'is missing') : undefined
  return [ofTitle, ofBody].map((one) => one && { ...one, path: [...path, ...one.path] })
}

function readTimes(
  { from, until = null }: AnnouncementForm,
  now: Date,
): { shownFrom: Date; shownUntil: Date | null } {
  const shownFrom = from ?? now
  if (until !== null && until <= shownFrom) throw because('invalid_input', 'news_until', {}, 'until')
  return { shownFrom, shownUntil: until }
}

async function audienceOf(sql: Queryable, { group, accounts }: AudienceForm): Promise<Audience> {
  if (group != null && accounts != null) throw because('invalid_input', 'news_for_both', {}, 'accounts')
  if (accounts == null)
    return { priceGroupId: group == null ? null : await findPriceGroup(sql, group), accountIds: null }
  const named = await selectNamedAccounts(sql, accounts.map(sanitize))
  const unknown = accounts.find((name) => !named.some(({ called }) => called === sanitize(name)))
  if (unknown !== undefined)
    throw because('invalid_input', 'news_for_unknown', { account: JSON.stringify(unknown) }, 'accounts')
  if (named.length === 0) throw new Refusal('invalid_input', 'accounts: must name one at least', 'accounts')
  return { priceGroupId: null, accountIds: [...new Set(named.map(({ id }) => id))] }
}

function refuseUnknown(id: number): never {
  throw new Refusal('not_found', `there is no news ${id}`, 'id')
}
