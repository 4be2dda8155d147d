import { actorNames } from '../../audit/actors.ts'
import type { Sql } from '../../database/database.ts'
import type { OrderId } from '../../lib/ids.ts'
import type { Micros } from '../../lib/money.ts'
import { SECOND_MS } from '../../lib/time.ts'
import { type AttemptView, listAttempts } from '../read/operator-orders.sql.ts'
import { attemptWords, reviewWords } from '../read/secret-results.ts'
import { selectNotes } from './notes.sql.ts'
import { mustNameOrder } from './order-name.ts'
import { selectTraces } from './order-rows.sql.ts'
import {
  type Change,
  type Movement,
  type Positions,
  type Question,
  selectChanges,
  selectMovements,
  selectPlacing,
  selectQuestions,
  selectTellings,
  selectTold,
  type Told,
} from './timeline.sql.ts'

/** `momentKinds` are the sorts of moments in the life of an order. */
export const momentKinds = [
  'placed',
  'held',
  'passed_over',
  'sent',
  'answered',
  'asked_person',
  'decided',
  'charged',
  'given_back',
  'refunded',
  'charged_anew',
  'changed',
  'cancelled',
  'event',
  'delivery',
  'told',
  'note',
  'ask',
  'webhook',
  'look',
] as const

/** Moment is one thing that happened to an order. What a sort of moment does not have is null. */
export interface Moment {
  at: Date
  kind: (typeof momentKinds)[number]
  /** `position` is the item's; null: it is about the whole order. */
  position: number | null
  attempt: number | null
  /** `by` is who did it; null: it came about by itself. */
  by: string | null
  /** `name` is that of who did it, where it is a person or a program of the operator. */
  name: string | null
  supplier: string | null
  /** `state` is what the attempt, the review, the event or the delivery came to. */
  state: string | null
  /** `reference` is the supplier's number, or the trace id of the request that placed the order. */
  reference: string | null
  amount: Micros | null
  currency: string | null
  text: string | null
  /** `id` is that of the review or of the event. */
  id: number | null
  before: string | null
  after: string | null
  /** `event`, `channel` and `address` are of a notice: of what somebody was told, by which kind of channel, and where. */
  event: string | null
  channel: string | null
  address: string | null
}

/** Timeline is the life of an order, the oldest moment first. `isWhole`, false: of the items behind `last` only the sums are in the order. */
export interface Timeline {
  moments: Moment[]
  last: number
  isWhole: boolean
}

/** MAX_ITEMS bounds the items whose past is told at once. */
const MAX_ITEMS = 200

/** `readTimeline` tells the life of an order, or of one item of it. Throws order_not_found. */
export async function readTimeline(
  sql: Sql,
  id: OrderId,
  { item, costs }: { item: number | undefined; costs: boolean },
): Promise<Timeline> {
  const name = await mustNameOrder(sql, id)
  const positions = item === undefined ? { first: 1, last: MAX_ITEMS } : { first: item, last: item }
  const placing = await selectPlacing(sql, name)
  if (!placing) return { moments: [], last: 0, isWhole: true }
  const { itemCount: count, secretResults } = placing
  const within = { first: positions.first, last: Math.min(positions.last, count) }
  const [movements, attempts, changes, questions, notes, tellings, traces] = await Promise.all([
    selectMovements(sql, name, within),
    listAttempts(sql, [name]),
    selectChanges(sql, name, within),
    selectQuestions(sql, name, within),
    selectNotes(sql, { accountId: name.accountId, orderId: id }, MAX_ITEMS),
    selectTellings(sql, name, count, within),
    selectTraces(sql, [{ ...name, createdAt: placing.createdAt, via: placing.via }]),
  ])
  const tried = attempts.filter(({ position }) => isWithin(position, within))
  const times = [
    placing.createdAt,
    ...movements.map(({ createdAt }) => createdAt),
    ...tried.flatMap(({ createdAt, finishedAt }) => (finishedAt ? [createdAt, finishedAt] : [createdAt])),
    ...changes.map(({ at }) => at),
    ...questions.flatMap(({ resolvedAt }) => (resolvedAt ? [resolvedAt] : [])),
  ]
  const told = placing.webhookId === null ? [] : await selectTold(sql, name, windowsOf(times))
  const moments: Moment[] = [
    moment(placing.createdAt, 'placed', {
      ...{ by: placing.key, state: placing.via, reference: traces[0]?.traceId ?? null },
    }),
    ...movements.map(movementOf),
    ...tried.flatMap((one) => attemptOf(secretResults ? { ...one, detail: attemptWords(one) } : one, costs)),
    ...questions.flatMap((one) =>
      questionOf({ ...one, detail: reviewWords({ ...one, secretResults }) }, costs),
    ),
    ...changes.flatMap((one) => changeOf(one, secretResults)),
    ...told.flatMap(toldOf),
    ...tellings.map(({ queuedAt, problem, ...rest }) => moment(queuedAt, 'told', { ...rest, text: problem })),
    ...notes.map(({ at, actor, kind, text }) => moment(at, kind, { by: actor, text })),
  ]
  const order = new Map(momentKinds.map((kind, place) => [kind, place]))
  moments.sort(
    (a, b) => a.at.getTime() - b.at.getTime() || (order.get(a.kind) ?? 0) - (order.get(b.kind) ?? 0),
  )
  const actors = await actorNames(
    sql,
    moments.flatMap(({ by }) => by ?? []),
  )
  for (const one of moments) one.name = actors.get(one.by ?? '') ?? null
  return { moments, last: within.last, isWhole: item !== undefined || within.last === count }
}

const isWithin = (position: number, { first, last }: Positions): boolean =>
  position >= first && position <= last

const NOTHING = {
  ...{ position: null, attempt: null, by: null, name: null, supplier: null, state: null, reference: null },
  ...{ amount: null, currency: null, text: null, id: null, before: null, after: null },
  ...{ event: null, channel: null, address: null },
}

const moment = (at: Date, kind: Moment['kind'], rest: Partial<Moment>): Moment => ({
  ...NOTHING,
  ...rest,
  at,
  kind,
})

/** NEAR_MS is how far an event's time may be from that of what it tells of: they are taken on two machines. */
const NEAR_MS = 60 * SECOND_MS

/** `windowsOf` gives the times near some, without overlap. */
export function windowsOf(times: readonly Date[]): { from: string[]; to: string[] } {
  const windows: { from: number; to: number }[] = []
  for (const at of times.map((time) => time.getTime()).sort((a, b) => a - b)) {
    const last = windows.at(-1)
    if (last && at - NEAR_MS <= last.to) last.to = at + NEAR_MS
    else windows.push({ from: at - NEAR_MS, to: at + NEAR_MS })
  }
  const text = (ms: number): string => new Date(ms).toISOString()
  return { from: windows.map(({ from }) => text(from)), to: windows.map(({ to }) => text(to)) }
}

const KIND_OF_MOVEMENT = {
  hold: 'held',
  capture: 'charged',
  release: 'given_back',
  refund: 'refunded',
  correction: 'changed',
  charge: 'charged_anew',
} as const satisfies Record<Movement['kind'], Moment['kind']>

const movementOf = ({ kind, createdAt, position, amount, actor, note }: Movement): Moment =>
  moment(createdAt, KIND_OF_MOVEMENT[kind], { position, amount, by: actor, text: note })

function attemptOf(one: AttemptView, costs: boolean): Moment[] {
  const of = { position: one.position, attempt: one.number, supplier: one.supplier }
  const passed = (one.passed ?? []).map(({ supplier, why, detail }) =>
    moment(one.createdAt, 'passed_over', {
      ...of,
      supplier,
      state: why,
      text: why === 'margin' && !costs ? null : detail,
    }),
  )
  if (one.fault === 'chosen')
    return [...passed, moment(one.createdAt, 'sent', { ...of, state: 'chosen', text: one.detail })]
  const cost = costs && one.cost !== null ? { amount: one.cost as Micros, currency: one.currency } : {}
  const sent = moment(one.createdAt, 'sent', { ...of, ...cost, state: one.finishedAt ? 'sent' : one.state })
  // Who answered by hand is said by name; of a result nothing else is kept.
  const isResult = one.answeredBy !== null && one.state === 'succeeded'
  const said = {
    ...{ ...of, by: one.answeredBy, state: one.state, reference: one.reference },
    text: isResult ? null : one.detail,
  }
  // What is open has been answered where there is a number, or words.
  if (one.finishedAt) return [...passed, sent, moment(one.finishedAt, 'answered', said)]
  return [...passed, { ...sent, reference: one.reference, text: one.detail }]
}

function questionOf(one: Question, costs: boolean): Moment[] {
  const { id, position, attempt, kind } = one
  const of = { id, position, attempt }
  const opened = moment(one.openedAt, 'asked_person', {
    ...{ ...of, by: one.openedBy, state: kind, text: kind === 'margin' && !costs ? null : one.detail },
  })
  if (!one.resolvedAt) return [opened]
  const decided = { ...of, by: one.resolvedBy, state: one.resolution, text: one.why }
  return [opened, moment(one.resolvedAt, 'decided', decided)]
}

/** `changeOf` leaves out what its ledger entry tells already, but for the reason of a cancellation, which no entry has, and secret results. */
function changeOf({ at, actor, why, position, before, after }: Change, isSecret: boolean): Moment[] {
  if (after?.['state'] === 'cancelled' && why !== null)
    return [moment(at, 'cancelled', { position, by: actor, text: why })]
  const [was, is] = [before?.['result'], after?.['result']]
  if (after?.['state'] !== undefined || typeof is !== 'string') return []
  const text = typeof was === 'string' ? was : null
  const texts = isSecret ? {} : { before: text, after: is }
  return [moment(at, 'changed', { position, by: actor, text: why, ...texts })]
}

function toldOf({ id, state, createdAt, deliveries }: Told): Moment[] {
  return [
    moment(createdAt, 'event', { id, state }),
    ...deliveries.map(({ number, at, ms, status, error }) =>
      moment(new Date(at), 'delivery', {
        ...{ id, attempt: number, state: status === null ? null : String(status) },
        text: error ?? (ms === null ? null : `${ms} ms`),
      }),
    ),
  ]
}
