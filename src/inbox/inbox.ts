import type { Queryable } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import type { AccountId, OrderId, SupplierId } from '../lib/ids.ts'
import { type Page, pageOf } from '../lib/page.ts'
import { type Clock, DAY_MS, MINUTE_MS, systemClock } from '../lib/time.ts'
import { reviewWords } from '../orders/read/secret-results.ts'
import { because } from '../reasons.ts'
import { findWaitingLists } from '../sync/waiting.ts'
import { waitingListText } from '../sync/waiting-text.ts'
import {
  type Ending,
  type Settled,
  selectApplicationEnding,
  selectDepositEnding,
  selectLastSettled,
  selectListEnding,
  selectReviewEnding,
  selectWorkEnding,
} from './endings.sql.ts'
import {
  applicationWaits,
  type Behind,
  countApplicationsWaiting,
  countDepositsWaiting,
  countReviewsWaiting,
  depositWaits,
  type KindCount,
  kindOfReviewNumbered,
  type Marks,
  type Narrowed,
  putOff,
  release,
  reviewWaits,
  selectApplicationsWaiting,
  selectDepositsWaiting,
  selectMarks,
  selectReviewsWaiting,
  selectWorkWaiting,
  take,
  type WaitingReview,
  type WaitingWork,
  workWaits,
} from './inbox.sql.ts'
import { type InboxKind, inboxKindNames, kindOfReview, reviewKindsOf } from './kinds.ts'

/** TAKEN_MS is how long something counts as worked on. */
const TAKEN_MS = 5 * MINUTE_MS
/** MAX_LATER_MS is the longest that something may be put off. */
const MAX_LATER_MS = DAY_MS

/** InboxEntry is one thing that waits for a person. What does not belong to its kind is null. */
export interface InboxEntry extends Marks {
  /** `thing` names it: review-12, deposit-1001, manual-3-17, list-3, application-4. */
  thing: string
  kind: InboxKind
  since: Date
  /** `detail` says why it waits. */
  detail: string
  account: { id: AccountId; username: string } | null
  order: { id: OrderId; position: number } | null
  service: { code: string; name: string } | null
  supplier: { id: SupplierId; name: string } | null
  input: string | null
  /** `count` is how many items wait for the one decision. */
  count: number
  /** `amount` is the money that waits with it, in micros of `currency`; null: none, or in several currencies. */
  amount: bigint | null
  currency: string | null
}

export interface InboxFilter {
  kinds: readonly InboxKind[]
  supplier?: string | undefined
  account?: string | undefined
  service?: string | undefined
  order?: OrderId | undefined
  taken?: 'me' | 'free' | undefined
  later?: boolean | undefined
  /** `olderThanMinutes`: only what has waited for so long. */
  olderThanMinutes?: number | undefined
}

/** Place is where a page begins: behind the thing of this source and number that has waited since then. */
export interface InboxPlace {
  since: Date
  source: number
  id: number
}

/** `sources` is the order of things that began to wait at the same moment. */
const sources = { review: 0, deposit: 1, manual: 2, list: 3, application: 4 } as const

interface Sorted {
  entry: InboxEntry
  place: InboxPlace
}

/** `listInbox` gives a page of what waits, what has waited the longest first. */
export async function listInbox(
  sql: Queryable,
  { kinds, olderThanMinutes, ...rest }: InboxFilter,
  {
    me,
    behind,
    limit,
    clock = systemClock,
  }: { me: string; behind?: InboxPlace | undefined; limit: number; clock?: Clock },
): Promise<Page<InboxEntry, InboxPlace>> {
  const now = clock.now()
  const before =
    olderThanMinutes === undefined ? undefined : new Date(now.getTime() - olderThanMinutes * MINUTE_MS)
  const narrowed: Narrowed = { ...rest, before, me, now }
  const has = (kind: InboxKind): boolean => kinds.includes(kind)
  const found = await Promise.all([
    reviewsBehind(sql, kinds, narrowed, behindIn(behind, sources.review), limit + 1),
    has('deposit') && isOfNoOrder(narrowed) && narrowed.supplier === undefined
      ? depositsBehind(sql, narrowed, behindIn(behind, sources.deposit), limit + 1)
      : [],
    has('manual') ? (await selectWorkWaiting(sql, narrowed)).map(sortedWork) : [],
    has('list') && isOfNoOrder(narrowed) && narrowed.account === undefined ? listsWaiting(sql, narrowed) : [],
    has('application') &&
    isOfNoOrder(narrowed) &&
    narrowed.supplier === undefined &&
    narrowed.account === undefined
      ? applicationsBehind(sql, narrowed, behindIn(behind, sources.application), limit + 1)
      : [],
  ])
  const sorted = found
    .flat()
    .filter(({ place }) => behind === undefined || compare(place, behind) > 0)
    .toSorted((a, b) => compare(a.place, b.place))
  const { items, next } = pageOf(sorted, limit, ({ place }) => place)
  return { items: items.map(({ entry }) => entry), next }
}

/** `isOfNoOrder`: what is asked for may be of no order, and so of no service, as deposits, lists and applications are. */
const isOfNoOrder = ({ service, order }: Narrowed): boolean => service === undefined && order === undefined

const compare = (a: InboxPlace, b: InboxPlace): number =>
  a.since.getTime() - b.since.getTime() || a.source - b.source || a.id - b.id

const EVER = new Date(0)

/** `behindIn` is where a page begins within one source. */
const behindIn = (behind: InboxPlace | undefined, source: number): Behind => {
  if (!behind) return { since: EVER, id: 0 }
  const id = source < behind.source ? Number.MAX_SAFE_INTEGER : source > behind.source ? 0 : behind.id
  return { since: behind.since, id }
}

async function reviewsBehind(
  sql: Queryable,
  kinds: readonly InboxKind[],
  narrowed: Narrowed,
  behind: Behind,
  limit: number,
): Promise<Sorted[]> {
  const wanted = reviewKindsOf(kinds)
  if (wanted.length === 0) return []
  return (await selectReviewsWaiting(sql, wanted, narrowed, behind, limit)).map(sortedReview)
}

function sortedReview(one: WaitingReview): Sorted {
  const isOfMany = one.alike !== null
  return {
    place: { since: one.since, source: sources.review, id: one.id },
    entry: {
      ...marksOf(one),
      thing: `review-${one.id}`,
      kind: kindOfReview(one.kind),
      since: one.since,
      detail: reviewWords(one),
      account: { id: one.accountId, username: one.username },
      order: { id: one.orderId, position: one.position },
      service: { code: one.serviceCode, name: one.serviceName },
      supplier: one.supplierId === null ? null : { id: one.supplierId, name: one.supplier ?? '' },
      input: one.input,
      count: one.alike ?? 1,
      amount: isOfMany ? one.alikePrice : one.price,
      currency: one.currency,
    },
  }
}

async function depositsBehind(
  sql: Queryable,
  narrowed: Narrowed,
  behind: Behind,
  limit: number,
): Promise<Sorted[]> {
  return (await selectDepositsWaiting(sql, narrowed, behind, limit)).map((one) => ({
    place: { since: one.since, source: sources.deposit, id: one.id },
    entry: {
      ...marksOf(one),
      ...nothing,
      thing: `deposit-${one.id}`,
      kind: 'deposit',
      since: one.since,
      detail: [one.provider, one.proof, one.hasFile ? 'a file as proof' : null]
        .filter((part) => part !== null)
        .join(', '),
      account: { id: one.accountId, username: one.username },
      count: 1,
      amount: one.totalPay,
      currency: one.currency,
    },
  }))
}

async function applicationsBehind(
  sql: Queryable,
  narrowed: Narrowed,
  behind: Behind,
  limit: number,
): Promise<Sorted[]> {
  return (await selectApplicationsWaiting(sql, narrowed, behind, limit)).map((one) => ({
    place: { since: one.since, source: sources.application, id: one.id },
    entry: {
      ...marksOf(one),
      ...nothing,
      thing: `application-${one.id}`,
      kind: 'application',
      since: one.since,
      detail: `${one.name}, ${one.email}`,
      count: 1,
    },
  }))
}

const sortedWork = (one: WaitingWork): Sorted => ({
  place: { since: one.since, source: sources.manual, id: one.supplierId * MANY + one.serviceId },
  entry: {
    ...marksOf(one),
    ...nothing,
    thing: `manual-${one.supplierId}-${one.serviceId}`,
    kind: 'manual',
    since: one.since,
    detail: one.items === 1 ? '1 item to be done by hand' : `${one.items} items to be done by hand`,
    service: { code: one.serviceCode, name: one.serviceName },
    supplier: { id: one.supplierId, name: one.supplier },
    count: one.items,
    amount: one.price,
    currency: one.currency,
  },
})

/** MANY is more than there are services. */
const MANY = 1_000_000

async function listsWaiting(
  sql: Queryable,
  { supplier, before, taken, later = false, me, now }: Narrowed,
): Promise<Sorted[]> {
  const lists = (await findWaitingLists(sql)).filter(
    ({ supplierId, name, since }) =>
      (supplier === undefined ||
        name.toLowerCase() === supplier.toLowerCase() ||
        String(supplierId) === supplier) &&
      (before === undefined || since < before),
  )
  const marks = await selectMarks(
    sql,
    lists.map(({ supplierId }) => `list-${supplierId}`),
    now,
  )
  return lists.flatMap((list) => {
    const thing = `list-${list.supplierId}`
    const own = marks.get(thing) ?? unmarked
    if ((own.laterUntil !== null) !== later) return []
    if (taken === 'me' && own.takenBy !== me) return []
    if (taken === 'free' && own.takenBy !== null) return []
    const entry: InboxEntry = {
      ...own,
      ...nothing,
      thing,
      kind: 'list',
      since: list.since,
      detail: waitingListText(list),
      supplier: { id: list.supplierId, name: list.name },
      count: Math.max(1, list.jumps + list.abovePrices),
    }
    return [{ place: { since: list.since, source: sources.list, id: list.supplierId }, entry }]
  })
}

const nothing = {
  ...{ account: null, order: null, service: null, supplier: null, input: null, amount: null, currency: null },
}
const unmarked: Marks = {
  ...{ takenBy: null, takenName: null, takenUntil: null, laterBy: null, laterName: null, laterUntil: null },
}
const marksOf = ({ takenBy, takenName, takenUntil, laterBy, laterName, laterUntil }: Marks): Marks => ({
  ...{ takenBy, takenName, takenUntil, laterBy, laterName, laterUntil },
})

/** InboxCounts counts what waits, of the kinds that were asked for. */
export interface InboxCounts {
  kinds: { kind: InboxKind; count: number; later: number; oldest: Date | null }[]
  /** `settled` is who decided something of these kinds last; undefined: nobody lately. */
  settled: Settled | undefined
}

/** `countInbox` counts things as the list shows them, but of work by hand its items. */
export async function countInbox(
  sql: Queryable,
  kinds: readonly InboxKind[],
  me: string,
  clock: Clock = systemClock,
): Promise<InboxCounts> {
  const now = clock.now()
  const has = (kind: InboxKind): boolean => kinds.includes(kind)
  const isReview = reviewKindsOf(kinds).length > 0
  const [reviews, deposits, work, lists, applications, settled] = await Promise.all([
    isReview ? countReviewsWaiting(sql, now) : [],
    has('deposit') ? countDepositsWaiting(sql, now) : [],
    has('manual') ? countsOfEntries(sql, 'manual', me, clock) : [],
    has('list') ? countsOfEntries(sql, 'list', me, clock) : [],
    has('application') ? countApplicationsWaiting(sql, now) : [],
    selectLastSettled(sql, {
      ...{ reviews: isReview, deposits: has('deposit'), work: has('manual') },
      ...{ lists: has('list'), applications: has('application') },
    }),
  ])
  const all = [...reviews, ...deposits, ...work, ...lists, ...applications].map((one) => ({
    ...one,
    kind: one.kind === 'unrecognised answer' ? 'answer' : one.kind,
  }))
  return {
    kinds: inboxKindNames.filter(has).map((kind) => {
      const { count = 0, later = 0, oldest = null } = all.find((one) => one.kind === kind) ?? {}
      return { kind, count, later, oldest }
    }),
    settled,
  }
}

async function countsOfEntries(
  sql: Queryable,
  kind: 'manual' | 'list',
  me: string,
  clock: Clock,
): Promise<KindCount[]> {
  const read = (later: boolean) => listInbox(sql, { kinds: [kind], later }, { me, limit: MAX_GROUPS, clock })
  const [open, later] = await Promise.all([read(false), read(true)])
  const sum = (entries: InboxEntry[]): number =>
    entries.reduce((all, { count }) => all + (kind === 'manual' ? count : 1), 0)
  return [{ kind, count: sum(open.items), later: sum(later.items), oldest: open.items[0]?.since ?? null }]
}

const MAX_GROUPS = 10_000

/** Thing is what a name of the inbox stands for. */
type Thing =
  | { of: 'review'; id: number }
  | { of: 'deposit'; id: number }
  | { of: 'manual'; supplierId: number; serviceId: number }
  | { of: 'list'; supplierId: number }
  | { of: 'application'; id: number }

/** `thingOf` reads the name of a thing. Throws not_found. */
function thingOf(name: string): Thing {
  const [, of, first, second] =
    /^(review|deposit|manual|list|application)-(\d{1,9})(?:-(\d{1,9}))?$/.exec(name) ?? []
  if ((of === 'review' || of === 'deposit' || of === 'application') && second === undefined)
    return { of, id: Number(first) }
  if (of === 'manual' && second !== undefined)
    return { of, supplierId: Number(first), serviceId: Number(second) }
  if (of === 'list' && second === undefined) return { of, supplierId: Number(first) }
  throw new Refusal('not_found', `nothing in the inbox is called ${JSON.stringify(name)}`, 'thing')
}

/** `kindOfThing` gives the kind of a thing, whether it waits or not. Throws not_found. */
export async function kindOfThing(sql: Queryable, name: string): Promise<InboxKind> {
  const thing = thingOf(name)
  if (thing.of !== 'review') return thing.of
  const kind = await kindOfReviewNumbered(sql, thing.id)
  if (kind === undefined) throw new Refusal('not_found', `there is no review ${thing.id}`, 'thing')
  return kindOfReview(kind)
}

async function waits(sql: Queryable, thing: Thing): Promise<boolean> {
  if (thing.of === 'review') return await reviewWaits(sql, thing.id)
  if (thing.of === 'deposit') return await depositWaits(sql, thing.id)
  if (thing.of === 'application') return await applicationWaits(sql, thing.id)
  if (thing.of === 'manual') return await workWaits(sql, thing.supplierId, thing.serviceId)
  return (await findWaitingLists(sql)).some(({ supplierId }) => supplierId === thing.supplierId)
}

/** Standing is whether a thing waits for a person, and how it ended where it does not. */
export interface Standing {
  waits: boolean
  /** `ending` is undefined where it waits, and where nobody has decided and nothing is kept of how it ended. */
  ending: Ending | undefined
}

/** `standingOf` tells how a thing stands. Work by hand and lists wait again and again: of them what was decided at `since` or later. Throws not_found. */
export async function standingOf(sql: Queryable, name: string, since: Date = EVER): Promise<Standing> {
  const thing = thingOf(name)
  if (await waits(sql, thing)) return { waits: true, ending: undefined }
  return { waits: false, ending: await endingOf(sql, thing, since) }
}

function endingOf(sql: Queryable, thing: Thing, since: Date): Promise<Ending | undefined> {
  if (thing.of === 'review') return selectReviewEnding(sql, thing.id)
  if (thing.of === 'deposit') return selectDepositEnding(sql, thing.id)
  if (thing.of === 'application') return selectApplicationEnding(sql, thing.id)
  if (thing.of === 'manual') return selectWorkEnding(sql, thing, since)
  return selectListEnding(sql, thing.supplierId, since)
}

/** `mustWait` throws not_found for what waits no more. */
async function mustWait(sql: Queryable, name: string): Promise<void> {
  if (!(await waits(sql, thingOf(name))))
    throw because('not_found', 'waits_no_more', { thing: name }, 'thing')
}

/**
 * `takeThing` tells the others for 5 minutes that somebody works on it; taken again by the same person it lasts anew. It keeps nobody from deciding. Throws
 * not_found, and conflict where somebody else works on it.
 */
export async function takeThing(
  sql: Queryable,
  name: string,
  by: string,
  clock: Clock = systemClock,
): Promise<Date> {
  await mustWait(sql, name)
  const now = clock.now()
  const until = new Date(now.getTime() + TAKEN_MS)
  if ((await take(sql, name, by, until, now)) === by) return until
  const { takenName, takenBy, takenUntil } = (await selectMarks(sql, [name], now)).get(name) ?? unmarked
  const who = takenName ?? takenBy ?? 'somebody'
  throw because(
    'conflict',
    'taken_by',
    { who: String(who), until: String(takenUntil?.toISOString()) },
    'thing',
  )
}

/** `putOffThing` hides it from the list until a time within a day, for everybody; it comes back by itself. Throws not_found, invalid_input. */
export async function putOffThing(
  sql: Queryable,
  name: string,
  by: string,
  until: Date,
  clock: Clock = systemClock,
): Promise<void> {
  const now = clock.now()
  if (!(until > now) || until.getTime() > now.getTime() + MAX_LATER_MS)
    throw because('invalid_input', 'within_a_day', {}, 'until')
  await mustWait(sql, name)
  await putOff(sql, name, by, until, now)
}

/** `releaseThing` has it wait for anybody again. Throws not_found for what is no name. */
export async function releaseThing(sql: Queryable, name: string): Promise<void> {
  thingOf(name)
  await release(sql, name)
}
